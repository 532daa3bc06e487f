"""Numbers that are written nowhere are not sent to programs' addresses either: refused in their own shape."""

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import get_resolver
from rest_framework import serializers as framework

from tests.people import HouseClient
from tests.web.api.test_cases import error_of
from tests.web.api.test_explain import SENT, ask
from web.api.v1.views.doors import Door, QuestionDoor, SmallJson

NUMBER = "2 85 05 78 006 084 41"
REFUSED = (422, "personal_number")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_asked_before() -> None:
    cache.clear()


@pytest.mark.parametrize(
    "body",
    [
        {**SENT, "procedure": NUMBER},
        {**SENT, "deadline": NUMBER},
        {**SENT, "facts": {"sent": NUMBER}},
        {**SENT, "facts": {NUMBER: "2022-02-03"}},
        {**SENT, "facts": {"sent": {"earliest": NUMBER, "latest": "2022-02-03"}}},
        {**SENT, "facts": {"sent": {"earliest": "2022-02-03", "latest": "2022-02-03", "known_by": [NUMBER]}}},
        {**SENT, "note": "code provisoire 482913"},
        {**SENT, "note": "carte Vitale n° 8025000012"},
        {**SENT, "nir": 285057800608441},
        [NUMBER],
    ],
)
def test_wherever_it_stands_in_a_question_it_is_refused_and_not_told_back(client: HouseClient, body: object) -> None:
    response = ask(client, body, headers={"accept-language": "fr"})

    assert error_of(response) == REFUSED
    assert "Effacez-le" in response.json()["error"]["message"]
    assert not any(part in response.content.decode() for part in ("006 084", "00608441", "482913", "8025000012"))


@pytest.mark.parametrize("query", [{"table": NUMBER}, {NUMBER: "1"}, {"campaign": "285057800608441"}])
def test_wherever_it_stands_in_a_query_it_is_refused(client: HouseClient, query: dict[str, str]) -> None:
    assert error_of(client.get("/api/v1/releases/", query)) == REFUSED


def test_it_is_said_in_the_reader_s_language(client: HouseClient) -> None:
    response = ask(client, {"nir": NUMBER}, headers={"accept-language": "en"})

    assert "social security number" in response.json()["error"]["message"]


def doors(resolver: Any = None) -> set[type[Door]]:
    found = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if hasattr(entry, "url_patterns"):
            found |= doors(entry)
        elif (door := getattr(entry.callback, "cls", None)) and issubclass(door, Door):
            found.add(door)
    return found


def test_whoever_takes_a_body_reads_it_through_the_one_parser() -> None:
    takers = {door for door in doors() if any(hasattr(door, method) for method in ("post", "put", "patch"))}

    assert len(doors()) > 5
    assert takers
    assert {(issubclass(door, QuestionDoor), door.parser_classes) for door in takers} == {(True, (SmallJson,))}


def test_no_shape_takes_what_the_parser_has_not_seen() -> None:
    """A serializer that validates would read forms and files too; ours only show."""
    shapes = framework.Serializer.__subclasses__()

    assert len(shapes) > 20
    assert [one for one in shapes if one.__module__.startswith("web.") and "create" in vars(one)] == []
