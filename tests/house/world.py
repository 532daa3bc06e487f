"""Two associations at work with everybody who may knock, and the ids that stand in an address.

At home the case of `first` is followed by the volunteer, that of `second` by the coordinator, `third`'s by nobody; a
`made up` one of nobody real is followed by the coordinator too. The other association is the same again. Each volunteer
sees their own cases and nobody's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from accounts import actions, scope
from accounts.access import factors_of
from accounts.models import Association, AuditEntry, Membership, PasskeyKind, User
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from cases.actions import assign, sweep
from cases.models import Campaign, Case, Deadline
from observatory.access import published_file
from tests import deposits, factories
from tests.house.filling import fill
from tests.people import HouseClient, signed_in, signed_in_by_code
from tests.web.desk.passkeys import give_passkey

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Paris"))
TEAM = {
    "no factor": Role.VOLUNTEER,
    "volunteer": Role.VOLUNTEER,
    "not assigned": Role.VOLUNTEER,
    "reception": Role.RECEPTION,
    "referent": Role.REFERENT,
    "coordinator": Role.COORDINATOR,
    "second coordinator": Role.COORDINATOR,
    "delegate": Role.DATA_DELEGATE,
    "ex-volunteer": Role.VOLUNTEER,
}
# Addresses whose `pk` (or `id`) is not that of a justificatif, by the beginning of their name.
OTHER_KEYS = {
    "desk:deposit": "team deposit",
    "portal:deposit": "deposit",
    "desk:answer": "deadline",
    "desk:inbound_mail": "inboundmail",
    "desk:letter": "deadline",
    "desk:reminder": "reminder",
    "desk:unsent": "notice",
    "desk:invitation": "invitation",
    "desk:member": "membership",
    "desk:token": "apitoken",
    "desk:export": "export",
    "desk:factor": "factorreset",
    "desk:reset": "factorreset",
    "desk:session": "session",
    "desk:prove": "fingerprint",
    "portal:prove": "fingerprint",
    "desk:alert": "alert",
    "desk:audit": "alert",
    "portal:session": "session",
    "mfa_remove_webauthn": "passkey",
    "mfa_edit_webauthn": "passkey",
}
SHARED_PLACES = {
    "table": "S2",
    "key": factories.OPPOSITION,
    "channel": "phone",
    "number": 1,
}


def addresses(
    resolver: URLResolver | None = None, *, space: str = "", above: frozenset[str] = frozenset()
) -> Iterator[tuple[str, frozenset[str]]]:
    """("desk:case", {"reference"}) of every address: its name and the names of its places."""
    for entry in (resolver or get_resolver()).url_patterns:
        places = above | entry.pattern.converters.keys()
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry, space=inner, above=places)
        else:
            yield f"{space}{entry.name or entry.pattern}", places


def part_of(name: str, place: str) -> str:
    """What the place of an address holds: «pk» of `desk:answer` is a deadline's."""
    if place in {"pk", "id", "session"}:
        return next((key for start, key in OTHER_KEYS.items() if name.startswith(start)), "pk")
    return place


def address(name: str, places: frozenset[str], parts: dict[str, Any]) -> str:
    return reverse(name, kwargs={place: (SHARED_PLACES | parts)[part_of(name, place)] for place in places})


@dataclass(frozen=True, slots=True)
class Side:
    """One association: its team, its campaign, and three members, each with a case and the ids around it."""

    association: Association
    team: dict[str, Membership]
    campaign: Campaign
    members: dict[str, User]
    cases: dict[str, Case]
    made_up: Case
    parts: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class World:
    home: Side
    other: Side

    def side_of(self, person: str) -> Side:
        return self.other if person == "stranger" else self.home

    def user_of(self, person: str) -> User | None:
        match person:
            case "nobody":
                return None
            case "member":
                return self.home.members["first"]
            case "not my case":
                return self.home.members["second"]
            case "stranger":
                return self.other.team["coordinator"].user
            case _:
                return self.home.team["second coordinator" if person == "bearer" else person].user

    def browser_of(self, person: str) -> Client:
        user, association = self.user_of(person), self.side_of(person).association
        if user is None:
            return HouseClient()
        if person == "bearer":
            return HouseClient(headers={"Authorization": f"Bearer {self.home.parts['first']['bearer']}"})
        if person in {"member", "not my case"}:
            return signed_in_by_code(user, association=association)
        return signed_in(user, factor=person != "no factor", association=association)


@contextmanager
def standing(blocker: DjangoDbBlocker) -> Iterator[World]:
    """For all the tests of a file, on `NOW`; they bear the mark `django_db`: their transactions lie inside this one."""
    with (
        blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        translation.override("fr"),
        transaction.atomic(),
    ):
        home = factories.make_association(name="Union des usagers", slug="at-home")
        other = factories.make_association(name="Autre collectif", slug="away")
        yield make_world(home, other, today=NOW.date(), at=NOW)
        transaction.set_rollback(True)


