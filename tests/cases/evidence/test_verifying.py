"""What was done to an export shows, whoever did it and however well."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Membership
from cases import actions
from cases.models import Case
from cases.rules import bags
from cases.rules.bags import BadBag, Bag
from cases.rules.chain import Link, hash_of
from cases.rules.verifying import verify
from tests import factories
from tests.cases.evidence.authority import Tsa, found_authority
from tests.cases.evidence.bags import Files, Run, changed, closed, opened, verdict_on, with_manifests

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
JOURNAL = "data/journal.jsonl"
PDF = "data/documents/document-1.pdf"


def test_what_nobody_touched_holds(path: Path, files: Files, today: date) -> None:
    verdict = verdict_on(files)

    assert verdict.flaws == []
    assert (verdict.documents, verdict.proved) == (1, 1)
    assert 0 < verdict.covered < verdict.events  # the export itself is newer than the root
    assert list(verdict.dated) == [str(today)]
    assert verdict.is_own_authority


def test_each_changed_file_is_found(files: Files) -> None:
    for name in files:
        for content in (files[name] + b" ", files[name][:-1], b""):
            assert verdict_on({**files, name: content}).flaws, name


def test_each_missing_or_added_file_is_found(files: Files) -> None:
    for name in files:
        assert verdict_on({one: content for one, content in files.items() if one != name}).flaws, name
    for name in ("data/more.txt", "more.txt"):
        assert verdict_on({**files, name: b"x"}).flaws == [
            f"{name}: not in {'manifest' if 'data' in name else 'tagmanifest'}-sha256.txt"
        ]


def test_a_line_of_the_journal_that_was_rewritten_breaks_the_chain(files: Files) -> None:
    forged = changed(files, JOURNAL, lambda raw: raw.replace(b"attestation", b"declaration"))

    assert "the chain breaks" in verdict_on(forged).flaws[0]


def test_a_journal_that_was_cut_or_swapped_is_found(files: Files) -> None:
    def without_second(raw: bytes) -> bytes:
        lines = raw.splitlines(keepends=True)
        return b"".join([lines[0], *lines[2:]])

    for change in (without_second, lambda raw: b"", lambda raw: raw + b"{}\n", lambda raw: b"[" * 100_000):
        assert verdict_on(changed(files, JOURNAL, change)).flaws


def test_a_journal_whose_whole_chain_was_made_anew_is_not_what_the_root_covers(files: Files, today: date) -> None:
    forged = verdict_on(changed(files, JOURNAL, rechained))

    assert forged.flaws == [f"{JOURNAL}:{len_of(files)}: not what the root of {today} covers"]


def rechained(raw: bytes) -> bytes:
    """As whoever holds the database could write it: another past, with hashes that follow."""
    lines, previous = [json.loads(line) for line in raw.splitlines()], ""
    lines[0]["at"] = "2020-01-01T00:00:00+00:00"
    for told in lines:
        link = Link(told["case"], told["event"], told["kind"], told["at"], told["by"], told["payload"], "")
        told["hash"] = previous = hash_of(replace(link), previous=previous)
    return b"".join(json.dumps(told).encode() + b"\n" for told in lines)


def len_of(files: Files) -> int:
    """Up to where the root covers the journal."""
    return verdict_on(files).covered


def test_another_document_in_the_place_of_one_is_found(files: Files, today: date) -> None:
    forged = {**files, PDF: files[PDF].replace(b"%PDF-1.7", b"%PDF-1.6")}
    listed = json.loads(files["data/documents.json"])
    listed[0]["sha256"] = hashlib.sha256(forged[PDF]).hexdigest()
    forged["data/documents.json"] = json.dumps(listed).encode()

    assert verdict_on(with_manifests(forged)).flaws == [
        f"data/documents.json: a document is not what the root of {today} covers"
    ]


def test_a_root_of_ones_own_has_no_date(files: Files, today: date) -> None:
    """Journal, proofs and root made anew, all in agreement: only the authority's token tells."""
    name = f"data/preuves/{today}.racine.txt"
    forged = changed(files, name, lambda raw: raw[:-2] + (b"0" if raw[-2:-1] != b"0" else b"1") + b"\n")

    flaws = verdict_on(forged).flaws

    assert any(flaw.startswith(f"data/preuves/{today}.tsr: no proof of the root") for flaw in flaws)
    assert any("does not lead to the root" in flaw for flaw in flaws)


def test_a_fingerprint_is_proved_without_its_file(
    case: Case, in_scope: Membership, tmp_path: Path, today: date, now: datetime
) -> None:
    found = factories.make_fingerprint(case, by=in_scope.user, today=today, at=now)
    actions.root_all(today=today, at=now)
    call_command("export_evidence", case.reference, "--out", str(tmp_path / "x.zip"), stdout=io.StringIO())
    files = opened(tmp_path / "x.zip")
    [told] = json.loads(files["data/documents.json"])

    other = with_manifests({**files, "data/documents.json": json.dumps([{**told, "fingerprint": "cd" * 32}]).encode()})

    assert (told["fingerprint"], "file" in told, PDF in files) == (found.fingerprint, False, False)
    assert (verdict_on(files).flaws, verdict_on(files).proved) == ([], 1)
    assert verdict_on(other).flaws == [
        f"data/documents.json: document {found.pk} was not received as the journal tells",
        f"data/documents.json: a document is not what the root of {today} covers",
    ]


