"""My account, as its owner sees it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.access import Factors, Sessions
from accounts.models import FactorReset, Membership, PasskeyKind, SignIn, SignInWay
from web.desk.pages.team import role_labels

RECENT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyLine:
    id: int
    kind: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One time that the account was opened. `device`: «Firefox, Linux»."""

    way: str
    device: str
    at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAssociation:
    """`is_closed`: two coordinators there have not yet agreed to factors that were taken off elsewhere."""

    id: int
    name: str
    roles: list[str]
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    name: str
    email: str
    association: str
    roles: list[str]
    factors: Factors
    passkeys: list[PasskeyLine]
    codes_left: int
    open_sessions: int
    entries: list[Entry]
    others: list[OtherAssociation]
    resets: list[FactorReset]


def passkey_lines(factors: Factors) -> list[PasskeyLine]:
    return [
        PasskeyLine(id=one.id, kind=str(PasskeyKind(one.kind).label), made_at=one.made_at, used_at=one.used_at)
        for one in factors.passkeys
    ]


def other_associations(
    all_mine: Iterable[Membership], *, here: Membership, closed: frozenset[int]
) -> list[OtherAssociation]:
    """`closed`: the ids of memberships whose desk waits for its own coordinators."""
    return [
        OtherAssociation(
            id=one.association_id,
            name=one.association.name,
            roles=role_labels(one.roles),
            is_closed=one.pk in closed,
        )
        for one in all_mine
        if one.pk != here.pk
    ]


def _entry(row: SignIn) -> Entry:
    return Entry(way=str(SignInWay(row.way).label), device=row.device, at=row.opened_at, is_open=row.ended_at is None)


def account_page(
    membership: Membership,
    *,
    factors: Factors,
    sessions: Sessions,
    others: list[OtherAssociation],
    resets: list[FactorReset],
) -> AccountPage:
    rows = sorted([*sessions.open, *sessions.ended], key=lambda row: row.opened_at, reverse=True)
    return AccountPage(
        name=membership.user.name,
        email=membership.user.email,
        association=membership.association.name,
        roles=role_labels(membership.roles),
        factors=factors,
        passkeys=passkey_lines(factors),
        codes_left=len(factors.codes),
        open_sessions=len(sessions.open),
        entries=[_entry(row) for row in rows[:RECENT]],
        others=others,
        resets=resets,
    )
