"""Where the antechamber's keys live: in memory only, each for one deposit and a short time.

With a Redis (VAULT_SAS_URL) that writes nothing to a disk, each key lies there until it is destroyed or runs out.
Without one, the key is wrapped under the passing key (VAULT_SAS_KEY) that the supervisor makes at its start
and hands to its children: a row then holds bytes that nobody opens once the platform was started again.
"""

import base64
import functools
import logging
import secrets
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts import crypto

log = logging.getLogger(__name__)


class KeyGone(LookupError):
    """The key was destroyed, has run out, or went with the memory that held it: the blobs are noise."""


class KeysAway(RuntimeError):
    """The place of the keys does not answer: nothing is lost, and nothing can be done now."""


class KeyStore(Protocol):
    """`kept` is what the deposit's row holds for the store."""

    def put(self, file_id: UUID, key: bytes, *, lasts: timedelta) -> bytes:
        """Hold a new key; gives what the row must keep ("" for nothing). Raises KeysAway."""
        ...

    def fetch(self, file_id: UUID, *, kept: bytes) -> bytes:
        """Raises KeyGone and KeysAway."""
        ...

    def renew(self, file_id: UUID, *, lasts: timedelta) -> None:
        """Let it live so long from now. Raises KeyGone, where its store knows, and KeysAway."""
        ...

    def destroy(self, file_id: UUID) -> None:
        """Forget it; twice does no harm. The caller empties what the row keeps. Raises KeysAway."""
        ...


class RedisKeys:
    """In a Redis without persistence (`save ""`, no append-only file): a power cut forgets them all."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1)

    def put(self, file_id: UUID, key: bytes, *, lasts: timedelta) -> bytes:
        self._ask("set", _name(file_id), key, px=_milliseconds(lasts))
        return b""

    def fetch(self, file_id: UUID, *, kept: bytes) -> bytes:
        key = self._ask("get", _name(file_id))
        if not isinstance(key, bytes):
            raise KeyGone("The key of this deposit is no longer in the Redis.")
        return key

    def renew(self, file_id: UUID, *, lasts: timedelta) -> None:
        if not self._ask("pexpire", _name(file_id), _milliseconds(lasts)):
            raise KeyGone("The key of this deposit is no longer in the Redis.")

    def destroy(self, file_id: UUID) -> None:
        self._ask("delete", _name(file_id))

    def _ask(self, method: str, *args: object, **named: object) -> object:
        try:
            return getattr(self._redis, method)(*args, **named)
        except (redis.RedisError, OSError) as error:
            raise KeysAway(type(error).__name__) from error


class WrappedKeys:
    """Wrapped under a key that lives as long as the platform runs. When each is forgotten is the row's affair."""

    def __init__(self, passing: bytes) -> None:
        self._passing = passing

    def put(self, file_id: UUID, key: bytes, *, lasts: timedelta) -> bytes:
        return crypto.seal(key, self._passing, file_id.bytes)

    def fetch(self, file_id: UUID, *, kept: bytes) -> bytes:
        try:
            return crypto.unseal(kept, self._passing, file_id.bytes)
        except crypto.Tampered:
            raise KeyGone("The platform was started again since: its passing key is another one.") from None

    def renew(self, file_id: UUID, *, lasts: timedelta) -> None:
        pass

    def destroy(self, file_id: UUID) -> None:
        pass


def is_shared() -> bool:
    """Whether another process opens what this one takes in."""
    return bool(settings.VAULT_SAS_URL or settings.VAULT_SAS_KEY)


def store() -> KeyStore:
    return _store(settings.VAULT_SAS_URL, settings.VAULT_SAS_KEY)


@functools.lru_cache(maxsize=4)
def _store(url: str, passing: str) -> KeyStore:
    if url:
        return RedisKeys(url)
    return WrappedKeys(_decoded(passing) if passing else _own_key())


def _own_key() -> bytes:
    """For a process that nobody handed one to (`runserver`, tests): what it took in, no other process opens."""
    log.info("the antechamber has a key of this process alone: set VAULT_SAS_URL where web and worker are two")
    return secrets.token_bytes(crypto.KEY_BYTES)


def _decoded(passing: str) -> bytes:
    try:
        key = base64.b64decode(passing, validate=True)
    except ValueError:
        key = b""
    if len(key) != crypto.KEY_BYTES:
        raise ImproperlyConfigured("VAULT_SAS_KEY is not 32 bytes in base64: leave it to `manage.py runplatform`.")
    return key


def _name(file_id: UUID) -> str:
    return f"sas:{file_id.hex}"


def _milliseconds(lasts: timedelta) -> int:
    return int(lasts / timedelta(milliseconds=1))
