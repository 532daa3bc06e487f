"""Does an export of evidence hold? Its files, its journal's chain, the proofs to the roots, the authority's dates.

Needs nothing but the bag: no database, no key, no network.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cases.rules import bags, documents, evidence, tokens
from cases.rules.bags import Bag, read_json
from cases.rules.chain import Link, first_break
from cases.rules.documents import Document
from cases.rules.evidence import LeafKind, Proof, Unreadable, read_proof
from cases.rules.lifecycle import EventKind
from cases.rules.tokens import Authority, BadAuthority, BadToken

JOURNAL = "data/journal.jsonl"
DOCUMENTS = documents.LISTED
PROOFS = "data/preuves/preuves.json"
PROOFS_FOLDER = "data/preuves/"
AUTHORITY = "data/preuves/autorite.pem"
_REST = {"bagit.txt", "bag-info.txt", bags.PAYLOAD, bags.TAGS, "LISEZMOI.txt", "README.txt",
         "data/dossier.json", "data/echeances.json", JOURNAL, DOCUMENTS}  # fmt: skip
_FOLDERS = (documents.FOLDER, PROOFS_FOLDER)
_LINE = {"place", "event", "case", "kind", "at", "by", "payload", "hash"}


def statement_name(day: str) -> str:
    return f"data/preuves/{day}.racine.txt"


def token_name(day: str) -> str:
    return f"data/preuves/{day}.tsr"


@dataclass(slots=True)
class Verdict:
    """What was found. `covered`: places of the journal up to which a root reaches; `dated`: day to the instant.

    `to_cover`: places but for the line of the export itself, which is newer than any root in it. `covered_dated` and
    `proved_dated`: those whose root the caller's authority dated. `undated`: days whose root none dated.
    `is_own_authority`: the certificates came with the bag itself.
    """

    flaws: list[str] = field(default_factory=list)
    files: int = 0
    events: int = 0
    to_cover: int = 0
    covered: int = 0
    covered_dated: int = 0
    documents: int = 0
    proved: int = 0
    proved_dated: int = 0
    dated: dict[str, datetime] = field(default_factory=dict)
    undated: list[str] = field(default_factory=list)
    is_own_authority: bool = False

    @property
    def is_proved(self) -> bool:
        """A root stands over all of it."""
        return self.covered >= self.to_cover and self.proved == self.documents

    @property
    def is_dated(self) -> bool:
        """An authority whom the caller trusts dated all of it."""
        return self.covered_dated >= self.to_cover and self.proved_dated == self.documents

    def is_dated_on(self, day: str) -> bool:
        return day in self.dated and not self.is_own_authority

    @property
    def is_complete(self) -> bool:
        """It holds: what cannot be read has no figures, hence nothing that is broken is whole."""
        return not self.flaws and self.is_proved and self.is_dated


def verify(bag: Bag, *, authority: Authority | None = None) -> Verdict:
    """`authority`: whom the caller trusts; without it the bag's own, which by itself proves nothing. Raises BadBag."""
    verdict = Verdict(flaws=bags.flaws_of(bag), files=len(bag.names))
    links = _journal(bag, verdict)
    listed = _documents(bag, links, verdict)
    proofs = _proofs(bag, verdict)
    _check_dates(bag, sorted({proof.day for proof in proofs}), authority=authority, verdict=verdict)
    for proof in proofs:
        _check(proof, bag, links=links, listed=listed, verdict=verdict)
    return verdict


def _journal(bag: Bag, verdict: Verdict) -> Sequence[Link]:
    """The links in the order of their places, which count from 1."""
    links: list[Link] = []
    try:
        for place, line in enumerate(bag.read(JOURNAL).splitlines(), start=1):
            told = _told(line)
            if told["place"] != place or told["case"] != (links[0].case_id if links else told["case"]):
                verdict.flaws.append(f"{JOURNAL}:{place}: a line is missing, or is of another case")
            links.append(_link(told))
    except (KeyError, TypeError, ValueError, RecursionError):
        verdict.flaws.append(f"{JOURNAL}: missing or unreadable from line {len(links) + 1} on")
    broken = first_break(links)
    if broken is not None:
        verdict.flaws.append(f"{JOURNAL}: the chain breaks at event {broken}")
    if not links:
        verdict.flaws.append(f"{JOURNAL}: it has no line")
    verdict.events = len(links)
    verdict.to_cover = len(links) - bool(links and links[-1].kind == EventKind.EVIDENCE_EXPORTED)
    return links


def _told(line: bytes) -> dict[str, object]:
    """Nothing but what the hash covers, and the place that it proves: the rest could say anything."""
    told = read_json(line)
    if not isinstance(told, dict) or set(told) != _LINE:
        raise ValueError("It is no line of a journal.")
    return told


def _link(told: Mapping[str, object]) -> Link:
    match told:
        case {
            "case": int(case), "event": int(event), "kind": str(kind), "at": str(at), "by": str(by),
            "payload": dict(payload), "hash": str(hash_),
        }:  # fmt: skip
            return Link(case_id=case, event_id=event, kind=kind, at=at, by=by, payload=payload, hash=hash_)
    raise ValueError("It is no line of a journal.")


