"""The demo's cases as stories: every state, every outcome, families, people without a mailbox. All made up."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from accounts.models import User
from cases.actions import AttemptPlan, CasePlan, NewBeneficiary, NewFact, NewMember
from cases.models import AttemptResult, BeneficiaryKind, ConsentKind, Representation

FAMILY_EMAIL = "famille@demo.invalid"
OPPOSITION = "mon-espace-sante/opposition"
CHILD = "mon-espace-sante/opposition-enfant"
CLOSURE = "mon-espace-sante/cloture"
REGIONS = ("11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94", "01", "02", "03", "04", "06")
_BOTH = (ConsentKind.HANDLING, ConsentKind.STATISTICS)
_FIRST_NAMES = (
    "Adèle", "Aminata", "Anselme", "Bérénice", "Blaise", "Célestin", "Chantal", "Demba", "Edmée", "Fanta", "Firmin",
    "Ghislaine", "Hamid", "Honorine", "Ignace", "Jacinthe", "Kenza", "Lazare", "Léontine", "Mahaut", "Marcelin", "Nour",
    "Odile", "Pacôme", "Quitterie", "Rachid", "Rosalie", "Samir", "Sidonie", "Théodore", "Ursule", "Violette", "Yacine",
    "Zélie",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the day of the performance, the dice, and the volunteers to whom cases go."""

    today: date
    dice: Random
    hands: Sequence[User | None]

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)


def _member(cast: Cast, number: int, *, reachable: bool = True) -> NewMember:
    return NewMember(
        first_name=cast.dice.choice(_FIRST_NAMES),
        last_name="Démo",
        email=f"adherent{number}@demo.invalid" if reachable else "",
        phone=f"01 99 00 {number // 100 % 100:02d} {number % 100:02d}" if reachable and number % 3 else "",
        region=cast.dice.choice(REGIONS),
    )


def _sent(cast: Cast, days: int, known_by: str = "postmark") -> tuple[NewFact, ...]:
    return (
        NewFact(kind="notified_by", value="letter"),
        NewFact(kind="sent", earliest=cast.ago(days), known_by=known_by),
    )


def _call(cast: Cast, days: int, result: AttemptResult, **rest: str | bool) -> AttemptPlan:
    reference = f"conseiller {cast.dice.randrange(100, 999)}"
    return AttemptPlan(channel="phone", made_on=cast.ago(days), result=result, adviser_reference=reference, **rest)  # type: ignore[arg-type]  # keywords of the plan


def preparing(cast: Cast) -> dict[str, object]:
    return {"procedure": OPPOSITION, "opened_on": cast.ago(4), "facts": _sent(cast, 20), "consents": ()}


def letter_soon(cast: Cast) -> dict[str, object]:
    days = cast.dice.choice((41, 40, 39, 35, 30))
    return {"procedure": OPPOSITION, "opened_on": cast.ago(2), "facts": _sent(cast, days)}


def letter_later(cast: Cast) -> dict[str, object]:
    return {
        "procedure": OPPOSITION,
        "opened_on": cast.ago(1),
        "facts": _sent(cast, cast.dice.randrange(3, 25), "letter"),
    }


def letter_missed(cast: Cast) -> dict[str, object]:
    return {"procedure": OPPOSITION, "opened_on": cast.ago(20), "facts": _sent(cast, cast.dice.randrange(44, 60))}


def never_notified(cast: Cast) -> dict[str, object]:
    return {"procedure": CLOSURE, "opened_on": cast.ago(6), "facts": (NewFact(kind="notified_by", value="never"),)}


def unsure_when(cast: Cast) -> dict[str, object]:
    fact = NewFact(kind="sent", earliest=cast.ago(30), latest=cast.ago(22), known_by="memory")
    return {"procedure": OPPOSITION, "opened_on": cast.ago(5), "facts": (fact,)}


def unconfirmed(cast: Cast) -> dict[str, object]:
    call = _call(cast, 1, AttemptResult.UNCONFIRMED)
    return {"procedure": OPPOSITION, "opened_on": cast.ago(8), "facts": _sent(cast, 36), "attempts": (call,)}


def failed(cast: Cast) -> dict[str, object]:
    call = _call(cast, 2, AttemptResult.FAILED, obstacle="CODE_EXPIRED", justificatif_asked=False)
    return {"procedure": OPPOSITION, "opened_on": cast.ago(9), "facts": _sent(cast, 33), "attempts": (call,)}


def waiting(cast: Cast) -> dict[str, object]:
    days = cast.dice.randrange(3, 20)
    call = _call(cast, days, AttemptResult.CONFIRMED)
    return {
        "procedure": OPPOSITION,
        "opened_on": cast.ago(days + 4),
        "facts": _sent(cast, days + 20),
        "attempts": (call,),
    }


def answer_overdue(cast: Cast) -> dict[str, object]:
    days = cast.dice.randrange(38, 60)
    call = _call(cast, days, AttemptResult.CONFIRMED)
    return {
        "procedure": OPPOSITION,
        "opened_on": cast.ago(days + 6),
        "facts": _sent(cast, days + 25),
        "attempts": (call,),
    }


def deletion_awaited(cast: Cast) -> dict[str, object]:
    call = _call(cast, cast.dice.randrange(20, 80), AttemptResult.CONFIRMED, deletion_requested="yes")
    return {"procedure": CLOSURE, "opened_on": cast.ago(95), "attempts": (call,)}


