"""What an export lists and does not prove shows, and nothing that is half proved reads like a whole."""

import io
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Membership
from cases import actions
from cases.models import Case, Justificatif
from cases.rules import bags
from cases.rules.bags import Bag
from cases.rules.chain import Link, hash_of
from cases.rules.tokens import authority_of
from cases.rules.verifying import Verdict, verify
from tests import factories
from tests.cases.evidence.authority import Tsa
from tests.cases.evidence.bags import Files, Run, closed, opened, verdict_on, with_manifests

pytestmark = pytest.mark.django_db
JOURNAL = "data/journal.jsonl"
LISTED = "data/documents.json"
PROOFS = "data/preuves/preuves.json"
PDF = "data/documents/document-1.pdf"
Entries = list[dict[str, Any]]


def listing(files: Files, change: Callable[[Entries], object], *, name: str = LISTED) -> Files:
    """With what `change` does to the list in place, and every manifest made anew."""
    entries = json.loads(files[name])
    change(entries)
    return with_manifests({**files, name: json.dumps(entries).encode()})


def stripped(files: Files) -> Files:
    """Without a proof, a root or a token."""
    kept = {name: content for name, content in files.items() if not name.startswith("data/preuves/")}
    return with_manifests({**kept, PROOFS: b"[]"})


def trusted(files: Files, tsa: Tsa) -> Verdict:
    return verify(Bag(closed(files)), authority=authority_of(tsa.root.read_bytes()))


def accept(justificatif: Justificatif, by: Membership, *, today: date, at: datetime) -> None:
    actions.check_justificatif(justificatif, accepted=True, today=today, at=at, by=by.user)


def exported(case: Case, folder: Path) -> Files:
    call_command("export_evidence", case.reference, "--out", str(folder / "own.zip"), stdout=io.StringIO())
    return opened(folder / "own.zip")


# What does not belong together.


def test_an_empty_journal_with_a_document_of_nobody_is_broken(files: Files) -> None:
    kept = {name: content for name, content in stripped(files).items() if name != PDF}
    forged = {**kept, JOURNAL: b"", LISTED: b"[]", "data/documents/document-9.pdf": b"%PDF-1.7"}

    assert verdict_on(with_manifests(forged)).flaws == [
        f"{JOURNAL}: it has no line",
        f"data/documents/document-9.pdf: {LISTED} does not name it",
    ]


@pytest.mark.parametrize("name", ["data/document-9.pdf", "data/more/a.pdf", "annexe.pdf"])
def test_a_file_that_no_export_holds_is_found(files: Files, name: str) -> None:
    assert verdict_on(with_manifests({**files, name: b"x"})).flaws == [f"{name}: no export holds such a file"]


def test_an_entry_without_its_file_is_found(files: Files, justificatif: Justificatif) -> None:
    kept = {name: content for name, content in stripped(files).items() if name != PDF}
    flaw = f"{LISTED}: document {justificatif.pk} names a file that is not there"

    assert verdict_on(with_manifests(kept)).flaws == [flaw]
    assert flaw in verdict_on(listing(files, lambda told: told[0].update(file="journal.jsonl"))).flaws


def test_another_sha256_than_the_files_is_found_without_a_proof(files: Files, justificatif: Justificatif) -> None:
    forged = listing(stripped(files), lambda told: told[0].update(sha256="ab" * 32))

    assert verdict_on(forged).flaws == [f"{LISTED}: document {justificatif.pk} has another sha256 than its file"]


def test_the_ciphertexts_sha256_is_what_the_root_covers(files: Files, today: date) -> None:
    forged = listing(files, lambda told: told[0].update(sha256_ciphertext="ab" * 32))

    assert verdict_on(forged).flaws == [f"{LISTED}: a document is not what the root of {today} covers"]


def test_two_entries_of_one_id_are_found(files: Files, justificatif: Justificatif) -> None:
    verdict = verdict_on(listing(files, lambda told: told.insert(0, {**told[0], "refusal": "unreadable"})))

    assert f"{LISTED}: document {justificatif.pk} is listed 2 times" in verdict.flaws
    assert (verdict.documents, verdict.proved) == (2, 1)


def test_two_entries_of_one_file_are_found(files: Files) -> None:
    forged = listing(files, lambda told: told.append({**told[0], "id": told[0]["id"] + 1}))

    assert sum("a file that another one names" in flaw for flaw in verdict_on(forged).flaws) == 2


