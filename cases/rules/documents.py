"""Do the documents that an export lists agree with its files, and with what its journal tells of them?"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.rules.bags import Bag, read_json
from cases.rules.chain import Link
from cases.rules.lifecycle import EventKind

LISTED = "data/documents.json"
FOLDER = "data/documents/"
_COMMON = {"id", "kind", "received_on", "checked_on", "accepted", "refusal"}
_FILE = {"file", "sha256", "sha256_ciphertext"}
_FINGERPRINT = {"fingerprint"}
_CHECKS = {EventKind.JUSTIFICATIF_ACCEPTED.value: True, EventKind.JUSTIFICATIF_REFUSED.value: False}
# The journal has instants in UTC, the list days in Paris; and what was confirmed may wait a day for the worker.
_ZONE = timedelta(days=1)
_WAIT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Document:
    """An entry of the list. Hashes in hex; `file`: its name in the bag; "" for what it does not have."""

    id: int
    kind: str
    received_on: date
    checked_on: date | None
    accepted: bool | None
    refusal: str
    file: str
    sha256: str
    sha256_ciphertext: str
    fingerprint: str


def read_documents(raw: bytes) -> list[Document]:
    """Raises ValueError for anything but a list of entries as an export writes them."""
    match read_json(raw):
        case list(told):
            return [_document(one) for one in told]
    raise ValueError("It is no list.")


def _document(told: object) -> Document:
    match told:
        case {
            "id": int(number), "kind": str(kind), "received_on": str(received), "checked_on": str() | None as checked,
            "accepted": bool() | None as accepted, "refusal": str(refusal), **own,
        } if not isinstance(number, bool) and set(own) in (_FILE, _FINGERPRINT, set()):  # fmt: skip
            hashes = {name: str(own.get(name, "")) for name in ("sha256", "sha256_ciphertext", "fingerprint")}
            return Document(
                id=number,
                kind=kind,
                received_on=date.fromisoformat(received),
                checked_on=date.fromisoformat(checked) if checked else None,
                accepted=accepted,
                refusal=refusal,
                file=f"data/{own['file']}" if "file" in own else "",
                **hashes,
            )
    raise ValueError("It is no entry of the list.")


def flaws_in_list(documents: Sequence[Document], bag: Bag) -> Iterator[str]:
    """Entries and files, one to one."""
    for number, times in Counter(one.id for one in documents).items():
        if times > 1:
            yield f"{LISTED}: document {number} is listed {times} times"
    named = Counter(one.file for one in documents if one.file)
    for one in documents:
        if one.file and not (one.file.startswith(FOLDER) and one.file in bag.names):
            yield f"{LISTED}: document {one.id} names a file that is not there"
        elif one.file and named[one.file] > 1:
            yield f"{LISTED}: document {one.id} names a file that another one names"
        elif one.file and bag.sha256_of(one.file) != one.sha256:
            yield f"{LISTED}: document {one.id} has another sha256 than its file"
    for name in bag.names:
        if name.startswith(FOLDER) and name not in named:
            yield f"{name}: {LISTED} does not name it"


def flaws_by_journal(documents: Sequence[Document], links: Sequence[Link]) -> Iterator[str]:
    """Each was received and checked as the journal tells, and nothing else was."""
    yield from _received_otherwise(documents, links)
    checks = {_about(link): link for link in links if link.kind in _CHECKS}
    for one in documents:
        if not _is_checked_as(one, checks.get(one.id)):
            yield f"{LISTED}: document {one.id} was not checked as the journal tells"
    if checks.keys() - {one.id for one in documents}:
        yield f"{LISTED}: the journal tells of the check of a document that is not listed"


def _received_otherwise(documents: Sequence[Document], links: Sequence[Link]) -> Iterator[str]:
    """The journal names the kind, not the document: those of one kind came in the order of their ids."""
    arrivals: Mapping[str | int, list[Link]] = defaultdict(list)
    for link in links:
        if link.kind == EventKind.JUSTIFICATIF_RECEIVED:
            arrivals[_about(link)].append(link)
    for one in sorted(documents, key=lambda document: document.id):
        theirs = arrivals[one.kind]
        if not theirs or not _came_as(one, theirs.pop(0)):
            yield f"{LISTED}: document {one.id} was not received as the journal tells"
    if any(arrivals.values()):
        yield f"{LISTED}: the journal tells of the receipt of a document that is not listed"


def _came_as(one: Document, link: Link) -> bool:
    day = _day(link)
    is_in_time = day is not None and -_ZONE <= day - one.received_on <= _WAIT
    return is_in_time and link.payload.get("fingerprint", "") == one.fingerprint


def _is_checked_as(one: Document, link: Link | None) -> bool:
    if link is None:
        return (one.accepted, one.checked_on, one.refusal) == (None, None, "")
    day = _day(link)
    is_that_day = day is not None and one.checked_on is not None and abs(one.checked_on - day) <= _ZONE
    return is_that_day and (one.accepted, one.refusal) == (_CHECKS[link.kind], link.payload.get("refusal", ""))


def _about(link: Link) -> str | int:
    about = link.payload.get("justificatif")
    return about if isinstance(about, str | int) else ""


def _day(link: Link) -> date | None:
    try:
        return datetime.fromisoformat(link.at).date()
    except ValueError:
        return None
