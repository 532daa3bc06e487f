"""Bad inputs by name: nothing breaks, nothing is written, nothing that was typed is lost, one clear sentence."""