def test_a_name_that_stands_twice_in_an_entry_is_found(files: Files) -> None:
    """A reader sees the first, a program the last."""
    twice = files[LISTED].replace(b'"accepted"', b'"accepted": true,\n  "accepted"', 1)

    assert verdict_on(with_manifests({**files, LISTED: twice})).flaws[0] == f"{LISTED}: missing or unreadable"


@pytest.mark.parametrize("place", [0, -1])
def test_a_proof_that_stands_twice_is_found_and_counts_once(files: Files, place: int) -> None:
    verdict = verdict_on(listing(files, lambda told: told.append(told[place]), name=PROOFS))

    assert verdict.flaws == [f"{PROOFS}: two proofs of one thing"]
    assert (verdict.documents, verdict.proved) == (1, 1)


# What the journal tells of the documents.


@pytest.mark.parametrize(
    "told",
    [{"accepted": True, "checked_on": "2026-11-23"}, {"accepted": False}, {"refusal": "unreadable"}],
)
def test_a_check_that_the_journal_does_not_tell_of_is_found(
    files: Files, justificatif: Justificatif, told: dict[str, Any]
) -> None:
    forged = listing(files, lambda entries: entries[0].update(told))

    assert verdict_on(forged).flaws == [f"{LISTED}: document {justificatif.pk} was not checked as the journal tells"]


@pytest.mark.parametrize(
    "told",
    [
        {"accepted": False},
        {"accepted": None, "checked_on": None},
        {"refusal": "unreadable"},
        {"checked_on": None},
        {"checked_on": "2020-01-01"},
    ],
)
def test_a_check_that_was_turned_or_left_out_is_found(
    case: Case, justificatif: Justificatif, in_scope: Membership, tmp_path: Path, today: date, now: datetime,
    told: dict[str, Any],
) -> None:  # fmt: skip
    accept(justificatif, in_scope, today=today, at=now)
    files = exported(case, tmp_path)
    forged = listing(files, lambda entries: entries[0].update(told))

    assert verdict_on(files).flaws == []
    assert verdict_on(forged).flaws == [f"{LISTED}: document {justificatif.pk} was not checked as the journal tells"]


@pytest.mark.parametrize(("days", "is_sound"), [(-9, False), (-3, False), (-1, True), (0, True), (2, False)])
def test_a_day_of_receipt_far_from_the_journals_is_found(
    files: Files, justificatif: Justificatif, today: date, days: int, is_sound: bool
) -> None:
    day = (today + timedelta(days=days)).isoformat()
    forged = listing(files, lambda entries: entries[0].update(received_on=day))
    flaw = f"{LISTED}: document {justificatif.pk} was not received as the journal tells"

    assert verdict_on(forged).flaws == ([] if is_sound else [flaw])


def test_a_document_of_another_kind_than_was_received_is_found(files: Files, justificatif: Justificatif) -> None:
    assert verdict_on(listing(files, lambda entries: entries[0].update(kind="cloture"))).flaws == [
        f"{LISTED}: document {justificatif.pk} was not received as the journal tells",
        f"{LISTED}: the journal tells of the receipt of a document that is not listed",
    ]


def test_a_document_that_was_taken_out_with_its_file_and_its_proof_is_found(
    case: Case, justificatif: Justificatif, in_scope: Membership, tmp_path: Path, today: date, now: datetime
) -> None:
    accept(justificatif, in_scope, today=today, at=now)
    kept = {name: content for name, content in stripped(exported(case, tmp_path)).items() if name != PDF}

    assert verdict_on(with_manifests({**kept, LISTED: b"[]"})).flaws == [
        f"{LISTED}: the journal tells of the receipt of a document that is not listed",
        f"{LISTED}: the journal tells of the check of a document that is not listed",
    ]


def test_a_document_and_a_fingerprint_of_one_case_are_told_apart(
    case: Case, justificatif: Justificatif, in_scope: Membership, tmp_path: Path, today: date, now: datetime
) -> None:
    factories.make_fingerprint(case, by=in_scope.user, today=today, at=now)
    actions.root_all(today=today, at=now)

    verdict = verdict_on(exported(case, tmp_path))

    assert (verdict.flaws, verdict.documents, verdict.proved) == ([], 2, 2)


