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
        self._loop: asyncio.AbstractEventLoop
        self._ending: asyncio.Event
        self._swallows = False
        self._ends: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Reset every connection that there is; new ones pass. Nothing comes through the old ones after this."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(self._reset, done)
        assert done.wait(10)

    def black_hole(self) -> None:
        self._swallows = True

    def mend(self) -> None:
        self._swallows = False
        self.cut()

    def _reset(self, done: threading.Event) -> None:
        for end in list(self._ends):
            end.transport.abort()
        done.set()

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
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._take, "127.0.0.1", self.port):
            ready.set()
            await self._ending.wait()
        for end in list(self._ends):
            end.transport.abort()
        await asyncio.sleep(0.05)  # what was aborted is closed by the loop

    def run(self, ready: threading.Event) -> None:
        asyncio.run(self._serve(ready))

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)


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
