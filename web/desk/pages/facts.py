"""The facts that stand now, in words."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from cases.models import CaseFact
from web.desk.pages.case import Fact
from web.desk.pages.words import FACTS, KNOWN_BY, NOTIFIED_BY, label
from web.parts import deletion
from web.parts.french import plain_words


def facts(rows: Sequence[CaseFact]) -> list[Fact]:
    """Dated facts, how the letter came, whether deletion was asked for."""
    shown = [Fact(term=label(FACTS, row.kind), value=_dated(row)) for row in rows if row.earliest]
    notified = next((row.value for row in rows if row.kind == "notified_by"), "")
    if notified:
        shown.append(Fact(term=_("Courrier"), value=label(NOTIFIED_BY, notified).lower()))
    asked = deletion.answered(rows)
    if asked:
        shown.append(Fact(term=_("Suppression demandée"), value=label(deletion.ANSWERS, asked).lower()))
    return shown


def _dated(row: CaseFact) -> str:
    days = plain_words(row.earliest)
    if row.latest != row.earliest:
        days = _("entre le %(first)s et le %(last)s") % {"first": days, "last": plain_words(row.latest)}
    source = _(", d’après %(source)s") % {"source": label(KNOWN_BY, row.known_by)} if row.known_by else ""
    return f"{days}{source}"
