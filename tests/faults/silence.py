"""A network that loses everything without a word, under connections that are open; a network of this process's own.

    unshare --net python -m tests.faults.silence FOLDER

Prints a line for each: what it was doing, the error and the seconds after which it gave up.
"""

import fcntl
import os
import socket
import struct
import sys
import threading
import time
from pathlib import Path

import django

from config.roles import APP
from tests import cluster
from tests.config.production import production

SET_FLAGS, UP = 0x8914, 0x41  # SIOCSIFFLAGS; IFF_UP, IFF_RUNNING: netdevice(7)
DOING = {"asking": "SELECT 1", "waiting": "SELECT pg_sleep(3)"}


def main(folder: Path) -> None:
    loopback(UP)
    with cluster.postgres() as server:
        os.environ.update(production(folder) | {"DATABASE_URL": server.url(APP, database="postgres")})
        django.setup()
        opened, silent = threading.Barrier(len(DOING) + 1), threading.Event()
        threads = [threading.Thread(target=be, args=[doing, opened, silent], daemon=True) for doing in DOING]
        for thread in threads:
            thread.start()
        opened.wait(30)
        time.sleep(1)  # the question of the one that waits for an answer is there
        loopback(0)
        silent.set()
        for thread in threads:
            thread.join(60)
        loopback(UP)
        ask("SELECT 1")
        sys.stdout.write("healed\n")


def be(doing: str, opened: threading.Barrier, silent: threading.Event) -> None:
    """One thread, one connection, as the pages open it."""
    from django.db import OperationalError

    ask("SELECT 1")
    opened.wait(30)
    if doing == "asking":
        silent.wait()
    began = time.monotonic()
    try:
        ask(DOING[doing])
    except OperationalError as error:
        sys.stdout.write(f"{doing} {type(error.__cause__).__name__} {time.monotonic() - began:.1f}\n")


def ask(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def loopback(flags: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SET_FLAGS, struct.pack("16sh14x", b"lo", flags))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
