"""Master keys: changed without touching a file, stopped in between, missing or wrong."""

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from accounts import access, actions, crypto, scope
from accounts.fields import KeyDestroyed, MasterKeyMissing, forget_keys, key_for
from accounts.models import Association, AuditEntry, DataKey, Membership, User
from accounts.rules.audit import AuditKind
from cases.models import Attempt, Case, Justificatif
from config.checks import refuse_closed_keys
from tests import factories
from vault import access as vault
from vault.box import store
from vault.models import SealedFile

pytestmark = pytest.mark.django_db

OLD = "test:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
NEW = "2027:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
WRONG = "test:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="

Keks = Callable[[str], None]


@pytest.fixture
def keks(settings: Settings) -> Keks:
    """`keks(NEW)`: a process that was started with these master keys."""

    def restart(text: str) -> None:
        settings.VAULT_KEKS = text
        forget_keys()

    return restart


@pytest.fixture
def justificatif(volunteer: Membership, today: date, now: datetime) -> Justificatif:
    campaign = factories.make_campaign(volunteer.association, today=today)
    case = factories.make_case(campaign, by=volunteer.user, today=today, at=now)
    return factories.make_justificatif(case, by=volunteer.user, today=today, at=now)


def stored(justificatif: Justificatif) -> tuple[Any, bytes]:
    """The row of the sealed file, and its blob."""
    with scope.enter(justificatif.association_id):
        row = SealedFile.objects.values().get(file_id=justificatif.token)
    with store.read(row["stored_name"]) as blob:
        return row, blob.read()


def read(justificatif: Justificatif) -> tuple[str, bytes]:
    """A name and a file, opened anew."""
    forget_keys()
    with scope.enter(justificatif.association_id):
        case = Case.objects.with_people().get(pk=justificatif.case_id)
        file = SealedFile.objects.get(file_id=justificatif.token)
        return case.member.last_name, b"".join(vault.open_plain(file))


def roots() -> set[str]:
    return {row.kek_id for row in access.root_keys()}


def rows() -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for association_id in [None, *Association.objects.order_by("pk").values_list("pk", flat=True)]:
        with scope.enter(association_id or 0):
            keys = DataKey.objects.filter(association=association_id).order_by("pk")
            found += [(pk, kek, bytes(wrapped)) for pk, kek, wrapped in keys.values_list("pk", "kek_id", "wrapped")]
    return found


def rotate() -> tuple[dict[str, Any], str]:
    out, errors = io.StringIO(), io.StringIO()
    call_command("rotate_keys", "--json", stdout=out, stderr=errors)
    return json.loads(out.getvalue()), errors.getvalue()


def test_a_rotation_rewraps_the_roots_and_touches_no_file(
    justificatif: Justificatif, stranger: Membership, keks: Keks
) -> None:
    before, plain = stored(justificatif), read(justificatif)
    keks(f"{NEW},{OLD}")

    told, progress = rotate()

    assert told == {"key": "2027", "roots": 3, "rotated": 3, "unneeded": ["test"]}
    assert progress.splitlines()[0] == "the instance: «test» -> «2027»"
    assert len(progress.splitlines()) == 3
    assert stored(justificatif) == before
    keks(NEW)
    assert read(justificatif) == plain
    assert User.objects.get(pk=stranger.user_id).email == stranger.user.email
    assert access.closed_roots() == []


def test_a_process_without_the_master_key_says_so_and_takes_nobody_for_erased(
    justificatif: Justificatif, keks: Keks
) -> None:
    plain = read(justificatif)
    keks(f"{NEW},{OLD}")
    rotate()
    keks(OLD)

    with scope.enter(justificatif.association_id):
        for _ in range(2):
            with pytest.raises(MasterKeyMissing, match="«2027» is missing from VAULT_KEKS"):
                key_for(justificatif.case.subject)
        with pytest.raises(MasterKeyMissing):
            str(Case.objects.with_people().get(pk=justificatif.case_id).member.last_name)
    keks(NEW)
    assert read(justificatif) == plain


