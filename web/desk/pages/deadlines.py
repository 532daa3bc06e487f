"""Deadlines as a panel shows them: the date under the marker, the grid of weeks, the reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cases.models import Case, Deadline
from cases.rules import stages
from cases.rules.stages import Lateness
from procedures.rules import hours
from procedures.rules.definitions import DeadlineRule, RuleFamily
from web.desk.pages.head import Chip
from web.desk.pages.words import definition_of, say
from web.parts.french import clock, plain_words
from web.parts.weeks import Weeks, weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineShown:
    """`plain`: without the marker, which stands once a page. `reasons` is empty when `none` says it all."""

    id: str
    title: str
    due: date | None
    none: str
    plain: bool
    note: str
    grid: Weeks | None
    reasons: list[str]
    source: str
    source_url: str
    checked_on: date | None
    open: bool
    chip: Chip | None
    answer_url: str
    letter_url: str
    on_miss: str
    escalation: list[str]


def deadlines(case: Case, rows: Sequence[Deadline], *, today: date) -> list[DeadlineShown]:
    """What runs first, then what is met or only told."""
    ordered = sorted(
        rows, key=lambda row: (not row.is_missed, not _runs(row), row.due is None, row.due or today, row.pk)
    )
    hero = next((row.pk for row in ordered if _runs(row) and row.due), None)
    return [_shown(case, row, is_hero=row.pk == hero, today=today) for row in ordered]


def _runs(row: Deadline) -> bool:
    return row.met_on is None and row.answered_on is None and row.bound != "info"


def _shown(case: Case, row: Deadline, *, is_hero: bool, today: date) -> DeadlineShown:
    rule = _rule(case, row.key)
    reasons = row.explanation(translation.get_language() or "fr").splitlines()
    answerable = row.is_missed and not case.is_closed
    return DeadlineShown(
        id=f"delai-{row.pk}",
        title=say(rule.title) if rule else row.key,
        due=row.due,
        none=" ".join(reasons) if row.due is None else "",
        plain=not is_hero,
        note=_note(case, row, today=today),
        grid=_grid(row, today=today) if is_hero else None,
        reasons=[*reasons[:-1], *_notes(rule)] if row.due else [],  # the last one names the text, as `source` does
        source=row.article,
        source_url=rule.article_url if rule else "",
        checked_on=rule.checked_on if rule else None,
        open=is_hero,
        chip=_chip(case, row, today=today),
        answer_url=reverse("desk:answer", args=[case.reference, row.pk]) if answerable else "",
        letter_url=_letter_url(case, row, today=today),
        on_miss=say(rule.on_miss) if rule and row.is_missed else "",
        escalation=_escalation(case, row, today=today),
    )


def _notes(rule: DeadlineRule | None) -> list[str]:
    """What the definition says of a length that is not sure."""
    return [say(rule.note)] if rule and rule.note else []


def _rule(case: Case, key: str) -> DeadlineRule | None:
    try:
        return definition_of(case).deadline(key)
    except LookupError:
        return None


def _grid(row: Deadline, *, today: date) -> Weeks | None:
    if row.rule != RuleFamily.FR_WEEKS or row.due is None or row.start_earliest is None:
        return None
    return weeks(row.start_earliest, due=row.due, today=today)


def _note(case: Case, row: Deadline, *, today: date) -> str:
    """The last useful call before a day that binds the member."""
    if row.bound != "member" or row.due is None or row.met_on or row.due < today:
        return ""
    for channel in definition_of(case).channels:
        moment = hours.last_useful(channel.hours, row.due) if channel.hours and channel.phone else None
        if moment:
            values = {"day": plain_words(moment.date()), "hour": clock(moment.time())}
            return _("Dernier appel utile : %(day)s, avant %(hour)s.") % values
    return ""


def _chip(case: Case, row: Deadline, *, today: date) -> Chip | None:
    if row.met_on:
        return Chip(text=_("Tenu"), icon="check", kind="done")
    if row.answered_on:
        return Chip(text=_("Passé, suite décidée"), icon="check")
    if row.is_missed or (row.due and row.due < today and row.bound != "info"):
        return late_chip(case, row, today=today)
    return None


def late_chip(case: Case, row: Deadline, *, today: date) -> Chip:
    """How late, in a few words: to be checked, a letter to be sent, or the second level."""
    if _lateness(case, row, today=today) is Lateness.GRAVE:
        words = _("Droit en jeu, à voir sans attendre") if row.bound == "member" else _silence(row, today=today)
        return Chip(text=words, icon="alert", kind="late")
    if stages.wants_letter(row.due, binds_member=row.bound == "member", today=today):
        return Chip(text=_("Relance à envoyer"), icon="send", kind="late")
    return Chip(text=_("Délai dépassé, à vérifier"), icon="alert", kind="late")


def _silence(row: Deadline, *, today: date) -> str:
    return _("Sans réponse, %(days)s jours de retard") % {"days": (today - row.due).days if row.due else 0}


def _lateness(case: Case, row: Deadline, *, today: date) -> Lateness:
    rule = _rule(case, row.key)
    another = bool(rule and rule.on_miss_procedure) or bool(definition_of(case).follows_on_miss)
    return stages.lateness(row.due, binds_member=row.bound == "member", has_another_way=another, today=today)


def _escalation(case: Case, row: Deadline, *, today: date) -> list[str]:
    """What the procedure keeps for the second level."""
    if not row.is_missed or _lateness(case, row, today=today) is not Lateness.GRAVE:
        return []
    return [say(step) for step in definition_of(case).escalation]


def _letter_url(case: Case, row: Deadline, *, today: date) -> str:
    wanted = stages.wants_letter(row.due, binds_member=row.bound == "member", today=today)
    return reverse("desk:letter", args=[case.reference, row.pk]) if wanted and row.is_missed else ""


def moves(case: Case, before: Sequence[Deadline], after: Sequence[Deadline]) -> list[str]:
    """What a corrected fact changed, old and new date; nothing for what stayed."""
    former = {row.key: row.due for row in before}
    said = []
    for row in after:
        was = former.get(row.key)
        if row.due == was:
            continue
        rule = _rule(case, row.key)
        values = {"title": say(rule.title) if rule else row.key, "old": plain_words(was), "new": plain_words(row.due)}
        if was and row.due:
            said.append(_("%(title)s : le dernier jour passe du %(old)s au %(new)s.") % values)
        elif row.due:
            said.append(_("%(title)s : le dernier jour est le %(new)s.") % values)
        else:
            said.append(_("%(title)s : la date ne peut plus être calculée.") % values)
    return said


def first_day(rows: Sequence[Deadline]) -> date | None:
    """The first day that somebody is bound by."""
    return min((row.due for row in rows if row.due and row.bound != "info" and row.met_on is None), default=None)
