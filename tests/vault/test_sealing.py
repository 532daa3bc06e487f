"""Files through the vault: in, onto the disk, and back out; nobody else's key or place opens them."""

import errno
import hashlib
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts import scope
from accounts.actions import create_keys, destroy_keys
from accounts.fields import KeyDestroyed
from accounts.models import Association, KeyKind
from tests.vault import samples
from vault import access, actions
from vault.models import SealedFile
from vault.redaction.pipeline import Rebuilt
from vault.rules.refusals import Code, Refused
from vault.rules.stream import Damaged

pytestmark = pytest.mark.django_db


def sealed_file(subject: UUID, at: datetime, data: bytes | None = None, pixels: bytes = b"") -> SealedFile:
    """Kept as if the engine had rebuilt it; no two show the same unless told."""
    pdf = samples.pdf(samples.NIR) if data is None else data
    rebuilt = Rebuilt(pdf=pdf, pixels=pixels or uuid4().bytes, words=())
    return actions.keep(rebuilt, subject=subject, file_id=uuid4(), at=at)


def plain_of(sealed: SealedFile) -> bytes:
    return b"".join(access.open_plain(sealed))


def files_in(store: Path) -> list[Path]:
    return sorted(path for path in store.rglob("*") if path.is_file())


def blob_of(sealed: SealedFile, store: Path) -> Path:
    return store / sealed.stored_name


@pytest.mark.parametrize("data", [samples.pdf(), samples.pdf(padding=200_000)])
def test_a_justificatif_comes_back_as_it_was(case_key: UUID, now: datetime, data: bytes) -> None:
    sealed = sealed_file(case_key, now, data)

    assert (sealed.media_type, sealed.suffix, sealed.size_plain) == ("application/pdf", ".pdf", len(data))
    assert sealed.sha256_pdf == hashlib.sha256(data).hexdigest()
    assert plain_of(SealedFile.objects.get(pk=sealed.pk)) == data


def test_the_same_document_is_not_kept_twice_in_a_case(case_key: UUID, now: datetime, store: Path) -> None:
    sealed_file(case_key, now, pixels=b"same")

    with pytest.raises(Refused) as refusal:
        sealed_file(case_key, now, pixels=b"same")

    assert refusal.value.code is Code.SEEN_BEFORE
    assert len(files_in(store)) == 1


def test_the_same_document_in_another_case_is_known(case_key: UUID, now: datetime, association: Association) -> None:
    [other_case] = create_keys(association.pk, kind=KeyKind.CASE)
    first = sealed_file(case_key, now, pixels=b"same")
    assert not actions.is_known_elsewhere(first)

    assert actions.is_known_elsewhere(sealed_file(other_case, now, pixels=b"same"))
    assert not actions.is_known_elsewhere(sealed_file(other_case, now, pixels=b"other"))


def test_no_other_association_can_compare_what_a_document_shows(
    case_key: UUID, now: datetime, other_association: Association
) -> None:
    here = sealed_file(case_key, now, pixels=b"same")

    with scope.enter(other_association.pk):
        [subject] = create_keys(other_association.pk, kind=KeyKind.CASE)
        there = sealed_file(subject, now, pixels=b"same")
        assert there.pixels != here.pixels
        assert not actions.is_known_elsewhere(there)


def test_a_file_that_was_not_rebuilt_has_no_row(case_key: UUID, now: datetime) -> None:
    """The database itself refuses what is no rebuilt PDF."""
    sealed = sealed_file(case_key, now)

    with pytest.raises(IntegrityError, match="sealedfile_rebuilt"), transaction.atomic():
        SealedFile.objects.filter(pk=sealed.pk).update(sha256_pdf="")


def test_nothing_plain_reaches_the_disk(case_key: UUID, now: datetime, store: Path) -> None:
    sealed = sealed_file(case_key, now, samples.pdf(samples.NIR))

    [blob] = files_in(store)
    assert blob == blob_of(sealed, store)
    data = blob.read_bytes()
    assert samples.NIR not in data
    assert b"PDF" not in data
    assert blob.stat().st_mode & 0o077 == 0
    assert blob.parent.stat().st_mode & 0o077 == 0


def test_the_row_and_the_blobs_name_say_nothing_of_the_plain_bytes(case_key: UUID, now: datetime, store: Path) -> None:
    first, second = sealed_file(case_key, now), sealed_file(case_key, now)

    assert first.sha256_cipher != second.sha256_cipher
    assert first.stored_name != second.stored_name
    assert access.verify().is_sound


