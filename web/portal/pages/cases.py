"""A member's case as one page: the sentence, the date with its reason, what happened, whom to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import Association, User
from cases.access import Chain, keeping_of, terms_of
from cases.models import Attempt, AttemptResult, BeneficiaryKind, Case, CaseEvent, CaseFact, Deadline, Justificatif
from cases.rules.lifecycle import State
from procedures import registry
from procedures.rules.definitions import Bound, Definition, RuleFamily
from web.parts import deletion, keeping, weeks
from web.parts.families import waits_for_children
from web.parts.french import days_left, plain_words
from web.parts.ways import TwoWays, two_ways
from web.portal.pages import timeline
from web.portal.pages.documents import Document, document, file_url, newest_of
from web.portal.pages.situations import Paper, Route, Seen, Situation, situation, words_for
from web.portal.pages.timeline import Line, language, who

_OF_THE_MEMBER = {Situation.PREPARING, Situation.TO_ACT, Situation.TRY_AGAIN, Situation.MISSED, Situation.UNCONFIRMED}
_CHOICE_IS_OPEN = {Situation.PREPARING, Situation.TO_ACT, Situation.MISSED}
_OF_THE_ADDRESSEE = {Situation.NOT_ASKED, Situation.AWAITED, Situation.OVERDUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything that the views fetched about one case."""

    case: Case
    definition: Definition
    deadlines: Sequence[Deadline]
    attempts: Sequence[Attempt]
    facts: Sequence[CaseFact]
    justificatifs: Sequence[Justificatif]
    household: Sequence[Case]
    chain: Chain
    association: Association
    user: User
    today: date
    resume_url: str = ""

    @property
    def following(self) -> Case | None:
        return next(iter(self.chain.following), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    before: str
    marked: str
    after: str
    text: str
    url: str
    label: str
    icon: str
    other_url: str
    other_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """The date that counts, with its reason; `due` is None when there is none, and then the reasons say why."""

    title: str
    due: date | None
    reasons: list[str]
    source: str
    source_url: str
    checked_on: date
    grid: weeks.Weeks | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    url: str
    name: str
    note: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """The way to the case that this one goes on from, or that goes on from it."""

    url: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    follower: str
    association: str
    phone: str
    phone_url: str
    email: str
    opening_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """`beside`: the other procedure, offered while no date is known. `ways`: both, while the choice is open."""

    reference: str
    procedure: str
    for_whom: str
    ties: list[Tie]
    sentence: Sentence
    date: Date | None
    other_dates: list[Date]
    ways: TwoWays | None
    deletion: deletion.Reminder | None
    deletion_url: str
    beside_url: str
    beside_label: str
    children_first: bool
    people: list[Person]
    documents: list[Document]
    timeline: list[Line]
    older_url: str
    contact: Contact
    kept: str
    copy_url: str
    keep_url: str


def case_page(found: Found, *, events: Sequence[CaseEvent], older: int | None) -> CasePage:
    case, definition = found.case, found.definition
    seen = seen_of(found)
    here = situation(seen)
    deadline = _deadline_that_counts(found, here)
    reader = timeline.Reader(user=found.user, case=case, definition=definition, today=found.today)
    beside = on_miss_procedure(definition) if here is Situation.TO_ACT and not (deadline and deadline.due) else ""
    return CasePage(
        reference=case.reference,
        procedure=definition.short.say(language()),
        for_whom=_for_whom(case),
        ties=_ties(found.chain),
        sentence=_sentence(found, here, deadline),
        date=_date(deadline, found) if deadline else None,
        other_dates=_other_dates(found, deadline),
        ways=two_ways(definition) if here in _CHOICE_IS_OPEN else None,
        deletion=deletion.reminder(case, definition, facts=found.facts, attempts=found.attempts),
        deletion_url="" if case.is_closed else reverse("portal:channel", args=[case.reference]),
        beside_url=reverse("portal:continue", args=[case.reference]) if beside else "",
        beside_label=registry.current(beside).short.say(language()) if beside else "",
        children_first=waits_for_children(case, found.household),
        people=_people(found.household, current=case),
        documents=[document(one, reference=case.reference, definition=definition) for one in found.justificatifs],
        timeline=[*_to_come(here, deadline), *timeline.lines(events, reader=reader)],
        older_url=f"{reverse('portal:case', args=[case.reference])}?avant={older}#histoire" if older else "",
        contact=contact_of(found.association, follower=case.assigned_to),
        kept=keeping.say(keeping_of(case, terms=terms_of(found.association), today=found.today)),
        copy_url="" if case.state == State.ERASED else reverse("portal:copy", args=[case.reference]),
        keep_url=reverse("portal:keep", args=[case.reference]) if case.archived_on else "",
    )


def seen_of(found: Found) -> Seen:
    made = [one for one in found.attempts if one.result in {AttemptResult.CONFIRMED, AttemptResult.UNCONFIRMED}]
    late = [one for one in found.deadlines if _is_late(one, today=found.today)]
    return Seen(
        state=State(found.case.state),
        outcome_class=found.case.outcome_class,
        is_continued=found.following is not None,
        member_is_late=any(one.bound == Bound.MEMBER for one in late),
        addressee_is_late=any(one.bound == Bound.ADDRESSEE for one in late),
        results=tuple(AttemptResult(one.result) for one in found.attempts),
        justificatif_asked=any(one.justificatif_asked for one in made),
        paper=_paper(found),
    )


def _is_late(deadline: Deadline, *, today: date) -> bool:
    """Flagged by the sweep, or due before today although the sweep did not run."""
    return deadline.is_missed or bool(deadline.is_running and deadline.due and deadline.due < today)


def _paper(found: Found) -> Paper:
    """An accepted one is the last word unless another is still expected."""
    standing = {one.accepted for one in found.justificatifs}
    if None in standing:
        return Paper.UNCHECKED
    if True in standing:
        expected = any(one.bound == Bound.ADDRESSEE and one.due and not one.met_on for one in found.deadlines)
        return Paper.NONE if expected else Paper.ACCEPTED
    return Paper.REFUSED if standing else Paper.NONE


def _deadline_that_counts(found: Found, here: Situation) -> Deadline | None:
    bound = Bound.MEMBER if here in _OF_THE_MEMBER else Bound.ADDRESSEE if here in _OF_THE_ADDRESSEE else None
    rows = [one for one in found.deadlines if one.bound == bound and one.met_on is None]
    late = [one for one in rows if _is_late(one, today=found.today)]
    if late:
        return late[0]
    running = [one for one in rows if one.is_running]
    return next((one for one in running if one.due), running[0] if running else None)


def _sentence(found: Found, here: Situation, deadline: Deadline | None) -> Sentence:
    due = deadline.due if deadline else None
    words = words_for(here, has_date=due is not None)
    values = {"due": plain_words(due), "left": _left(due, found.today), "outcome": _outcome(found)}
    address = _addresses(found)
    text = str(words.dated if due and words.dated else words.text) % values or _reason_of(found, here, deadline)
    url = address[words.route]
    is_resumed = words.route is Route.CHANNEL and bool(found.resume_url)
    newest = newest_of(found.justificatifs)
    is_kept_at_home = words.route is Route.FILE and newest is not None and bool(newest.fingerprint)
    label = gettext("Vérifier le fichier que je garde") if is_kept_at_home else str(words.label)
    return Sentence(
        before=str(words.before) % values,
        marked=str(words.marked) % values,
        after=str(words.after),
        text=text,
        url=found.resume_url if is_resumed else url,
        label=gettext("Reprendre où j’en étais") if is_resumed else label,
        icon=words.icon,
        other_url=address[words.other_route],
        other_label=str(words.other_label),
    )


def _left(due: date | None, today: date) -> str:
    if due is None:
        return ""
    ahead = (due - today).days
    if ahead == 0:
        return gettext("C’est aujourd’hui le dernier jour.")
    if ahead == 1:
        return gettext("C’est demain.")
    return gettext("Il vous reste %(days)s.") % {"days": days_left(due, today)}


def _outcome(found: Found) -> str:
    outcome = found.case.outcome
    return found.definition.outcome(outcome).title.say(language()) if outcome else gettext("Démarche arrêtée")


def _reason_of(found: Found, here: Situation, deadline: Deadline | None) -> str:
    """What the definition says after a miss, or why a document was not enough."""
    if here is Situation.MISSED and deadline:
        return found.definition.deadline(deadline.key).on_miss.say(language())
    if here is Situation.REDO:
        return gettext("Il doit être le document officiel, au nom de la bonne personne, daté et lisible.")
    return ""


def _addresses(found: Found) -> dict[Route, str]:
    reference, newest = found.case.reference, newest_of(found.justificatifs)
    following = found.following
    continued = bool(on_miss_procedure(found.definition))
    return {
        Route.NOWHERE: "",
        Route.CONSENT: reverse("portal:consent", args=[reference]),
        Route.CHANNEL: reverse("portal:channel", args=[reference]),
        Route.CONTINUE: reverse("portal:continue" if continued else "portal:channel", args=[reference]),
        Route.UPLOAD: reverse("portal:upload", args=[reference]),
        Route.MISSING: reverse("portal:missing", args=[reference]),
        Route.FILE: file_url(newest, reference=reference) if newest else "",
        Route.FOLLOWING: reverse("portal:case", args=[following.reference]) if following else "",
    }


def on_miss_procedure(definition: Definition) -> str:
    """The procedure by which the member may go on alone; what follows an addressee's silence is decided together."""
    mine = (rule.on_miss_procedure for rule in definition.deadlines if rule.bound is Bound.MEMBER)
    return next(filter(None, mine), "")


def _date(deadline: Deadline, found: Found) -> Date:
    rule = found.definition.deadline(deadline.key)
    grid = None
    if deadline.rule == RuleFamily.FR_WEEKS and deadline.start_earliest and deadline.due:
        grid = weeks.weeks(deadline.start_earliest, due=deadline.due, today=found.today)
    reasons = deadline.explanation(language()).splitlines()
    return Date(
        title=rule.title.say(language()),
        due=deadline.due,
        reasons=reasons[:-1] if deadline.due else reasons,  # the last one names the text, as `source` does
        source=rule.article,
        source_url=rule.article_url,
        checked_on=rule.checked_on,
        grid=grid,
    )


def _other_dates(found: Found, shown: Deadline | None) -> list[Date]:
    return [_date(one, found) for one in found.deadlines if one.due and one.is_running and one != shown]


def _to_come(here: Situation, deadline: Deadline | None) -> list[Line]:
    if here is not Situation.AWAITED:
        return []
    due = deadline.due if deadline else None
    return [
        Line(
            text=gettext("Vous recevez le justificatif"),
            when=gettext("attendu d’ici au %(day)s") % {"day": plain_words(due)} if due else "",
            icon="mail",
            kind="next",
        )
    ]


def _for_whom(case: Case) -> str:
    if case.beneficiary.kind == BeneficiaryKind.SELF:
        return gettext("Pour moi")
    return gettext("Pour %(name)s") % {"name": case.beneficiary.first_name}


def _ties(chain: Chain) -> list[Tie]:
    former = [(one, gettext("Suite du dossier %(reference)s, %(procedure)s"), "left") for one in chain.former[:1]]
    following = [(one, gettext("Continué dans %(reference)s, %(procedure)s"), "right") for one in chain.following]
    return [
        Tie(
            url=reverse("portal:case", args=[one.reference]),
            label=words % {"reference": one.reference, "procedure": _procedure(one)},
            icon=icon,
        )
        for one, words, icon in (*former, *following)
    ]


def _procedure(case: Case) -> str:
    return registry.version(case.procedure, case.procedure_version).short.say(language())


def _people(household: Sequence[Case], *, current: Case) -> list[Person]:
    """The switcher; nothing when there is but one case."""
    if len(household) < 2:
        return []
    names = [one.beneficiary_id for one in household]
    return [
        Person(
            url=reverse("portal:case", args=[one.reference]),
            name=gettext("Moi") if one.beneficiary.kind == BeneficiaryKind.SELF else one.beneficiary.first_name,
            note=_note(one, among=household, is_twice=names.count(one.beneficiary_id) > 1),
            is_current=one.pk == current.pk,
        )
        for one in household
    ]


def _note(case: Case, *, among: Sequence[Case], is_twice: bool) -> str:
    note = _state_words(case, among=among)
    return f"{note} · {case.reference}" if is_twice else note


def _state_words(case: Case, *, among: Sequence[Case]) -> str:
    if case.is_closed:
        return gettext("terminé")
    adults_wait = any(not one.is_closed and one.beneficiary.kind != BeneficiaryKind.CHILD for one in among)
    if case.state != State.AWAITING and case.beneficiary.kind == BeneficiaryKind.CHILD and adults_wait:
        return gettext("à faire en premier")
    return {
        State.PREPARING: gettext("accord à donner"),
        State.TO_ACT: gettext("à faire"),
        State.AWAITING: gettext("en attente de réponse"),
    }[State(case.state)]


def contact_of(association: Association, *, follower: User | None = None) -> Contact:
    digits = "".join(sign for sign in association.contact_phone if sign.isdigit() or sign == "+")
    return Contact(
        follower=who(follower) if follower else "",
        association=association.name,
        phone=association.contact_phone,
        phone_url=f"tel:{digits}" if digits else "",
        email=association.contact_email,
        opening_words=association.opening_words,
    )
