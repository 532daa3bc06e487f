"""A second opinion on what came: clamd, where CLAMD_URL names one. Away is never clean."""

import logging
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings

CHUNK_BYTES = 64 * 1024
ANSWERS_WITHIN = 30.0
PORT = 3310

log = logging.getLogger(__name__)


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"


def scan(data: bytes) -> Verdict:
    """What clamd says of the bytes. Without one in the settings nothing is scanned, and everything passes."""
    if not settings.CLAMD_URL:
        return Verdict.CLEAN
    try:
        answer = _ask(data)
    except OSError as error:
        log.warning("clamd does not answer: %s", type(error).__name__)
        return Verdict.UNAVAILABLE
    return _read(answer)


def _read(answer: bytes) -> Verdict:
    """`stream: OK`, `stream: <name> FOUND`, or an error, which is no verdict; nor is one that was cut off."""
    if answer == b"stream: OK\0":
        return Verdict.CLEAN
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND\0"):
        return Verdict.INFECTED
    log.warning("clamd gives no verdict")
    return Verdict.UNAVAILABLE


def _ask(data: bytes) -> bytes:
    """INSTREAM: chunks behind their length (4 bytes, big-endian), an empty one at the end; the answer ends with NUL."""
    with _connected() as line:
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK_BYTES):
            chunk = data[start : start + CHUNK_BYTES]
            line.sendall(struct.pack(">I", len(chunk)) + chunk)
        line.sendall(struct.pack(">I", 0))
        return _answer(line)


def _answer(line: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0"):
        more = line.recv(4096)
        if not more:
            break
        answer += more
    return answer


@contextmanager
def _connected() -> Iterator[socket.socket]:
    """`tcp://host:3310`, or `unix:///run/clamav/clamd.ctl`."""
    url = urlsplit(settings.CLAMD_URL)
    if url.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(ANSWERS_WITHIN)
        address: str | tuple[str, int] = url.path
    else:
        line = socket.socket(socket.AF_INET6 if ":" in (url.hostname or "") else socket.AF_INET)
        line.settimeout(ANSWERS_WITHIN)
        address = (url.hostname or "", url.port or PORT)
    with line:
        line.connect(address)
        yield line
