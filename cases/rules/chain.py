"""The evidence journal: each event's hash covers the one before, so that an edit, a gap or a swap shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.rules import chain


@dataclass(frozen=True, slots=True)
class Link:
    """What the hash covers, in plain values: no text of a person, whose erasure must not break the chain."""

    case_id: int
    event_id: int
    kind: str
    at: str
    by: str
    payload: Mapping[str, object]
    hash: str


def hash_of(link: Link, *, previous: str) -> str:
    """SHA-256, in hex, of the previous hash and the event in canonical JSON."""
    content = [link.case_id, link.event_id, link.kind, link.at, link.by, link.payload]
    return chain.hash_of(content, previous=previous)


def first_break(links: Sequence[Link]) -> int | None:
    """The id of the first event whose hash does not follow; None when the chain holds.

    Links in the order in which they were chained (their places): ids may differ, a smaller one can be committed later.
    """
    previous = ""
    for link in links:
        if link.hash != hash_of(link, previous=previous):
            return link.event_id
        previous = link.hash
    return None
