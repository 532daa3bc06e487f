"""A mail server on loopback that counts every copy it took, and refuses, hangs or goes away as told."""

import asyncio
import contextlib
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller

from tests.cluster import free_port

FAR = 3600.0


class Sink:
    """`copies`: by address, how often under which Message-ID."""

    def __init__(self) -> None:
        self.port = free_port()
        self.copies: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.never: set[str] = set()  # these addresses get a 550
        self.defers_half = False
        self.hangs = False
        self._controller: Controller | None = None

    def up(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def down(self) -> None:
        if self._controller:
            self._controller.stop()

    @property
    def taken(self) -> int:
        return len(self.copies)

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, host: str, answers: list[str]) -> list[str]:  # noqa: N802  aiosmtpd's name
        await self._maybe_hang()
        session.host_name = host
        return answers

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  aiosmtpd's name
        if address in self.never:
            return "550 5.1.1 no such user"
        if self.defers_half and sum(address.encode()) % 2:
            return "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        await self._maybe_hang()
        message = message_from_bytes(envelope.content)
        self.copies[envelope.rcpt_tos[0]][str(message["Message-ID"])] += 1
        return "250 OK"

    async def _maybe_hang(self) -> None:
        """Before anything is taken: whoever waits gives up first."""
        if self.hangs:
            await asyncio.sleep(FAR)


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    logging.getLogger("mail.log").disabled = True  # its words hold addresses
    made = Sink()
    made.up()
    try:
        yield made
    finally:
        made.down()
