"""What kinds of notices there are. An app registers its own from `ready()`; nothing here knows what they are about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from notifications.models import Notice
from notifications.rules.kinds import DIGESTS, Recipient

__all__ = [
    "NoticeKind",
    "Recipient",
    "UnknownKind",
    "all_kinds",
    "hear_no_such_address",
    "is_digest",
    "kind_of",
    "register",
    "tell_no_such_address",
]


class Hearer(Protocol):
    """`code`: the server's, as "smtp_550". Called in the association's scope, outside transactions."""

    def __call__(self, notice: Notice, *, address: str, code: str, at: datetime) -> object: ...


class UnknownKind(LookupError):
    """No app registered a kind of this key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeKind:
    """How a notice finds its words and its reader. The three functions run in the association's scope and only read.

    `templates` is a folder, such as "cases/mail/deadline_missed", of subject.{fr,en}.txt, body.{fr,en}.txt and
    body.{fr,en}.html. `still_holds` False: the notice is dropped. `recipient` None or without e-mail: dropped with the
    reason `no_address`, for a task on the desk. `urgent`: leaves at any hour, whatever the association or its reader
    chose. `parting`: leaves from a suspended association too, at once: its reader has no page that says the same.
    """

    key: str
    templates: str
    still_holds: Callable[[Notice], bool]
    context: Callable[[Notice], Mapping[str, Any]]
    recipient: Callable[[Notice], Recipient | None]
    urgent: bool = False
    parting: bool = False


_kinds: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> None:
    """Raises ValueError when another kind has the key."""
    if _kinds.setdefault(kind.key, kind) != kind:
        raise ValueError(f"Two notice kinds are called «{kind.key}».")


def kind_of(key: str) -> NoticeKind:
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(f"No notice kind is called «{key}»: register it from an app's ready().") from None


def all_kinds() -> list[NoticeKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.key)


def is_digest(key: str) -> bool:
    return key in DIGESTS.values()


def urgent_kinds() -> list[str]:
    return [kind.key for kind in all_kinds() if kind.urgent]


def parting_kinds() -> list[str]:
    return [kind.key for kind in all_kinds() if kind.parting]


_hearers: list[Hearer] = []


def hear_no_such_address(hearer: Hearer) -> None:
    """Register, at start-up, who hears that the mail server knows no such address as a notice was to go to."""
    if hearer not in _hearers:
        _hearers.append(hearer)


def tell_no_such_address(notice: Notice, *, address: str, code: str, at: datetime) -> None:
    for hearer in _hearers:
        hearer(notice, address=address, code=code, at=at)
