"""The only doors to a case: fetch and authorise in one call. What somebody may not see answers 404, like nothing."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from unicodedata import combining, normalize
from uuid import UUID

from django.db.models import Count, Prefetch, Q, Subquery, prefetch_related_objects
from django.http import Http404

from accounts import scope
from accounts.fields import blind_index, load_keys
from accounts.models import Association, Membership, User
from accounts.rules.roles import Right
from cases.models import (
    Attempt,
    Beneficiary,
    Campaign,
    Case,
    CaseEvent,
    CaseFact,
    Consent,
    Deadline,
    Justificatif,
    Member,
)
from cases.models.case import Capped
from cases.rules import references
from cases.rules.lifecycle import EventKind, State

CAP = 100
TIMELINE = 50
_SAME_OPENING = timedelta(minutes=30)
EMAIL_COLUMN = "member.email"
PHONE_COLUMN = "member.phone"


class Access(StrEnum):
    """What the caller is about to do with the case."""

    CONSULT = "consult"
    WORK = "work"
    ADD_JUSTIFICATIF = "add_justificatif"


class Why(StrEnum):
    """The reason of a consultation, from the route."""

    ASSIGNED = "assigned"
    QUEUE = "queue"
    SEARCH = "search"
    API = "api"
    OWN = "own"


Reader = Membership | User


def case_for(reader: Reader, reference: str, *, to: Access) -> Case:
    """The case that this volunteer (a Membership) or this member (a User) may reach. Raises Http404. Two queries.

    An erased case can be consulted (what is left of it), not worked on.
    """
    try:
        written = references.parse(reference)
    except references.NotAReference:
        raise Http404 from None
    rows = cases_of(reader).with_people().select_related("assigned_to")
    case: Case | None = rows.filter(reference=written).first()
    if case is None or (case.state == State.ERASED and to is not Access.CONSULT):
        raise Http404
    load_keys(case.key_subjects() | ({case.assigned_to.subject} if case.assigned_to else set()))
    return case


def cases_of(reader: Reader):  # type: ignore[no-untyped-def]  # a CaseQuerySet
    """Every case that the reader may reach, as a CaseQuerySet; unordered."""
    if isinstance(reader, Membership):
        return Case.objects.visible_to(reader)
    return Case.objects.of_user(reader)


def consult(case: Case, *, reader: User, why: Why, at: datetime) -> None:
    """Record that somebody opened the file; the member sees it. Again only after half an hour."""
    recent = CaseEvent.objects.filter(case=case, by=reader, kind=EventKind.CASE_CONSULTED, at__gt=at - _SAME_OPENING)
    if not recent.exists():
        CaseEvent.objects.record(case, EventKind.CASE_CONSULTED, at=at, by=reader, why=why.value)


def consult_contact(case: Case, *, reader: User, at: datetime) -> None:
    """Record that somebody looked at the person's contact details."""
    CaseEvent.objects.record(case, EventKind.CONTACT_CONSULTED, at=at, by=reader)


def consult_file(case: Case, justificatif: Justificatif, *, reader: User, at: datetime) -> None:
    """Record that somebody opened a justificatif."""
    CaseEvent.objects.record(case, EventKind.FILE_CONSULTED, at=at, by=reader, justificatif=justificatif.pk)


def members_of(user: User) -> list[Member]:
    """Door: the member rows of somebody who signs in as a member, in all active associations, oldest first."""
    with scope.as_user(user.pk):
        rows = Member._base_manager.filter(user=user, association__is_active=True)
        return list(rows.select_related("association").order_by("pk"))


def known_members(reader: Membership, *, email: str = "", phone: str = "") -> list[Member]:
    """Members with this address or number, by blind index, of whom the reader may reach a case: ten at most."""
    indexes, association_id = Q(), scope.required()
    if email.strip():
        indexes |= Q(email_index=blind_index(email, column=EMAIL_COLUMN, association_id=association_id))
    if phone_digits(phone):
        indexes |= Q(phone_index=blind_index(phone_digits(phone), column=PHONE_COLUMN, association_id=association_id))
    if not indexes:
        return []
    rows = Member.objects.filter(indexes, pk__in=cases_of(reader).values("member"))
    found = list(rows.order_by("pk")[:10])
    load_keys(member.subject for member in found)
    return found


def phone_digits(phone: str) -> str:
    """The form that is compared: digits alone, +33 read as 0."""
    digits = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    return "0" + digits[3:] if digits.startswith("+33") else digits.lstrip("+")


def search(reader: Membership, text: str) -> list[Case]:
    """Cases by reference, by the member's address or number, or by names (decrypted): fifty at most."""
    try:
        found = cases_of(reader).filter(reference=references.parse(text))
    except references.NotAReference:
        found = _by_person(reader, text)
    cases = list(found.with_people().order_by("act_on", "pk")[:50])
    load_people(cases)
    return cases


