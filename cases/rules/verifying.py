"""Does an export of evidence hold? Its files, its journal's chain, the proofs to the roots, the authority's dates.

Needs nothing but the bag: no database, no key, no network.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cases.rules import bags, evidence, tokens
from cases.rules.bags import Bag
from cases.rules.chain import Link, first_break
from cases.rules.evidence import LeafKind, Proof, Unreadable, read_proof
from cases.rules.tokens import Authority, BadAuthority, BadToken

JOURNAL = "data/journal.jsonl"
DOCUMENTS = "data/documents.json"
PROOFS = "data/preuves/preuves.json"
AUTHORITY = "data/preuves/autorite.pem"


def statement_name(day: str) -> str:
    return f"data/preuves/{day}.racine.txt"


def token_name(day: str) -> str:
    return f"data/preuves/{day}.tsr"


@dataclass(slots=True)
class Verdict:
    """What was found. `covered`: places of the journal up to which a root reaches; `dated`: day to the instant.

    `undated`: days whose root no authority dated; `is_own_authority`: the certificates came with the bag itself.
    """

    flaws: list[str] = field(default_factory=list)
    files: int = 0
    events: int = 0
    covered: int = 0
    documents: int = 0
    proved: int = 0
    dated: dict[str, datetime] = field(default_factory=dict)
    undated: list[str] = field(default_factory=list)
    is_own_authority: bool = False


def verify(bag: Bag, *, authority: Authority | None = None) -> Verdict:
    """`authority`: whom the caller trusts; without it the bag's own, which by itself proves nothing. Raises BadBag."""
    verdict = Verdict(flaws=bags.flaws_of(bag), files=len(bag.names))
    links = _journal(bag, verdict)
    documents = _documents(bag, verdict)
    proofs = _proofs(bag, verdict)
    for proof in proofs:
        _check(proof, bag, links=links, documents=documents, verdict=verdict)
    _check_dates(bag, sorted({proof.day for proof in proofs}), authority=authority, verdict=verdict)
    return verdict


def _journal(bag: Bag, verdict: Verdict) -> Sequence[Link]:
    """The links in the order of their places, which count from 1."""
    links: list[Link] = []
    try:
        for place, line in enumerate(bag.read(JOURNAL).splitlines(), start=1):
            told = json.loads(line)
            if told["place"] != place or told["case"] != (links[0].case_id if links else told["case"]):
                verdict.flaws.append(f"{JOURNAL}:{place}: a line is missing, or is of another case")
            links.append(_link(told))
    except (KeyError, TypeError, ValueError, RecursionError):
        verdict.flaws.append(f"{JOURNAL}: missing or unreadable from line {len(links) + 1} on")
    broken = first_break(links)
    if broken is not None:
        verdict.flaws.append(f"{JOURNAL}: the chain breaks at event {broken}")
    verdict.events = len(links)
    return links


def _link(told: Mapping[str, object]) -> Link:
    match told:
        case {
            "case": int(case), "event": int(event), "kind": str(kind), "at": str(at), "by": str(by),
            "payload": dict(payload), "hash": str(hash_),
        }:  # fmt: skip
            return Link(case_id=case, event_id=event, kind=kind, at=at, by=by, payload=payload, hash=hash_)
    raise ValueError("It is no line of a journal.")


Document = Mapping[str, object]


def _documents(bag: Bag, verdict: Verdict) -> Mapping[object, Document]:
    """By their id."""
    try:
        found = {one["id"]: one for one in json.loads(bag.read(DOCUMENTS))}
    except (KeyError, TypeError, ValueError, RecursionError):
        verdict.flaws.append(f"{DOCUMENTS}: missing or unreadable")
        return {}
    verdict.documents = len(found)
    return found


def _proofs(bag: Bag, verdict: Verdict) -> Sequence[Proof]:
    try:
        told = json.loads(bag.read(PROOFS))
        if not isinstance(told, list):
            raise Unreadable("It is no list.")
        found = [read_proof(one) for one in told]
    except (KeyError, TypeError, ValueError, RecursionError):
        verdict.flaws.append(f"{PROOFS}: missing or unreadable")
        return []
    expected = {name(proof.day) for proof in found for name in (statement_name, token_name)}
    strange = [name for name in bag.names if name.startswith("data/preuves/") and name not in expected]
    verdict.flaws += [f"{name}: no proof leads to it" for name in strange if name not in {PROOFS, AUTHORITY}]
    return found


def _check(
    proof: Proof, bag: Bag, *, links: Sequence[Link], documents: Mapping[object, Document], verdict: Verdict
) -> None:
    """The leaf is what stands in the bag, and its way leads to the day's root."""
    stated = evidence.statement_of(day=proof.day, size=proof.size, root=proof.root)
    if not proof.root or statement_name(proof.day) not in bag.names or bag.read(statement_name(proof.day)) != stated:
        verdict.flaws.append(f"{PROOFS}: a proof does not lead to the root of {proof.day}")
        return
    match proof.leaf:
        case [LeafKind.JOURNAL.value, int(case), int(place), str(hash_)]:
            if not 0 < place <= len(links) or (links[place - 1].case_id, links[place - 1].hash) != (case, hash_):
                verdict.flaws.append(f"{JOURNAL}:{place}: not what the root of {proof.day} covers")
                return
            verdict.covered = max(verdict.covered, place)
        case [LeafKind.FILE.value, int(case), int(number), str(pdf), str()] if _is_file(bag, documents, number, pdf):
            verdict.proved += _is_of(case, links, proof, verdict)
        case [LeafKind.FINGERPRINT.value, int(case), int(number), str(print_)] if (
            documents.get(number, {}).get("fingerprint") == print_
        ):
            verdict.proved += _is_of(case, links, proof, verdict)
        case _:
            verdict.flaws.append(f"{DOCUMENTS}: a document is not what the root of {proof.day} covers")


def _is_file(bag: Bag, documents: Mapping[object, Document], number: int, pdf: str) -> bool:
    name = f"data/{documents.get(number, {}).get('file', '')}"
    return name in bag.names and bag.sha256_of(name) == pdf


def _is_of(case: int, links: Sequence[Link], proof: Proof, verdict: Verdict) -> bool:
    if links and links[0].case_id != case:
        verdict.flaws.append(f"{PROOFS}: a proof of {proof.day} is of another case")
        return False
    return True


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
