"""After erasure and purge nothing of the person is left: neither their words, nor what sealed them, nor a row.

Searched is what a thief would carry away: a dump by the tables' owner, the database's own file, the folder of blobs.
What is looked for is found of somebody who was not erased: the search is not blind.
"""

import base64
import subprocess
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models

from accounts import scope
from accounts.fields import SealedTextField
from accounts.models import Association, DataKey
from accounts.rules.roles import Role
from cases import actions
from cases.models import Attempt, Beneficiary, Case, CaseEvent, Consent, Deadline, Justificatif, Member, Reminder
from notifications.models import Notice
from tests import database, factories
from tests.cluster import postgres_folder
from tests.house.search import dump_of_database, found_in
from vault.models import SealedFile

pytestmark = [pytest.mark.reads_all, pytest.mark.django_db(transaction=True)]
OF_A_PERSON = (Member, Beneficiary, Consent, Case, CaseEvent, Attempt, Deadline, Justificatif, Reminder, SealedFile)
SEALED = (Member, Beneficiary, Attempt, CaseEvent)


@dataclass(slots=True)
class Left:
    """`words` in plain; `bytes_`: what the columns, the key rows and the store held of them."""

    words: list[str] = field(default_factory=list)
    bytes_: list[bytes] = field(default_factory=list)


@pytest.fixture
def union() -> Association:
    return factories.make_association(name="Union")


@pytest.fixture
def somebody(union: Association, today: date, now: datetime) -> tuple[Left, Left]:
    """Two people with a child each, a call, a note, a reminder and a document; the first is erased and purged."""
    by = factories.make_membership(union, Role.COORDINATOR).user
    campaign = factories.make_campaign(union, today=today)
    people = []
    for _ in range(2):
        factories.PLANTED.clear()
        case = factories.make_case(campaign, by=by, today=today, at=now)
        with scope.enter(union.pk):
            child = actions.open_case_for(
                case.member, campaign=campaign, procedure=factories.CHILD, beneficiary=factories.new_child(),
                today=today, at=now, by=by,
            )  # fmt: skip
        factories.make_attempt(case, by=by, today=today, at=now)
        factories.make_note(child, by=by, at=now)
        factories.make_reminder(case, by=by, today=today, at=now)
        factories.make_justificatif(case, by=by, today=today, at=now)
        words = [word for planted in factories.PLANTED.values() for word in planted]
        people.append((case, Left(words=words, bytes_=sealed_bytes_of(case, child))))
    actions.sweep(today=today, at=now)
    first = people[0][0]
    with scope.enter(union.pk):
        actions.erase_person(Member.objects.get(pk=first.member_id), today=today, at=now, by=None)
    call_command("purge", "--today", today.isoformat())
    return people[0][1], people[1][1]


def sealed_bytes_of(*cases: Case) -> list[bytes]:
    """Ciphertexts, wrapped keys, blind indexes and blobs, as they lie there."""
    found: list[bytes] = []
    with scope.enter(cases[0].association_id), connection.cursor() as cursor:
        member = Member.objects.get(pk=cases[0].member_id)
        found += [member.email_index.encode(), member.phone_index.encode()]
        keys = {subject for case in cases for subject in case.key_subjects()}
        found += [bytes(row.wrapped) for row in DataKey.objects.filter(subject__in=keys).order_by("pk")]
        for model in SEALED:
            for one in model._meta.concrete_fields:
                if isinstance(one, SealedTextField):
                    rows = model._default_manager.filter(subject__in=keys).order_by().values("pk").query
                    sql, given = rows.sql_with_params()
                    table, column = model._meta.db_table, one.column
                    cursor.execute(f"SELECT {column} FROM {table} WHERE id IN ({sql})", given)
                    found += [bytes(value) for (value,) in cursor.fetchall() if value]
        files = SealedFile.objects.filter(subject__in=keys).order_by("pk")
        folder = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
        for file in files:
            found += [(folder / file.stored_name).read_bytes(), file.pixels.encode(), file.sha256_cipher.encode()]
    assert len(found) > 10
    return [one for one in found if len(one) > 20]


def kept() -> bytes:
    """The dump, the database as it lies on the disk where it is a file, and every file of the platform."""
    files = [path for path in Path(settings.VAR_DIR).rglob("*") if path.is_file()]
    whole = b"\n".join([dump_of_database(), *(path.read_bytes() for path in files)])
    return whole + (pg_dump() if database.on_postgres() else b"")


def pg_dump(*options: str) -> bytes:
    """As the owner, who passes the policies."""
    command = [f"{postgres_folder()}/pg_dump", "--dbname", connection.settings_dict["NAME"], *options]
    at = ["--host", str(connection.settings_dict["HOST"]), "--port", str(connection.settings_dict["PORT"])]
    return subprocess.run(
        [*command, *at, "--username", database.owner()["USER"]], check=True, capture_output=True, timeout=60
    ).stdout


def bytes_in(haystack: bytes, needles: list[bytes]) -> list[bytes]:
    """As they are, in hex as dumps write them, or in base64."""
    return [one for one in needles if any(form in haystack for form in forms_of(one))]


def forms_of(raw: bytes) -> list[bytes]:
    """A large one may be cut into pages: its beginning and its end say enough."""
    parts = [raw] if len(raw) < 200 else [raw[:100], raw[-100:]]
    based = [base64.b64encode(part[shift:])[:-4] for part in parts for shift in range(3)]
    return [*parts, *(part.hex().encode() for part in parts), *based]


def test_neither_a_word_nor_a_sealed_byte_of_them_is_left(somebody: tuple[Left, Left]) -> None:
    gone, other = somebody
    everything = kept()

    assert found_in(everything, gone.words) == []
    assert bytes_in(everything, gone.bytes_) == []
    assert len(bytes_in(everything, other.bytes_)) == len(other.bytes_), "the search is blind"
    assert found_in(everything, other.words) == []


def test_the_rows_are_empty_and_the_others_are_not(somebody: tuple[Left, Left], union: Association) -> None:
    with scope.enter(union.pk):
        left = {model.__name__: model._default_manager.count() for model in OF_A_PERSON}
        assert all(left.values()), left
        assert left["Member"] == 1
        [case, child] = Case.objects.with_people().order_by("pk")
        assert case.member.last_name
        assert child.beneficiary.first_name
        assert _ids_named(Notice) <= {case.pk, child.pk}


def _ids_named(model: type[models.Model]) -> set[int]:
    return {row["case"] for row in model._default_manager.values_list("subject_ids", flat=True) if "case" in row}


@pytest.mark.postgres
def test_a_dump_under_the_policies_would_be_empty_and_prove_nothing(somebody: tuple[Left, Left]) -> None:
    """`--enable-row-security` ends well and holds no tenant's row, with the application's role."""
    _, other = somebody
    owners = pg_dump()
    command = [f"{postgres_folder()}/pg_dump", "--enable-row-security", "--data-only", "--table", "cases_member"]
    at = ["--host", str(connection.settings_dict["HOST"]), "--port", str(connection.settings_dict["PORT"])]
    walled = subprocess.run(
        [*command, *at, "--username", connection.settings_dict["USER"], "--dbname", connection.settings_dict["NAME"]],
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout

    assert bytes_in(owners, other.bytes_)
    assert bytes_in(walled, other.bytes_) == []