def _by_person(reader: Membership, text: str):  # type: ignore[no-untyped-def]  # a CaseQuerySet
    if "@" in text:
        return cases_of(reader).filter(member__in=known_members(reader, email=text))
    if sum(sign.isdigit() for sign in text) >= 6:
        return cases_of(reader).filter(member__in=known_members(reader, phone=text))
    return cases_of(reader).filter(pk__in=_ids_by_name(reader, text))


def _ids_by_name(reader: Membership, text: str) -> list[int]:
    words = _plain(text).split()
    cases = list(cases_of(reader).with_people().order_by("-pk")[:5000])
    load_people(cases)
    return [case.pk for case in cases if words and all(word in _names(case) for word in words)][:50]


def _plain(text: str) -> str:
    """Without case and accents: names are looked for as they are heard."""
    return "".join(sign for sign in normalize("NFKD", text.casefold()) if not combining(sign))


def _names(case: Case) -> str:
    member = case.member
    return _plain(f"{member.first_name} {member.last_name} {case.beneficiary.first_name}")


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


def capped_counts(reader: Membership, *, until: date) -> dict[str, int]:
    """How many wait: mine, team, nobody, missed; each counted up to 100. One query."""
    counted = {
        whose: _filtered(reader, whose=whose, reason="", campaign="").waiting_for_us(until=until)
        for whose in ("mine", "team", "nobody")
    }
    counted["missed"] = cases_of(reader).open().filter(reason="missed")
    columns = {name: Capped(rows.order_by().values("pk")[:CAP]) for name, rows in counted.items()}
    counts = Association.objects.filter(pk=scope.required()).values_list(*columns.values()).get()
    return dict(zip(columns, counts, strict=True))


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


def campaigns(*, today: date) -> list[Campaign]:
    """The campaigns that are open on that day."""
    return list(Campaign.objects.open_on(today).order_by("title", "pk"))


def timeline(case: Case, *, before: int | None = None, limit: int = TIMELINE) -> tuple[list[CaseEvent], int | None]:
    """Events, newest first, and the id to go on from. One query + keys."""
    rows = CaseEvent.objects.filter(case=case).shown()
    if before is not None:
        rows = rows.filter(pk__lt=before)
    events = list(rows[: limit + 1])
    load_keys({event.by.subject for event in events if event.by} | {case.subject})
    return events[:limit], events[limit - 1].pk if len(events) > limit else None


def deadlines_of(case: Case) -> list[Deadline]:
    return list(Deadline.objects.filter(case=case, void_on=None).order_by("due", "pk"))


def deadline_for(case: Case, pk: int) -> Deadline:
    """A deadline of a case that `case_for` gave. Raises Http404."""
    found: Deadline | None = Deadline.objects.filter(case=case, void_on=None, pk=pk).first()
    if found is None:
        raise Http404
    return found


def facts_of(case: Case) -> list[CaseFact]:
    """The facts that stand now."""
    return list(CaseFact.objects.current().filter(case=case).order_by("pk"))


def attempts_of(case: Case) -> list[Attempt]:
    return list(Attempt.objects.filter(case=case).select_related("made_by").order_by("-made_on", "-pk"))


def justificatifs_of(case: Case) -> list[Justificatif]:
    return list(Justificatif.objects.filter(case=case).select_related("sealed_file").order_by("-pk"))


def justificatif_for(case: Case, pk: int) -> Justificatif:
    """A justificatif of a case that `case_for` gave. Raises Http404."""
    found: Justificatif | None = Justificatif.objects.filter(case=case, pk=pk).select_related("sealed_file").first()
    if found is None:
        raise Http404
    return found


def consents_of(case: Case) -> list[Consent]:
    return list(Consent.objects.filter(beneficiary=case.beneficiary).order_by("kind", "-pk"))


def beneficiaries_of(member: Member) -> list[Beneficiary]:
    """Everybody for whom the member acted so far, oneself included."""
    rows = list(Beneficiary.objects.filter(member=member).select_related("member").order_by("pk"))
    load_keys(row.subject for row in rows)
    return rows


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


def team() -> list[Membership]:
    """The volunteers of the association in scope."""
    rows = list(Membership.objects.active().select_related("user").order_by("pk"))
    load_keys(row.user.subject for row in rows)
    return rows


def colleagues() -> list[User]:
    """The volunteers of the association in scope to whom a case may be handed."""
    return [row.user for row in team() if {Right.WORK_OWN, Right.WORK_ALL} & row.rights]


def colleague(pk: UUID) -> User:
    """A volunteer of the association in scope, to hand a case to. Raises Http404."""
    row = Membership.objects.active().select_related("user").filter(user_id=pk).first()
    if row is None or not {Right.WORK_OWN, Right.WORK_ALL} & row.rights:
        raise Http404
    user: User = row.user
    return user
