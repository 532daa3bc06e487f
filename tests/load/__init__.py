"""A load as an instance of fifty associations would have it, on loopback, as production serves it."""
