"""The IDOR matrix: every address, method, person and kind of key, and what must not be read, written or told."""
