"""The two ways in short: oppose in time, or close and have everything deleted; what each leaves, which is surer."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from procedures import registry
from procedures.rules.definitions import Bound, DeadlineRule, Definition

DELETION = "deletion_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    key: str
    title: str
    until: str
    leaves: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoWays:
    oppose: Way
    close: Way
    why: tuple[str, ...]


def two_ways(definition: Definition) -> TwoWays | None:
    """None for a procedure without this choice: no last day for the person, or no deletion to ask for afterwards."""
    rule = _rule_to_keep(definition)
    other = registry.current(rule.on_miss_procedure) if rule and rule.on_miss_procedure else None
    if rule is None or other is None or not asks_deletion(other):
        return None
    length = rule.length.say(_language())
    until = gettext("%(length)s après l’envoi du courrier, pas un jour de plus.") % {"length": capfirst(length)}
    return TwoWays(
        oppose=_way(definition, until=until),
        close=_way(other, until=gettext("À tout moment, sans motif, même sans courrier.")),
        why=_why(length),
    )


def asks_deletion(definition: Definition) -> bool:
    """Is deletion asked for beside what the procedure is about?"""
    return any(option.key == DELETION for option in definition.options)


def _rule_to_keep(definition: Definition) -> DeadlineRule | None:
    return next((rule for rule in definition.deadlines if rule.bound is Bound.MEMBER), None)


def _way(definition: Definition, *, until: str) -> Way:
    said = _language()
    return Way(key=definition.key, title=definition.short.say(said), until=until, leaves=definition.leaves.say(said))


def _why(length: str) -> tuple[str, ...]:
    return (
        gettext("Le courrier peut ne jamais arriver, et le délai (%(length)s) part quand même de l’envoi.")
        % {"length": length},
        gettext(
            "La clôture ne dépend d’aucun courrier et reste possible à tout moment : c’est la voie la plus sûre, "
            "à condition de cocher aussi la case de la suppression."
        ),
        gettext("Dans le délai, opposez-vous tout de suite : rien n’est créé. Dans le doute, clôturez et supprimez."),
    )


def _language() -> str:
    return get_language() or "fr"
