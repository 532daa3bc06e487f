"""What cannot be trusted, read or put where it was asked for: a sentence, an exit code, and nothing touched."""

import base64
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts import scope
from accounts.models import Association
from cases.actions import keep_justificatif
from config.copies import entries, envelope, keys, manifest, proof, verifying
from config.copies.keys import Secret
from config.management.commands.runplatform import hold
from tests import database, factories
from tests.config.copies.conftest import KEY, backup, restore
from tests.config.copies.test_drill import tables
from tests.config.processes import ROOT


@pytest.fixture
def archive(platform: Path, folder: Path) -> Path:
    """Of a platform with one association."""
    factories.make_association(slug="union")
    backup(folder / "a.backup")
    return folder / "a.backup"


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def cut_at_a_chunk(raw: bytes) -> bytes:
    """Where a sealed chunk ends: each one that is left opens."""
    start = raw.index(b"OPV1") + 11
    return raw[: start + 2 * (64 * 1024 + 16)]


def flipped(place: Callable[[bytes], int]) -> Callable[[bytes], bytes]:
    def flip(raw: bytes) -> bytes:
        at = place(raw)
        return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]

    return flip


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": cut,
    "cut where a chunk ends": cut_at_a_chunk,
    "cut within its head": lambda raw: raw[:40],
    "a bit of its head": flipped(lambda raw: raw.index(b"check") + 12),
    "a bit of its salt or halves": flipped(lambda raw: raw.index(b"ephemeral") + 14),
    "a bit in the middle": flipped(lambda raw: len(raw) // 2),
    "its last bit": flipped(lambda raw: len(raw) - 1),
    "more at its end": lambda raw: raw + b"more",
    "empty": lambda raw: b"",
    "another file": lambda raw: b"%PDF-1.7 " * 100,
}


def test_a_damaged_archive_is_refused_before_anything_is_touched(archive: Path, private: Path) -> None:
    whole, before, refusals = archive.read_bytes(), tables(), {}

    for name, damage in DAMAGES.items():
        archive.write_bytes(damage(whole))
        with pytest.raises(CommandError, match="archive") as refused:
            restore(archive, private, "--replace")
        refusals[name] = refused.value.returncode

    assert refusals == dict.fromkeys(DAMAGES, 1)
    assert tables() == before


def test_another_key_or_passphrase_opens_nothing(archive: Path, private: Path, tmp_path: Path) -> None:
    other, words = tmp_path / "other", tmp_path / "words"
    other.write_text(keys.written(keys.new_private()))
    words.write_text("une phrase assez longue")
    before = tables()

    with pytest.raises(CommandError, match="This is not the passphrase or key"):
        restore(archive, other, "--replace")
    with pytest.raises(CommandError, match="sealed for a key"):
        call_command("restore", str(archive), "--passphrase", str(words), "--replace")
    other.write_text("no key")
    with pytest.raises(CommandError, match="backup_key"):
        restore(archive, other, "--replace")

    assert tables() == before


def test_a_passphrase_is_stretched_as_far_as_is_asked_for_today() -> None:
    salt = b"s" * 16

    assert keys._stretched("une phrase", salt) == hashlib.scrypt(
        b"une phrase", salt=salt, n=2**17, r=8, p=1, dklen=32, maxmem=2**28
    )


def test_a_passphrase_seals_and_opens(platform: Path, folder: Path, tmp_path: Path) -> None:
    factories.make_association(slug="union")
    words, wrong = tmp_path / "words", tmp_path / "wrong"
    words.write_text("une phrase assez longue\n")
    wrong.write_text("une phrase assez longe\n")
    backup(folder / "a.backup", "--passphrase", str(words))
    Association.objects.update(name="Une autre")

    with pytest.raises(CommandError, match="This is not the passphrase"):
        call_command("restore", str(folder / "a.backup"), "--passphrase", str(wrong), "--replace")
    assert Association.objects.get().name == "Une autre"
    call_command("restore", str(folder / "a.backup"), "--passphrase", str(words), "--replace")

    assert Association.objects.get().name == "Association des usagers"


def test_an_archive_of_a_newer_version_is_refused(platform: Path, folder: Path, private: Path) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("cases", "9999_from_the_future")
    backup(folder / "a.backup")
    recorder.record_unapplied("cases", "9999_from_the_future")
    before = tables()

    with pytest.raises(CommandError, match=r"another version of Opposable \(cases.9999_from_the_future\)"):
        restore(folder / "a.backup", private, "--replace")

    assert tables() == before


