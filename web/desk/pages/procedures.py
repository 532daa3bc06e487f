"""The procedures for whoever coordinates: which stand, which are to be read again, what is uncertain in each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.rules.definitions import Certainty, Definition
from web.desk.pages.head import Chip
from web.desk.pages.words import say

CERTAINTY: dict[Certainty, str | Promise] = {
    Certainty.HIGH: gettext_lazy("sûr"),
    Certainty.MEDIUM: gettext_lazy("à confirmer"),
    Certainty.LOW: gettext_lazy("incertain"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A part whose source is weak, and why when the definition says so."""

    part: str
    certainty: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`checked_on`: the oldest reading of its texts."""

    title: str
    key: str
    version: int
    url: str
    chips: list[Chip]
    checked_on: date
    doubts: list[Doubt]


def lines(definitions: Sequence[Definition], *, today: date) -> list[Line]:
    """Those to be read again first."""
    ordered = sorted(definitions, key=lambda one: not one.check_is_overdue(today))
    return [_line(one, today=today) for one in ordered]


def to_read_again(definitions: Sequence[Definition], *, today: date) -> int:
    return sum(one.check_is_overdue(today) for one in definitions)


def _line(definition: Definition, *, today: date) -> Line:
    return Line(
        title=say(definition.title),
        key=definition.key,
        version=definition.version,
        url=reverse("public:procedure", args=[definition.key]),
        chips=_chips(definition, today=today),
        checked_on=definition.oldest_check,
        doubts=list(_doubts(definition)),
    )


def _chips(definition: Definition, *, today: date) -> list[Chip]:
    stands = definition.can_be_opened(today)
    chips = [Chip(text=_("Ouverte") if stands else _("Terminée"), icon="check" if stands else "x", kind="")]
    if definition.check_is_overdue(today):
        chips.append(Chip(text=_("À relire"), icon="alert", kind="late"))
    return chips


def _doubts(definition: Definition) -> Iterator[Doubt]:
    if definition.certainty is not Certainty.HIGH:
        why = say(definition.note) if definition.note else ""
        yield _doubt(_("L’ensemble"), definition.certainty, why=why)
    for channel in definition.channels:
        if channel.certainty is not Certainty.HIGH:
            yield _doubt(say(channel.title), channel.certainty)
    for rule in definition.deadlines:
        if rule.certainty is not Certainty.HIGH:
            yield _doubt(say(rule.title), rule.certainty, why=say(rule.note) if rule.note else "")


def _doubt(part: str, certainty: Certainty, *, why: str = "") -> Doubt:
    return Doubt(part=part, certainty=str(CERTAINTY[certainty]), why=why)
