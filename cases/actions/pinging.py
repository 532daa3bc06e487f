"""Dead man's switches: after a sweep that ended well, ask the addresses that the operator wrote down for it.

Whoever keeps such an address raises an alarm when nobody asked for too long. Nothing leaves but the address itself; no
redirect is followed, no answer is read beyond its status, and whatever goes wrong, the sweep is done.
"""

import logging
import ssl
import threading
import time
from collections.abc import Collection, Iterable
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import Association

WITHIN = 3.0  # seconds for a connection, and for each reading
BUDGET = 5.0  # seconds for all of them together
WHOLE_INSTANCE = "*"
_log = logging.getLogger(__name__)


def ping_after_sweep(*, well: Collection[int], all_well: bool) -> None:
    """`well`: ids of associations whose sweep set nothing aside. Call it outside transactions; takes BUDGET at most."""
    addresses = settings.SWEEP_PINGS
    if not addresses:
        return
    slugs = list(Association.objects.filter(pk__in=well, slug__in=addresses).values_list("slug", flat=True))
    asked = [addresses[slug] for slug in (*slugs, *([WHOLE_INSTANCE] if all_well else [])) if slug in addresses]
    failed = len(asked) - count_heard(asked)
    if failed:
        _log.warning("%s of the addresses that watch over the sweep did not answer", failed)


def count_heard(addresses: Iterable[str]) -> int:
    """How many answered 2xx within BUDGET. All are asked at once; one that hangs is left to itself."""
    heard: list[str] = []
    threads = [threading.Thread(target=_ask, args=(address, heard), daemon=True) for address in addresses]
    for thread in threads:
        thread.start()
    until = time.monotonic() + BUDGET
    for thread in threads:
        thread.join(timeout=max(0.0, until - time.monotonic()))
    return len(heard)


def _ask(address: str, heard: list[str]) -> None:
    try:
        where = urlsplit(address)
        with closing(_connection(where.scheme, where.hostname or "", where.port)) as connection:
            connection.request("GET", (where.path or "/") + (f"?{where.query}" if where.query else ""))
            if 200 <= connection.getresponse().status < 300:
                heard.append(address)
    except (OSError, HTTPException, ValueError) as error:  # a port that is none is a ValueError
        _log.info("an address that watches over the sweep: %s", type(error).__name__)


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=WITHIN, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=WITHIN)
