"""The program in the box: files on stdin, pages as pixels and glyphs on stdout (see frames). Nothing else leaves it.

It starts with an empty environment, gives up what it does not need before it reads a byte, and knows neither Django
nor where it runs. Input: for each file its length (8 bytes, big-endian) and its bytes.
"""

import os
import resource
import sys
from collections.abc import Iterator
from itertools import chain

from vault.box import frames
from vault.box.frames import Spent
from vault.rules.refusals import Code, Refused

CPU_SECONDS = 12
CPU_SECONDS_A_PAGE = 2
MOST_CPU_SECONDS = CPU_SECONDS + CPU_SECONDS_A_PAGE * frames.MAX_PAGES
MEMORY_BYTES = 800 * 1024 * 1024
_OPEN_FILES = 64


def main() -> None:
    give_up()
    from vault.box import sources  # noqa: PLC0415  decoders are loaded within the limits

    out = sys.stdout.buffer
    try:
        pages = sources.pages_of(list(_files()))
        allow(len(pages))
        out.write(frames.write_header(len(pages)))
        for page in pages:
            out.writelines(frames.write_page(page.draw()))
            out.flush()
        out.write(frames.write_end(_used()))
    except Refused as refusal:
        out.write(frames.write_refusal(refusal.code, used=_used()))
    except (MemoryError, RecursionError):
        out.write(frames.write_refusal(Code.TOO_LONG, used=_used()))
    out.flush()
    # Nothing is left to tidy up, and a decoder that trips over its own end would look like a crash.
    os._exit(0)


def give_up() -> None:
    """Neither more memory, nor a file, nor another process. Soft limits of time end the process; the hard one, which
    nothing in here raises, is that of the longest document."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    allow(0)


def allow(pages: int) -> None:
    _, given = resource.getrlimit(resource.RLIMIT_CPU)
    hard = MOST_CPU_SECONDS if given == resource.RLIM_INFINITY else min(given, MOST_CPU_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (min(CPU_SECONDS + CPU_SECONDS_A_PAGE * pages, hard), hard))


def _used() -> Spent:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Spent(cpu=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss * 1024)


def _files() -> Iterator[bytes]:
    data = sys.stdin.buffer.read()
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 8], "big")
        yield data[at + 8 : at + 8 + length]
        at += 8 + length


def packed(files: list[bytes]) -> Iterator[bytes]:
    """What `main` reads."""
    yield from chain.from_iterable((len(one).to_bytes(8, "big"), one) for one in files)


if __name__ == "__main__":
    main()
