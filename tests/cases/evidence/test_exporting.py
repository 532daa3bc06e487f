"""What leaves as evidence: whole, once, recorded, and checked by tools that are not ours."""

import io
import json
import stat
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts import scope
from accounts.fields import forget_keys
from accounts.models import AuditEntry, Membership
from accounts.rules.audit import AuditKind
from cases import actions
from cases.models import Case, CaseEvent, Justificatif
from cases.rules import bags
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.cases.evidence.authority import Tsa
from tests.cases.evidence.bags import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "preuves.zip"


def export(case: Case, out: Path, *more: str) -> str:
    said = io.StringIO()
    call_command("export_evidence", case.reference, "--out", str(out), *more, stdout=said)
    return said.getvalue()


def unpacked(out: Path) -> Path:
    with zipfile.ZipFile(out) as archive:
        archive.extractall(out.parent)
        return out.parent / archive.namelist()[0].partition("/")[0]


def test_the_export_holds_all_that_proves_the_case(
    justificatif: Justificatif, case: Case, out: Path, today: date, now: datetime
) -> None:
    actions.root_all(today=today, at=now)

    said = export(case, out)

    files = opened(out)
    assert "in plain" in said
    assert sorted(files) == [
        "LISEZMOI.txt",
        "README.txt",
        "bag-info.txt",
        "bagit.txt",
        "data/documents.json",
        "data/documents/document-1.pdf",
        "data/dossier.json",
        "data/echeances.json",
        "data/journal.jsonl",
        f"data/preuves/{today}.racine.txt",
        "data/preuves/preuves.json",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
    ]
    assert files["data/documents/document-1.pdf"].startswith(b"%PDF-")
    [letter] = [one for one in json.loads(files["data/echeances.json"]) if one["bound"] == "member"]
    assert letter["due"]
    assert len(letter["explanation"]["fr"]) == len(letter["explanation"]["en"]) > 1
    assert json.loads(files["data/dossier.json"])["reference"] == case.reference
    assert f"External-Identifier: {case.reference}" in files["bag-info.txt"].decode()


def test_nobody_is_named_unless_asked_for(
    case: Case, justificatif: Justificatif, in_scope: Membership, out: Path, today: date, now: datetime
) -> None:
    note = factories.make_note(case, by=in_scope.user, at=now)
    secret = [name.encode() for name in (case.member.first_name, case.member.last_name, note, in_scope.user.name)]

    export(case, out)
    without = b"".join(opened(out).values())
    export(case, out.with_name("named.zip"), "--names")
    named = b"".join(opened(out.with_name("named.zip")).values())

    assert [name for name in secret if name in without] == []
    assert [name in named for name in secret] == [True, True, False, False]


def test_the_export_is_recorded_before_it_is_written(case: Case, out: Path) -> None:
    export(case, out)

    assert CaseEvent.objects.get(kind=EventKind.EVIDENCE_EXPORTED).payload == {"people": False}
    assert AuditEntry.objects.get(kind=AuditKind.EVIDENCE_EXPORTED).about_id == str(case.pk)
    assert b"evidence_exported" in opened(out)["data/journal.jsonl"]


def test_the_file_is_its_owners_alone_and_nothing_is_left_beside_it(case: Case, out: Path) -> None:
    export(case, out)

    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_a_file_that_is_there_stays_as_it_is(case: Case, out: Path) -> None:
    out.write_text("mine")

    with pytest.raises(CommandError, match="is there already") as refused:
        export(case, out)

    assert refused.value.returncode == 2
    assert out.read_text() == "mine"
    assert not CaseEvent.objects.filter(kind=EventKind.EVIDENCE_EXPORTED).exists()


def test_what_fails_half_way_leaves_no_file(
    case: Case, justificatif: Justificatif, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bags, "write_bag", full)

    with pytest.raises(CommandError, match="No space left") as failed:
        export(case, out)

    assert failed.value.returncode == 1
    assert list(out.parent.iterdir()) == []