def test_rows_are_not_replaced_unless_that_is_typed_out(archive: Path, private: Path) -> None:
    Association.objects.update(name="Une autre")

    with pytest.raises(CommandError, match="Add --replace"):
        restore(archive, private)
    with pytest.raises(CommandError, match="unrecognized arguments: --repl"):
        restore(archive, private, "--repl")

    assert Association.objects.get().name == "Une autre"


def test_an_archive_of_another_kind_of_database_is_refused(archive: Path, private: Path) -> None:
    told = verified(archive)
    other = "sqlite" if database.on_postgres() else "postgresql"
    rewrite(archive, told.written().replace(f'"{told.engine}"'.encode(), f'"{other}"'.encode()))

    with pytest.raises(CommandError, match=f"of a {other} database"):
        restore(archive, private, "--replace")


def test_an_archive_whose_counts_are_not_its_content_is_refused(archive: Path, private: Path) -> None:
    written = verified(archive).written()
    for told, otherwise in (('"blobs": 0', '"blobs": 1'), ('"database_bytes": ', '"database_bytes": 1')):
        rewrite(archive, written.replace(told.encode(), otherwise.encode()))

        with pytest.raises(CommandError, match="take another copy"):
            restore(archive, private, "--replace")


def verified(archive: Path) -> manifest.Manifest:
    with archive.open("rb") as file:
        return verifying.verify(file, opener=lambda lock: keys.key_of(lock, Secret(private=KEY)))


def rewrite(archive: Path, told: bytes, *, by_us: bool = True, beside: bytes = b"") -> None:
    """The same database under another manifest, sealed as well as the first; with another database before it."""
    if by_us:
        told = proof.proven(manifest.read(told)).written()
    with archive.open("rb") as file:
        contents = verifying.contents(file, opener=lambda lock: keys.key_of(lock, Secret(private=KEY)))
        dump = b"".join(next(contents)[1])
    lock, key = keys.lock_for_key(KEY.public_key())
    other = [*entries.framed(entries.DATABASE, [beside])] if beside else []
    body = [*other, *entries.framed(entries.DATABASE, [dump]), *entries.framed(entries.MANIFEST, [told])]
    archive.write_bytes(b"".join(envelope.seal(body, lock=lock, key=key)))


def test_whoever_holds_an_archive_and_its_key_forges_none_that_is_taken(
    archive: Path, private: Path, settings: Any
) -> None:
    """The key that seals stands in the head of each archive; what proves it is under the platform's master key."""
    told, whole, before = verified(archive).written(), archive.read_bytes(), tables()
    forged = told.replace(b'"made_at": "2', b'"made_at": "3')
    own, other = settings.VAULT_KEKS, f"other:{base64.b64encode(bytes(32)).decode()}"

    rewrite(archive, forged, by_us=False)
    with pytest.raises(CommandError, match="Nothing proves that this platform made the archive"):
        restore(archive, private, "--replace")
    rewrite(archive, told, by_us=False, beside=b"BEGIN; DROP SCHEMA public CASCADE;")
    with pytest.raises(CommandError, match="more than its manifest says"):
        restore(archive, private, "--replace", "--unproven")
    archive.write_bytes(whole)
    for missing in (other, ""):
        settings.VAULT_KEKS = missing
        with pytest.raises(CommandError, match="Nothing proves"):
            restore(archive, private, "--replace")
    settings.VAULT_KEKS = f"{other},{own}"

    assert tables() == before
    assert restore(archive, private, "--replace")["rows"] > 0


def test_an_archive_that_nothing_proves_is_taken_where_that_is_typed_out(
    archive: Path, private: Path, settings: Any
) -> None:
    """The rows come back, and nobody in them is read, until the right key is put back."""
    before = tables()
    Association.objects.update(name="Une autre")
    settings.VAULT_KEKS = ""
    with pytest.raises(CommandError, match="VAULT_KEKS is empty"):
        backup(archive.with_name("b.backup"))
    settings.VAULT_KEKS = f"other:{base64.b64encode(bytes(32)).decode()}"

    restore(archive, private, "--replace", "--unproven")

    assert tables() == before


