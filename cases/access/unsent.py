"""Mails that did not leave, as tasks: for whoever follows the case, the team where nobody does, and coordinators.

What ends a case answers its tasks. A mail that was given up after that, or about a case in the archive (its person was
to hear that it will be erased), is the coordination's alone, who may open such a case.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.fields import load_keys
from accounts.models import Membership
from accounts.rules.roles import Right
from cases.access.doors import cases_of
from cases.models import Case, Deadline, Justificatif, Reminder
from cases.rules.lifecycle import State
from notifications.models import Notice

MOST = 20
_LOOKED_AT = 500
# What a notice's ids may name, and the table that knows the case.
_ABOUT: dict[str, Callable[[], QuerySet[Any]]] = {
    "deadline": Deadline.objects.all,
    "reminder": Reminder.objects.all,
    "justificatif": Justificatif.objects.all,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """`case` None: about somebody of the team."""

    notice: Notice
    case: Case | None


def unsent_for(reader: Membership) -> list[Unsent]:
    """The newest first, twenty at most, the people's names at hand. One query where there is none, else seven."""
    return _seen(reader, Notice.objects.all().unsent().order_by("-created_at", "-pk")[:_LOOKED_AT])[:MOST]


def unsent_one(reader: Membership, pk: int) -> Unsent:
    """Http404 for what this person has no task of, and for what was answered."""
    found = _seen(reader, Notice.objects.all().unsent().filter(pk=pk))
    if not found:
        raise Http404
    return found[0]


def _seen(reader: Membership, rows: Iterable[Notice]) -> list[Unsent]:
    notices = list(rows)
    if not notices:
        return []
    about = _case_ids(notices)
    cases = _cases(reader, set(about.values()))
    manages = reader.may(Right.MANAGE)
    seen = [
        Unsent(notice=notice, case=cases.get(about.get(notice.pk, 0)))
        for notice in notices
        if (about[notice.pk] in cases if notice.pk in about else manages)
    ]
    load_keys({subject for one in seen if one.case for subject in _subjects(one.case)})
    return seen


def _case_ids(notices: Iterable[Notice]) -> dict[int, int]:
    """Of each notice about a case, also of one whose row is gone: its id is 0, which nobody sees."""
    found = {notice.pk: int(notice.subject_ids["case"]) for notice in notices if "case" in notice.subject_ids}
    for name, rows in _ABOUT.items():
        asked = {notice.pk: notice.subject_ids[name] for notice in notices if name in notice.subject_ids}
        if asked:
            cases = dict(rows().filter(pk__in=set(asked.values())).values_list("pk", "case_id"))
            found |= {pk: cases.get(named, 0) for pk, named in asked.items()}
    return found


def _cases(reader: Membership, ids: set[int]) -> dict[int, Case]:
    if not ids:
        return {}
    if reader.may(Right.MANAGE):
        rows = Case.objects.within_reach_of(reader).exclude(state=State.ERASED)
    else:
        rows = cases_of(reader).open().filter(Q(assigned_to=reader.user_id) | Q(assigned_to=None))
    return {case.pk: case for case in rows.real().filter(pk__in=ids).with_people()}


def _subjects(case: Case) -> Iterable[UUID]:
    yield from (case.subject, case.member.subject, case.beneficiary.subject)
