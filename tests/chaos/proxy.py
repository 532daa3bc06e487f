"""A wire that can be cut or swallow all that passes, between a program and its server on loopback."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from tests.cluster import free_port


class Wire:
    """`black_hole`: connections are taken and kept, nothing comes through. `mend` resets what lost a byte."""

    def __init__(self, server: int) -> None:
        self.server, self.port = server, free_port()
        self._loop = asyncio.new_event_loop()
        self._swallows = False
        self._ends: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Reset every connection that there is; new ones pass."""
        self._loop.call_soon_threadsafe(self._reset)

    def black_hole(self) -> None:
        self._swallows = True

    def mend(self) -> None:
        self._swallows = False
        self.cut()

    def _reset(self) -> None:
        for end in list(self._ends):
            end.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            onward, back = await asyncio.open_connection("127.0.0.1", self.server)
            pair = {writer, back}
            self._ends |= pair
            await asyncio.gather(self._carry(reader, back), self._carry(onward, writer), return_exceptions=True)
            self._ends -= pair
            back.transport.abort()
        writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                if not self._swallows:
                    writer.write(data)
                    await writer.drain()
        finally:
            if not self._swallows:
                writer.close()

    async def _serve(self, ready: threading.Event) -> None:
        async with await asyncio.start_server(self._take, "127.0.0.1", self.port):
            ready.set()
            await asyncio.Event().wait()

    def run(self, ready: threading.Event) -> None:
        with contextlib.suppress(RuntimeError):  # stopped before its future completed
            self._loop.run_until_complete(self._serve(ready))

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


@contextlib.contextmanager
def wire(server: int) -> Iterator[Wire]:
    """To this port of loopback."""
    made, ready = Wire(server), threading.Event()
    thread = threading.Thread(target=made.run, args=[ready], daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield made
    finally:
        made.stop()
        thread.join(10)
