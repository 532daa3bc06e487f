"""Uploads at the door: in memory only, and a form that survives a file that is too large."""

import io
import tempfile
from collections.abc import Callable
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import path

from tests.vault import samples
from vault.box import uploads

LIMIT = 1000


def form(request: HttpRequest) -> HttpResponse:
    """Answers what a view finds: the fields, and each file's length as told and as read."""
    if request.method == "GET":
        return HttpResponse(get_token(request))
    files = [(sent.name, sent.size, len(sent.read())) for sent in request.FILES.getlist("file")]
    return HttpResponse(repr((request.POST.dict().get("note"), files)))


urlpatterns = [path("form/", form)]
handler400 = "web.parts.errors.bad_request"


@pytest.fixture(autouse=True)
def _small_limit(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = LIMIT


@pytest.fixture
def send(settings: Any) -> Callable[..., HttpResponse]:
    """Post a form as a browser does, its CSRF token after the file."""
    settings.ROOT_URLCONF = "tests.vault.test_upload"
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
    browser = Client(enforce_csrf_checks=True)
    token = browser.get("/form/").content.decode()

    def post(*files: bytes, name: str = "attestation.pdf") -> HttpResponse:
        sent = [SimpleUploadedFile(name, data, content_type="text/html") for data in files]
        fields = {"file": sent, "note": "ce que j’ai écrit", "csrfmiddlewaretoken": token}
        return cast("HttpResponse", browser.post("/form/", fields))

    return post


def found(response: HttpResponse) -> Any:
    assert response.status_code == 200, response.content
    return eval(response.content.decode())


def test_a_file_at_the_limit_arrives_whole(send: Callable[..., HttpResponse]) -> None:
    note, files = found(send(b"x" * LIMIT))

    assert (note, files) == ("ce que j’ai écrit", [(uploads.UPLOAD_NAME, LIMIT, LIMIT)])


def test_a_file_above_the_limit_is_dropped_and_the_form_kept(send: Callable[..., HttpResponse]) -> None:
    note, files = found(send(b"x" * (LIMIT + 1)))

    assert (note, files) == ("ce que j’ai écrit", [(uploads.UPLOAD_NAME, LIMIT + 1, 0)])


def test_the_limit_is_for_all_files_together(send: Callable[..., HttpResponse]) -> None:
    _, files = found(send(b"x" * 800, b"y" * 800))

    assert files == [(uploads.UPLOAD_NAME, 800, 800), (uploads.UPLOAD_NAME, 1600, 0)]


def test_an_empty_file_arrives_empty(send: Callable[..., HttpResponse]) -> None:
    assert found(send(b""))[1] == [(uploads.UPLOAD_NAME, 0, 0)]


@pytest.mark.parametrize(
    "name",
    ["NIR 269054958815780.pdf", "../../etc/passwd", "a\r\nX: y.pdf", "x" * 5000, "\u202efdp.exe", "é'\";<b>.pdf"],
)
def test_no_name_of_a_file_comes_further_than_the_door(send: Callable[..., HttpResponse], name: str) -> None:
    assert found(send(samples.png(), name=name))[1] in (
        [(uploads.UPLOAD_NAME, len(samples.png()), len(samples.png()))],
        [],
    )


def test_a_body_many_times_too_large_is_refused_unread(send: Callable[..., HttpResponse]) -> None:
    assert send(b"x" * LIMIT * (uploads.DRAINED_TIMES + 1)).status_code == 413


def test_nothing_is_spooled_to_the_disk(send: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("A temporary file was made.")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "mkstemp", refuse)

    found(send(samples.pdf(samples.NIR)[:LIMIT]))


def test_the_settings_use_this_door_alone(settings: Any) -> None:
    request = RequestFactory().post("/", {"file": io.BytesIO(b"x")})

    assert [type(handler) for handler in request.upload_handlers] == [uploads.MemoryUploadHandler]
    sent = request.FILES["file"]
    assert isinstance(sent, UploadedFile)
    assert sent.content_type is None
