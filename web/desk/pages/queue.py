"""«Maintenant» as it is shown: rows with a reason, a fact and one action, under three headings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.models import Case, Deadline
from cases.rules.queue import NEVER, Group, Reason, group
from procedures.rules import hours
from procedures.rules.definitions import Channel
from web.desk.pages.deadlines import late_chip
from web.desk.pages.head import Chip, chip, who
from web.desk.pages.words import capped, definition_of, say
from web.parts.french import clock, plain_words

HEADINGS: dict[Group, str | Promise] = {
    Group.NOW: gettext_lazy("Sans attendre"),
    Group.SOON: gettext_lazy("Cette semaine"),
    Group.LATER: gettext_lazy("Plus tard"),
}
OWNERS: dict[str, str | Promise] = {
    "mine": gettext_lazy("À moi"),
    "team": gettext_lazy("Équipe"),
    "nobody": gettext_lazy("À personne"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAction:
    url: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`here`: the first of the page, whose button alone is filled."""

    who: str
    url: str
    about: str
    chip: Chip
    fact: str
    action: RowAction
    here: bool
    pick: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    id: str
    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    url: str
    label: str
    count: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the address asks for: whose rows, and which."""

    whose: str = "mine"
    reason: str = ""
    campaign: str = ""

    def url(self, **changes: str) -> str:
        named = {"qui": self.whose, "motif": self.reason, "campagne": self.campaign} | changes
        asked = {name: value for name, value in named.items() if value}
        return f"{reverse('desk:now')}?{urlencode(asked)}"


def sections(cases: Sequence[Case], *, today: date) -> list[Section]:
    """The page's rows under their headings, in order; an empty heading is left out."""
    by_group: dict[Group, list[Case]] = {name: [] for name in Group}
    for case in cases:
        by_group[group(Reason(case.reason), case.act_on, today=today)].append(case)
    ordered = [case for found in by_group.values() for case in found]
    first = ordered[0].pk if ordered else None
    return [
        Section(
            id=f"groupe-{name.value}",
            title=str(HEADINGS[name]),
            rows=[_row(case, here=case.pk == first, today=today) for case in found],
        )
        for name, found in by_group.items()
        if found
    ]


def _row(case: Case, *, here: bool, today: date) -> Row:
    return Row(
        who=who(case),
        url=f"{reverse('desk:case', args=[case.reference])}?de=maintenant",
        about=f"{case.reference} · {case.campaign.title}",
        chip=_chip(case, today=today),
        fact=fact(case, today=today),
        action=action(case),
        here=here,
    )


def _chip(case: Case, *, today: date) -> Chip:
    missed = next((row for row in _deadlines(case) if row.is_missed), None)
    return late_chip(case, missed, today=today) if missed and case.reason == Reason.MISSED else chip(case, today=today)


def segments(filters: Filters, counts: dict[str, int]) -> list[Segment]:
    return [
        Segment(
            url=filters.url(qui=whose),
            label=str(words),
            count=capped(counts[whose]),
            current=filters.whose == whose,
        )
        for whose, words in OWNERS.items()
    ]


def summary(counts: dict[str, int], *, whose: str) -> str:
    """« 12 actions, dont 1 délai dépassé »."""
    waiting = counts[whose]
    said = ngettext("%(n)s action", "%(n)s actions", waiting) % {"n": capped(waiting)}
    missed = counts["missed"]
    if not missed or whose != "team":
        return said
    late = ngettext("dont %(n)s délai dépassé", "dont %(n)s délais dépassés", missed) % {"n": capped(missed)}
    return f"{said}, {late}"


def nothing_waits(counts: dict[str, int], *, whose: str, coming: Case | None, today: date) -> str:
    """What an empty list says: what the others have, and what comes next."""
    said = []
    if whose == "mine" and counts["team"]:
        waiting = counts["team"]
        words = ngettext("L’équipe a %(n)s dossier à suivre.", "L’équipe a %(n)s dossiers à suivre.", waiting)
        said.append(words % {"n": capped(waiting)})
    if coming is None:
        said.append(_("Aucune date n’est attendue cette semaine, ni plus tard."))
    else:
        week = _("Rien d’autre cette semaine.") if (coming.act_on - today).days > 7 else ""
        said += [week, _("La prochaine date est le %(day)s.") % {"day": plain_words(coming.act_on)}]
    return " ".join(filter(None, said))


def fact(case: Case, *, today: date) -> str:
    """One sentence: what is known, and the day that counts."""
    return _FACTS[Reason(case.reason)](case, today)