def test_a_blob_is_on_the_disk_before_its_row(case_key: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for owner, name in [(os, "fsync"), (Path, "rename"), (SealedFile, "save")]:
        monkeypatch.setattr(owner, name, _told(getattr(owner, name), done=done, name=name))

    sealed_file(case_key, now)

    assert done[-4:] == ["fsync", "rename", "fsync", "save"]


def _told(act: Any, *, done: list[str], name: str) -> Any:
    def acting(*args: Any, **kwargs: Any) -> Any:
        done.append(name)
        return act(*args, **kwargs)

    return acting


def test_a_full_disk_is_a_refusal_with_a_sentence(
    case_key: UUID, now: datetime, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    sealed_file(case_key, now)
    before = files_in(store)
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(Refused) as refusal:
        sealed_file(case_key, now)

    assert refusal.value.code is Code.NO_ROOM
    assert files_in(store) == before


def test_another_failure_of_the_disk_is_not_hidden(
    case_key: UUID, now: datetime, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)

    with pytest.raises(OSError, match="Input/output"):
        sealed_file(case_key, now)

    assert files_in(store) == []


def test_a_blob_with_a_changed_bit_does_not_open(case_key: UUID, now: datetime, store: Path) -> None:
    sealed = sealed_file(case_key, now)
    blob = blob_of(sealed, store)
    data = bytearray(blob.read_bytes())
    data[-1] ^= 1
    blob.write_bytes(data)

    with pytest.raises(Damaged):
        plain_of(sealed)


def test_a_blob_cut_at_a_chunks_border_does_not_open(case_key: UUID, now: datetime, store: Path) -> None:
    sealed = sealed_file(case_key, now, samples.pdf(padding=200_000))
    blob = blob_of(sealed, store)
    blob.write_bytes(blob.read_bytes()[: 11 + 2 * (64 * 1024 + 16)])

    with pytest.raises(Damaged):
        plain_of(sealed)


def test_a_blob_moved_to_another_row_does_not_open(case_key: UUID, now: datetime, store: Path) -> None:
    one, other = sealed_file(case_key, now), sealed_file(case_key, now, samples.png())
    blob_of(other, store).write_bytes(blob_of(one, store).read_bytes())

    with pytest.raises(Damaged):
        plain_of(other)
    assert plain_of(one)


def test_a_row_moved_to_another_case_does_not_open(case_key: UUID, now: datetime, association: Association) -> None:
    sealed = sealed_file(case_key, now)
    [other_case] = create_keys(association.pk, kind=KeyKind.CASE)
    SealedFile.objects.filter(pk=sealed.pk).update(subject=other_case)

    with pytest.raises(Damaged):
        plain_of(SealedFile.objects.get(pk=sealed.pk))


def test_a_row_moved_to_another_association_does_not_open(
    case_key: UUID, now: datetime, other_association: Association
) -> None:
    sealed = sealed_file(case_key, now)
    sealed.association = other_association

    with pytest.raises(Damaged):
        plain_of(sealed)


def test_an_erased_case_cannot_be_read(case_key: UUID, now: datetime) -> None:
    sealed = sealed_file(case_key, now)

    destroy_keys([case_key])

    with pytest.raises(KeyDestroyed):
        access.open_plain(sealed)


def test_another_association_sees_no_file(case_key: UUID, now: datetime, other_association: Association) -> None:
    sealed_file(case_key, now)

    with scope.enter(other_association.pk):
        assert not SealedFile.objects.exists()


def test_without_a_scope_no_file_can_be_asked_for(association: Association) -> None:
    with pytest.raises(scope.OutOfScope):
        SealedFile.objects.exists()


def test_a_missing_blob_has_its_own_name(case_key: UUID, now: datetime, store: Path) -> None:
    sealed = sealed_file(case_key, now)
    blob_of(sealed, store).unlink()

    with pytest.raises(access.BlobMissing):
        access.open_plain(sealed)


def test_a_file_may_be_read_after_its_scope_ended(association: Association, now: datetime) -> None:
    with scope.enter(association.pk):
        [subject] = create_keys(association.pk, kind=KeyKind.CASE)
        chunks = access.open_plain(sealed_file(subject, now, samples.png()))

    assert b"".join(chunks) == samples.png()


def test_a_failed_transaction_leaves_an_orphan_that_is_swept_after_a_day(
    case_key: UUID, now: datetime, store: Path
) -> None:
    kept = sealed_file(case_key, now)
    _fail_after_sealing(case_key, now)
    assert len(files_in(store)) == 2
    assert access.verify().orphans == 1

    written = _age(store, hours=0)
    assert actions.sweep_orphans(now=written + timedelta(hours=23)) == 0
    assert actions.sweep_orphans(now=written + timedelta(hours=25)) == 1

    assert files_in(store) == [blob_of(kept, store)]
    assert plain_of(kept)
    assert actions.sweep_orphans(now=written + timedelta(hours=25)) == 0


@transaction.atomic
def _fail_after_sealing(subject: UUID, at: datetime) -> None:
    """As when the case's own row could not be written."""
    sealed_file(subject, at)
    transaction.set_rollback(True)


def test_a_temporary_file_of_a_killed_process_is_swept(case_key: UUID, now: datetime, store: Path) -> None:
    sealed = sealed_file(case_key, now)
    (blob_of(sealed, store).parent / "half.tmp").write_bytes(b"half")

    assert actions.sweep_orphans(now=_age(store, hours=0) + timedelta(days=2)) == 1
    assert files_in(store) == [blob_of(sealed, store)]


def test_a_sleeping_associations_files_are_not_orphans(
    case_key: UUID, now: datetime, store: Path, association: Association
) -> None:
    sealed_file(case_key, now)
    association.is_active = False
    association.save(update_fields=["is_active"])

    assert actions.sweep_orphans(now=_age(store, hours=0) + timedelta(days=2)) == 0
    assert len(files_in(store)) == 1


def _age(store: Path, *, hours: float) -> datetime:
    """Give every blob one age; returns the instant at which they were written."""
    written = time.time() - hours * 3600
    for path in files_in(store):
        os.utime(path, (written, written))
    return datetime.fromtimestamp(written).astimezone()
