"""Somebody known is planted wherever a line could take them from; no line of any form says who they are."""

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory
from pytest_django import Settings

from config.logs import Discreet, hush_uncaught, lines, with_request_id
from config.logs.masks import redacted
from tests import factories
from tests.people import signed_in

FIRST, LAST = "Zqjeanne", "Zqdupont-Martin"
EMAIL, PHONE, NIR = "zq.jeanne@exemple.invalid", "06 99 12 34 56", "2 85 05 78 006 084 41"
TOKEN, KEY = "zQ7rT2xW9bN4mK8vL1cJ", "https://hc.exemple.invalid/zq-5f1c/key?zq=1"
REDIS = "redis://:zq-password@127.0.0.1:6379/0"
KNOWN = (FIRST, LAST, EMAIL, PHONE, PHONE.replace(" ", ""), NIR, NIR.replace(" ", ""), TOKEN, "zq")
FORMS: dict[str, Callable[[], logging.Formatter]] = {"json": lines.json_lines, "text": lines.readable}
OURS, DJANGO, THEIRS = "cases.actions.sweeping", "django.request", "somelibrary.http"


@pytest.fixture(params=FORMS)
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the platform's handler writes, in each of its forms."""
    handler = logging.StreamHandler(written := io.StringIO())
    handler.setFormatter(FORMS[request.param]())
    handler.addFilter(Discreet())
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


def tells(text: str) -> list[str]:
    return [word for word in KNOWN if word.lower() in text.lower()]


def fail(words: str) -> None:
    first_name = words  # a local variable, as a traceback with values would show it
    try:
        raise KeyError(first_name)
    except KeyError as cause:
        raise ValueError(f"{words} cannot be read") from cause


def test_the_search_finds_somebody() -> None:
    assert tells(f"{FIRST} {LAST} <{EMAIL}> {PHONE} {NIR} {TOKEN}") == [FIRST, LAST, EMAIL, PHONE, NIR, TOKEN, "zq"]


@pytest.mark.parametrize("words", [EMAIL, PHONE, "+33 6 99 12 34 56", "0033699123456", NIR, NIR.replace(" ", "")])
def test_an_address_and_a_number_are_taken_out_of_any_sentence(words: str) -> None:
    for sentence in (words, f"[{words}]", f"sent to {words}, again", f"({words})", f"to={words};", f'"{words}"'):
        assert redacted(sentence) == sentence.replace(words, "…")


@pytest.mark.parametrize(
    "words",
    [TOKEN, f"Bearer {TOKEN}", f"token={TOKEN}", "password: zq-hunter", f"Authorization: Bearer {TOKEN}", REDIS, KEY,
     "abcdefghijklmnzq0123456789012345", "Wm9uZ2VyMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY=", f"/invitation/{TOKEN}/"],
)  # fmt: skip
def test_tokens_and_keys_are_taken_out(words: str) -> None:
    left = redacted(f"before {words} after")

    assert not tells(left)
    assert "Wm9u" not in left
    assert left.startswith("before ")
    assert left.endswith(" after")


@pytest.mark.parametrize(
    "words",
    ["association 12 was set aside: OperationalError", "2026-11-30T02:14:58.434567Z", "2026-11-30 02:14:58",
     "deposit 1234567",
     "0b0c2b1e-8f4e-4f7c-9d7e-3f3a1b2c3d4e", "ab12" * 16, "redis://127.0.0.1:6379/", "451", "sweep took 0.123456789 s",
     "Not Found: /desk/dossiers/BADU-KEVI-TOR/note/", "config.settings.prod", "/srv/opposable/config/logs/lines.py:12"],
)  # fmt: skip
def test_days_ids_hashes_and_places_stay(words: str) -> None:
    assert redacted(words) == words


