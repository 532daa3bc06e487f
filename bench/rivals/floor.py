"""F, the floor: a Django view of 50 rows with values() and a template. No session, no tenancy, nothing sealed."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine, Template
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from cases.models import Case

ROWS = 50
_COLUMNS = (
    "reference", "procedure", "state", "reason", "act_on", "next_deadline_on", "opened_on", "campaign__title",
)  # fmt: skip
# What `startproject` writes, and the addresses.
_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "bench.rivals.floor.own_addresses",
]


def floor(_request: HttpRequest, association_id: int) -> HttpResponse:
    rows = Case._base_manager.filter(association_id=association_id, closed_on=None)
    shown = rows.order_by("act_on", "id").values(*_COLUMNS)[:ROWS]
    return HttpResponse(_template().render(Context({"rows": shown})))


urlpatterns = [path("floor/<int:association_id>/", floor)]


@cache
def _template() -> Template:
    return Engine(dirs=[str(Path(__file__).parent / "templates")]).get_template("floor.html")


def own_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """F is no address of the platform."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__  # read by Django's handler
        return get_response(request)

    return answer


def browser() -> Client:
    """A client whose middleware is F's; it is loaded once, here."""
    client = Client()
    with override_settings(MIDDLEWARE=_MIDDLEWARE):
        client.handler.load_middleware()
    return client


def let_rows_be_seen(association_id: int) -> None:
    """Row-level security holds for F too: the session sees the association, outside of the measure."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.association_id', %s, false)", [str(association_id)])
