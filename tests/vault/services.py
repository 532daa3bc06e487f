"""Servers that the vault talks to, real ones on loopback; without them the tests say so, and fail in CI."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import cluster

# The public signatures cannot be had here: one of our own, in ClamAV's format (name, any file, any offset, bytes).
MARK = b"Zq-signature-of-the-tests"
SIGNATURE = f"Opposable.Test-1:0:*:{MARK.hex()}\n"


@contextlib.contextmanager
def or_skip() -> Iterator[None]:
    try:
        yield
    except cluster.ServiceMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


@contextlib.contextmanager
def redis(*arguments: str) -> Iterator[str]:
    """A Redis of its own; `arguments` come last and win. Raises ServiceMissing."""
    server = cluster.program("redis-server", package="redis-server")
    port = cluster.free_port()
    with cluster.scratch_folder() as folder:
        plain = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        with cluster.running([server, *plain, *arguments], cwd=folder, ready=lambda: listens(port)):
            yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def clamd(folder: Path, *, over: str = "tcp") -> Iterator[str]:
    """A clamd that knows one signature, over TCP or a socket. Raises ServiceMissing."""
    server = cluster.program("clamd", package="clamav-daemon")
    port, line = cluster.free_port(), folder / "clamd.ctl"
    (folder / "ours.ndb").write_text(SIGNATURE)
    listening = [f"TCPSocket {port}", "TCPAddr 127.0.0.1"] if over == "tcp" else [f"LocalSocket {line}"]
    own = [
        f"DatabaseDirectory {folder}",
        "Foreground yes",
        "StreamMaxLength 30M",
        "MaxThreads 2",
        "OfficialDatabaseOnly no",
    ]
    (folder / "clamd.conf").write_text(
        "\n".join([*own, *listening, "User root"] if os.geteuid() == 0 else [*own, *listening])
    )
    command = [server, "--config-file", str(folder / "clamd.conf")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 60
        while not (listens(port) if over == "tcp" else line.exists()):
            assert process.poll() is None, "clamd ended"
            assert time.monotonic() < until, "clamd did not get ready"
            time.sleep(0.05)
        yield f"tcp://127.0.0.1:{port}" if over == "tcp" else f"unix://{line}"
    finally:
        process.kill()
        process.wait()


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True
    return False