@pytest.mark.parametrize("words", ["\0", f"\0{EMAIL}", f"2026-11-30\0{PHONE}\0", f"\0 2026-11-30 {NIR}"])
def test_a_zero_byte_opens_no_way_around(words: str, written: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger(OURS).warning("code %s", words)

    assert written.getvalue().count("…") >= 1
    assert written.getvalue().count("2026-11-30") >= words.count("2026-11-30")
    assert not tells(written.getvalue())
    assert capsys.readouterr().err == ""


def test_a_line_that_cannot_be_written_is_not_printed_as_it_came(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, name in ((sys, "excepthook"), (threading, "excepthook"), (logging, "raiseExceptions")):
        monkeypatch.setattr(place, name, getattr(place, name))
    handler = logging.StreamHandler(io.StringIO())
    record = logging.LogRecord(OURS, logging.WARNING, __file__, 1, "%d", (EMAIL,), None)
    handler.handle(record)
    assert EMAIL in capsys.readouterr().err

    hush_uncaught()

    handler.handle(record)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("logger", [OURS, DJANGO, THEIRS])
@pytest.mark.parametrize("words", [f"{FIRST} {LAST}", EMAIL, PHONE, NIR, TOKEN, KEY, REDIS])
def test_an_error_is_told_by_its_kind_and_its_place(logger: str, words: str, written: io.StringIO) -> None:
    try:
        fail(words)
    except ValueError as error:
        logging.getLogger(logger).log(logging.ERROR, "Something failed: %s", error, exc_info=error)

    told = written.getvalue()
    assert not tells(told)
    assert "builtins.ValueError" in told
    assert "builtins.KeyError" in told
    assert "test_log_canaries.py" in told


@pytest.mark.parametrize("words", [f"{FIRST} {LAST}", EMAIL, PHONE, NIR, TOKEN])
def test_what_another_library_is_given_is_not_told(words: str, written: io.StringIO) -> None:
    logging.getLogger(THEIRS).warning("cannot reach %s after %d tries", words, 3)
    logging.getLogger(THEIRS).warning("cannot reach %(who)s", {"who": words})

    assert not tells(written.getvalue())
    assert "after 3 tries" in written.getvalue()


def test_what_hangs_on_a_record_is_not_told(written: io.StringIO) -> None:
    person = type("Person", (), {"__repr__": lambda _: FIRST, "__str__": lambda _: LAST})()
    logging.getLogger(OURS).warning(
        "seen: %s %r", person, [FIRST], extra={"user": FIRST, "email": EMAIL, "zq_note": NIR}
    )

    assert not tells(written.getvalue())
    assert "seen: Person 'list'" in written.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [f"/{FIRST}/", f"/desk/{LAST}/", f"/espace/{EMAIL}/", f"/procedures/{FIRST}-{LAST}/", f"/compte/?q={FIRST}",
     f"/desk/dossiers/{LAST}/note/", f"/invitation/{TOKEN}/", f"/langue/{PHONE}/", f"/api/v1/{NIR}",
     f"/api/v1/cases/{FIRST}"],
)  # fmt: skip
def test_what_somebody_typed_into_an_address_is_not_told(address: str, written: io.StringIO) -> None:
    answer = Client().get(address)

    assert answer.status_code in {200, 301, 302, 401, 404, 409}
    assert not tells(written.getvalue())


@pytest.mark.parametrize("host", [f"{FIRST}.exemple.invalid", EMAIL, f"{PHONE.replace(' ', '')}"])
def test_a_name_of_a_host_that_is_not_ours_is_not_told(host: str, settings: Settings, written: io.StringIO) -> None:
    settings.ALLOWED_HOSTS = ["opposable.example"]

    assert Client(HTTP_HOST=host).get("/").status_code == 400

    assert not tells(written.getvalue())
    assert "DisallowedHost" in written.getvalue()


@pytest.mark.django_db
def test_a_page_that_fails_tells_nothing_of_whom_it_was_about(
    monkeypatch: pytest.MonkeyPatch, written: io.StringIO
) -> None:
    user = factories.make_user(email=EMAIL, name=f"{FIRST} {LAST}")
    browser = signed_in(user)
    browser.raise_request_exception = False
    monkeypatch.setattr("accounts.middleware.memberships_of", lambda user: fail(f"{user.name} {user.email}"))

    answer = browser.get("/desk/")

    assert answer.status_code == 500
    assert not tells(written.getvalue())
    assert "builtins.ValueError" in written.getvalue()


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_not_repeated(written: io.StringIO) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT CAST(%s AS date) FROM nowhere WHERE name = '{FIRST}'", [LAST])
    except Exception:
        logging.getLogger(OURS).exception("A chunk failed")

    assert not tells(written.getvalue())
    assert "django.db.utils." in written.getvalue()


# The shape of a line.


def test_every_line_of_a_request_has_its_id_and_the_answer_too(written: io.StringIO) -> None:
    def page(request: object) -> dict[str, str]:
        logging.getLogger(OURS).warning("within")
        return {}

    answer = with_request_id(page)(RequestFactory().get("/", HTTP_X_REQUEST_ID=FIRST))  # type: ignore[arg-type]  # a page in miniature

    logging.getLogger(OURS).warning("after")
    within, after = written.getvalue().splitlines()
    assert answer["X-Request-Id"] in within
    assert answer["X-Request-Id"] not in after
    assert not tells(within)


def test_a_line_in_production_is_one_object_with_known_fields() -> None:
    handler = logging.StreamHandler(told := io.StringIO())
    handler.setFormatter(lines.json_lines())
    handler.addFilter(Discreet())
    logger = logging.getLogger(OURS)
    logger.addHandler(handler)
    try:
        logger.warning("two\nlines %s", 1, extra={"more": 1})
        fail(FIRST)
    except ValueError:
        logger.exception("Failed")
    finally:
        logger.removeHandler(handler)

    first, second = (json.loads(line) for line in told.getvalue().splitlines())
    assert {name: first[name] for name in ("level", "logger", "event")} == {
        "level": "warning", "logger": OURS, "event": "two\nlines 1",
    }  # fmt: skip
    assert set(first) == {"at", "level", "logger", "event"}
    assert second["errors"] == ["builtins.KeyError", "builtins.ValueError"]
    assert second["places"][-1].split(" ")[-1] == "fail"


def test_every_handler_of_the_settings_has_the_sieves() -> None:
    handlers = settings.LOGGING["handlers"].values()

    assert all((handler["filters"], handler["formatter"]) == (["discreet"], "lines") for handler in handlers)
    assert settings.LOGGING["loggers"]["gunicorn.error"]["handlers"] == []
