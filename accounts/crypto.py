"""Bytes in, bytes out: sealing, deriving and hashing. Knows no model; where keys come from is `accounts.fields`."""

import base64
import functools
import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
_NONCE_BYTES = 12
_KEK_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")


class Tampered(ValueError):
    """The bytes were not sealed with this key for this place."""


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def seal(plaintext: bytes, key: bytes, aad: bytes) -> bytes:
    """AES-256-GCM: 12 random bytes of nonce, then the ciphertext with its tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def unseal(sealed: bytes, key: bytes, aad: bytes) -> bytes:
    """Raises Tampered when the key, the place (`aad`) or a byte differs."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], aad)
    except (InvalidTag, ValueError) as error:
        raise Tampered("Sealed bytes do not fit their key and place.") from error


def disguise(plaintext: bytes, key: bytes, aad: bytes) -> bytes:
    """AES-SIV: 16 bytes longer, the same for the same words; for an address that must read the same each time."""
    return AESSIV(key).encrypt(plaintext, [aad])


def reveal(disguised: bytes, key: bytes, aad: bytes) -> bytes:
    """Raises Tampered. What is compared is compared in constant time."""
    try:
        return AESSIV(key).decrypt(disguised, [aad])
    except InvalidTag as error:
        raise Tampered("Disguised bytes do not fit their key and place.") from error


def derive(key: bytes, info: str) -> bytes:
    """A key for one purpose, HKDF-SHA-256 without salt (the input is already a uniform key)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info.encode()).derive(key)


def mac(key: bytes, value: str) -> str:
    """HMAC-SHA-256 in hex."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def normalised(value: str) -> str:
    """The form that is compared: NFKC, no surrounding space, lower case."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def keks() -> dict[str, bytes]:
    """The master keys of the settings, id to 32 bytes, the current one first."""
    return _parsed_keks(settings.VAULT_KEKS)


@functools.lru_cache(maxsize=4)
def _parsed_keks(text: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, encoded = part.partition(":")
        key = _decoded(encoded)
        if not is_kek_id(name) or len(key) != KEY_BYTES:
            raise ImproperlyConfigured(
                "VAULT_KEKS must be «id:base64 of 32 bytes», several parted by commas. An id is 1 to 40 letters, "
                "digits, dots, dashes or low lines."
            )
        if name in found:
            raise ImproperlyConfigured(f"VAULT_KEKS names «{name}» twice: each master key has an id of its own.")
        found[name] = key
    if not found:
        raise ImproperlyConfigured("VAULT_KEKS is empty: give «id:base64 of 32 bytes», or a file in VAULT_KEKS_FILE.")
    return found


def is_kek_id(name: str) -> bool:
    """What a row can hold (`accounts.DataKey.kek_id`), and a message can name."""
    return _KEK_ID.fullmatch(name) is not None


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        return b""


def current_kek() -> tuple[str, bytes]:
    return next(iter(keks().items()))


class SealedSerializer:
    """Django's session serializer: the session's content is sealed, so that a dump does not tell who was signed in.

    The key is derived from SECRET_KEY, whose change ends all sessions as it does in Django itself.
    """

    _AAD = b"session"

    def _key(self) -> bytes:
        return derive(settings.SECRET_KEY.encode(), "session")

    def dumps(self, obj: Any) -> bytes:
        return seal(json.dumps(obj, separators=(",", ":")).encode(), self._key(), self._AAD)

    def loads(self, data: bytes) -> Any:
        return json.loads(unseal(data, self._key(), self._AAD))