def _deadlines(case: Case) -> list[Deadline]:
    """As `access.load_deadlines` brought them: no query."""
    rows: list[Deadline] = list(case.deadlines.all())
    return rows


def _title(case: Case, key: str) -> str:
    try:
        return say(definition_of(case).deadline(key).title)
    except LookupError:
        return key


def _fact_missed(case: Case, _today: date) -> str:
    missed = next((row for row in _deadlines(case) if row.is_missed), None)
    if missed is None:
        return _("Un délai est passé.")
    values = {"title": _title(case, missed.key), "day": plain_words(missed.due)}
    if missed.bound == "member":
        return _("%(title)s : le dernier jour était le %(day)s.") % values
    return _("%(title)s : attendu le %(day)s, sans nouvelle.") % values


def _fact_deadline(case: Case, today: date) -> str:
    due = case.next_deadline_on
    found = next((row for row in _deadlines(case) if row.key == case.next_deadline_key), None)
    said = []
    if found and found.start_kind == "sent" and found.start_earliest:
        said.append(_("Courrier du %(day)s.") % {"day": plain_words(found.start_earliest)})
    said.append(_("Dernier jour : %(day)s.") % {"day": plain_words(due)})
    call = _phone(case)
    useful = hours.last_useful(call.hours, due) if call and call.hours and (due - today).days <= 1 else None
    if useful:
        values = {"day": plain_words(useful.date()), "hour": clock(useful.time())}
        said.append(_("Dernier appel utile : %(day)s, %(hour)s.") % values)
    return " ".join(said)


def _fact_check(case: Case, _today: date) -> str:
    return _("Déposé le %(day)s, pas encore relu.") % {"day": plain_words(case.act_on)}


def _fact_prepare(_case: Case, _today: date) -> str:
    return _("L’accord de suivi n’est pas encore recueilli : rien ne peut partir sans lui.")


def _fact_act(case: Case, _today: date) -> str:
    return _("Ouvert le %(day)s. Aucun délai ne court.") % {"day": plain_words(case.opened_on)}


def _fact_wait(case: Case, _today: date) -> str:
    if case.next_deadline_on == NEVER:
        return _("Une réponse est attendue, sans date.")
    values = {"title": _title(case, case.next_deadline_key), "day": plain_words(case.next_deadline_on)}
    return _("%(title)s : attendu au plus tard le %(day)s.") % values


def _fact_nothing(_case: Case, _today: date) -> str:
    return ""


_FACTS = {
    Reason.MISSED: _fact_missed,
    Reason.CHECK: _fact_check,
    Reason.DEADLINE: _fact_deadline,
    Reason.PREPARE: _fact_prepare,
    Reason.ACT: _fact_act,
    Reason.WAIT: _fact_wait,
    Reason.NOTHING: _fact_nothing,
}


def _phone(case: Case) -> Channel | None:
    return next((channel for channel in definition_of(case).channels if channel.phone), None)


def action(case: Case) -> RowAction:
    """The one thing to do next with the case."""
    reason = Reason(case.reason)
    if reason is Reason.MISSED:
        return _answer(case)
    if reason is Reason.CHECK:
        url = reverse("desk:case", args=[case.reference])
        return RowAction(url=f"{url}?de=maintenant#documents", label=_("Vérifier le document"), icon="eye")
    if reason is Reason.PREPARE:
        return RowAction(url=reverse("desk:consent", args=[case.reference]), label=_("Recueillir l’accord"), icon="pen")
    if reason is Reason.WAIT:
        url = reverse("desk:upload", args=[case.reference])
        return RowAction(url=url, label=_("Déposer le justificatif"), icon="upload")
    return attempt_action(case)


def _answer(case: Case) -> RowAction:
    missed = next((row for row in _deadlines(case) if row.is_missed), None)
    args = [case.reference, missed.pk] if missed else [case.reference]
    url = reverse("desk:answer" if missed else "desk:case", args=args)
    return RowAction(url=url, label=_("Décider de la suite"), icon="right")


def attempt_action(case: Case) -> RowAction:
    """Call where a line exists, else choose a channel."""
    url = reverse("desk:attempt", args=[case.reference])
    call = _phone(case)
    if call is None:
        return RowAction(url=url, label=_("Choisir le moyen"), icon="right")
    label = _("Appeler le %(number)s") % {"number": call.phone}
    return RowAction(url=f"{url}?{urlencode({'moyen': call.key})}", label=label, icon="phone")
