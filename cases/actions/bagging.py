"""All that proves a case, for whoever has to judge it: documents, journal, deadlines, proofs and the authority's dates.

It holds the person's documents in plain, hence the record of each export in the case and in the audit log.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

import vault.access
from accounts.models import AuditEntry, User
from accounts.rules.audit import About, AuditKind
from cases.actions.chaining import chain_events, link_of
from cases.actions.journal import move, take
from cases.models import Attempt, Case, CaseEvent, CaseFact, Deadline, EvidenceLeaf, EvidenceRoot, Justificatif
from cases.rules import evidence, verifying
from cases.rules.lifecycle import EventKind

# BagIt's own names of what describes a bag.
_SOFTWARE = "Opposable, manage.py export_evidence"
_NOTES = {"LISEZMOI.txt": "cases/evidence/LISEZMOI.txt", "README.txt": "cases/evidence/README.txt"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What `cases.rules.bags.write_bag` takes. The documents are opened while `payload` is read, within the scope."""

    name: str
    payload: Iterator[tuple[str, bytes]]
    info: dict[str, str]
    notes: dict[str, bytes]


@transaction.atomic
def export_evidence(case: Case, *, with_names: bool, today: date, at: datetime, by: User | None) -> Evidence:
    """Record the export, then give what is there. Raises Impossible when the case was erased.

    The case is locked meanwhile: its journal tells of the very documents that are listed.
    """
    case = take(case, version=None)
    move(case, EventKind.EVIDENCE_EXPORTED, at=at, by=by, people=with_names)
    AuditEntry.objects.record(
        AuditKind.EVIDENCE_EXPORTED, at=at, by=by, about=About.CASE, about_id=case.pk, people=with_names
    )
    while chain_events():
        pass
    roots = list(EvidenceRoot.objects.filter(leaves__case=case).distinct().order_by("day"))
    days = {"days": [root.day.isoformat() for root in roots if root.token]}
    notes = {name: render_to_string(template, days).encode() for name, template in _NOTES.items()}
    info = {
        "Bag-Software-Agent": _SOFTWARE,
        "Bagging-Date": today.isoformat(),
        "External-Identifier": case.reference,
    }
    documents = list(Justificatif.objects.filter(case=case).select_related("sealed_file").order_by("pk"))
    files = {f"documents/document-{number}": row for number, row in enumerate(documents, start=1)}
    texts = list(_texts(case, files, with_names=with_names))
    payload = chain(texts, _payload(case, files, roots))
    return Evidence(name=f"preuves-{case.reference}", payload=payload, info=info, notes=notes)


def _texts(case: Case, files: Mapping[str, Justificatif], *, with_names: bool) -> Iterator[tuple[str, bytes]]:
    """`files`: the documents by the names that they have in the bag, without an ending."""
    yield "dossier.json", _json(_told_case(case, with_names=with_names))
    yield "echeances.json", _json([_told_deadline(row) for row in Deadline.objects.filter(case=case).order_by("pk")])
    yield "journal.jsonl", b"".join(_journal(case))
    yield "documents.json", _json([_told_document(row, stem) for stem, row in files.items()])


def _payload(
    case: Case, files: Mapping[str, Justificatif], roots: Sequence[EvidenceRoot]
) -> Iterator[tuple[str, bytes]]:
    for stem, row in files.items():
        if row.sealed_file:
            yield f"{stem}{row.sealed_file.suffix}", b"".join(vault.access.open_plain(row.sealed_file))
    yield "preuves/preuves.json", _json([proof.to_json() for root in roots for proof in _proofs(case, root)])
    for root in roots:
        yield _below_data(verifying.statement_name(root.day.isoformat())), root.statement
        if root.token:
            yield _below_data(verifying.token_name(root.day.isoformat())), bytes(root.token)
    if settings.TSA_CA_FILE and any(root.token for root in roots):
        yield _below_data(verifying.AUTHORITY), Path(settings.TSA_CA_FILE).read_bytes()


def _below_data(name: str) -> str:
    return name.removeprefix("data/")


def _proofs(case: Case, root: EvidenceRoot) -> Iterator[evidence.Proof]:
    leaves = list(EvidenceLeaf.objects.all().of(root))
    digests = [leaf.digest for leaf in leaves]
    for leaf in leaves:
        if leaf.case_id == case.pk:
            yield evidence.prove(leaf.content, digests, index=leaf.number, day=root.day.isoformat())


def _journal(case: Case) -> Iterator[bytes]:
    """A line for each event, in the order of the chain, with all that its hash covers."""
    for event in CaseEvent.objects.all().chained().filter(case=case).defer("note"):
        link = link_of(event)
        told = {
            "place": event.place,
            "event": link.event_id,
            "case": link.case_id,
            "kind": link.kind,
            "at": link.at,
            "by": link.by,
            "payload": link.payload,
            "hash": link.hash,
        }
        yield json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _told_case(case: Case, *, with_names: bool) -> dict[str, Any]:
    told = {
        "reference": case.reference,
        "procedure": case.procedure,
        "procedure_version": case.procedure_version,
        "state": case.state,
        "outcome": case.outcome,
        "opened_on": case.opened_on,
        "closed_on": case.closed_on,
        "facts": [_told_fact(row) for row in CaseFact.objects.filter(case=case).order_by("pk")],
        "attempts": [_told_attempt(row) for row in Attempt.objects.filter(case=case).order_by("pk")],
    }
    if with_names:
        told["member"] = {"first_name": case.member.first_name, "last_name": case.member.last_name}
        told["beneficiary"] = {"kind": case.beneficiary.kind, "first_name": case.beneficiary.first_name}
    return told


def _told_fact(row: CaseFact) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "earliest": row.earliest,
        "latest": row.latest,
        "known_by": row.known_by,
        "value": row.value,
        "recorded_at": row.recorded_at,
        "superseded_at": row.superseded_at,
    }


def _told_attempt(row: Attempt) -> dict[str, Any]:
    """With the reference that an adviser gave, without the team's note."""
    return {
        "channel": row.channel,
        "made_on": row.made_on,
        "result": row.result,
        "obstacle": row.obstacle,
        "justificatif_asked": row.justificatif_asked,
        "adviser_reference": row.adviser_reference,
        "recorded_at": row.recorded_at,
    }


def _told_deadline(row: Deadline) -> dict[str, Any]:
    names = [
        "key", "bound", "rule", "article", "start_kind", "start_earliest", "start_latest", "start_known_by", "raw_end",
        "due_earliest", "due_latest", "due", "met_on", "missed_on", "void_on", "answered_on", "decision",
    ]  # fmt: skip
    told = {name: getattr(row, name) for name in names}
    return told | {"explanation": {"fr": row.explanation_fr.splitlines(), "en": row.explanation_en.splitlines()}}


def _told_document(row: Justificatif, stem: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": row.pk,
        "kind": row.kind,
        "received_on": row.received_on,
        "checked_on": row.checked_on,
        "accepted": row.accepted,
        "refusal": row.refusal,
    }
    file = row.sealed_file
    if file is None:  # its owner kept it, or it was destroyed before files were cleaned
        return told | ({"fingerprint": row.fingerprint} if row.fingerprint else {})
    return told | {"file": f"{stem}{file.suffix}", "sha256": file.sha256_pdf, "sha256_ciphertext": file.sha256_cipher}


def _json(told: object) -> bytes:
    """Days and instants in ISO 8601."""
    return json.dumps(told, ensure_ascii=False, indent=1, default=lambda one: one.isoformat()).encode() + b"\n"
