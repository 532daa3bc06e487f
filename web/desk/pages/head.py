"""Who a case is about, in one line; the same on every page of the case."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from cases.rules.queue import NEVER, NEVER_HELD, Reason
from web.desk.pages.words import OUTCOMES, definition_of, label, say
from web.parts.french import countdown, plain_words

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    text: str
    icon: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    who: str
    reference: str
    procedure: str
    campaign: str
    url: str
    chip: Chip


def who(case: Case) -> str:
    """« Monique D., pour Lina »."""
    name = case.member.short_name or _("Sans prénom")
    if case.beneficiary.kind == "self":
        return name
    return _("%(member)s, pour %(other)s") % {"member": name, "other": case.beneficiary.first_name or _("un proche")}


def case_head(case: Case, *, today: date) -> CaseHead:
    return CaseHead(
        who=who(case),
        reference=case.reference,
        procedure=say(definition_of(case).short),
        campaign=case.campaign.title,
        url=reverse("desk:case", args=[case.reference]),
        chip=chip(case, today=today),
    )


def chip(case: Case, *, today: date) -> Chip:
    """Why the case asks for a hand, in two to four words."""
    if case.is_closed:
        return _ended(case)
    if case.held_until and case.held_until > today and case.reason not in NEVER_HELD:
        return Chip(text=_("En attente jusqu’au %(day)s") % {"day": plain_words(case.held_until)}, icon="pause")
    return _CHIPS[Reason(case.reason)](case, today)


def _ended(case: Case) -> Chip:
    """Green is for what was obtained; the other ends are told without a colour."""
    if case.outcome_class.startswith("obtained"):
        return Chip(text=label(OUTCOMES, case.outcome_class), icon="check", kind="done")
    return Chip(text=label(OUTCOMES, case.outcome_class) or _("Effacé"), icon="folder")


def _missed(_case: Case, _today: date) -> Chip:
    return Chip(text=_("Délai dépassé, à vérifier"), icon="alert", kind="late")


def _deadline(case: Case, today: date) -> Chip:
    left = (case.next_deadline_on - today).days
    if left < 0:
        return _missed(case, today)
    if left <= 1:
        words = _("Dernier jour demain") if left else _("Dernier jour aujourd’hui")
        return Chip(text=words, icon="alert", kind="late")
    kind = "soon" if left <= SOON.days else ""
    return Chip(text=_("Délai %(left)s") % {"left": countdown(case.next_deadline_on, today)}, icon="glass", kind=kind)


def _check(_case: Case, _today: date) -> Chip:
    return Chip(text=_("Justificatif à vérifier"), icon="eye", kind="check")


def _prepare(_case: Case, _today: date) -> Chip:
    return Chip(text=_("À préparer"), icon="pen")


def _act(_case: Case, _today: date) -> Chip:
    return Chip(text=_("Démarche à faire"), icon="right")


def _wait(case: Case, today: date) -> Chip:
    if case.next_deadline_on != NEVER and case.next_deadline_on < today:
        return _missed(case, today)
    return Chip(text=_("Réponse attendue"), icon="clock", kind="wait")


def _nothing(_case: Case, _today: date) -> Chip:
    return Chip(text=_("Rien à faire"), icon="check")


_CHIPS = {
    Reason.MISSED: _missed,
    Reason.CHECK: _check,
    Reason.DEADLINE: _deadline,
    Reason.PREPARE: _prepare,
    Reason.ACT: _act,
    Reason.WAIT: _wait,
    Reason.NOTHING: _nothing,
}
