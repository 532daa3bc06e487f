"""What comes in before any view: the bounds of a request, methods, plain HTTP; and what every answer says of itself."""

import io
import logging
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from ssl import (
    PROTOCOL_TLS_SERVER,
    MemoryBIO,
    SSLCertVerificationError,
    SSLContext,
    SSLError,
    SSLWantReadError,
    TLSVersion,
)

import pytest
from django.conf import LazySettings
from django.core.mail import get_connection
from django.test import Client
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

from accounts.models import SignInCode
from tests.house.headers import faults_of

START = b"POST /espace/entrer/ HTTP/1.1\r\nHost: opposable.example\r\n"
HIDDEN = b"0\r\n\r\nGET /desk/ HTTP/1.1\r\nHost: opposable.example\r\n\r\n"


def read(raw: bytes) -> bytes:
    """The body as the production server takes it out of these bytes. Raises ParseException."""
    return next(RequestParser(Config(), iter([raw]), ("127.0.0.1", 1))).body.read()  # type: ignore[no-any-return]  # untyped


def test_a_sound_request_is_read() -> None:
    assert read(START + b"Content-Length: 4\r\n\r\nwho=") == b"who="


@pytest.mark.parametrize(
    "doubtful",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + HIDDEN,
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + HIDDEN,
        b"Content-Length: 4\r\nContent-Length: 60\r\n\r\n" + HIDDEN,
        b"Content-Length: +4\r\n\r\n" + HIDDEN,
        b"Transfer-Encoding: xchunked\r\n\r\n" + HIDDEN,
        b"Transfer-Encoding : chunked\r\n\r\n" + HIDDEN,
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + HIDDEN,
    ],
)
def test_a_request_whose_end_is_doubtful_is_refused(doubtful: bytes) -> None:
    """A proxy that sees another end would let a hidden request through."""
    with pytest.raises(ParseException):
        read(START + doubtful)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/espace/", "/desk/", "/compte/connexion/", "/api/v1/", "/api/v1/cases/"])
def test_trace_gives_nothing_back(path: str) -> None:
    answer = Client().generic("TRACE", path, headers={"X-Secret": "zq-secret"})

    assert answer.status_code in {302, 401, 403, 405}
    assert b"zq-secret" not in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/static/", "/static/js/", "/static/../config/settings/base.py", "/.git/config", "/media/"]
)
def test_no_folder_is_listed_and_no_source_is_served(path: str, settings: LazySettings) -> None:
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True

    assert Client().get(path).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/espace/entrer/", "/compte/connexion/", "/nulle-part/", "/api/v1/", "/api/nothing"]
)
def test_an_answer_says_what_it_is_and_how_its_signs_are_written(path: str) -> None:
    answer = Client().get(path)
    kind = answer["Content-Type"]

    assert kind == ("application/json" if path.startswith("/api") and "json" in kind else "text/html; charset=utf-8")
    answer.content.decode("utf-8")


@pytest.mark.django_db
def test_static_texts_say_it_too(settings: LazySettings) -> None:
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    kinds = {}
    for path in ("js/main.js", "css/base.css"):
        answer = Client().get(f"/static/{path}")
        kinds[path] = answer["Content-Type"]
        answer.close()

    assert kinds == {"js/main.js": 'text/javascript; charset="utf-8"', "css/base.css": 'text/css; charset="utf-8"'}


# Plain HTTP.


@pytest.mark.django_db
def test_people_are_sent_on_to_tls_and_programs_are_refused(settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get("/demarches/").status_code == 301
    refused = Client().get("/api/v1/cases/", headers={"Authorization": "Bearer opp_zq"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (426, "tls_required")
    assert faults_of(refused, "/api/v1/cases/", is_private=True) == []
    assert Client().get("/api/v1/procedures/", secure=True).status_code == 200


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")  # an old version is what the old server has
def test_mail_leaves_only_to_a_server_whose_certificate_is_right_by_tls_1_2_at_least(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_SSL = True
    pair = _certificate(tmp_path)

    assert isinstance(_shaken(pair, TLSVersion.TLSv1_2), SSLCertVerificationError)
    assert _shaken(pair, TLSVersion.TLSv1_2, trusted=pair) == "TLSv1.2"
    assert isinstance(_shaken(pair, TLSVersion.TLSv1_2, trusted=pair, name="other.invalid"), SSLCertVerificationError)
    assert isinstance(_shaken(pair, TLSVersion.TLSv1_1, trusted=pair), SSLError)
    assert _shaken(pair, TLSVersion.TLSv1_1, trusted=pair, takes_all=True) == "TLSv1.1"


def _certificate(folder: Path) -> Path:
    """Of a mail server of its own making, with its key."""
    asked = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=mail.invalid",
    ]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "crt.pem")]
    subprocess.run(
        ["openssl", *asked, "-addext", "subjectAltName=DNS:mail.invalid", *files], check=True, capture_output=True
    )
    pair = folder / "pair.pem"
    pair.write_text((folder / "key.pem").read_text() + (folder / "crt.pem").read_text())
    return pair


def _shaken(
    pair: Path,
    speaks: TLSVersion,
    *,
    trusted: Path | None = None,
    name: str = "mail.invalid",
    takes_all: bool = False,
) -> str | SSLError:
    """What our mail's side and a server that speaks no newer TLS agree on, or why they do not.

    `takes_all`: our side is made to take anything, to show that the server can.
    """
    server = SSLContext(PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pair)
    server.set_ciphers("ALL:@SECLEVEL=0")  # an old server's
    server.minimum_version, server.maximum_version = TLSVersion.TLSv1, speaks
    ours = get_connection().ssl_context  # type: ignore[attr-defined]  # of the SMTP backend alone
    if trusted:
        ours.load_verify_locations(trusted)
    if takes_all:
        ours.set_ciphers("ALL:@SECLEVEL=0")
        ours.minimum_version = TLSVersion.TLSv1
    there, back = MemoryBIO(), MemoryBIO()
    sides = ours.wrap_bio(back, there, server_hostname=name), server.wrap_bio(there, back, server_side=True)
    try:
        for side in sides * 4:
            with suppress(SSLWantReadError):
                side.do_handshake()
    except SSLError as refused:
        return refused
    return str(sides[0].version())


# One meaning of a field that comes twice.


@pytest.mark.django_db
def test_a_field_in_the_address_does_not_stand_for_one_of_the_form() -> None:
    entered = Client().post("/espace/entrer/?who=anne@exemple.invalid", {})

    assert entered.status_code == 422
    assert SignInCode.objects.count() == 0


# The log.


@pytest.mark.django_db
def test_an_address_makes_one_line_of_the_log(written: io.StringIO) -> None:
    Client().get("/nulle-part/%0A2026-01-01 INFO accounts.entry zq-forged%0D%1B[2K")

    assert "Not Found" in written.getvalue()
    assert "nulle-part" not in written.getvalue()  # no word of an address but those of our own
    assert len(written.getvalue().splitlines()) == 1
    assert "\x1b" not in written.getvalue()


@pytest.mark.django_db
def test_a_line_of_the_log_tells_its_instant_with_the_zone(written: io.StringIO) -> None:
    Client().get("/nulle-part/")

    assert re.search(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})", written.getvalue())


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the platform's own handler writes of `django.request`."""
    [kept] = [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]
    elsewhere = logging.StreamHandler(text := io.StringIO())
    elsewhere.setFormatter(kept.formatter)
    for one in kept.filters:
        elsewhere.addFilter(one)
    logging.getLogger("django.request").addHandler(elsewhere)
    yield text
    logging.getLogger("django.request").removeHandler(elsewhere)
