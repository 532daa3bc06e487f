"""What the coordinators of the stage's first association watch: three alerts, a decoy, and a log of a few days."""

from collections.abc import Callable
from datetime import datetime, timedelta

import cases.actions
from accounts import actions, scope
from accounts.models import Association, AuditEntry, Membership, User
from accounts.rules.audit import About, AuditKind, Why
from cases import access
from cases.actions import NewBeneficiary, NewMember
from cases.models import BeneficiaryKind, Case, Deadline
from tests import factories
from tests.stage_keeping import set_archive


def set_watch(
    association: Association, *, watched: Case, by: Callable[[str], User], at: datetime
) -> dict[str, str | int]:
    """The references of what lies in the archive."""
    with scope.enter(association.pk):
        days = timedelta(days=1)
        for before, why in ((3, Why.QUEUE), (2, Why.SEARCH), (1, Why.PERMANENCE)):
            access.consult(watched, reader=by("accueil"), why=why, at=at - before * days)
        access.consult_contact(watched, reader=by("benevole"), why=Why.ASSIGNED, at=at - days)
        AuditEntry.objects.record(AuditKind.SEARCHED, at=at, by=by("accueil"), why=Why.SEARCH, found=3)
        decoy = cases.actions.open_case(
            watched.campaign,
            procedure=watched.procedure,
            member=NewMember(first_name="Odile", last_name="Démo"),
            beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
            today=at.date(),
            at=at,
            by=by("accueil"),
        )
        cases.actions.set_canary(decoy, on=True, by=by("coordination"), at=at)
        AuditEntry.objects.record(AuditKind.CANARY_READ, at=at, by=by("referent"), about=About.CASE, about_id=decoy.pk)
        AuditEntry.objects.record(AuditKind.MASS_READING, at=at, by=by("coordination"), found=60)
        delegate = Membership.objects.get(user=by("donnees"))
        AuditEntry.objects.record(
            AuditKind.POWER_GIVEN,
            at=at,
            by=by("coordination"),
            about=About.MEMBERSHIP,
            about_id=delegate.pk,
            roles=delegate.roles,
        )
        actions.chain_entries(association.pk)
        return set_archive(watched.campaign, procedure=watched.procedure, by=by, at=at)


def unsent_of(case: Case, *, at: datetime) -> int:
    """The id of a mail about this case that its reader's mailbox refused."""
    with scope.enter(case.association_id):
        deadline = Deadline.objects.filter(case=case).latest("pk")
    return factories.make_unsent(case.association, at=at, deadline=deadline.pk).pk
