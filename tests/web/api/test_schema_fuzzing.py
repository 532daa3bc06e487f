"""The API keeps to its own schema whatever it is asked: made-up questions, right and wrong, by token and by session.

No server and no network: each question goes to the application in this process, and is undone with the test.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error, response_headers_conformance, response_schema_conformance
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    status_code_conformance,
    unsupported_method,
)

import cases.models
from accounts.models import Membership
from tests import factories
from tests.people import HouseClient
from tests.whole import WHOLE
from web.api.v1.views.doors import PerToken

# Of each operation, asked as each of three, right and wrong.
EXAMPLES = 100 if WHOLE else 6
# Not `positive_data_acceptance`: a schema cannot say which procedures there are, nor which facts each of them knows.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    missing_required_header,
    unsupported_method,
]
OPERATIONS = (
    "GET /api/v1/cases/",
    "GET /api/v1/cases/{reference}/",
    "POST /api/v1/deadlines/explain/",
    "GET /api/v1/procedures/",
    "GET /api/v1/procedures/{key}/",
    "GET /api/v1/releases/",
    "GET /api/v1/releases/{slug}/",
)
# Their schema takes any word in the address and nothing else: there is no wrong question to make up.
NEVER_WRONG = {
    "GET /api/v1/procedures/",
    "GET /api/v1/procedures/{key}/",
    "GET /api/v1/releases/",
    "GET /api/v1/releases/{slug}/",
}

SESSION = "SESSION"  # the header in which a session goes

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def from_loopback(environ: dict[str, Any], start_response: Any) -> Any:
    """The application as a server calls it: with the address of whoever asks, by which questions are counted.

    The client in between sends the cookies of its own jar alone: the session's comes under another name.
    """
    asked = {"REMOTE_ADDR": "127.0.0.1", **environ, "HTTP_COOKIE": environ.get(f"HTTP_{SESSION}", "")}
    return get_wsgi_application()(asked, start_response)


@pytest.fixture
def schema() -> Iterator[schemathesis.BaseSchema]:
    """The application does not close the connection after a request, as Django's own test client sees to."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/", from_loopback, headers={"Host": "testserver"})
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def by_token(coordinator: Membership, now: datetime) -> dict[str, str]:
    _, bearer = factories.make_token(coordinator, at=now)
    return {"Authorization": f"Bearer {bearer}"}


@pytest.fixture
def by_session(reader: HouseClient) -> dict[str, str]:
    name = django_settings.SESSION_COOKIE_NAME
    return {SESSION: f"{name}={reader.cookies[name].value}"}


@pytest.fixture(params=["by_token", "by_session", "nobody"])
def headers(request: pytest.FixtureRequest) -> dict[str, str]:
    known: dict[str, str] = {} if request.param == "nobody" else request.getfixturevalue(request.param)
    return {**known, "Host": "testserver"}


def operations(schema: schemathesis.BaseSchema) -> Iterator["schemathesis.APIOperation[Any, Any, Any, Any]"]:
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), "the schema does not hold together"
        yield result.ok()


def test_every_operation_of_the_schema_is_asked(schema: schemathesis.BaseSchema) -> None:
    assert sorted(one.label for one in operations(schema)) == sorted(OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_an_answer_is_always_one_that_the_schema_names(
    schema: schemathesis.BaseSchema, headers: dict[str, str], mode: GenerationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PerToken, "rate", "100000/min")
    for operation in operations(schema):
        if mode is GenerationMode.NEGATIVE and operation.label in NEVER_WRONG:
            continue

        @settings(
            max_examples=EXAMPLES,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: "Case[Any]") -> None:
            cache.clear()
            case.call_and_validate(headers=headers, checks=CHECKS)

        asked()


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("by", ["by_token", "by_session"])
def test_a_real_case_and_its_list_are_as_the_schema_says(
    schema: schemathesis.BaseSchema, case: cases.models.Case, by: str, request: pytest.FixtureRequest
) -> None:
    headers = {**request.getfixturevalue(by), "Host": "testserver"}
    places = {"reference": case.reference, "key": factories.OPPOSITION}

    statuses = {}
    for operation in operations(schema):
        if "slug" not in operation.path and operation.method.upper() == "GET":
            known = {name: value for name, value in places.items() if f"{{{name}}}" in operation.path}
            one = operation.Case(path_parameters=known)
            statuses[operation.label] = one.call_and_validate(headers=headers, checks=CHECKS).status_code

    assert set(statuses.values()) == {200}
    assert len(statuses) == 5
