"""What each person may see and change, so that all the rest is a finding."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from tests.house.idor.rows import Owner
from tests.house.world import World

OUTSIDE = ("nobody", "no factor", "ex-volunteer")
MEMBERS = ("member", "not my case")
# What the others of a role are refused by one's key, they are refused by each other's.
MIRRORS = ("not my case", "not assigned")
# The coordinator whose token a program bears lends it their reach.
PEOPLE = (
    *OUTSIDE,
    *MEMBERS,
    *("volunteer", "not assigned", "reception", "referent", "coordinator", "delegate", "bearer", "stranger"),
)
_CASES = {
    "member": ("first",),
    "not my case": ("second",),
    "volunteer": ("first", "third"),
    "bearer": (*("first", "second", "third"), "made up"),
    "not assigned": ("third",),
    "reception": ("third",),
    "referent": (*("first", "second", "third"), "made up"),
    "coordinator": (*("first", "second", "third"), "made up"),
    "stranger": (*("first", "second", "third"), "made up"),
}
# The kinds of keys that somebody tries: their own, a neighbour's in the same association, another association's, none.
_OWN = {"not my case": "second", "not assigned": "third", "reception": "third"}
_SECOND = {"not my case": "first", "not assigned": "first", "reception": "first"}
# Colleagues know each other by name, and a member who follows their case.
_COMMON = {"accounts.User.name", "accounts.User.id", "cases.Campaign.slug"}
# Words of the team about a case, never shown to its member by a page.
_OF_TEAM = {"cases.CaseEvent.note", "cases.Attempt.note"}
# Written on the way by whoever is at work: what happened, and who is told.
_WRITTEN_ON_THE_WAY = {"auditentry", "notice"}
# Mail that names no case is for whoever sees every case.
_SEES_ALL = {"referent", "coordinator", "stranger"}
# What is the account's own, and stays so after somebody left the association: sessions and factors.
_OF_ACCOUNT = {"signin", "authenticator"}


@dataclass(frozen=True)
class Reach:
    person: str
    association: int | None
    members: frozenset[int]
    user: UUID | None
    runs_team: bool = field(default=False)

    @classmethod
    def of(cls, person: str, world: World) -> "Reach":
        side = world.side_of(person)
        known = side.cases | {"made up": side.made_up}
        cases = [known[name] for name in _CASES.get(person, ())]
        user = world.user_of(person)
        return cls(
            person=person,
            association=None if person in OUTSIDE else side.association.pk,
            members=frozenset(case.member_id for case in cases),
            user=user.pk if user else None,
            runs_team=person in {"coordinator", "delegate", "stranger"},
        )

    @classmethod
    def by_invitation(cls, person: str, world: World) -> "Reach":
        """Whoever holds an invitation's token may read it and join by it."""
        known = cls.of(person, world)
        return replace(known, person=person, association=world.side_of(person).association.pk, runs_team=True)

    def may_change(self, owner: Owner, model_name: str, *, is_new: bool) -> bool:
        """`is_new`: somebody who was not known before, and their key."""
        of_home = owner.association in {None, self.association} or model_name in _OF_ACCOUNT
        if owner.user is not None and owner.user == self.user and of_home:
            return True
        if self.association is None or owner.association not in {
            self.association,
            None if is_new else self.association,
        }:
            return False
        if is_new:
            return self.person not in MEMBERS
        if owner.member is not None:
            return owner.member in self.members
        if model_name == "inboundmail":
            return self.person in _SEES_ALL
        return self.runs_team or model_name in _WRITTEN_ON_THE_WAY

    def may_read(self, owner: Owner, column: str) -> bool:
        if owner.user is not None and owner.user == self.user:
            return True
        if owner.association is not None and (owner.association != self.association or self.association is None):
            return False
        if owner.member is not None:
            return owner.member in self.members and not (self.person in MEMBERS and column in _OF_TEAM)
        if column.startswith("cases.InboundMail."):
            return self.person in _SEES_ALL
        return self.runs_team or column in _COMMON

    def keys(self, world: World) -> dict[str, dict[str, Any]]:
        """The ids for the places of an address, by kind of key; what is nobody's comes from `nothing`."""
        side, away = world.side_of(self.person), world.home if self.person == "stranger" else world.other
        found = {"own": side.parts[_OWN.get(self.person, "first")], "other": away.parts["first"]}
        if self.person not in {"referent", "coordinator", "bearer", "stranger"}:
            found["second"] = side.parts[_SECOND.get(self.person, "second")]
        return found
