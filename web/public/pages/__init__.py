"""What public pages show, formatted once."""
