"""Walls taken out of the running code, one at a time: the matrix must turn red each time, or it proves nothing.

`behind` names the second wall: what PostgreSQL's policies would catch as well is removed while they are off.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists
from django.http import Http404

import accounts.access
import cases.access
from accounts import scope
from accounts.access.factors import FACTORS
from accounts.models import Invitation, Membership, SignIn, User
from accounts.rules.roles import Right
from accounts.scope import TenantManager
from cases.models import Case, Deadline, Justificatif, Member
from cases.models.case import CaseQuerySet
from tests.house.idor.findings import Kind

Patch = pytest.MonkeyPatch
OURS = {"accounts", "cases", "notifications", "observatory", "vault", "web"}


@dataclass(frozen=True)
class Removal:
    """`person` asks about `names` and must find `expected`; `second_wall`: PostgreSQL's policies hold it up as well."""

    label: str
    take_out: Callable[[Patch], None]
    person: str
    names: tuple[str, ...]
    expected: Kind
    second_wall: bool = False

    def only(self, name: str) -> bool:
        return name in self.names


def everywhere(patch: Patch, original: Any, stand_in: Any) -> None:
    """Wherever our modules hold this function under a name of theirs."""
    for module in [module for name, module in sys.modules.items() if name.split(".")[0] in OURS]:
        for name, held in list(vars(module).items()):
            if held is original:
                patch.setattr(module, name, stand_in)


def _managers_do_not_filter(patch: Patch) -> None:
    patch.setattr(TenantManager, "get_queryset", models.Manager.get_queryset)


def _locked_in_any_association(patch: Patch) -> None:
    """The door to one case looks past the scope, and so does the lock that each action takes."""
    everywhere(patch, cases.access.case_for, lambda reader, reference, to: _row(Case, None, reference=reference))
    everywhere(patch, cases.access.said_why, lambda case, reader, at: True)
    _managers_do_not_filter(patch)


def _members_reach_every_case(patch: Patch) -> None:
    patch.setattr(CaseQuerySet, "of_user", lambda self, user: self)


def _volunteers_reach_every_case(patch: Patch) -> None:
    patch.setattr(CaseQuerySet, "visible_to", lambda self, membership: self)


def _roles_give_every_right(patch: Patch) -> None:
    patch.setattr(Membership, "may", lambda self, right: True)
    patch.setattr(Membership, "rights", property(lambda self: frozenset(Right)))


def _files_of_any_case(patch: Patch) -> None:
    everywhere(patch, cases.access.justificatif_for, lambda case, pk: _row(Justificatif, pk))


def _deadlines_of_any_case(patch: Patch) -> None:
    everywhere(patch, cases.access.deadline_for, lambda case, pk: _row(Deadline, pk))


def _a_password_is_enough(patch: Patch) -> None:
    """Neither the session's second factor is asked for, nor whether the account has one at all."""
    original = accounts.access.memberships_of

    def memberships_of(user: User) -> list[Membership]:
        found = original(user)
        for membership in found:
            membership.is_protected = True
        return found

    everywhere(patch, original, memberships_of)
    everywhere(patch, accounts.access.has_second_factor, lambda request: True)
    everywhere(patch, accounts.access.has_fresh_factor, lambda request, at: True)


def _those_who_left_come_in(patch: Patch) -> None:
    def memberships_of(user: User) -> list[Membership]:
        told = {"is_protected": Exists(Authenticator.objects.filter(user=user, type__in=FACTORS))}
        with scope.as_user(user.pk):
            rows = Membership._base_manager.filter(user=user).annotate(**told)
            return list(rows.select_related("association").order_by("pk"))

    everywhere(patch, accounts.access.memberships_of, memberships_of)


def _colleagues_of_any_association(patch: Patch) -> None:
    everywhere(patch, accounts.access.colleague_for, lambda membership, pk: _row(Membership, pk))


def _invitations_of_any_association(patch: Patch) -> None:
    everywhere(patch, accounts.access.invitation_for, lambda membership, pk: _row(Invitation, pk))


