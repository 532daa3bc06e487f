"""The nursery's own teeth."""

import socket
import urllib.request

import pytest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from accounts.middleware import ScopeMiddleware, WriteOnRead, refuse_writes
from accounts.models import Association
from tests import factories, nursery, pages


def _orders(rows: "QuerySet[Association]") -> set[tuple[int, ...]]:
    return {tuple(row.pk for row in rows.all()) for _ in range(40)}


@pytest.mark.django_db
def test_an_unordered_queryset_comes_in_any_order() -> None:
    for _ in range(4):
        factories.make_association()

    assert len(_orders(Association.objects.all())) > 1
    assert len(_orders(Association.objects.order_by("pk"))) == 1


@pytest.mark.parametrize(
    "source",
    ["{{ nobody }}", "{{ known.nothing }}", "{{ nobody|default:'x' }}", "{% for one in nobody %}{% endfor %}"],
)
def test_an_undefined_variable_fails(source: str) -> None:
    with pytest.raises(nursery.UndefinedVariable):
        Template(source).render(Context({"known": "text"}))


@pytest.mark.parametrize(
    "source", ["{% if nobody %}x{% endif %}", "{{ known }}", "{% for one in known %}{{ one }}{% endfor %}"]
)
def test_a_question_about_an_undefined_variable_passes(source: str) -> None:
    Template(source).render(Context({"known": "text"}))


def test_other_peoples_templates_keep_djangos_tolerance() -> None:
    assert "None" not in render_to_string("django/forms/widgets/input.html", {"widget": {"name": "n"}})


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("2001:db8::1", 9)])
def test_no_socket_leaves_loopback(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as outside, pytest.raises(nursery.SocketOutside):
        outside.connect(address)


def test_no_name_is_looked_up() -> None:
    with pytest.raises(nursery.SocketOutside):
        urllib.request.urlopen("http://exemple.invalid/")


@pytest.mark.parametrize(
    "html",
    [
        '<p onclick="x()">a</p>',
        '<p style="color: red">a</p>',
        "<style>p {}</style>",
        "<script>x()</script>",
        '<a href="javascript:x()">a</a>',
        "<p>{{ name }}</p>",
        "<p>{% name %}</p>",
        '<p id="a"></p><p id="a"></p>',
        "<!doctype html><html><body></body></html>",
    ],
)
def test_a_page_with_a_fault_is_refused(html: str) -> None:
    assert pages.fault_in(html)


def test_a_plain_page_passes() -> None:
    plain = '<!doctype html><html lang="fr"><script src="/static/a.js"></script><p id="a">Bonjour</p></html>'

    assert pages.fault_in(plain) == ""


def page_that_writes(request: HttpRequest) -> HttpResponse:
    Association.objects.create(name="x", slug="x")
    return HttpResponse()


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_safe_method_that_writes_fails(method: str, rf: RequestFactory) -> None:
    """The guard is production's own; here a page that writes is put behind it."""
    with pytest.raises(WriteOnRead):
        ScopeMiddleware(page_that_writes)(getattr(rf, method)("/"))


@pytest.mark.django_db
def test_a_post_that_writes_passes(rf: RequestFactory) -> None:
    ScopeMiddleware(page_that_writes)(rf.post("/"))

    assert Association.objects.count() == 1


@pytest.mark.parametrize(
    "sql",
    [
        'INSERT INTO "cases_case" ("id") VALUES (%s)',
        'INSERT OR IGNORE INTO "cases_case" ("id") VALUES (%s)',
        'UPDATE "cases_case" SET "state" = %s',
        "WITH due AS (SELECT 1) UPDATE cases_case SET state = %s FROM due",
        'DELETE FROM "cases_case"',
        "TRUNCATE cases_case",
        "MERGE INTO cases_case USING x ON true",
    ],
)
def test_every_form_of_write_is_refused(sql: str) -> None:
    with pytest.raises(WriteOnRead):
        refuse_writes(None, sql, (), False, {})


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "id" FROM "cases_case" FOR UPDATE OF "cases_case"',
        'INSERT INTO "cases_caseevent" ("id") VALUES (%s)',
        'UPDATE "django_session" SET "session_data" = %s',
    ],
)
def test_reading_the_session_and_the_opening_of_a_file_pass(sql: str) -> None:
    assert refuse_writes(lambda *given: "ran", sql, (), False, {}) == "ran"


def test_the_clock_stands(clock: object) -> None:
    assert timezone.localdate().isoformat() == "2026-11-23"
