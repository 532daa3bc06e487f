"""Every place where the platform keeps something, as bytes: what a thief of that place would read."""

import copy
import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.config import DictConfigurator
from pathlib import Path
from typing import Any

import redis
from django.conf import settings

from tests.notifications.conftest import Sink

# They pass nothing on to the root logger.
APART = ("django.server",)


def files() -> bytes:
    """The media folder, the file broker's messages, and whatever else lies below VAR_DIR, with its names."""
    found = [path for path in Path(settings.VAR_DIR).rglob("*") if path.is_file()]
    return b"\n".join([*(str(path).encode() for path in found), *(path.read_bytes() for path in found)])


def redis_dump(url: str) -> bytes:
    """Every key of every database, as text and as Redis would write it to a disk."""
    parts: list[bytes] = []
    for number in range(16):
        with redis.Redis.from_url(f"{url.rpartition('/')[0]}/{number}") as server:
            for key in server.scan_iter("*", count=1000):
                parts += [key, server.dump(key) or b"", _content(server, key)]
    return b"\n".join(parts)


def _content(server: "redis.Redis", key: Any) -> bytes:
    """DUMP may squeeze a long text: what stands in it is read as well."""
    readers: dict[bytes, Callable[[], Any]] = {
        b"string": lambda: [server.get(key)],
        b"list": lambda: server.lrange(key, 0, -1),
        b"hash": lambda: [part for pair in server.hgetall(key).items() for part in pair],
        b"set": lambda: server.smembers(key),
        b"zset": lambda: server.zrange(key, 0, -1),
    }
    kind: Any = server.type(key)
    return b"\n".join(readers[kind]()) if kind in readers else b""


@contextmanager
def logs() -> Iterator[io.StringIO]:
    """What the platform's own handler writes, of every logger, at its level."""
    written = io.StringIO()
    configured: dict[str, Any] = copy.deepcopy(settings.LOGGING)  # a configurator takes its parts out of it
    maker = DictConfigurator(configured)
    handler = logging.StreamHandler(written)
    handler.setFormatter(maker.configure_formatter(configured["formatters"]["lines"]))
    for name in configured["handlers"]["stderr"]["filters"]:
        handler.addFilter(maker.configure_filter(configured["filters"][name]))
    loggers = [logging.getLogger(name) for name in ("", *APART)]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield written
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def mails(sink: Sink) -> bytes:
    """Headers but the addressee's own address, and every part, decoded and as it travelled."""
    parts: list[bytes] = []
    for message in sink.messages:
        parts += [f"{name}: {value}".encode() for name, value in message.items() if name != "To"]
        for part in message.walk():
            parts += [str(part.get_payload()).encode()] if not part.is_multipart() else []
            parts += [bytes(part.get_payload(decode=True) or b"")] if not part.is_multipart() else []
    return b"\n".join(parts)
