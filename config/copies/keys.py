"""Who can open an archive: whoever has a passphrase, or the private half of the key that it was sealed for.

Each archive has a key of its own. What its header tells of it (all of it public):
{"to": "passphrase", "salt": hex, "check": hex} or {"to": "key", "recipient": hex, "ephemeral": hex, "check": hex}
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from accounts import crypto
from config.copies.refused import Refused

PRIVATE = "opposable-backup-key:"
SHORTEST_PASSPHRASE = 16
_SALT_BYTES = 16
# 128 MB and about half a second for each guess (OWASP's first choice, 2024).
_COST = 2**17


class Lock(TypedDict):
    to: str
    check: str
    salt: NotRequired[str]
    recipient: NotRequired[str]
    ephemeral: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens: one of the two is given."""

    passphrase: str = ""
    private: X25519PrivateKey | None = None


def new_private() -> X25519PrivateKey:
    return X25519PrivateKey.generate()


def written(private: X25519PrivateKey) -> str:
    """As it lies in its file."""
    return PRIVATE + base64.b64encode(private.private_bytes_raw()).decode()


def public_of(private: X25519PrivateKey) -> str:
    """As BACKUP_PUBLIC_KEY holds it."""
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()


def read_private(text: str) -> X25519PrivateKey:
    try:
        return X25519PrivateKey.from_private_bytes(base64.b64decode(text.strip().removeprefix(PRIVATE), validate=True))
    except ValueError:
        raise Refused("This is no file that `manage.py backup_key` made: give the one that it wrote.") from None


def read_public(text: str) -> X25519PublicKey:
    try:
        return X25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True))
    except ValueError:
        raise Refused("BACKUP_PUBLIC_KEY is no key: give it as `manage.py backup_key` prints it.") from None


def read_passphrase(text: str) -> str:
    passphrase = text.strip()
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refused(f"The passphrase is too short: {SHORTEST_PASSPHRASE} signs or more, `openssl rand -base64 24`.")
    return passphrase


def lock_for_passphrase(passphrase: str) -> tuple[Lock, bytes]:
    salt = secrets.token_bytes(_SALT_BYTES)
    key = _stretched(passphrase, salt)
    return Lock(to="passphrase", salt=salt.hex(), check=_check(key)), key


def lock_for_key(recipient: X25519PublicKey) -> tuple[Lock, bytes]:
    """A sealed box: the machine that writes the archive cannot open it afterwards."""
    ephemeral = X25519PrivateKey.generate()
    key = _agreed(ephemeral, recipient, between=(ephemeral.public_key(), recipient))
    halves = {"recipient": _hex(recipient), "ephemeral": _hex(ephemeral.public_key())}
    return Lock(to="key", check=_check(key), **halves), key  # type: ignore[typeddict-item]  # its two names


def key_of(lock: Lock, secret: Secret) -> bytes:
    """Raises Refused, telling what it was sealed for, when the secret is another kind or another one."""
    if lock["to"] == "passphrase" and not secret.passphrase:
        raise Refused("This archive was sealed with a passphrase: give its file in --passphrase.")
    if lock["to"] != "passphrase" and secret.private is None:
        raise Refused("This archive was sealed for a key: give the file of `manage.py backup_key` in --key.")
    key = _opened(lock, secret)
    if not hmac.compare_digest(_check(key), lock["check"]):
        raise Refused("This is not the passphrase or key that the archive was sealed with. Nothing was touched.")
    return key


def _opened(lock: Lock, secret: Secret) -> bytes:
    try:
        if secret.private is None:
            return _stretched(secret.passphrase, bytes.fromhex(lock["salt"]))
        ephemeral = X25519PublicKey.from_public_bytes(bytes.fromhex(lock["ephemeral"]))
        return _agreed(secret.private, ephemeral, between=(ephemeral, secret.private.public_key()))
    except (KeyError, ValueError):
        raise Refused("The head of this archive is damaged: take another copy of it.") from None


def _stretched(passphrase: str, salt: bytes) -> bytes:
    kdf = Scrypt(salt=salt, length=crypto.KEY_BYTES, n=_COST, r=8, p=1)
    return kdf.derive(passphrase.encode())


def _agreed(own: X25519PrivateKey, other: X25519PublicKey, *, between: Sequence[X25519PublicKey]) -> bytes:
    """Bound to both halves, so that one agreed value never serves two archives' locks."""
    return crypto.derive(own.exchange(other), "backup|" + "|".join(map(_hex, between)))


def _check(key: bytes) -> str:
    """Tells the right key from a wrong one before anything is opened; says nothing of it."""
    return crypto.derive(key, "backup check").hex()


def _hex(key: X25519PublicKey) -> str:
    return key.public_bytes_raw().hex()