def _anybody_is_handed_a_case(patch: Patch) -> None:
    """Neither the form's choices, nor the door to a colleague, nor the action look at the association."""
    everywhere(patch, cases.access.colleague, lambda pk: User.objects.get(pk=pk))
    patch.setattr("cases.actions.working._is_here", lambda user: True)
    patch.setattr("django.forms.ChoiceField.valid_value", lambda self, value: True)


def _others_cases_are_forbidden(patch: Patch) -> None:
    """403 instead of 404, for what exists elsewhere."""
    original = cases.access.case_for

    def case_for(reader: Any, reference: str, *, to: Any) -> Case:
        if Case._base_manager.filter(reference=reference).exists() and not cases.access.cases_of(reader).filter(
            reference=reference
        ):
            raise PermissionDenied
        return original(reader, reference, to=to)

    everywhere(patch, original, case_for)


def _members_of_anybody(patch: Patch) -> None:
    def members_of(user: User) -> list[Member]:
        return list(Member._base_manager.select_related("association").order_by("pk"))

    everywhere(patch, cases.access.members_of, members_of)
    _members_reach_every_case(patch)


def _sessions_of_anybody(patch: Patch) -> None:
    def session_for(user: User, pk: str) -> SignIn:
        found: SignIn = _row(SignIn, pk)
        return found

    everywhere(patch, accounts.access.session_for, session_for)


def _passkeys_of_anybody(patch: Patch) -> None:
    everywhere(patch, accounts.access.passkey_for, lambda user, pk: _row(Authenticator, pk))


def _row(model: Any, pk: Any, **named: Any) -> Any:
    found = model._base_manager.filter(**({"pk": pk} if pk is not None else named)).first()
    if found is None:
        raise Http404
    return found


REMOVALS = (
    Removal(
        "managers that do not filter by association",
        _managers_do_not_filter,
        "stranger",
        ("desk:cases",),
        Kind.READS,
        second_wall=True,
    ),
    Removal(
        "a case of any association to work on",
        _locked_in_any_association,
        "stranger",
        ("desk:note",),
        Kind.CREATES,
        second_wall=True,
    ),
    Removal("members who reach every case", _members_reach_every_case, "member", ("portal:case",), Kind.READS),
    Removal(
        "volunteers who reach every case", _volunteers_reach_every_case, "not assigned", ("desk:cases",), Kind.READS
    ),
    Removal("roles that give every right", _roles_give_every_right, "reception", ("desk:team",), Kind.READS),
    Removal("a file of another case", _files_of_any_case, "member", ("portal:file",), Kind.READS),
    Removal("a deadline of another case", _deadlines_of_any_case, "volunteer", ("desk:answer",), Kind.WRITES),
    Removal("a password without a second factor", _a_password_is_enough, "no factor", ("desk:cases",), Kind.READS),
    Removal("a membership that ended", _those_who_left_come_in, "ex-volunteer", ("desk:cases",), Kind.READS),
    Removal(
        "a colleague of another association",
        _colleagues_of_any_association,
        "coordinator",
        ("desk:member_revoke",),
        Kind.READS,
        second_wall=True,
    ),
    Removal(
        "an invitation of another association",
        _invitations_of_any_association,
        "coordinator",
        ("desk:invitation_revoke",),
        Kind.ORACLE,
        second_wall=True,
    ),
    Removal("a case handed to anybody", _anybody_is_handed_a_case, "coordinator", ("desk:assign",), Kind.LINKS),
    Removal(
        "403 for another association's case",
        _others_cases_are_forbidden,
        "stranger",
        ("desk:case",),
        Kind.ORACLE,
        second_wall=True,
    ),
    Removal(
        "every member's associations and cases",
        _members_of_anybody,
        "reception",
        ("portal:home",),
        Kind.READS,
    ),
    Removal("a session of somebody else", _sessions_of_anybody, "member", ("portal:sessions",), Kind.WRITES),
    Removal("somebody else’s passkey", _passkeys_of_anybody, "volunteer", ("mfa_remove_webauthn",), Kind.WRITES),
)
