"""The drill: back up, lose everything, put it back, and find it as it was; without the key find nobody."""

import io
import json
import shutil
import stat
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

import cases.actions
from accounts import actions, scope
from accounts.fields import forget_keys
from accounts.models import Association, AuditEntry, DataKey, Membership
from accounts.rules.roles import Role
from cases.models import Case, CaseEvent
from cases.rules.lifecycle import State
from config.copies import keys, postgres, sqlite, verifying, writing
from config.copies.keys import Secret
from config.copies.manifest import Table
from tests import database, factories
from tests.config.copies.conftest import KEY, backup, restore
from tests.house.search import dump_of_database, found_in
from vault.access import verify
from vault.models import SealedFile


@pytest.fixture
def coordinator(platform: Path, today: date, now: datetime) -> Membership:
    """Of an association with two cases: notes, an attempt, sealed files, chained journals, a head outside."""
    factories.PLANTED.clear()
    association = factories.make_association()
    coordinator = factories.make_membership(association, Role.COORDINATOR)
    campaign = factories.make_campaign(association, today=today)
    for _ in range(2):
        case = factories.make_case(campaign, by=coordinator.user, today=today, at=now)
        factories.make_attempt(case, by=coordinator.user, today=today, at=now)
        factories.make_note(case, by=coordinator.user, at=now)
        factories.make_justificatif(case, by=coordinator.user, today=today, at=now)
    with scope.enter(association.pk):
        AuditEntry.objects.record(AuditEntry._meta.get_field("kind").choices[0][0], at=now, by=coordinator.user)  # type: ignore[index,arg-type]  # a kind
    cases.actions.root_all(today=today, at=now)
    actions.chain_all()
    actions.write_heads(today=today)
    return coordinator


def tables() -> dict[str, Table]:
    connection.close()
    if database.on_postgres():
        return postgres.tables()
    return sqlite.tables_of(Path(str(connection.settings_dict["NAME"])))


def lose_everything(platform: Path) -> None:
    connection.close()
    shutil.rmtree(platform / "sealed")
    if database.on_postgres():
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        return
    for path in platform.glob("opposable.sqlite3*"):
        path.unlink()


def is_all_sound() -> bool:
    """As the three commands say, each of which ends with 1 when something is not."""
    for command in ("check_cases", "verify_audit", "verify_vault"):
        call_command(command, stdout=io.StringIO())
    return True


def body_of(archive: Path) -> bytes:
    """Everything in it, opened: what a thief reads who has the archive and what opens it."""
    secret = Secret(private=KEY)
    with archive.open("rb") as file:
        contents = verifying.contents(file, opener=lambda lock: keys.key_of(lock, secret))
        return b"\n".join(name.encode() + b"".join(pieces) for name, pieces in contents)


def test_what_was_lost_comes_back_row_by_row_and_byte_by_byte(
    platform: Path, coordinator: Membership, folder: Path, private: Path
) -> None:
    before = tables()
    kept = {path.name: path.read_bytes() for path in (platform / "sealed").rglob("*") if path.is_file()}
    told = backup(folder / "a.backup")
    lose_everything(platform)

    back = restore(folder / "a.backup", private)

    assert tables() == before
    assert {path.name: path.read_bytes() for path in (platform / "sealed").rglob("*") if path.is_file()} == kept
    assert (back["rows"], back["blobs"]) == (told["rows"], told["blobs"]) == (sum(t.rows for t in before.values()), 2)
    assert told["blob_bytes"] == sum(map(len, kept.values()))
    assert back["unsound"] == told["gone"] == told["damaged"] == []
    forget_keys()
    assert is_all_sound()
    with scope.enter(coordinator.association_id):
        assert {case.member.last_name for case in Case.objects.with_people()} == {
            *factories.PLANTED["cases.Member.last_name"]
        }