def test_proofs_that_are_none_are_told(files: Files) -> None:
    proofs = json.loads(files["data/preuves/preuves.json"])
    wrong: list[Any] = [
        {},
        [],
        [1],
        [{**proofs[0], "path": ["zz"]}],
        [{**proofs[0], "index": 99}],
        [{**proofs[0], "leaf": ["else", 1]}],
        [{**proofs[0], "day": "../../etc/passwd"}],
    ]
    for told in wrong:
        forged = with_manifests({**files, "data/preuves/preuves.json": json.dumps(told).encode()})
        assert verdict_on(forged).flaws, told


def test_the_callers_authority_counts_more_than_the_one_inside(path: Path, tsa: Tsa, tmp_path: Path) -> None:
    other = found_authority(tmp_path / "other")
    with path.open("rb") as file:
        from cases.rules.tokens import authority_of

        right = verify(Bag(file), authority=authority_of(tsa.root.read_bytes()))
        wrong = verify(Bag(file), authority=authority_of(other.read_bytes()))

    assert (right.flaws, right.is_own_authority) == ([], False)
    assert len(wrong.flaws) == 1
    assert wrong.dated == {}


def zip_with(*entries: tuple[str, bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    made.seek(0)
    return made


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../x/bagit.txt", "leads elsewhere"),
        ("x/../../bagit.txt", "leads elsewhere"),
        ("/x/bagit.txt", "leads elsewhere"),
        ("x\\bagit.txt", "leads elsewhere"),
        ("x/a b.txt", "leads elsewhere"),
        ("x/.hidden", "leads elsewhere"),
        ("bagit.txt", "one folder"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(name: str, said: str) -> None:
    with pytest.raises(BadBag, match=said):
        Bag(zip_with((name, b"x")))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bags, "MOST_BYTES", 10_000)
    with pytest.raises(BadBag, match="2 GiB"):
        Bag(zip_with(("x/a", b"\0" * 10_001)))
    monkeypatch.setattr(bags, "MOST_FILES", 2)
    with pytest.raises(BadBag, match="more than 2 files"):
        Bag(zip_with(("x/a", b""), ("x/b", b""), ("x/c", b"")))


def test_a_text_that_is_far_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bags, "LONGEST_TEXT", 100)

    with pytest.raises(BadBag, match="longer than any of its kind"):
        verify(Bag(zip_with(("x/bagit.txt", b"\0" * 101))))


def test_links_and_twins_are_refused() -> None:
    link = zipfile.ZipInfo("x/link")
    link.external_attr = 0o120777 << 16
    linked, twins = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(linked, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with zipfile.ZipFile(twins, "w") as archive:
        archive.writestr("x/a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x/a", b"2")

    for made, said in ((linked, "no plain file"), (twins, "same name")):
        with pytest.raises(BadBag, match=said):
            Bag(made)


def test_damage_inside_the_zip_is_told(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    at = raw.index(b"%PDF-")
    raw[at] ^= 1

    with pytest.raises(BadBag, match="cannot be read"):
        verify(Bag(io.BytesIO(bytes(raw))))


# The command.


def test_what_holds_ends_with_0_only_with_an_authority_of_the_readers_own(path: Path, run: Run, tsa: Tsa) -> None:
    status, out, err = run(str(path), "--ca", str(tsa.root))
    without = run(str(path))

    assert (status, err) == (0, "")
    assert "Ces preuves tiennent" in out
    assert "This evidence holds" in out
    assert "alone they prove nothing" not in out
    assert without[0] == 3
    assert "alone they prove nothing" in without[1]
    assert "tiennent" not in without[1]
    assert without[2].strip() == "Nothing is broken, and not all is proved."


def test_broken_evidence_ends_with_1_and_a_line_for_each_flaw(files: Files, run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(closed({**files, PDF: b"x", "LISEZMOI.txt": b"y"}).getvalue())

    status, out, err = run(str(tmp_path / "bad.zip"))

    assert status == 1
    assert f"{PDF}: changed" in out.splitlines()
    assert "LISEZMOI.txt: changed" in out.splitlines()
    assert "This evidence holds" not in out
    assert err.strip() == "This evidence does not hold."


def test_json_is_one_line(path: Path, run: Run, tsa: Tsa, today: date) -> None:
    status, out, _ = run(str(path), "--json", "--ca", str(tsa.root))

    told = json.loads(out)
    assert (status, len(out.splitlines())) == (0, 1)
    assert list(told) == [
        "sound", "flaws", "files", "events", "covered", "documents", "proved", "dated", "undated", "own_authority",
        "complete", "to_cover", "covered_dated", "proved_dated",
    ]  # fmt: skip
    assert (told["sound"], list(told["dated"])) == (True, [str(today)])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip"])
def test_what_is_no_bag_ends_with_1(content: bytes, run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(content)

    status, out, _ = run(str(tmp_path / "x.zip"))

    assert status == 1
    assert "x.zip: It is no ZIP file" in out


def test_what_is_asked_wrongly_ends_with_2_in_one_sentence(path: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for arguments in ([], [str(tmp_path / "none.zip")], [str(path), "--ca", "none.pem"],
                      [str(path), "--ca", str(tmp_path / "ca.pem")], [str(path), "--no"]):  # fmt: skip
        status, out, err = run(*arguments)
        assert (status, out, len(err.splitlines())) == (2, "", 1), arguments


def test_it_needs_no_platform(path: Path, tsa: Tsa, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "verify_evidence", str(path), "--json", "--ca", str(tsa.root)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["sound"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["preuves.zip"]
