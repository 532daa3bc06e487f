"""That an archive was made by this platform: its manifest, which has the hash of all that is in it, under a master key.

Whoever holds an archive, and the key that opens it, can seal another one for that key; they cannot write this.
"""

import hmac
from dataclasses import replace

from django.core.exceptions import ImproperlyConfigured

from accounts import crypto
from config.copies.manifest import Manifest
from config.copies.refused import Refused


def proven(manifest: Manifest) -> Manifest:
    """Under the current master key. Raises Refused where there is none."""
    try:
        _, current = crypto.current_kek()
    except ImproperlyConfigured as error:
        raise Refused(f"{error} An archive is proven to be this platform's own by it.") from error
    return replace(manifest, proof=_proof(manifest, current))


def is_proven(manifest: Manifest) -> bool:
    """Whether one of the master keys, also an older one, was its platform's."""
    given = str(manifest.proof).encode()
    return any(hmac.compare_digest(given, _proof(manifest, kek).encode()) for kek in _keks())


def _keks() -> list[bytes]:
    try:
        return list(crypto.keks().values())
    except ImproperlyConfigured:
        return []


def _proof(manifest: Manifest, kek: bytes) -> str:
    return crypto.mac(crypto.derive(kek, "backup proof"), replace(manifest, proof="").written().decode())
