"""`manage.py check --deploy` refuses each of the demo's means, and only those that are there."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection

from accounts.models import Association
from config.checks import REFUSALS, refuse_demo_means, refuse_demo_people, refuse_powerful_role
from tests import factories
from tests.config.processes import ROOT
from tests.config.production import KEY, SECRET, production
from tests.database import become, identity, on_postgres, owner

Changing = Callable[..., None]
SOUND: dict[str, Any] = {
    "CELERY_BROKER_URL": "redis://redis:6379/0",
    "VAULT_KEKS": KEY,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "mail.example",
    "EMAIL_USE_SSL": True,
    "EMAIL_USE_TLS": False,
    "DEMO": False,
    "DEBUG": False,
    "SECRET_KEY": SECRET,
    "PUBLIC_ORIGIN": "https://opposable.example",
}


@pytest.fixture
def changing(monkeypatch: pytest.MonkeyPatch) -> Changing:
    """Settings that no check refuses, and a way to change one. Django is not told: it would build its engines anew."""

    def change(**changes: Any) -> None:
        for name, value in changes.items():
            monkeypatch.setattr(settings, name, value)

    change(**SOUND)
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    return change


def refused() -> list[str]:
    return [str(message.id) for message in refuse_demo_means(None)]


@pytest.mark.django_db
def test_a_database_that_was_the_demos_serves_nobody_for_real(changing: Changing) -> None:
    association = factories.make_association(slug="union")
    assert refuse_demo_people(None, databases=["default"]) == []

    Association.objects.filter(pk=association.pk).update(is_demo=True)

    [found] = refuse_demo_people(None, databases=["default"])
    assert found.id == "opposable.E017"
    assert refuse_demo_people(None) == []
    changing(DEMO=True)  # E005 says it then
    assert refuse_demo_people(None, databases=["default"]) == []


def test_sound_settings_pass(changing: Changing) -> None:
    assert refused() == []


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"CELERY_BROKER_URL": "filesystem://"}, "opposable.E002"),
        ({"VAULT_KEKS": ""}, "opposable.E003"),
        ({"VAULT_KEKS": "short:QUJD"}, "opposable.E003"),
        ({"VAULT_KEKS": f"{KEY},second"}, "opposable.E003"),
        ({"VAULT_KEKS": "2026:é"}, "opposable.E003"),
        ({"VAULT_KEKS": f"{KEY},{KEY}"}, "opposable.E003"),
        ({"VAULT_KEKS": "a" * 41 + KEY.removeprefix("2026")}, "opposable.E003"),
        ({"VAULT_KEKS": "clé" + KEY.removeprefix("2026")}, "opposable.E003"),
        ({"EMAIL_USE_SSL": False}, "opposable.E004"),
        ({"EMAIL_USE_SSL": False, "EMAIL_USE_TLS": True}, "opposable.E004"),
        ({"DEMO": True}, "opposable.E005"),
        ({"DEBUG": True}, "opposable.E006"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}, "opposable.E008"),
        ({"SECRET_KEY": "short"}, "opposable.E009"),
        ({"SECRET_KEY": "a" * 60}, "opposable.E009"),
        ({"PUBLIC_ORIGIN": "http://opposable.example"}, "opposable.E010"),
    ],
)
def test_each_means_of_the_demo_is_refused_by_its_own_number(
    changing: Changing, changes: dict[str, Any], number: str
) -> None:
    changing(**changes)

    assert refused() == [number]


def test_the_embedded_database_is_refused(changing: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")

    assert refused() == ["opposable.E001"]


def test_mail_to_this_very_machine_may_be_plain(changing: Changing) -> None:
    changing(EMAIL_HOST="127.0.0.1", EMAIL_USE_SSL=False)

    assert refused() == []


def test_every_refusal_says_what_to_do() -> None:
    numbers = [number for number, *_ in REFUSALS]

    assert numbers == sorted(set(numbers))
    assert all(message and hint for _, _, message, hint in REFUSALS)


def test_the_demo_is_not_refused_without_deploy(changing: Changing) -> None:
    changing(DEMO=True)

    messages = run_checks(tags=["security", "database"], include_deployment_checks=False)

    assert not [message for message in messages if str(message.id).startswith("opposable.E0")]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_owner_of_the_tables_is_refused_and_the_application_is_not() -> None:
    assert refuse_powerful_role(None, databases=["default"]) == []

    application = identity()
    become(owner())
    try:
        said = [message.msg for message in refuse_powerful_role(None, databases=["default"])]
    finally:
        become(application)

    assert [sentence.split(":")[0] for sentence in said] == [
        "The database's role has BYPASSRLS",
        "The database's role owns tables",
    ]


def test_the_role_is_asked_only_of_postgres() -> None:
    if on_postgres():
        assert connection.vendor == "postgresql"
    assert refuse_powerful_role(None, databases=None) == []


def test_check_deploy_in_production_settings_passes_with_every_secret_from_a_file(tmp_path: Path) -> None:
    secrets = {
        "SECRET_KEY": SECRET,
        "VAULT_KEKS": KEY,
        "DATABASE_PASSWORD": "pass:w/rd",
        "EMAIL_URL": "smtp+ssl://user:secret@mail.example:465",
    }
    environment = production(tmp_path)
    for name, value in secrets.items():
        environment.pop(name, None)
        (tmp_path / name).write_text(value + "\n")
        environment[f"{name}_FILE"] = str(tmp_path / name)

    checked = check_deploy(environment)

    assert checked.returncode == 0, checked.stderr


def test_check_deploy_in_production_settings_without_secrets_names_each(tmp_path: Path) -> None:
    environment = production(tmp_path) | {"SECRET_KEY": "short", "VAULT_KEKS": ""}
    del environment["DATABASE_URL"]

    checked = check_deploy(environment)

    assert checked.returncode == 1
    for number in ("E001", "E003", "E009"):
        assert f"opposable.{number}" in checked.stderr


def check_deploy(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "check", "--deploy"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("setting", "seen"),
    [
        ({}, "203.0.113.7"),
        ({"TRUSTED_PROXY_COUNT": "2"}, "192.0.2.66"),
        ({"TRUSTED_PROXY_COUNT": "0"}, "172.18.0.5"),
    ],
)
def test_limits_in_production_count_the_address_that_the_outermost_proxy_saw(
    setting: dict[str, str], seen: str, tmp_path: Path
) -> None:
    """Else all people share the proxy's, and ten wrong passwords of one guesser keep everybody out."""
    asked = (
        "import django; django.setup()\n"
        "from allauth.core.internal.httpkit import get_client_ip\n"
        "from django.test import RequestFactory\n"
        'print(get_client_ip(RequestFactory().get("/", REMOTE_ADDR="172.18.0.5", '
        'HTTP_X_FORWARDED_FOR="192.0.2.66, 203.0.113.7")))'
    )

    environment = production(tmp_path) | setting
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == seen