def _documents(bag: Bag, links: Sequence[Link], verdict: Verdict) -> Mapping[int, Document]:
    """By their id. Whatever else lies in the bag is told too."""
    told = {flaw.partition(":")[0] for flaw in verdict.flaws}
    strange = [name for name in bag.names if name not in _REST | told and not name.startswith(_FOLDERS)]
    verdict.flaws += [f"{name}: no export holds such a file" for name in strange]
    try:
        found = documents.read_documents(bag.read(DOCUMENTS))
    except (KeyError, TypeError, ValueError, RecursionError):
        verdict.flaws.append(f"{DOCUMENTS}: missing or unreadable")
        return {}
    verdict.flaws += documents.flaws_in_list(found, bag)
    verdict.flaws += documents.flaws_by_journal(found, links)
    verdict.documents = len(found)
    return {one.id: one for one in found}


def _proofs(bag: Bag, verdict: Verdict) -> Sequence[Proof]:
    try:
        told = read_json(bag.read(PROOFS))
        if not isinstance(told, list):
            raise Unreadable("It is no list.")
        found = [read_proof(one) for one in told]
    except (KeyError, TypeError, ValueError, RecursionError):
        verdict.flaws.append(f"{PROOFS}: missing or unreadable")
        return []
    expected = {name(proof.day) for proof in found for name in (statement_name, token_name)}
    strange = [name for name in bag.names if name.startswith(PROOFS_FOLDER) and name not in expected]
    verdict.flaws += [f"{name}: no proof leads to it" for name in strange if name not in {PROOFS, AUTHORITY}]
    once = {(proof.leaf[:1] == [LeafKind.JOURNAL], *proof.leaf[2:3]): proof for proof in found}
    if len(once) < len(found):
        verdict.flaws.append(f"{PROOFS}: two proofs of one thing")
    return list(once.values())


def _check(proof: Proof, bag: Bag, *, links: Sequence[Link], listed: Mapping[int, Document], verdict: Verdict) -> None:
    """The leaf is what stands in the bag, and its way leads to the day's root."""
    stated = evidence.statement_of(day=proof.day, size=proof.size, root=proof.root)
    if not proof.root or statement_name(proof.day) not in bag.names or bag.read(statement_name(proof.day)) != stated:
        verdict.flaws.append(f"{PROOFS}: a proof does not lead to the root of {proof.day}")
        return
    if proof.leaf[1:2] != [links[0].case_id] if links else True:
        verdict.flaws.append(f"{PROOFS}: a proof of {proof.day} is of another case")
    elif proof.leaf[0] == LeafKind.JOURNAL:
        _check_journal(proof, links=links, verdict=verdict)
    elif _is_document(proof, bag, listed):
        verdict.proved += 1
        verdict.proved_dated += verdict.is_dated_on(proof.day)
    else:
        verdict.flaws.append(f"{DOCUMENTS}: a document is not what the root of {proof.day} covers")


def _check_journal(proof: Proof, *, links: Sequence[Link], verdict: Verdict) -> None:
    match proof.leaf:
        case [_, _, int(place), str(hash_)] if 0 < place <= len(links) and links[place - 1].hash == hash_:
            verdict.covered = max(verdict.covered, place)
            if verdict.is_dated_on(proof.day):
                verdict.covered_dated = max(verdict.covered_dated, place)
        case [_, _, int(place), *_]:
            verdict.flaws.append(f"{JOURNAL}:{place}: not what the root of {proof.day} covers")
        case _:
            verdict.flaws.append(f"{PROOFS}: a proof of {proof.day} is of nothing")


def _is_document(proof: Proof, bag: Bag, listed: Mapping[int, Document]) -> bool:
    match proof.leaf:
        case [LeafKind.FILE.value, _, int(number), str(pdf), str(cipher)] if one := listed.get(number):
            is_same = (one.sha256, one.sha256_ciphertext) == (pdf, cipher)
            return is_same and one.file in bag.names and bag.sha256_of(one.file) == pdf
        case [LeafKind.FINGERPRINT.value, _, int(number), str(print_)] if one := listed.get(number):
            return bool(print_) and one.fingerprint == print_
    return False


def _check_dates(bag: Bag, days: Sequence[str], *, authority: Authority | None, verdict: Verdict) -> None:
    stamped = [day for day in days if token_name(day) in bag.names]
    verdict.undated = [day for day in days if day not in stamped]
    if not stamped:
        return
    trusted = authority or _own_authority(bag, verdict)
    for day, flaw, instant in _dates(bag, stamped, trusted) if trusted else ():
        if flaw:
            verdict.flaws.append(f"{token_name(day)}: {flaw}")
        if instant:
            verdict.dated[day] = instant


def _own_authority(bag: Bag, verdict: Verdict) -> Authority | None:
    verdict.is_own_authority = True
    try:
        return tokens.authority_of(bag.read(AUTHORITY))
    except (KeyError, BadAuthority) as error:
        why = str(error) if isinstance(error, BadAuthority) else "missing"
        verdict.flaws.append(f"{AUTHORITY}: {why}; give the authority's certificates with --ca")
        return None


def _dates(bag: Bag, days: Sequence[str], authority: Authority) -> Iterator[tuple[str, str, datetime | None]]:
    """Day, what is wrong with its token, and the instant that it proves."""
    for day in days:
        statement = bag.read(statement_name(day)) if statement_name(day) in bag.names else b""
        try:
            yield day, "", tokens.stamped_at(bag.read(token_name(day)), statement=statement, authority=authority)
        except BadToken as bad:
            yield day, f"no proof of the root of {day} ({bad})", None