@pytest.mark.parametrize("change", [{"payload": {"justificatif": [[]]}}, {"at": "0001-01-01"}, {"at": "noon"}])
def test_a_journal_of_nonsense_whose_chain_holds_is_told_in_lines(files: Files, change: dict[str, Any]) -> None:
    lines, previous = [json.loads(line) for line in files[JOURNAL].splitlines()], ""
    for told in lines:
        told.update(change if told["kind"] == "justificatif_received" else {})
        link = Link(told["case"], told["event"], told["kind"], told["at"], told["by"], told["payload"], "")
        told["hash"] = previous = hash_of(link, previous=previous)
    raw = b"".join(json.dumps(told).encode() + b"\n" for told in lines)

    flaws = verdict_on(with_manifests({**stripped(files), JOURNAL: raw})).flaws

    assert f"{LISTED}: document {json.loads(files[LISTED])[0]['id']} was not received as the journal tells" in flaws


def test_what_no_hash_covers_has_no_place_in_the_journal(files: Files) -> None:
    more = files[JOURNAL].replace(b'{"place":1,', b'{"place":1,"told":"accepted",')

    assert (
        f"{JOURNAL}: missing or unreadable from line 1 on" in verdict_on(with_manifests({**files, JOURNAL: more})).flaws
    )


def test_what_happens_while_an_export_is_written_does_not_tear_it(
    case: Case, justificatif: Justificatif, in_scope: Membership, today: date, now: datetime
) -> None:
    made = io.BytesIO()
    found = actions.export_evidence(case, with_names=False, today=today, at=now, by=None)
    accept(justificatif, in_scope, today=today, at=now)

    bags.write_bag(made, name=found.name, payload=found.payload, info=found.info, notes=found.notes)

    assert verify(Bag(made)).flaws == []


# Whole, or not.


def test_only_what_is_covered_proved_and_dated_is_complete(files: Files, tsa: Tsa) -> None:
    whole, own, bare = trusted(files, tsa), verdict_on(files), trusted(stripped(files), tsa)

    assert [one.flaws for one in (whole, own, bare)] == [[], [], []]
    assert [one.is_complete for one in (whole, own, bare)] == [True, False, False]
    assert (whole.covered_dated, whole.proved_dated) == (whole.to_cover, 1)
    assert (own.covered, own.covered_dated, own.proved, own.proved_dated) == (own.to_cover, 0, 1, 0)
    assert (bare.covered, bare.proved, bare.documents) == (0, 0, 1)


def test_one_proof_less_is_not_complete(files: Files, tsa: Tsa) -> None:
    proofs = json.loads(files[PROOFS])

    for proof in proofs:
        left = json.dumps([one for one in proofs if one != proof]).encode()
        verdict = trusted(with_manifests({**files, PROOFS: left}), tsa)
        assert (verdict.flaws, verdict.is_complete) == ([], False)


def test_a_line_since_the_last_root_is_not_complete(
    case: Case, path: Path, justificatif: Justificatif, in_scope: Membership, tsa: Tsa, tmp_path: Path, today: date,
    now: datetime,
) -> None:  # fmt: skip
    accept(justificatif, in_scope, today=today, at=now)

    verdict = trusted(exported(case, tmp_path), tsa)

    assert (verdict.flaws, verdict.is_proved, verdict.is_complete) == ([], False, False)
    assert verdict.covered < verdict.to_cover < verdict.events


def test_a_root_without_a_token_is_proved_and_not_dated(files: Files, tsa: Tsa, today: date) -> None:
    undated = {name: content for name, content in files.items() if not name.endswith(".tsr")}

    verdict = trusted(with_manifests(undated), tsa)

    assert (verdict.flaws, verdict.is_proved, verdict.is_dated) == ([], True, False)
    assert verdict.undated == [str(today)]


def test_a_stripped_export_ends_with_3_and_says_how_much_is_proved(
    files: Files, run: Run, tsa: Tsa, tmp_path: Path
) -> None:
    (tmp_path / "bare.zip").write_bytes(closed(stripped(files)).getvalue())

    status, out, err = run(str(tmp_path / "bare.zip"), "--ca", str(tsa.root))
    told = json.loads(run(str(tmp_path / "bare.zip"), "--json")[1])

    assert (status, err.strip()) == (3, "Nothing is broken, and not all is proved.")
    assert "tiennent" not in out
    assert "Documents prouvés\N{NO-BREAK SPACE}: 0 sur 1" in out
    assert f"Covered by a root: 0 of the {told['to_cover']} lines" in out
    assert (told["sound"], told["complete"], told["flaws"]) == (False, False, [])


def test_what_cannot_be_read_is_not_complete(run: Run, tmp_path: Path) -> None:
    (tmp_path / "none.zip").write_bytes(b"no zip")

    told = json.loads(run(str(tmp_path / "none.zip"), "--json")[1])

    assert (told["sound"], told["complete"], len(told["flaws"])) == (False, False, 1)
