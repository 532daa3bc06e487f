"""Lists of cases, as far as the reader may see them: the queue, all of them, a household."""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from django.db.models import Count, Prefetch, Q, Subquery, prefetch_related_objects
from django.http import Http404

from accounts import scope
from accounts.fields import load_keys
from accounts.models import Association, Membership, User
from accounts.rules.roles import Right
from cases.access.doors import cases_of
from cases.access.reminders import due_for
from cases.models import Case, Deadline, Member
from cases.models.case import Capped
from notifications.models import Notice

CAP = 100


def load_people(cases: Iterable[Case]) -> None:
    """Bring the keys of a list's people into the cache, those of whoever follows them too when they are at hand."""
    load_keys({subject for case in cases for subject in _subjects(case)})


def _subjects(case: Case) -> Iterator[UUID]:
    yield from (case.member.subject, case.beneficiary.subject)
    if "assigned_to" in case._state.fields_cache and case.assigned_to:
        yield case.assigned_to.subject


def queue_for(
    reader: Membership,
    *,
    whose: str = "team",
    reason: str = "",
    campaign: str = "",
    urgent_by: date | None = None,
    until: date,
    after: str = "",
    limit: int = 50,
) -> tuple[list[Case], str]:
    """A page of «Maintenant»: cases that ask for a hand by `until`, and the key of the next page.

    First what is missed and what a member must do by `urgent_by`, then the rest; each by the day to act on.
    `whose`: mine, team, nobody. `after`: the key of the previous page's end. Four queries at any size.
    """
    rows = _filtered(reader, whose=whose, reason=reason, campaign=campaign).waiting_for_us(until=until)
    stages = {"b": rows} if urgent_by is None else {"a": rows.urgent(by=urgent_by), "b": rows.not_urgent(by=urgent_by)}
    stage, bound = _place(after)
    found: list[tuple[str, Case]] = []
    for name, part in stages.items():
        if name < stage or len(found) > limit:
            continue
        onwards = part.filter(bound) if name == stage else part
        found += [(name, case) for case in onwards.with_people()[: limit + 1 - len(found)]]
    load_people(case for _, case in found)
    return [case for _, case in found[:limit]], _key(*found[limit - 1]) if len(found) > limit else ""


def _place(after: str) -> tuple[str, Q]:
    if not after:
        return "", Q()
    try:
        stage, day, pk = after.split(".")
        bound = date.fromisoformat(day), int(pk)
    except ValueError:
        raise Http404 from None
    return stage, Q(act_on__gt=bound[0]) | Q(act_on=bound[0], pk__gt=bound[1])


def _key(stage: str, case: Case) -> str:
    return f"{stage}.{case.act_on.isoformat()}.{case.pk}"


def _filtered(reader: Membership, *, whose: str, reason: str, campaign: str):  # type: ignore[no-untyped-def]  # a CaseQuerySet
    rows = cases_of(reader)
    if whose == "mine":
        rows = rows.filter(assigned_to=reader.user_id)
    if whose == "nobody":
        rows = rows.filter(assigned_to=None)
    if reason:
        rows = rows.filter(reason=reason)
    return rows.filter(campaign__slug=campaign) if campaign else rows


def capped_counts(reader: Membership, *, until: date, today: date) -> dict[str, int]:
    """How many wait: mine, team, nobody, missed, reminders, unsent mails of all; each counted up to 100. One query.

    For who runs the association also those that were archived with a missed deadline: `unanswered`, else 0.
    """
    counted = {
        whose: _filtered(reader, whose=whose, reason="", campaign="").waiting_for_us(until=until)
        for whose in ("mine", "team", "nobody")
    }
    counted["missed"] = cases_of(reader).open().filter(reason="missed")
    counted["reminders"] = due_for(reader, today=today)
    counted["unsent"] = Notice.objects.all().unsent()
    if reader.may(Right.MANAGE):
        counted["unanswered"] = Case.objects.within_reach_of(reader).left_unanswered()
    columns = {name: Capped(rows.order_by().values("pk")[:CAP]) for name, rows in counted.items()}
    counts = Association.objects.filter(pk=scope.required()).values_list(*columns.values()).get()
    return {"unanswered": 0} | dict(zip(columns, counts, strict=True))


def load_deadlines(cases: list[Case]) -> None:
    """Bring the deadlines of a list's cases as `case.deadlines.all()`, soonest first: one query."""
    rows = Deadline.objects.filter(void_on=None).order_by("due", "pk")
    prefetch_related_objects(cases, Prefetch("deadlines", queryset=rows))


def overview(reader: Membership) -> dict[str, int]:
    """Cases by state, by outcome class and by reason (keys `state:…`, `outcome:…`, `reason:…`). Three queries."""
    counts: dict[str, int] = {}
    for column in ("state", "outcome_class", "reason"):
        rows = cases_of(reader).order_by().values_list(column).annotate(number=Count("pk"))
        counts |= {f"{column.removesuffix('_class')}:{value}": number for value, number in rows if value}
    return counts


def all_cases(
    reader: Membership,
    *,
    state: str = "",
    outcome: str = "",
    procedure: str = "",
    before: int | None = None,
    limit: int = 50,
) -> tuple[list[Case], int | None]:
    """Newest first, a keyset page, and the id to go on from. `outcome`: a class of five."""
    asked = {"state": state, "outcome_class": outcome, "procedure": procedure}
    rows = cases_of(reader).with_people().select_related("assigned_to").order_by("-pk")
    rows = rows.filter(**{name: code for name, code in asked.items() if code})
    if before is not None:
        rows = rows.filter(pk__lt=before)
    cases = list(rows[: limit + 1])
    load_people(cases)
    return cases[:limit], cases[limit - 1].pk if len(cases) > limit else None


def lines_of(
    reader: Membership, *, state: str = "", procedure: str = "", after: str = "", limit: int = 50
) -> tuple[list[Case], bool]:
    """Cases without their people, newest first; and whether more follow. One query.

    `after`: reference of the case to go on from. Raises Http404 when it names none that the reader may reach.
    """
    asked = {"state": state, "procedure": procedure}
    rows = cases_of(reader).filter(**{name: code for name, code in asked.items() if code})
    if after:
        rows = rows.filter(pk__lt=Subquery(cases_of(reader).filter(reference=after).values("pk")))
    cases = list(rows.order_by("-pk")[: limit + 1])
    if after and not cases and not cases_of(reader).filter(reference=after).exists():
        raise Http404
    return cases[:limit], len(cases) > limit


def cases_of_member(reader: Membership, member: Member) -> list[Case]:
    """The cases of a member's household that the reader may reach, newest first: twenty at most."""
    cases = list(cases_of(reader).filter(member=member).with_people().order_by("-pk")[:20])
    load_people(cases)
    return cases


def household(user: User) -> list[Case]:
    """The member's cases, what is open first, children before parents (as it must be done), the nearest date first."""
    kinds = {"child": 0, "represented": 1, "self": 2}
    with_deadlines = Prefetch("deadlines", queryset=Deadline.objects.filter(void_on=None).order_by("due", "pk"))
    cases = list(
        cases_of(user).with_people().select_related("assigned_to").prefetch_related(with_deadlines).order_by("-pk")
    )
    load_people(cases)
    return sorted(
        cases,
        key=lambda case: (case.is_closed, kinds.get(case.beneficiary.kind, 3), case.next_deadline_on, -case.pk),
    )
