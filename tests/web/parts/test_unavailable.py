"""While the database is away: a page that says so and keeps what was typed, and an answer for programs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from web.parts import errors

FORM = "application/x-www-form-urlencoded"


def answered(request: Any, error: type[Exception] = OperationalError) -> HttpResponse:
    """As Django asks for it: while the exception is handled."""
    try:
        raise error
    except error:
        return errors.server_error(request)


def posted(body: str, *, kind: str = FORM) -> Any:
    return RequestFactory().post("/desk/", body, content_type=kind)


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (InterfaceError, 503), (DataError, 500)])
def test_only_what_waiting_heals_is_a_503(error: type[Exception], status: int) -> None:
    response = answered(RequestFactory().get("/desk/?page=2"), error)

    assert response.status_code == status
    assert response.has_header("Retry-After") is (status == 503)
    assert ('href="/desk/?page=2"' in response.content.decode()) is (status == 503)


def test_what_was_typed_stays_in_the_page_and_breaks_out_of_nothing() -> None:
    page = answered(posted("text=%22%3E%3Cscript%3E&kind=a&kind=b")).content.decode()

    assert '<input type="hidden" name="text" value="&quot;&gt;&lt;script&gt;">' in page
    assert page.count('name="kind"') == 2
    assert '<form method="post" action="/desk/">' in page
    assert "renvoyez-le" in page


@pytest.mark.parametrize(
    "request_of",
    [
        lambda: posted("login=a%40exemple.invalid&password=secret-zq"),
        lambda: posted("code=12345678"),
        lambda: posted("new_password=secret-zq"),
        lambda: posted("text=secret-zq", kind="text/plain"),
        lambda: posted("&".join(f"f{number}=secret-zq" for number in range(2000))),
    ],
)
def test_a_secret_a_file_or_what_is_refused_anyway_does_not_stay_in_a_page(request_of: Callable[[], Any]) -> None:
    page = answered(request_of()).content.decode()

    assert "<form" not in page
    assert "secret-zq" not in page
    assert "Attendez une minute, puis réessayez." in page


def test_a_program_is_told_when_to_come_back() -> None:
    response = answered(RequestFactory().get("/api/v1/cases/"))

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert b'"code": "unavailable"' in response.content
