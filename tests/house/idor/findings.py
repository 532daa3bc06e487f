"""What a request must not do, and how an answer is compared with that for a thing that does not exist."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.house.idor.reach import Reach
from tests.house.idor.rows import Key, Owner, Row, Rows, pointers, signs_in


class Kind(StrEnum):
    READS = "READS"  # a sign of what this person may not see stands in the answer
    WRITES = "WRITES"  # a row changed that is not theirs to change
    CREATES = "CREATES"  # a row appeared where they have no say
    LINKS = "LINKS"  # a row points at another association's, or at another member's
    ORACLE = "ORACLE"  # what exists is answered otherwise than what does not
    FAULT = "500"


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as a finding names it. `key`: own, second, other, nothing, or «second in body of name»."""

    person: str
    method: str
    name: str
    key: str
    url: str
    data: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: str
    body: str
    changes: list[tuple[Key, Row | None, Row | None]]


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    request: Request
    detail: str

    def __str__(self) -> str:
        asked = self.request
        return f"{self.kind} {asked.person}: {asked.method} {asked.name} with {asked.key}: {self.detail}"


# What differs between two answers to the same question: tokens, nonces, random ids, the time in a signature; a salt and
# the fingerprint made with it, four signs at a time; and the numbers of a list, a deposit and an event that were just
# made, which a sequence of PostgreSQL gives only once.
_TOKENS = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[\w+/=-]{32,}|[A-Z]{4}-[A-Z]{4}-[A-Z]{3}\b"
    r"|Content-Length: \d+|(?<=X-Request-Id: )[0-9a-f]{16}|(?<= d=\")[^\"]+|(?<=sessionid=)\w*|(?<=messages=)\S+"
    r"|(?<=-)[a-z0-9]{6}(?=/)|nonce-[\w+/=-]+|next=[\w/%.-]*|%2F[\w%.-]*|<span>[0-9a-f]{4}</span>"
    r"|(?<=Location: /desk/listes/)\d+(?=/)|(?<=/depot/)\d+(?=/\n)|(?<=\"event\":)\d+"
)


def judge(
    rows: Rows, reach: Reach, signs: Mapping[str, set[tuple[Owner, str]]], asked: Request, answer: Answer
) -> Iterator[Finding]:
    """The findings of one request by itself; an oracle needs two."""
    if answer.status >= 500 and answer.status != 503:
        yield Finding(Kind.FAULT, asked, f"status {answer.status}")
    yield from _reads(reach, signs, asked, answer)
    for key, before, after in answer.changes:
        yield from _written(rows, reach, asked, key, before, after)


def _reads(
    reach: Reach, signs: Mapping[str, set[tuple[Owner, str]]], asked: Request, answer: Answer
) -> Iterator[Finding]:
    told = signs_in(f"{answer.headers}\n{answer.body}") - signs_in(f"{asked.url} {dict(asked.data)}")
    for sign in sorted(told & signs.keys()):
        if not any(reach.may_read(owner, column) for owner, column in signs[sign]):
            yield Finding(Kind.READS, asked, ", ".join(sorted({column for _, column in signs[sign]})))


def _written(
    rows: Rows, reach: Reach, asked: Request, key: Key, before: Row | None, after: Row | None
) -> Iterator[Finding]:
    model, _ = key
    name = model._meta.model_name or ""
    owners = [_owner(rows, key, row) for row in (before, after) if row is not None]
    if not all(reach.may_change(owner, name, is_new=rows.is_new(owner)) for owner in owners):
        kind = Kind.CREATES if before is None else Kind.WRITES
        yield Finding(kind, asked, f"{model._meta.label} of {owners[-1]}")
    if after is not None:
        yield from _links(rows, asked, model, before or {}, after)


def _owner(rows: Rows, key: Key, row: Row) -> Owner:
    return rows.owner_of(key, row)


def _links(rows: Rows, asked: Request, model: Any, before: Row, after: Row) -> Iterator[Finding]:
    association = after.get("association_id")
    for name, target in pointers(model):
        if after[name] is None or before.get(name) == after[name]:
            continue
        there = rows.there((target, after[name]))
        owner = rows.owner_of((target, after[name]), there) if there else Owner()
        if name == "user_id":  # says who somebody is; a person may be known in two associations
            continue
        if association is not None and owner.association not in {None, association}:
            yield Finding(Kind.LINKS, asked, f"{model._meta.label}.{name} leads to another association")
    if len(set(rows.members_named(model, after))) > 1:
        yield Finding(Kind.LINKS, asked, f"{model._meta.label} joins two members")


def oracle(
    existing: tuple[Request, Answer], nothing: tuple[Request, Answer], words: Iterable[tuple[str, str]]
) -> Iterator[Finding]:
    """A difference that tells the one from the other, but for the keys themselves (`words`: each with its twin)."""
    (asked, one), (_, other) = existing, nothing
    if one.status != other.status:
        yield Finding(Kind.ORACLE, asked, f"{one.status}, but {other.status} for nothing")
        return
    both = sorted({word for pair in words for word in pair}, key=len, reverse=True)
    told, unknown = _masked(one, asked, both), _masked(other, nothing[0], both)
    if told != unknown:
        yield Finding(Kind.ORACLE, asked, f"{one.status}, {_difference(told, unknown)}")


def _difference(one: str, other: str) -> str:
    place = next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1), min(len(one), len(other))
    )
    return f"«{one[max(0, place - 30) : place + 50]}», but «{other[max(0, place - 30) : place + 50]}» for nothing"


def _masked(answer: Answer, asked: Request, words: list[str]) -> str:
    text = f"{answer.headers}\n{answer.body}".replace(asked.url, "·")
    for word in words:
        text = re.sub(rf"(?<![\w]){re.escape(word)}(?![\w])", "·", text, flags=re.IGNORECASE)
    return _TOKENS.sub("·", text)


def counted(findings: Iterable[Finding]) -> Counter[str]:
    return Counter(finding.kind.value for finding in findings)
