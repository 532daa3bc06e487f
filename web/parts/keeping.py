"""Until when a case is kept, in words."""

from datetime import date

from django.utils.translation import gettext as _

from cases.access import Keeping
from cases.rules.queue import NEVER
from web.parts.french import day_month_year


def say(kept: Keeping | None) -> str:
    """`Conservé jusqu’au 24 mars 2028, en archive à partir du 25 mars 2027.` "" where nothing is kept of anybody."""
    if kept is None or kept.purges_on == NEVER:
        return ""
    if kept.is_pending:
        return _("Une plainte est en cours : rien n’est effacé avant sa fin.")
    days = {"last": _day(kept.purges_on), "archive": _day(kept.archived_on or kept.archives_on)}
    if kept.archived_on:
        return _("En archive depuis le %(archive)s, conservé jusqu’au %(last)s. Ensuite, il est effacé.") % days
    return _("Conservé jusqu’au %(last)s, en archive après le %(archive)s. Ensuite, il est effacé.") % days


def _day(day: date) -> str:
    return str(day_month_year(day))
