"""A case, or a part of one: what somebody may not see answers 404, like nothing."""

from enum import StrEnum

from django.http import Http404

from accounts import scope
from accounts.fields import load_keys
from accounts.models import Membership, User
from accounts.rules.roles import Right
from cases.models import Case, Deadline, Justificatif, Member
from cases.rules import references
from cases.rules.lifecycle import State


class Access(StrEnum):
    """What the caller is about to do with the case."""

    CONSULT = "consult"
    # Also in the restricted archive, for whoever runs the association: with a reason that is typed first.
    CONSULT_ARCHIVED = "consult_archived"
    WORK = "work"
    ADD_JUSTIFICATIF = "add_justificatif"


Reader = Membership | User
_READS = {Access.CONSULT, Access.CONSULT_ARCHIVED}


def case_for(reader: Reader, reference: str, *, to: Access) -> Case:
    """The case that this volunteer (a Membership) or this member (a User) may reach. Raises Http404. Two queries.

    An erased case can be consulted (what is left of it), not worked on. Nobody of the team works on what is archived.
    """
    try:
        written = references.parse(reference)
    except references.NotAReference:
        raise Http404 from None
    rows = _within(reader, to=to).with_people().with_complaints().select_related("assigned_to")
    case: Case | None = rows.filter(reference=written).first()
    if case is None or (case.state == State.ERASED and to not in _READS):
        raise Http404
    load_keys(case.key_subjects() | ({case.assigned_to.subject} if case.assigned_to else set()))
    return case


def _within(reader: Reader, *, to: Access):  # type: ignore[no-untyped-def]  # a CaseQuerySet
    if to is Access.CONSULT_ARCHIVED and isinstance(reader, Membership) and reader.may(Right.MANAGE):
        return Case.objects.within_reach_of(reader)
    return cases_of(reader)


def cases_of(reader: Reader):  # type: ignore[no-untyped-def]  # a CaseQuerySet
    """Every case that the reader may reach, as a CaseQuerySet; unordered."""
    if isinstance(reader, Membership):
        return Case.objects.visible_to(reader)
    return Case.objects.of_user(reader)


def members_of(user: User) -> list[Member]:
    """Door: the member rows of somebody who signs in as a member, in all active associations, oldest first."""
    with scope.as_user(user.pk):
        rows = Member._base_manager.filter(user=user, association__is_active=True)
        return list(rows.select_related("association").order_by("pk"))


def is_member_anywhere(user: User) -> bool:
    """Door: is this somebody's account as a member, also at an association that is suspended? Before it is closed."""
    with scope.as_user(user.pk):
        return bool(Member._base_manager.filter(user=user).exists())


def deadline_for(case: Case, pk: int) -> Deadline:
    """A deadline of a case that `case_for` gave. Raises Http404."""
    found: Deadline | None = Deadline.objects.filter(case=case, void_on=None, pk=pk).first()
    if found is None:
        raise Http404
    return found


def justificatif_for(case: Case, pk: int) -> Justificatif:
    """A justificatif of a case that `case_for` gave. Raises Http404."""
    found: Justificatif | None = Justificatif.objects.filter(case=case, pk=pk).select_related("sealed_file").first()
    if found is None:
        raise Http404
    return found


def fingerprint_for(case: Case, pk: int) -> Justificatif:
    """A justificatif of which the fingerprint alone is kept. Raises Http404."""
    found = justificatif_for(case, pk)
    if not found.fingerprint:
        raise Http404
    return found