def test_only_root_keys_are_written(justificatif: Justificatif, keks: Keks) -> None:
    before = rows()
    keks(f"{NEW},{OLD}")
    rotate()

    changed = [old for old, new in zip(before, rows(), strict=True) if old != new]

    assert {kek for _, kek, _ in changed} == {"test"}
    assert all(not kek for _, kek, _ in set(before) - set(changed))


def test_each_association_can_read_that_its_key_was_changed(
    association: Association, other_association: Association, keks: Keks
) -> None:
    keks(f"{NEW},{OLD}")
    rotate()

    for one in (association, other_association):
        with scope.enter(one.pk):
            [entry] = AuditEntry.objects.filter(kind=AuditKind.KEYS_ROTATED)
        assert (entry.by, entry.payload) == (None, {"old": "test", "new": "2027"})


def test_what_was_stopped_in_between_goes_on_and_reads_meanwhile(
    justificatif: Justificatif, other_association: Association, keks: Keks, now: datetime
) -> None:
    plain = read(justificatif)
    keks(f"{NEW},{OLD}")
    stopped = actions.rotate_keys(at=now)
    assert [next(stopped).before for _ in range(2)] == ["test", "test"]
    stopped.close()  # type: ignore[attr-defined]  # a generator

    assert roots() == {"test", "2027"}
    assert read(justificatif) == plain
    assert rotate()[0] == {"key": "2027", "roots": 3, "rotated": 1, "unneeded": ["test"]}
    assert rotate()[0] == {"key": "2027", "roots": 3, "rotated": 0, "unneeded": ["test"]}


def test_an_old_key_that_is_needed_is_not_called_needless(
    association: Association, keks: Keks, monkeypatch: pytest.MonkeyPatch
) -> None:
    keks(f"{NEW},{OLD}")
    monkeypatch.setattr(actions, "rotate_keys", lambda **_: iter(()))

    assert rotate()[0]["unneeded"] == []


def test_a_rotation_without_the_old_key_says_which_and_changes_nothing(association: Association, keks: Keks) -> None:
    before = rows()
    keks(NEW)

    with pytest.raises(CommandError, match="«test» is missing from VAULT_KEKS") as stopped:
        rotate()

    assert "behind «2027» if it is the older one" in str(stopped.value)
    assert "«2027» behind it, if it is the newer one" in str(stopped.value)
    assert rows() == before


@pytest.mark.parametrize("given", [WRONG, f"{NEW},{WRONG}"])
def test_a_rotation_with_another_key_under_the_same_id_stops_and_changes_nothing(
    association: Association, keks: Keks, given: str
) -> None:
    before = rows()
    keks(given)

    with pytest.raises(CommandError, match="is not the one that sealed it"):
        rotate()

    assert rows() == before


@pytest.mark.parametrize(
    ("given", "says"),
    [(NEW, "The master key «test» is missing from VAULT_KEKS: it sealed 2 root keys of the database."),
     (WRONG, "The master key «test» in VAULT_KEKS is not the one that sealed 2 root keys of the database")],
)  # fmt: skip
def test_a_missing_or_wrong_key_is_said_at_start_and_nothing_is_changed(
    justificatif: Justificatif, keks: Keks, given: str, says: str
) -> None:
    before, plain = rows(), read(justificatif)
    keks(given)

    [found] = refuse_closed_keys(None, databases=["default"])

    assert found.id == "opposable.E012"
    assert found.msg.startswith(says)
    assert rows() == before
    keks(OLD)
    assert refuse_closed_keys(None, databases=["default"]) == []
    assert read(justificatif) == plain


def test_one_associations_root_of_another_key_is_found(
    association: Association, other_association: Association, keks: Keks
) -> None:
    with scope.enter(other_association.pk):
        DataKey.objects.filter(association=other_association).update(kek_id="2019")

    assert [(one.kek_id, one.is_missing, one.count) for one in access.closed_roots()] == [("2019", True, 1)]


