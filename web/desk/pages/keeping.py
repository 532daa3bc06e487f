"""The archive as its page lists it, and what was let go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Association
from cases.access import Gone, keeping_of, terms_of
from cases.models import Case, PurgeCause
from cases.rules.keeping import Terms
from web.desk.pages.words import definition_of, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """Without a name: the page that opens it asks why first."""

    url: str
    reference: str
    procedure: str
    since: date
    last: date
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    on: date
    why: str
    cases: int
    rows: int


def archived(rows: Sequence[Case], *, terms: Terms, today: date) -> list[Archived]:
    return [_archived(case, terms=terms, today=today) for case in rows]


def _archived(case: Case, *, terms: Terms, today: date) -> Archived:
    kept = keeping_of(case, terms=terms, today=today)
    return Archived(
        url=reverse("desk:case", args=[case.reference]),
        reference=case.reference,
        procedure=say(definition_of(case).short),
        since=case.archived_on or today,
        last=kept.purges_on if kept else today,
        note=_note(case),
    )


def _note(case: Case) -> str:
    if case.complaint_pends:
        return _("plainte en cours : gardé")
    if case.is_left_unanswered:
        return _("échéance manquée restée sans réponse")
    if not case.is_closed:
        return _("jamais clos")
    return _("effacement annoncé") if case.purge_told is not None else ""


def gone(lines: Sequence[Gone]) -> list[Line]:
    return [Line(on=one.on, why=str(PurgeCause(one.cause).label), cases=one.cases, rows=one.rows) for one in lines]


def terms_in_words(association: Association) -> str:
    """`3 mois après la dernière échéance, puis 12 mois en archive.`"""
    terms = terms_of(association)
    said = ngettext(
        "%(active)s mois après la dernière échéance, puis %(archive)s mois en archive.",
        "%(active)s mois après la dernière échéance, puis %(archive)s mois en archive.",
        terms.active,
    )
    return said % {"active": terms.active, "archive": terms.archive}
