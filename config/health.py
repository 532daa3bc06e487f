"""Is this process there, and may it serve? For whoever operates the platform; the outside learns that it is there.

They are answered before the host's name, the scheme and the session are looked at: a probe of one's own machine brings
none of them.
"""

import functools
import ipaddress
import shutil
from collections.abc import Callable, Mapping
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

from accounts.access import closed_keks
from config import metrics
from config.checks import is_file_broker, powers_of

BROKER_WITHIN = 1.0  # seconds
_MEGABYTE = 1024 * 1024
# What proxies add to what they hand on. A request of this machine's own brings none of it.
_TOLD_BY_PROXIES = (
    *("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port"),
    *("X-Forwarded-Server", "X-Real-Ip"),
)
View = Callable[[HttpRequest], HttpResponse]


class Found(StrEnum):
    """What a check says: a code, never a name, an address or an error's words."""

    OK = "ok"
    AWAY = "away"
    UNAPPLIED = "unapplied"
    CLOSED = "closed"
    POWERFUL = "powerful"
    FULL = "full"
    UNKNOWN = "unknown"


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while this process answers. Asks nothing of anything else, so that a database away restarts nobody."""
    return JsonResponse({"status": Found.OK}, headers=_NOT_KEPT)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200, or 503 with the codes of what fails. The broker is information: the rows are the queue."""
    refuse_outside(request)
    checks = readiness()
    failing = [name for name, code in checks.items() if code != Found.OK]
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    told = {"ready": not failing, "failing": failing, "checks": checks, "broker": broker()}
    return JsonResponse(told, status=status, headers=_NOT_KEPT)


@require_safe
def measured(request: HttpRequest) -> HttpResponse:
    """What waits, in Prometheus' text format, counted from the rows: each process of the web answers the same."""
    refuse_outside(request)
    return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE, headers=_NOT_KEPT)


_NOT_KEPT = {"Cache-Control": "no-store"}
PROBES: Mapping[str, View] = MappingProxyType({"/healthz": healthz, "/readyz": readyz, "/metrics": measured})


def probes(get_response: View) -> View:
    """Middleware: answers the probes of those who may ask; everybody else goes the way of every request, to a 404."""

    def answer(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if probe is healthz or (probe and is_inside(request)):
            return probe(request)
        return get_response(request)

    return answer


def refuse_outside(request: HttpRequest) -> None:
    if not is_inside(request):
        raise Http404


def is_inside(request: HttpRequest) -> bool:
    """Whoever brings METRICS_TOKEN, or a program of this machine itself.

    A proxy on this machine is a neighbour too: what it hands on is told by the headers that it adds, whatever they say.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    token = settings.METRICS_TOKEN
    if token and scheme.lower() == "bearer" and constant_time_compare(given.strip(), token):
        return True
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and not any(
        name in request.headers for name in _TOLD_BY_PROXIES
    )


def _is_loopback(address: str) -> bool:
    """A request through a socket of files has no address, and comes from a proxy."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def readiness() -> dict[str, Found]:
    """A code for each part without which nobody is served well. About nine queries."""
    found = dict.fromkeys(("database", "migrations", "keys", "role"), Found.UNKNOWN) | {"disk": disk()}
    try:
        found["migrations"] = migrations()
        found["database"] = Found.OK
        found["role"] = Found.POWERFUL if powers_of("default") else Found.OK
        if found["migrations"] == Found.OK:
            found["keys"] = Found.CLOSED if closed_keks() else Found.OK
    except DatabaseError:
        found["database"] = Found.AWAY
    return found


def migrations() -> Found:
    """Later ones than this version knows are no fault: they keep what a running version still reads."""
    applied = MigrationRecorder(connection).applied_migrations()
    return Found.OK if _known_migrations() <= applied.keys() else Found.UNAPPLIED


@functools.cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Read once: a process keeps its code."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {})


def disk() -> Found:
    """Whether each of the places that the platform writes to has MIN_FREE_DISK_MB left."""
    places = [place for place in (Path(settings.VAR_DIR), Path(settings.VAR_DIR) / "sealed") if place.is_dir()]
    if not places:
        return Found.AWAY
    return Found.OK if all(has_room(place) for place in places) else Found.FULL


def has_room(place: Path) -> bool:
    return shutil.disk_usage(place).free >= settings.MIN_FREE_DISK_MB * _MEGABYTE


def broker() -> Found:
    """Whether pokes get through. Without it everything still happens, at the next tick."""
    if is_file_broker():
        return Found.OK
    patience = {"socket_timeout": BROKER_WITHIN, "socket_connect_timeout": BROKER_WITHIN}
    try:
        with Redis.from_url(settings.CELERY_BROKER_URL, **patience) as redis:
            redis.ping()
    except (RedisError, OSError, ValueError):
        return Found.AWAY
    return Found.OK