OPEN_STORIES: tuple[Callable[[Cast], dict[str, object]], ...] = (
    letter_soon, waiting, preparing, letter_later, answer_overdue, unconfirmed, deletion_awaited,
    letter_missed, never_notified, failed, unsure_when,
)  # fmt: skip
OPPOSITION_ENDS = ("opposed_proven", "opposed", "refused", "unanswered", "converted", "abandoned")
CLOSURE_ENDS = (
    "deleted_proven",
    "deleted",
    "archived_proven",
    "archived",
    "refused",
    "unanswered",
    "reopened",
    "abandoned",
)
# How last year ended: enough of each for figures that may be published.
_LAST_YEAR = ("deleted_proven",) * 5 + (
    "deleted",
    "archived",
    "unanswered",
    "unanswered",
    "refused",
    "abandoned",
    "abandoned",
)


def closed(cast: Cast, procedure: str, outcome: str) -> dict[str, object]:
    call = _call(cast, 30, AttemptResult.CONFIRMED, deletion_requested="yes" if procedure == CLOSURE else "")
    return {
        "procedure": procedure,
        "opened_on": cast.ago(40),
        "facts": _sent(cast, 50) if procedure == OPPOSITION else (),
        "attempts": (call,),
        "outcome": outcome,
        "closed_on": cast.ago(3),
    }


def this_year(cast: Cast, number: int) -> Iterator[CasePlan]:
    """`number` cases of the running campaign: the family first, then every story in turn."""
    yield from family(cast)
    yield represented(cast)
    ends = [(OPPOSITION, end) for end in OPPOSITION_ENDS] + [(CLOSURE, end) for end in CLOSURE_ENDS]
    for place in range(max(0, number - 4)):
        story = (
            closed(cast, *ends[place // 3 % len(ends)])
            if place % 3 == 2
            else OPEN_STORIES[place % len(OPEN_STORIES)](cast)
        )
        yield _plan(cast, 1000 + place, story, reachable=place % 7 != 3)


def _plan(cast: Cast, number: int, story: dict[str, object], *, reachable: bool) -> CasePlan:
    words = {"consents": _BOTH if number % 2 else (ConsentKind.HANDLING,)} | story
    return CasePlan(
        household=str(number),
        member=_member(cast, number, reachable=reachable),
        beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
        note="Préfère être appelé après 18 h (note de démonstration)." if number % 5 == 0 else "",
        assigned_to=cast.hands[number % len(cast.hands)],
        **words,  # type: ignore[arg-type]  # the stories' keywords are the plan's
    )


def family(cast: Cast) -> Iterator[CasePlan]:
    """A parent and two children: the children come first."""
    parent = NewMember(first_name="Solène", last_name="Démo", email=FAMILY_EMAIL, phone="01 99 00 12 34", region="53")
    children = (
        NewBeneficiary(
            kind=BeneficiaryKind.CHILD,
            first_name="Lina",
            birth_year=str(cast.today.year),
            ground=Representation.OTHER_PARENT_AGREES,
        ),
        NewBeneficiary(
            kind=BeneficiaryKind.CHILD,
            first_name="Noé",
            birth_year=str(cast.today.year - 3),
            ground=Representation.OTHER_PARENT_INFORMED,
        ),
    )
    for child, days in zip(children, (39, 12), strict=True):
        yield CasePlan(
            household="family",
            member=parent,
            beneficiary=child,
            procedure=CHILD,
            opened_on=cast.ago(7),
            facts=_sent(cast, days),
            assigned_to=cast.hands[0],
        )
    yield CasePlan(
        household="family",
        member=parent,
        beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
        procedure=CLOSURE,
        opened_on=cast.ago(7),
        consents=_BOTH,
        assigned_to=cast.hands[0],
    )


def represented(cast: Cast) -> CasePlan:
    """Somebody who acts for their father, by a measure that allows it."""
    father = NewBeneficiary(
        kind=BeneficiaryKind.REPRESENTED,
        first_name="Edgar",
        birth_year="1941",
        ground=Representation.PROTECTION_MEASURE,
    )
    return CasePlan(
        household="represented",
        member=_member(cast, 900),
        beneficiary=father,
        procedure=OPPOSITION,
        opened_on=cast.ago(3),
        facts=_sent(cast, 25),
        assigned_to=cast.hands[-1],
    )


def last_year(cast: Cast, number: int) -> Iterator[CasePlan]:
    """A campaign that is over; its people consented to anonymous figures."""
    for place in range(number):
        opened_on = date(cast.today.year - 1, 1, 10) + timedelta(days=place * 200 // max(number, 1))
        outcome = _LAST_YEAR[place % len(_LAST_YEAR)]
        call = AttemptPlan(
            channel=cast.dice.choice(("web", "phone")),
            made_on=opened_on + timedelta(days=2),
            result=AttemptResult.CONFIRMED,
            deletion_requested="no" if outcome == "archived" else "yes",
        )
        yield CasePlan(
            household=f"last-{place}",
            member=_member(cast, 5000 + place, reachable=place % 4 != 0),
            beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
            procedure=CLOSURE,
            opened_on=opened_on,
            consents=_BOTH,
            attempts=(call,),
            outcome=outcome,
            closed_on=opened_on + timedelta(days=cast.dice.randrange(20, 85)),
        )
