"""The headers of every answer, to everybody: pages, redirects, files, the API, and what goes wrong.

Nothing here may be embedded elsewhere: no page is made for a frame, so no exception stands in the policy.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Association, Membership
from tests import factories
from tests.config.production import production
from tests.house.headers import EXIT, OFF, SAME, faults_of, path_of
from tests.house.tree import ROOT
from tests.house.world import World, addresses, make_world
from tests.people import signed_in


@pytest.fixture
def world(association: Association, other_association: Association, today: date, now: datetime) -> World:
    return make_world(association, other_association, today=today, at=now)


@pytest.mark.django_db
def test_no_public_page_sets_a_cookie(world: World) -> None:
    public = [name for name, _ in addresses() if name.startswith(("public:", "api:")) and name != "public:styleguide"]

    set_by = {name: set(Client().get(path_of(world, name)).cookies) for name in public}

    assert len(public) > 10
    assert {name: cookies for name, cookies in set_by.items() if cookies} == {}


# What goes wrong.


def boom(*_: Any, **__: Any) -> None:
    raise RuntimeError("zq-secret")


Failing = Callable[[str], Client]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, volunteer: Membership) -> Failing:
    """A volunteer's browser of a platform in which this name raises."""

    def broken(name: str) -> Client:
        monkeypatch.setattr(name, boom)
        browser = signed_in(volunteer.user, association=volunteer.association)
        browser.raise_request_exception = False
        return browser

    return broken


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("web.public.views.procedure_line", "/demarches/"),
        ("web.desk.views.queue.access.queue_for", "/desk/"),
        ("procedures.registry.all_current", "/api/v1/procedures/"),
        ("accounts.middleware.memberships_of", "/desk/dossiers/"),
    ],
)
def test_a_failure_of_ours_tells_nothing(failing: Failing, name: str, path: str) -> None:
    response = failing(name).get(path)

    assert response.status_code == 500
    assert faults_of(response, path, is_private=True) == []
    assert "zq-secret" not in response.content.decode()
    assert "Traceback" not in response.content.decode()


@pytest.mark.django_db
def test_a_failure_of_the_api_is_json_and_holds_nothing(failing: Failing) -> None:
    response = failing("procedures.registry.all_current").get("/api/v1/procedures/")

    assert response.status_code == 500
    assert response["Content-Type"] == "application/json"
    assert response.json() == {"error": {"code": "server_error", "message": "Une panne chez nous. Rien n’a changé."}}


@pytest.mark.django_db
def test_what_the_frame_refuses_below_the_api_is_json_too() -> None:
    refused = [
        Client().get("/api/v1/", headers={"host": "elsewhere.example"}),
        Client(enforce_csrf_checks=True).post("/api/v1/"),
        Client().get("/api/nothing"),
        Client().post("/api/v1/"),
    ]

    assert [(one.status_code, one["Content-Type"]) for one in refused] == [
        (status, "application/json") for status in (400, 403, 404, 405)
    ]
    assert all(set(one.json()["error"]) == {"code", "message"} for one in refused)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_refusals_of_the_frame_itself_have_them(settings: LazySettings) -> None:
    too_heavy = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    refused = {
        400: Client().get("/espace/entrer/", headers={"host": "elsewhere.example"}),
        403: Client(enforce_csrf_checks=True).post("/espace/entrer/"),
        404: Client().get("/nulle-part/"),
        405: Client().post("/demarches/"),
        413: Client().post("/espace/entrer/", {"who": too_heavy}),
        429: guessed_too_often(),
    }

    assert {status: answer.status_code for status, answer in refused.items()} == {status: status for status in refused}
    for status, answer in refused.items():
        assert faults_of(answer, "/espace/", is_private=status not in {404, 405}) == [], status


def guessed_too_often() -> Any:
    for _ in range(90):
        answer = Client().post("/espace/entrer/", {"who": "BADU KEVI TORA"})
        if answer.status_code == 429:
            break
    return answer


@pytest.mark.django_db
def test_a_conflict_has_them(volunteer: Membership, today: date, now: datetime) -> None:
    campaign = factories.make_campaign(volunteer.association, today=today)
    case = factories.make_case(campaign, by=volunteer.user, today=today, at=now)
    path = reverse("desk:note", args=[case.reference])

    response = signed_in(volunteer.user, association=volunteer.association).post(path, {"association": "0"})

    assert response.status_code == 409
    assert faults_of(response, path, is_private=True) == []


# Files.


@pytest.fixture
def static_files(settings: LazySettings) -> Client:
    """As WhiteNoise hands them out in production, from the sources."""
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    return Client()


