"""Procedures, releases, the schema and the page that lists them: for anyone."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from accounts.models import Association, Membership
from observatory.access import ReleaseView
from procedures import registry
from procedures.registry import all_current
from procedures.rules.replies import DeadlineReply
from tests.factories import OPPOSITION
from tests.people import HouseClient
from tests.web import releases
from tests.web.api.test_cases import error_of

API = "/api/v1/"
LINE = {
    "key",
    "version",
    "title",
    "short",
    "summary",
    "beneficiaries",
    "certainty",
    "checked_on",
    "valid_from",
    "valid_to",
    "follows_on_miss",
}
WHOLE = LINE | {
    "addressee",
    "eligibility",
    "leaves",
    "successor",
    "note",
    "advice",
    "channels",
    "deadlines",
    "justificatifs",
    "outcomes",
    "obstacles",
    "escalation",
    "links",
    "sources",
    "legal_basis",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(association: Association, delegate: Membership, monkeypatch: pytest.MonkeyPatch) -> ReleaseView:
    return releases.publish(releases.measure(association, monkeypatch), by=delegate)


def test_the_list_names_every_procedure(client: HouseClient) -> None:
    lines = client.get(f"{API}procedures/").json()["results"]

    assert [line["key"] for line in lines] == [definition.key for definition in all_current()]
    assert all(line.keys() == LINE for line in lines)


@pytest.mark.parametrize("key", [definition.key for definition in all_current()])
def test_a_procedure_holds_its_whole_definition(client: HouseClient, key: str) -> None:
    definition, told = registry.current(key), client.get(f"{API}procedures/{key}/").json()

    assert told.keys() == WHOLE
    assert [channel["key"] for channel in told["channels"]] == [channel.key for channel in definition.channels]
    assert told["title"] == {"fr": definition.title.fr, "en": definition.title.en}
    assert [row["length"] for row in told["deadlines"]] == [str(rule.length) for rule in definition.deadlines]


def test_a_deadline_and_hours_of_a_procedure_have_this_shape(client: HouseClient) -> None:
    told = client.get(f"{API}procedures/{OPPOSITION}/").json()

    deadline = told["deadlines"][0]
    assert deadline | {"title": 0, "on_miss": 0, "article_url": 0} == {
        "key": "opposer",
        "title": 0,
        "start_fact": "sent",
        "length": "P6W",
        "rule": "fr_weeks",
        "bound": "member",
        "article": "CSP R. 1111-28",
        "article_url": 0,
        "checked_on": "2026-11-23",
        "certainty": "high",
        "on_miss": 0,
        "on_miss_procedure": "mon-espace-sante/cloture",
        "note": None,
    }
    assert told["channels"][1]["hours"] == {
        "slots": [{"weekdays": [0, 1, 2, 3, 4], "opens": "08:30", "closes": "17:30"}],
        "closed_on_holidays": True,
        "zone": "FR",
        "time_zone": "Europe/Paris",
    }


def test_a_release_has_this_shape_and_a_hidden_number_is_null(client: HouseClient, published: ReleaseView) -> None:
    told = client.get(f"{API}releases/{published.slug}/").json()

    rows = told.pop("rows")
    assert [row["value"] for row in rows] == [row.value for row in published.rows]
    assert all(row.keys() == {"keys", "label", "value", "margin", "hidden"} for row in rows)
    assert all(row["hidden"] == (row["value"] is None) == (row["margin"] is None) for row in rows)
    assert told == {
        "slug": published.slug,
        "title": {"fr": published.title.fr, "en": published.title.en},
        "campaign": published.campaign,
        "publisher": published.publisher,
        "table": "S1",
        "period": "2025",
        "version": 1,
        "published_at": "2026-01-10T10:30:00+01:00",
        "file": {
            "name": published.file_name,
            "url": f"http://testserver/chiffres/{published.slug}/{published.file_name}",
            "sha256": published.sha256,
            "size": published.size,
        },
        "total": None,
        "method": {"fr": published.method.fr, "en": published.method.en},
    }


def test_the_file_named_is_the_file_published(client: HouseClient, published: ReleaseView) -> None:
    (line,) = client.get(f"{API}releases/").json()["results"]

    assert len(client.get(line["file"]["url"]).content) == line["file"]["size"]


def test_what_is_not_published_is_not_told(
    client: HouseClient, association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = releases.measure(association, monkeypatch)

    assert client.get(f"{API}releases/").json() == {"results": []}
    assert error_of(client.get(f"{API}releases/{release.slug}/")) == (404, "not_found")


@pytest.mark.parametrize("url", ["procedures/inconnue/", "releases/inconnue/", "inconnu/", "cases/a/b/", "releases/é/"])
def test_whatever_does_not_exist_is_404_in_json(client: HouseClient, url: str) -> None:
    assert error_of(client.get(f"{API}{url}")) == (404, "not_found")


def test_a_forgotten_slash_is_added(client: HouseClient) -> None:
    assert client.get(f"{API}procedures")["Location"] == f"{API}procedures/"


@pytest.mark.parametrize("url", ["procedures/", f"procedures/{OPPOSITION}/", "releases/"])
def test_open_data_is_only_read_and_takes_no_parameter(client: HouseClient, url: str) -> None:
    assert error_of(client.post(f"{API}{url}")) == (405, "method_not_allowed")
    assert error_of(client.get(f"{API}{url}", {"page": "2"})) == (400, "bad_parameter")


def test_json_only(client: HouseClient) -> None:
    assert error_of(client.get(f"{API}procedures/", headers={"accept": "text/html"})) == (406, "not_acceptable")


def test_open_data_costs_nothing_or_two_queries(client: HouseClient, published: ReleaseView) -> None:
    for url, cost in {"procedures/": 0, f"procedures/{OPPOSITION}/": 0, "releases/": 2, "": 0, "schema/": 0}.items():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{API}{url}").status_code == 200
        assert len(asked) == cost, url


def test_an_error_speaks_the_reader_s_language_and_its_code_never_changes(client: HouseClient) -> None:
    french, english = (client.get(f"{API}cases/", headers={"accept-language": code}) for code in ("fr", "en"))

    assert error_of(french) == error_of(english)


# The schema


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        generator: Any = SchemaGenerator  # its types are lost on the way
        made: dict[str, Any] = generator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS
    return made


def test_the_schema_is_valid_and_warns_of_nothing(schema: dict[str, Any]) -> None:
    validate: Any = validate_schema
    validate(schema)


def test_the_schema_served_is_json_and_names_every_address(client: HouseClient, schema: dict[str, Any]) -> None:
    response = client.get(f"{API}schema/")

    assert json.loads(response.content)["paths"].keys() == schema["paths"].keys()
    assert set(schema["paths"]) == {
        f"{API}{rest}"
        for rest in (
            "cases/",
            "cases/{reference}/",
            "procedures/",
            "procedures/{key}/",
            "deadlines/explain/",
            "releases/",
            "releases/{slug}/",
        )
    }


def test_only_cases_ask_who_one_is(schema: dict[str, Any]) -> None:
    guarded = {
        path for path, methods in schema["paths"].items() for asked in methods.values() if {} not in asked["security"]
    }

    assert guarded == {f"{API}cases/", f"{API}cases/{{reference}}/"}


def test_the_answers_are_those_of_the_schema(client: HouseClient, schema: dict[str, Any]) -> None:
    shapes = schema["components"]["schemas"]

    assert shapes["ProcedureWhole"]["properties"].keys() == WHOLE
    assert shapes["ExplainedDeadline"]["properties"].keys() == DeadlineReply.__annotations__.keys()
    assert shapes["Error"]["properties"].keys() == {"error"}


def test_the_index_lists_every_address(client: HouseClient, schema: dict[str, Any]) -> None:
    page = client.get(API).content.decode()

    for path in schema["paths"]:
        assert path.removeprefix(API) in page or path.removeprefix(API) + "?" in page
