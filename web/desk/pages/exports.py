"""Lists that were asked for, in words; and one case as a line of the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules.sheets import Cell
from cases.models import BeneficiaryKind, Campaign, Case, Export
from cases.rules import exports
from cases.rules.exports import Step
from cases.rules.queue import NEVER
from procedures import registry
from web.desk.pages.head import Chip
from web.desk.pages.words import OUTCOMES, STATES, definition_of, label, say
from web.parts.french import plain_words

_CHIPS: dict[Step, tuple[str | Promise, str, str]] = {
    Step.WAITING: (gettext_lazy("Attend une deuxième personne"), "clock", "wait"),
    Step.UNDECIDED: (gettext_lazy("Sans réponse en 24 heures"), "clock", ""),
    Step.REFUSED: (gettext_lazy("Refusée"), "x", ""),
    Step.READY: (gettext_lazy("Prête à prendre"), "check", "done"),
    Step.LATE: (gettext_lazy("Pas prise en 24 heures"), "clock", ""),
    Step.TAKEN: (gettext_lazy("Prise"), "check", ""),
    Step.STOPPED: (gettext_lazy("Arrêtée : l’accès a changé"), "alert", "late"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One line of the list, and the head of a request's own page. `asker` and `decider` are «vous» for the reader."""

    url: str
    chip: Chip
    step: Step
    asker: str
    asked_at: datetime
    decider: str
    decided_at: datetime | None
    taken_at: datetime | None
    ends_at: datetime
    filter: list[str]
    count: int
    people: str
    with_people: bool
    reason: str
    is_mine: bool


def step_of(export: Export, *, now: datetime) -> Step:
    return exports.step(
        decided=export.decided_at is not None,
        approved=export.is_approved,
        taken=export.taken_at is not None,
        expires_at=export.expires_at,
        now=now,
    )


def requests(rows: Iterable[Export], *, campaigns: Iterable[Campaign], me: UUID, now: datetime) -> list[Request]:
    titles = {one.slug: one.title for one in campaigns}
    return [_request(row, titles=titles, me=me, now=now) for row in rows]


def _request(row: Export, *, titles: dict[str, str], me: UUID, now: datetime) -> Request:
    step = step_of(row, now=now)
    text, icon, kind = _CHIPS[step]
    return Request(
        url=reverse("desk:export", args=[row.pk]),
        chip=Chip(text=str(text), icon=icon, kind=kind),
        step=step,
        asker=_("vous") if row.asked_by_id == me else row.asked_by.name or _("un ancien bénévole"),
        asked_at=row.asked_at,
        decider=_who_decided(row, me),
        decided_at=row.decided_at,
        taken_at=row.taken_at,
        ends_at=row.expires_at,
        filter=_filter_in_words(row.filter, titles=titles),
        count=row.count if row.approved_count is None else row.approved_count,
        people=_("avec noms, adresses et téléphones") if row.with_people else _("sans les personnes"),
        with_people=row.with_people,
        reason=row.reason,
        is_mine=row.asked_by_id == me,
    )


def _who_decided(row: Export, me: UUID) -> str:
    if row.decided_by is None:
        return ""
    return _("vous") if row.decided_by_id == me else row.decided_by.name or _("un ancien bénévole")


def _filter_in_words(codes: dict[str, str], *, titles: dict[str, str]) -> list[str]:
    selection = exports.read(codes)
    said = []
    if selection.campaign:
        said.append(_("campagne : %(title)s") % {"title": titles.get(selection.campaign, selection.campaign)})
    if selection.procedure:
        said.append(_("démarche : %(title)s") % {"title": _procedure(selection.procedure)})
    if selection.state:
        said.append(_("état : %(state)s") % {"state": label(STATES, selection.state)})
    if selection.outcome:
        said.append(_("issue : %(outcome)s") % {"outcome": label(OUTCOMES, selection.outcome)})
    if selection.opened_from:
        said.append(_("ouverts depuis le %(day)s") % {"day": plain_words(selection.opened_from)})
    if selection.opened_to:
        said.append(_("ouverts jusqu’au %(day)s") % {"day": plain_words(selection.opened_to)})
    return said or [_("tous les dossiers")]


def _procedure(key: str) -> str:
    try:
        return say(registry.current(key).short)
    except registry.UnknownProcedure:
        return key


# The file


def head(*, with_people: bool) -> list[Cell]:
    about = [
        _("Référence"),
        _("Campagne"),
        _("Démarche"),
        _("État"),
        _("Issue"),
        _("Ouvert le"),
        _("Clos le"),
        _("Prochaine date"),
    ]
    people = [
        _("Prénom"),
        _("Nom de famille"),
        _("Adresse e-mail"),
        _("Téléphone"),
        _("Région"),
        _("Pour qui"),
        _("Prénom de la personne concernée"),
    ]
    return [*about, *(people if with_people else [])]


def cells(case: Case) -> list[Cell]:
    """Without its people. Days as 2026-11-23, which every spreadsheet sorts."""
    return [
        case.reference,
        case.campaign.title,
        say(definition_of(case).short),
        label(STATES, case.state),
        label(OUTCOMES, case.outcome_class) if case.outcome_class else None,
        case.opened_on.isoformat(),
        case.closed_on.isoformat() if case.closed_on else None,
        case.next_deadline_on.isoformat() if case.next_deadline_on != NEVER else None,
    ]


def cells_with_people(case: Case) -> list[Cell]:
    member, beneficiary = case.member, case.beneficiary
    return [
        *cells(case),
        member.first_name,
        member.last_name,
        member.email,
        member.phone,
        member.region,
        str(BeneficiaryKind(beneficiary.kind).label),
        beneficiary.first_name,
    ]
