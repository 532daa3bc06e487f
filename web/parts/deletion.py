"""The deletion box, which a closure does not tick by itself: its question, and the reminder until it is mended."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Attempt, AttemptResult, Case, CaseFact
from procedures.rules.definitions import Choice, Definition, Option
from web.parts.ways import DELETION

# The step of each channel at which deletion is asked for.
STEP = "deletion"
# Outcomes of this name say that the data are gone, whatever was noted before.
_GONE = "deleted"
_MADE = {AttemptResult.CONFIRMED, AttemptResult.UNCONFIRMED}

QUESTION = _("La case de la suppression a-t-elle été cochée, ou la suppression demandée ?")
ANSWERS: dict[str, str | Promise] = {"yes": _("Oui"), "no": _("Non"), "unknown": _("Je ne sais pas")}


@dataclass(frozen=True, slots=True)
class Reminder:
    title: str
    text: str


def option_of(definition: Definition) -> Option | None:
    """None for a procedure in which nothing is deleted."""
    return next((option for option in definition.options if option.key == DELETION), None)


def choices(option: Option) -> list[tuple[str, SafeString]]:
    """Each answer with what follows from it."""
    return [(choice.value, _with_consequence(choice)) for choice in option.choices]


def _with_consequence(choice: Choice) -> SafeString:
    answer = ANSWERS.get(choice.value, choice.value)
    return format_html("{}<small>{}</small>", answer, choice.consequence.say(get_language() or "fr"))


def answered(facts: Sequence[CaseFact]) -> str:
    """`yes`, `no`, `unknown`, or "" while nobody said."""
    return next((fact.value for fact in facts if fact.kind == DELETION), "")


def reminder(
    case: Case, definition: Definition, *, facts: Sequence[CaseFact], attempts: Sequence[Attempt]
) -> Reminder | None:
    """None where nothing is to be mended: deletion was asked for, nothing was done yet, or it ended otherwise."""
    option, answer = option_of(definition), answered(facts)
    if option is None or answer == "yes" or not any(one.result in _MADE for one in attempts) or _is_over(case):
        return None
    told = next((choice for choice in option.choices if choice.value == (answer or "unknown")), None)
    title = gettext("On ne sait pas si la suppression a été demandée.")
    if answer == "no":
        title = gettext("La suppression n’a pas été demandée.")
    return Reminder(title, told.consequence.say(get_language() or "fr") if told else "")


def _is_over(case: Case) -> bool:
    return case.is_closed and (not case.outcome_class.startswith("obtained") or case.outcome.startswith(_GONE))