@pytest.mark.django_db
def test_static_files_have_them_and_may_be_kept(static_files: Client) -> None:
    for path in ("/static/js/main.js", "/static/css/base.css", "/static/img/favicon.svg"):
        response = static_files.get(path)
        assert response.status_code == 200
        assert faults_of(response, path, is_private=False) == []
        assert "no-store" not in response["Cache-Control"]
        assert not response.cookies
        assert response.getvalue()
        response.close()


@pytest.mark.django_db
def test_the_file_of_a_person_runs_nothing_and_frames_nothing(
    world: World,
) -> None:
    for name, person in (("portal:file", "member"), ("desk:file", "volunteer")):
        path = path_of(world, name)
        response = world.browser_of(person).get(path)
        assert response.status_code == 200
        assert "sandbox" in response["Content-Security-Policy"]
        assert re.fullmatch(r'attachment; filename="document(-\d+)?\.\w+"', response["Content-Disposition"])


# Production.


ASK = """
import json
from config.settings import prod
print(json.dumps({name: value for name, value in vars(prod).items()
                  if name.startswith(("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE", "SECURE_"))}))
"""


@pytest.fixture
def production_cookies(settings: LazySettings, tmp_path: Path) -> None:
    """What production's settings say of cookies and of TLS."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=production(tmp_path), capture_output=True, text=True, check=True
    )
    for name, value in json.loads(asked.stdout).items():
        setattr(settings, name, value)


@pytest.mark.django_db
@pytest.mark.usefixtures("production_cookies")
def test_in_production_each_cookie_belongs_to_this_host_alone(member_user: Any) -> None:
    browser = Client()
    browser.get("/espace/entrer/", secure=True)
    browser.post("/espace/entrer/", {"who": member_user.email}, secure=True)
    browser.post("/langue/", {"language": "en"}, secure=True)

    assert set(browser.cookies) == {"__Host-session", "__Host-csrf", "__Host-language"}
    for cookie in browser.cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["path"] == "/"
        assert not cookie["domain"]
        assert cookie["samesite"] in {"Lax", "Strict"}


@pytest.mark.django_db
@pytest.mark.usefixtures("production_cookies")
def test_in_production_the_browser_is_told_to_come_back_by_tls_only() -> None:
    for path in ("/", "/espace/", "/api/v1/", "/nulle-part/", "/static/nothing.css"):
        told = Client().get(path, secure=True)["Strict-Transport-Security"]
        assert told == "max-age=31536000; includeSubDomains; preload"
    sent_on = Client().get("/espace/")
    assert (sent_on.status_code, sent_on["Location"]) == (301, "https://testserver/espace/")
    assert faults_of(sent_on, "/espace/", is_private=True) == []


def test_the_proxy_adds_no_name_of_its_own() -> None:
    caddy = (ROOT / "config" / "deploy" / "Caddyfile").read_text(encoding="utf-8")

    assert re.search(r"^\s*header -Server$", caddy, re.MULTILINE)
    assert re.search(r"^\s*header -Via$", caddy, re.MULTILINE)


# The sweep is sharp.

SOUND = (
    "default-src 'none'; script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "object-src 'none'"
)


def sound() -> HttpResponse:
    headers = {
        **SAME,
        "Content-Security-Policy": SOUND,
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": ", ".join(OFF),
        "Cache-Control": "no-store",
    }
    return HttpResponse(headers=headers)


def test_a_sound_answer_has_no_fault() -> None:
    assert faults_of(sound(), "/", is_private=True) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Security-Policy", ""),
        ("Content-Security-Policy", SOUND.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")),
        ("Content-Security-Policy", SOUND.replace("script-src 'self'", "script-src 'self' https://cdn.example")),
        ("Content-Security-Policy", SOUND.replace("script-src 'self'", "img-src data:")),
        ("Content-Security-Policy", SOUND.replace("default-src 'none'", "default-src 'self'")),
        ("Content-Security-Policy", SOUND.replace("frame-ancestors 'none'", "frame-ancestors 'self'")),
        ("Content-Security-Policy", SOUND.replace("frame-ancestors 'none'; ", "")),
        ("Content-Security-Policy", SOUND.replace("form-action 'self'; ", "")),
        ("Content-Security-Policy", SOUND.replace("form-action 'self'", f"form-action 'self' {EXIT}")),
        ("X-Content-Type-Options", "sniff"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Cross-Origin-Opener-Policy", "unsafe-none"),
        ("Referrer-Policy", "origin"),
        ("Permissions-Policy", "geolocation=(self)"),
        ("Cache-Control", "private, max-age=60"),
        ("Server", "gunicorn"),
        ("Access-Control-Allow-Origin", "*"),
    ],
)
def test_each_fault_is_found(name: str, value: str) -> None:
    response = sound()
    response[name] = value

    assert len(faults_of(response, "/", is_private=True)) >= 1
