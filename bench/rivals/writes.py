"""Rival of a sealed write: SHA-256, AES-GCM in one piece, and the file on the disk, its name not yet."""

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def raw(plain: bytes, *, key: bytes, path: Path) -> str:
    """The SHA-256 of what was written, in hex."""
    sealed = AESGCM(key).encrypt(secrets.token_bytes(12), plain, None)
    with path.open("xb") as blob:
        blob.write(sealed)
        blob.flush()
        os.fsync(blob.fileno())
    return hashlib.sha256(sealed).hexdigest()