def test_an_archive_is_never_written_over_nor_where_keys_lie(
    archive: Path, private: Path, platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (platform / "keys" / "below").mkdir(parents=True)
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    monkeypatch.setenv("VAULT_KEKS_FILE", str(mounted / "vault_keks"))
    words = archive.parent / "words"
    words.write_text("une phrase assez longue")
    before = archive.read_bytes()

    for place, reason in {
        archive: "is there already",
        platform / "keys" / "below" / "a.backup": "the demo's master key",
        mounted / "a.backup": "VAULT_KEKS",
        platform / "sealed" / "a.backup": "no folder|the store of sealed files",
        tmp_path / "nowhere" / "a.backup": "There is no folder",
    }.items():
        with pytest.raises(CommandError, match=reason):
            backup(place)
    with pytest.raises(CommandError, match="private, which opens it"):
        backup(private.with_name("a.backup"))
    with pytest.raises(CommandError, match="words, which opens it"):
        backup(archive.with_name("b.backup"), "--passphrase", str(words))

    assert archive.read_bytes() == before
    assert sorted(path.name for path in archive.parent.iterdir()) == ["a.backup", "words"]


def test_nothing_is_written_without_what_seals_it(platform: Path, folder: Path, tmp_path: Path, settings: Any) -> None:
    words = tmp_path / "words"
    words.write_text("courte")
    with pytest.raises(CommandError, match="too short"):
        backup(folder / "a.backup", "--passphrase", str(words))
    settings.BACKUP_PUBLIC_KEY = "abc"
    with pytest.raises(CommandError, match="BACKUP_PUBLIC_KEY is no key"):
        backup(folder / "a.backup")
    settings.BACKUP_PUBLIC_KEY = ""
    with pytest.raises(CommandError, match="always sealed") as refused:
        backup(folder / "a.backup")

    assert refused.value.returncode == 2
    assert list(folder.iterdir()) == []


def test_the_key_of_backups_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("backup_key", "--out", str(tmp_path / "key"))
    printed = capsys.readouterr().out.strip().removeprefix("BACKUP_PUBLIC_KEY=")
    written = (tmp_path / "key").read_text()

    with pytest.raises(CommandError, match="nothing was written"):
        call_command("backup_key", "--out", str(tmp_path / "key"))

    assert (tmp_path / "key").read_text() == written
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert keys.public_of(keys.read_private(written)) == printed
    assert len(base64.b64decode(printed)) == 32


def manage(*arguments: str, room: int) -> "subprocess.CompletedProcess[str]":
    """A process of this platform to which the disk gives files of so many bytes."""
    given = connection.settings_dict
    address = f"postgres://{given['USER']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    told = {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "VAR_DIR": str(settings.VAR_DIR),
        "VAULT_KEKS": settings.VAULT_KEKS,
        "SECRET_KEY": settings.SECRET_KEY,
        "BACKUP_PUBLIC_KEY": settings.BACKUP_PUBLIC_KEY,
        "DATABASE_URL": address if database.on_postgres() else "",
        "PATH": os.environ["PATH"],
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )


@pytest.mark.slow
def test_a_full_disk_is_told_in_a_sentence_and_leaves_nothing_behind(
    archive: Path, private: Path, platform: Path
) -> None:
    before = tables()
    files = {path.name for path in platform.iterdir()}
    last = Path(settings.BACKUP_STATE_FILE).read_text()
    connection.close()

    done = manage("backup", "--out", str(archive.with_name("b.backup")), room=archive.stat().st_size - 1000)

    assert (done.returncode, done.stdout) == (1, "")
    assert "no room left" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in archive.parent.iterdir()] == ["a.backup"]
    assert json.loads(Path(settings.BACKUP_STATE_FILE).read_text()) == json.loads(last)
    assert {path.name for path in platform.iterdir()} >= files
    assert tables() == before


@pytest.mark.slow
def test_a_disk_that_is_full_when_restoring_leaves_the_database_as_it_was(
    platform: Path, folder: Path, private: Path, today: date, now: datetime
) -> None:
    association = factories.make_association()
    by = factories.make_membership(association).user
    case = factories.make_case(factories.make_campaign(association, today=today), by=by, today=today, at=now)
    with scope.enter(association.pk):
        large = factories.rebuilt(os.urandom(100_000))
        keep_justificatif(case, large, kind="attestation", token=uuid4(), today=today, at=now, by=by)
    backup(folder / "a.backup")
    shutil.rmtree(platform / "sealed")
    before = tables()

    done = manage("restore", str(folder / "a.backup"), "--key", str(private), "--replace", room=60_000)

    assert (done.returncode, done.stdout) == (1, "")
    assert "no room left" in done.stderr
    assert "the database is as it was" in done.stderr
    assert "Traceback" not in done.stderr
    assert tables() == before
    assert not [path for path in platform.rglob("*") if path.name.endswith(".tmp") or path.name.startswith("copy-")]


def test_a_platform_that_runs_is_not_restored_under_its_feet(archive: Path, private: Path) -> None:
    """The embedded one holds a lock on its folder; of PostgreSQL's, connections tell (test_postgres.py)."""
    with hold(settings.VAR_DIR):
        if not database.on_postgres():
            with pytest.raises(CommandError, match="A platform already runs"):
                restore(archive, private, "--replace")

    assert restore(archive, private, "--replace")["rows"] > 0
