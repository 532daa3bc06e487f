"""A cache that survives Redis: limits are then counted by each process for itself, and nobody gets a 500."""

import json
import logging
import time
from typing import Any, ClassVar

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

AWAY_FOR = 5.0  # seconds without asking again: each question to a Redis that hangs holds a request

PATIENCE = {"socket_timeout": 2, "socket_connect_timeout": 1}  # in seconds

log = logging.getLogger(__name__)


class JsonSerializer:
    """What lies in Redis is read as data: a pickle from there could run code here."""

    def dumps(self, value: Any) -> bytes | int:
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, kept: bytes) -> Any:
        return json.loads(kept)


class SturdyCache(BaseCache):
    """Redis; while it does not answer, this process's own memory."""

    # Of all threads: each has an instance of its own.
    _away_until: ClassVar[float] = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = {"serializer": JsonSerializer, **PATIENCE, **params.get("OPTIONS", {})}
        self._redis = RedisCache(server, {**params, "OPTIONS": options})
        self._spare = LocMemCache("spare", {"OPTIONS": {"MAX_ENTRIES": 10_000}})

    def _ask(self, method: str, *args: Any, **named: Any) -> Any:
        if time.monotonic() >= SturdyCache._away_until:
            try:
                return getattr(self._redis, method)(*args, **named)
            except (RedisError, OSError) as error:
                SturdyCache._away_until = time.monotonic() + AWAY_FOR
                log.warning("the cache does not answer: %s; limits are counted in memory", type(error).__name__)
        return getattr(self._spare, method)(*args, **named)

    def add(self, *args: Any, **named: Any) -> bool:
        return bool(self._ask("add", *args, **named))

    def get(self, *args: Any, **named: Any) -> Any:
        return self._ask("get", *args, **named)

    def set(self, *args: Any, **named: Any) -> None:
        self._ask("set", *args, **named)

    def touch(self, *args: Any, **named: Any) -> bool:
        return bool(self._ask("touch", *args, **named))

    def delete(self, *args: Any, **named: Any) -> bool:
        return bool(self._ask("delete", *args, **named))

    def incr(self, *args: Any, **named: Any) -> int:
        return int(self._ask("incr", *args, **named))

    def clear(self) -> None:
        self._ask("clear")