class TestAWrappedKey:
    """Moved to another association or put in place of another kind, it does not open."""

    def test_a_root_of_one_association_is_no_root_of_another(
        self, association: Association, other_association: Association
    ) -> None:
        with scope.enter(association.pk):
            stolen = bytes(DataKey.objects.get(association=association).wrapped)
        with scope.enter(other_association.pk):
            DataKey.objects.filter(association=other_association).update(wrapped=stolen)
        forget_keys()

        assert [one.is_missing for one in access.closed_roots()] == [False]
        with scope.enter(other_association.pk), pytest.raises(crypto.Tampered):
            actions.create_keys(other_association.pk, kind="case")  # type: ignore[arg-type]  # a kind by its value

    def test_a_persons_key_is_no_cases(self, justificatif: Justificatif) -> None:
        with scope.enter(justificatif.association_id):
            case = Case.objects.with_people().get(pk=justificatif.case_id)
            stolen = DataKey.objects.get(subject=case.member.subject)
            DataKey.objects.filter(subject=case.subject).update(wrapped=bytes(stolen.wrapped))
            forget_keys()
            with pytest.raises(crypto.Tampered):
                list(vault.open_plain(SealedFile.objects.get(file_id=justificatif.token)))

    @pytest.mark.parametrize("change", ["kind = 'person'", "association_id = NULL"])
    def test_its_row_cannot_be_given_another_kind_or_owner(self, justificatif: Justificatif, change: str) -> None:
        with scope.enter(justificatif.association_id):
            subject = Case.objects.get(pk=justificatif.case_id).subject
            column = subject if connection.vendor == "postgresql" else subject.hex
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE accounts_datakey SET {change} WHERE subject = %s", [column])
            forget_keys()
            with pytest.raises((crypto.Tampered, KeyDestroyed)):
                list(vault.open_plain(SealedFile.objects.get(file_id=justificatif.token)))


class TestANote:
    """A sealed text of a case, moved by somebody who can write to the database."""

    @pytest.fixture
    def two(self, volunteer: Membership, today: date, now: datetime) -> list[Attempt]:
        """The attempts of two cases of one association."""
        campaign = factories.make_campaign(volunteer.association, today=today)
        for _ in range(2):
            case = factories.make_case(campaign, by=volunteer.user, today=today, at=now)
            factories.make_attempt(case, by=volunteer.user, today=today, at=now)
        with scope.enter(volunteer.association_id):
            return list(Attempt.objects.order_by("pk"))

    @pytest.mark.parametrize(
        "moved",
        [
            ["note"],
            ["note", "subject"],
            ["note", "subject", "case_id"],
        ],
        ids=" and ".join,
    )
    def test_it_opens_in_no_other_case(self, two: list[Attempt], moved: list[str]) -> None:
        one, other = two
        with scope.enter(one.association_id):
            move(moved, source=one, target=other, column="note")

            with pytest.raises(crypto.Tampered):
                _ = Attempt.objects.get(pk=other.pk).note

    def test_it_opens_in_no_other_column(self, two: list[Attempt]) -> None:
        one = two[0]
        with scope.enter(one.association_id):
            move(["note"], source=one, target=one, column="adviser_reference")

            with pytest.raises(crypto.Tampered):
                _ = Attempt.objects.get(pk=one.pk).adviser_reference

    def test_it_opens_where_it_was_written(self, two: list[Attempt]) -> None:
        with scope.enter(two[0].association_id):
            move(["note", "subject"], source=two[0], target=two[0], column="note")

            assert Attempt.objects.get(pk=two[0].pk).note.startswith("Zq")


def move(columns: list[str], *, source: Attempt, target: Attempt, column: str) -> None:
    """Copy columns of one row into another, the first one into `column`."""
    into = ", ".join(
        f"{column if name == 'note' else name} = (SELECT {name} FROM cases_attempt WHERE id = %s)" for name in columns
    )
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE cases_attempt SET {into} WHERE id = %s", [source.pk] * len(columns) + [target.pk])
    forget_keys()