def test_an_archive_is_closed_to_others_and_tells_when_it_was_made(
    platform: Path, coordinator: Membership, folder: Path
) -> None:
    told = backup(folder / "a.backup")

    assert stat.S_IMODE((folder / "a.backup").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["a.backup"]
    noted = json.loads(Path(settings.BACKUP_STATE_FILE).read_text())
    assert (noted["sha256"], noted["rows"]) == (told["sha256"], told["rows"])
    assert writing.last_backup_at() == datetime.fromisoformat(told["made_at"])


def test_without_the_master_key_nobody_is_read_in_an_archive_or_in_what_it_restores(
    platform: Path, coordinator: Membership, folder: Path, private: Path
) -> None:
    canaries = [canary for planted in factories.PLANTED.values() for canary in planted]
    backup(folder / "a.backup")

    opened = body_of(folder / "a.backup")
    restore(folder / "a.backup", private, "--replace")

    assert len(canaries) > 10
    assert found_in((folder / "a.backup").read_bytes(), canaries) == []
    assert found_in(opened, canaries) == []
    assert found_in(dump_of_database(), canaries) == []
    secrets = [settings.SECRET_KEY, settings.VAULT_KEKS.partition(":")[2], keys.written(KEY).partition(":")[2]]
    assert [one for one in secrets if one.encode() in opened] == []


def test_whoever_was_erased_after_the_backup_stays_erased_when_it_is_restored(
    platform: Path, coordinator: Membership, folder: Path, private: Path, today: date, now: datetime
) -> None:
    association = coordinator.association_id
    with scope.enter(association):
        first, second = Case.objects.with_people().order_by("pk")
    backup(folder / "before.backup")
    with scope.enter(association):
        cases.actions.erase_person(first.member, today=today, at=now, by=coordinator.user)

    back = restore(folder / "before.backup", private, "--replace")

    assert back["erased_again"] == 1
    forget_keys()
    with scope.enter(association):
        again = {case.pk: case for case in Case.objects.with_people()}
        assert again[first.pk].state == State.ERASED
        assert (again[first.pk].member.last_name, again[first.pk].member.email_index) == ("", "")
        assert again[second.pk].member.last_name == second.member.last_name
        assert not DataKey.objects.filter(subject__in=[first.subject, first.member.subject]).exists()
        assert CaseEvent.objects.filter(case=first.pk, kind="case_erased").count() == 1
    assert is_all_cases_sound()


def is_all_cases_sound() -> bool:
    call_command("check_cases", stdout=io.StringIO())
    return verify().is_sound


def test_without_the_list_of_destroyed_keys_nothing_is_restored_unless_that_is_typed_out(
    platform: Path, coordinator: Membership, folder: Path, private: Path, today: date, now: datetime
) -> None:
    with scope.enter(coordinator.association_id):
        case = Case.objects.order_by("pk").first()
        assert case
        cases.actions.erase_case(case, today=today, at=now, by=coordinator.user)
    backup(folder / "a.backup")
    before = tables()
    listed = Path(settings.DESTROYED_KEYS_FILE)
    known = listed.read_text()
    assert str(case.subject) in known

    listed.unlink()
    with pytest.raises(CommandError, match="people who were erased"):
        restore(folder / "a.backup", private, "--replace")
    listed.write_text("")
    with pytest.raises(CommandError, match="it is not the newest"):
        restore(folder / "a.backup", private, "--replace")

    assert tables() == before
    assert restore(folder / "a.backup", private, "--replace", "--no-destroyed-list")["erased_again"] == 0


def test_a_list_given_by_hand_becomes_this_machines_own(
    platform: Path, coordinator: Membership, folder: Path, private: Path, tmp_path: Path
) -> None:
    """Who was purged is in no row of a newer archive: only the list keeps them erased when an older one is restored."""
    with scope.enter(coordinator.association_id):
        case = Case.objects.order_by("pk")[0]
    backup(folder / "newer.backup")
    saved = tmp_path / "saved.txt"
    saved.write_text(f"{case.subject}\n{UUID(int=7)}\n")

    restore(folder / "newer.backup", private, "--replace", "--destroyed", str(saved))

    assert actions.read_destroyed(Path(settings.DESTROYED_KEYS_FILE)) >= {case.subject, UUID(int=7)}
    assert restore(folder / "newer.backup", private, "--replace")["erased_again"] == 1


def test_a_list_as_long_as_the_right_one_does_not_pass_for_it(
    platform: Path, coordinator: Membership, folder: Path, private: Path, today: date, now: datetime
) -> None:
    with scope.enter(coordinator.association_id):
        case = Case.objects.order_by("pk")[0]
        cases.actions.erase_case(case, today=today, at=now, by=coordinator.user)
    backup(folder / "a.backup")
    listed = Path(settings.DESTROYED_KEYS_FILE)
    length = len(listed.read_text().splitlines())
    listed.write_text("".join(f"{UUID(int=number)}\n" for number in range(length)))

    with pytest.raises(CommandError, match=f"lacks {length} that were destroyed"):
        restore(folder / "a.backup", private, "--replace")
    restore(folder / "a.backup", private, "--replace", "--no-destroyed-list")

    assert str(case.subject) in listed.read_text()


def test_a_backup_completes_the_list_of_destroyed_keys(
    platform: Path, coordinator: Membership, folder: Path, today: date, now: datetime
) -> None:
    """A process that died between the commit and the list, or a disk that was full, is made good by the next backup."""
    with scope.enter(coordinator.association_id):
        case = Case.objects.order_by("pk").first()
        assert case
        cases.actions.erase_case(case, today=today, at=now, by=coordinator.user)
    listed = Path(settings.DESTROYED_KEYS_FILE)
    listed.write_text(str(case.subject)[:20])

    backup(folder / "a.backup")

    assert str(case.subject) in listed.read_text().splitlines()


def test_a_file_that_goes_while_the_backup_runs_is_told(
    platform: Path, coordinator: Membership, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row is there when the database is held still, and gone when the files have been read."""
    with scope.enter(coordinator.association_id):
        row = SealedFile.objects.order_by("pk")[0]
        row.pk, row.file_id, row.stored_name = None, uuid4(), "of/another"
        row.save(force_insert=True)
    looks, look = [], writing.snapshot

    def later() -> Any:
        looks.append(row.pk)
        if len(looks) > 1:
            remove_row(row.pk)
        return look()

    monkeypatch.setattr(writing, "snapshot", later)
    told = backup(folder / "a.backup")

    assert (told["blobs"], told["gone"], told["missing"]) == (2, ["of/another"], [])
    assert Path(settings.BACKUP_STATE_FILE).exists()


def remove_row(pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM vault_sealedfile WHERE id = %s", [pk])


def test_a_backup_whose_store_is_not_there_ends_with_1_and_is_not_noted_as_good(
    platform: Path, coordinator: Membership, folder: Path
) -> None:
    """Another VAR_DIR, or a disk that is not mounted: every file would pass for one that was removed meanwhile."""
    (platform / "sealed").rename(platform / "elsewhere")

    with pytest.raises(CommandError, match="2 sealed files that the database names are not in the store"):
        backup(folder / "a.backup")

    assert not Path(settings.BACKUP_STATE_FILE).exists()


def test_a_damaged_file_is_kept_as_it_is_and_told(platform: Path, coordinator: Membership, folder: Path) -> None:
    damaged = next(path for path in (platform / "sealed").rglob("*") if path.is_file())
    damaged.write_bytes(b"else")

    with pytest.raises(CommandError, match="1 sealed files are not what their rows say"):
        backup(folder / "a.backup")

    assert (folder / "a.backup").exists()
    assert not Association.objects.filter(slug="").exists()
