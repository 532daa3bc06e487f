"""An attempt over a channel: what was tried, what came of it, whether the justificatif was asked for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from cases.actions.facts import NewFact, write_fact
from cases.actions.journal import definition_of, move, settle, take
from cases.models import Attempt, AttemptResult, Case, CaseFact, Deadline, Decision
from cases.rules.lifecycle import EventKind
from procedures.rules.facts import FactKind, KnownBy

_MADE = {AttemptResult.CONFIRMED, AttemptResult.UNCONFIRMED}
ASKED_ANSWER = "justificatif_asked"
_AT_ONCE = {"web", "phone"}


@transaction.atomic
def record_attempt(
    case: Case,
    *,
    channel: str,
    made_on: date,
    result: AttemptResult,
    justificatif_asked: bool,
    obstacle: str = "",
    adviser_reference: str = "",
    note: str = "",
    deletion_requested: str = "",
    token: UUID | None = None,
    version: int | None = None,
    today: date,
    at: datetime,
    by: User | None,
) -> Case:
    """Raises LookupError for a channel that the procedure has not, BeforeLetter, StaleCase, AlreadyDone, Impossible.

    A confirmed attempt is the fact `acted`, which answers the member's deadline; an unconfirmed one leaves it running.
    """
    case = take(case, version=version)
    definition_of(case).channel(channel)
    standing = {fact.kind: fact for fact in CaseFact.objects.current().filter(case=case)}
    check_order(made_on, standing.get(FactKind.SENT))
    kind = attempt_kind(result)
    move(
        case,
        kind,
        at=at,
        by=by,
        token=token,
        channel=channel,
        result=result.value,
        asked=justificatif_asked,
        on=made_on.isoformat(),
    )
    Attempt.objects.create(
        association_id=case.association_id,
        case=case,
        subject=case.subject,
        channel=channel,
        made_on=made_on,
        result=result,
        obstacle=obstacle,
        justificatif_asked=justificatif_asked,
        adviser_reference=adviser_reference.strip(),
        note=note.strip(),
        made_by=by,
        recorded_at=at,
    )
    found = attempt_facts(channel, made_on, result, asked=justificatif_asked, deletion_requested=deletion_requested)
    for fact in _news(found, standing, asks_again=_asks_again(case)):
        write_fact(case, fact, at=at, by=by)
    if result in _MADE or not case.channel:
        case.channel = channel
    settle(case, today=today, at=at, by=by, also=["channel"])
    return case


class BeforeLetter(ValueError):
    """The act would be older than the letter that it answers; `sent_on` is the letter's earliest day."""

    def __init__(self, sent_on: date) -> None:
        super().__init__("The act is older than the letter.")
        self.sent_on = sent_on


def check_order(day: date, sent: CaseFact | None) -> None:
    """Raises BeforeLetter."""
    if sent and sent.earliest and day < sent.earliest:
        raise BeforeLetter(sent.earliest)


def _news(found: Sequence[NewFact], standing: Mapping[str, CaseFact], *, asks_again: bool) -> list[NewFact]:
    """What an attempt adds. The first act and the first request count: chasing an answer does not make it less late.

    Only somebody's decision to start again (`asks_again`) lets a new request start a new period.
    """
    return [fact for fact in found if not _is_old_news(fact, standing.get(fact.kind), asks_again=asks_again)]


def _is_old_news(fact: NewFact, standing: CaseFact | None, *, asks_again: bool) -> bool:
    if standing is None or (fact.kind == FactKind.ASKED and asks_again):
        return False
    if fact.kind in {FactKind.ACTED, FactKind.ASKED}:
        return bool(standing.earliest and fact.earliest and standing.earliest <= fact.earliest)
    return fact.kind == ASKED_ANSWER and standing.value == "yes"


def _asks_again(case: Case) -> bool:
    return Deadline.objects.filter(case=case, start_kind=FactKind.ASKED, decision=Decision.ACT_AGAIN).exists()


def attempt_kind(result: AttemptResult) -> EventKind:
    return EventKind.ATTEMPT_MADE if result in _MADE else EventKind.ATTEMPT_FAILED


def attempt_facts(
    channel: str, made_on: date, result: AttemptResult, *, asked: bool, deletion_requested: str
) -> list[NewFact]:
    known_by = KnownBy.SCREEN if channel == "web" else KnownBy.MEMORY
    facts = []
    if result is AttemptResult.CONFIRMED:
        facts.append(NewFact(kind=FactKind.ACTED, earliest=made_on, known_by=known_by))
    if result in _MADE:
        facts.append(NewFact(kind=ASKED_ANSWER, value="yes" if asked else "no"))
        if channel in _AT_ONCE and (asked or result is AttemptResult.CONFIRMED):
            facts.append(NewFact(kind=FactKind.ASKED, earliest=made_on, known_by=known_by))
        if deletion_requested:
            facts.append(NewFact(kind="deletion_requested", value=deletion_requested))
    return facts