def test_a_document_that_is_missing_in_the_store_is_told(
    case: Case, justificatif: Justificatif, out: Path, settings: Any
) -> None:
    from vault.box import store

    assert justificatif.sealed_file
    store.remove(justificatif.sealed_file.stored_name)

    with pytest.raises(CommandError, match="cannot be read, and nothing was written"):
        export(case, out)

    assert list(out.parent.iterdir()) == []


def test_an_erased_case_has_nothing_to_export(case: Case, out: Path, today: date, now: datetime) -> None:
    actions.erase_case(case, today=today, at=now, by=None)

    with pytest.raises(CommandError, match="erased") as refused:
        export(case, out)

    assert refused.value.returncode == 1
    assert not out.exists()


def test_a_missing_master_key_is_said_and_is_no_erasure(
    justificatif: Justificatif, case: Case, out: Path, settings: Settings
) -> None:
    settings.VAULT_KEKS = "2027:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
    forget_keys()

    with pytest.raises(CommandError, match=r"«test» is missing from VAULT_KEKS\. Nothing was written"):
        export(case, out, "--names")

    assert not out.exists()


def test_a_reference_of_two_associations_asks_which(
    case: Case, stranger: Membership, out: Path, today: date, now: datetime
) -> None:
    campaign = factories.make_campaign(stranger.association, today=today)
    other = factories.make_case(campaign, by=stranger.user, today=today, at=now)
    with scope.enter(stranger.association_id):
        Case.objects.filter(pk=other.pk).update(reference=case.reference)

    with pytest.raises(CommandError, match="autre, union: say --association") as asked:
        export(case, out)
    export(case, out, "--association", "autre")

    assert asked.value.returncode == 2
    assert f'"case":{other.pk},' in opened(out)["data/journal.jsonl"].decode()


@pytest.mark.parametrize("typed", ["nothing", "", "BADU-KEVI-TOR"])
def test_what_is_no_reference_is_told(case: Case, out: Path, typed: str) -> None:
    with pytest.raises(CommandError, match="is no reference of a case") as refused:
        call_command("export_evidence", typed, "--out", str(out))

    assert refused.value.returncode == 2


def test_a_case_of_nobody_is_told(case: Case, out: Path, stranger: Membership) -> None:
    with pytest.raises(CommandError, match=f"«autre» has no case {case.reference}") as refused:
        export(case, out, "--association", "autre")

    assert refused.value.returncode == 2


def test_the_same_content_gives_the_same_bytes() -> None:
    def made() -> bytes:
        target = io.BytesIO()
        payload = iter([("a.txt", b"one"), ("b/c.txt", b"two")])
        bags.write_bag(target, name="x", payload=payload, info={"B": "2", "A": "1"}, notes={"README.txt": b"r"})
        return target.getvalue()

    assert made() == made()


def test_sha256sum_and_openssl_verify_it_without_us(
    case: Case, justificatif: Justificatif, tsa: Tsa, out: Path, today: date, now: datetime
) -> None:
    """With the very commands that LISEZMOI.txt gives."""
    actions.root_all(today=today, at=now)
    actions.stamp_all()
    export(case, out)
    folder = unpacked(out)
    lines = [line.strip() for line in (folder / "LISEZMOI.txt").read_text().splitlines()]
    commands = [line for line in lines if line.startswith(("sha256sum -c", "openssl ts"))]

    ran = [subprocess.run(line.split(), cwd=folder, capture_output=True, text=True, check=False) for line in commands]

    assert [line.split()[0] for line in commands] == ["sha256sum", "sha256sum", "openssl", "openssl"]
    assert [one.returncode for one in ran] == [0, 0, 0, 0]
    assert "Verification: OK" in ran[2].stdout + ran[2].stderr
    assert "Time stamp:" in ran[3].stdout


@pytest.mark.parametrize("command", ["sha256sum -c manifest-sha256.txt", "sha256sum -c tagmanifest-sha256.txt"])
def test_sha256sum_finds_what_was_changed(case: Case, out: Path, command: str) -> None:
    export(case, out)
    folder = unpacked(out)
    for name in ("data/dossier.json", "LISEZMOI.txt"):
        with (folder / name).open("ab") as file:
            file.write(b" ")

    assert subprocess.run(command.split(), cwd=folder, capture_output=True, check=False).returncode == 1