def make_world(home: Association, other: Association, *, today: date, at: datetime) -> World:
    return World(home=_side(home, today=today, at=at), other=_side(other, today=today, at=at))


def _side(association: Association, *, today: date, at: datetime) -> Side:
    association.team_sees_all = False
    association.save(update_fields=["team_sees_all"])
    before = at - timedelta(days=30)
    team = {name: factories.make_membership(association, role, at=before) for name, role in TEAM.items()}
    by = team["coordinator"].user
    campaign = factories.make_campaign(association, today=today)
    cases = {
        name: factories.make_case(campaign, by=by, today=today, at=at, sent=60) for name in ("first", "second", "third")
    }
    with scope.enter(association.pk):
        cases["first"] = assign(cases["first"], to=team["volunteer"].user, today=today, at=at, by=by)
        cases["second"] = assign(cases["second"], to=by, today=today, at=at, by=by)
        cases["third"] = assign(cases["third"], to=None, today=today, at=at, by=by)
    sweep(today=today, at=at)
    parts = {name: _in(case, team=team, today=today, at=at) for name, case in cases.items()}
    shared = _around(campaign, team=team, today=today, at=at) | fill(association, by=by, at=at)
    with scope.enter(association.pk):
        reader = team["ex-volunteer"].user
        shared["alert"] = AuditEntry.objects.record(AuditKind.MASS_READING, at=at, by=reader, found=60).pk
    members = {name: _user_of(case) for name, case in cases.items()}
    made_up = _made_up(campaign, by=by, today=today, at=at)
    for membership in team.values():
        factories.make_sign_in(membership.user, at=at)
    for name, user in members.items():
        session = factories.make_sign_in(user, at=at).pk
        parts[name] |= shared | {"made up": made_up.reference, "session": session}
    side = Side(association, team, campaign, members=members, cases=cases, made_up=made_up, parts=parts)
    with scope.enter(association.pk):
        actions.revoke_membership(team["ex-volunteer"], by=None, at=at)
    return side


def _made_up(campaign: Campaign, *, by: User, today: date, at: datetime) -> Case:
    """Without an address or an account, as a decoy has to be."""
    case = factories.make_case(campaign, by=by, today=today, at=at, sent=None, email="")
    with scope.enter(campaign.association_id):
        return assign(case, to=by, today=today, at=at, by=by)


def _user_of(case: Case) -> User:
    with scope.enter(case.association_id):
        user = case.member.user
    assert user
    return user


def _in(case: Case, *, team: dict[str, Membership], today: date, at: datetime) -> dict[str, Any]:
    """The ids of what lies in the case; whoever is responsible for all cases has said why they open it."""
    by = team["volunteer"].user
    factories.make_note(case, by=by, at=at)
    justificatif = factories.make_justificatif(case, by=by, today=today, at=at)
    for reader in ("referent", "coordinator", "second coordinator"):
        factories.say_why(case, by=team[reader].user, at=at)
    with scope.enter(case.association_id):
        missed = Deadline.objects.missed().filter(case=case).get()
    fingerprint = factories.make_fingerprint(case, by=by, today=today, at=at)
    content = factories.PLANTED["vault.SealedFile.content"][-1]
    reminder = factories.make_reminder(case, by=by, today=today, at=at)
    return {
        "reference": case.reference,
        "pk": justificatif.pk,
        "deadline": missed.pk,
        "reminder": reminder.pk,
        "notice": factories.make_unsent(case.association, at=at, deadline=missed.pk).pk,
        "deposit": deposits.to_confirm(case, by=_user_of(case), at=at).pk,
        "team deposit": deposits.to_confirm(case, by=by, at=at).pk,
        "fingerprint": fingerprint.pk,
        "content": content,
    }


def _around(campaign: Campaign, *, team: dict[str, Membership], today: date, at: datetime) -> dict[str, Any]:
    """The ids of what the team has between themselves."""
    coordinator, delegate = team["coordinator"], team["delegate"]
    release = factories.make_release(campaign, by=coordinator.user, reviewed_by=delegate.user, today=today, at=at)
    invitation, token = factories.make_invitation(campaign.association, by=coordinator.user, at=at)
    api_token, bearer = factories.make_token(team["second coordinator"], at=at)
    passkey_owner = team["second coordinator"].user
    give_passkey(passkey_owner, PasskeyKind.PHONE, at=at)
    with scope.enter(campaign.association_id):
        file = published_file(release.slug)
    assert file
    return {
        "name": file.name,
        "slug": release.slug,
        "plan": release.plan_id,
        "period": release.period,
        "token": token,
        "invitation": invitation.pk,
        "membership": team["volunteer"].pk,
        "apitoken": api_token.pk,
        "bearer": bearer,
        "passkey": factors_of(passkey_owner).passkeys[0].id,
    }
