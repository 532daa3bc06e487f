"""When an association's mails leave, in words."""

from collections.abc import Sequence
from datetime import time

from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Association
from notifications.rules.windows import EVERY_DAY, WHOLE_DAY
from procedures.rules.calendars import SUNDAY
from procedures.rules.texts import say_list, say_time


def when(association: Association) -> str:
    """`Du lundi au vendredi, de 8 h à 20 h. Pas les jours fériés.`"""
    weekdays = [int(day) for day in association.sends_on]
    said = _("%(days)s, %(hours)s.") if SUNDAY in weekdays else _("%(days)s, %(hours)s. Pas les jours fériés.")
    return said % {"days": _days(weekdays), "hours": _hours(association.sends_from, association.sends_until)}


def hour(number: int) -> str:
    """`8 h`; both ends of the day are `minuit`."""
    return _("minuit") if number in {0, WHOLE_DAY} else say_time(time(number), _language())


def _days(weekdays: Sequence[int]) -> str:
    if set(weekdays) == EVERY_DAY:
        return _("Tous les jours")
    first, last = weekdays[0], weekdays[-1]
    if len(weekdays) > 2 and last - first == len(weekdays) - 1:
        return _("Du %(first)s au %(last)s") % {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}
    return capfirst(say_list([str(WEEKDAYS[day]) for day in weekdays], _language()))


def _hours(opens: int, closes: int) -> str:
    if (opens, closes) == (0, WHOLE_DAY):
        return _("à toute heure")
    return _("de %(opens)s à %(closes)s") % {"opens": hour(opens), "closes": hour(closes)}


def _language() -> str:
    return get_language() or "fr"
