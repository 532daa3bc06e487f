"""A case as its page shows it: the next step, the dates, what was tried and received, the people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.models import Attempt, Case, CaseFact, Consent, Deadline, Justificatif
from cases.rules.lifecycle import EventKind, State, may
from procedures.rules import hours
from procedures.rules.definitions import Bound, Channel, Definition
from web.desk.pages.head import Chip
from web.desk.pages.words import CONSENTS, GROUNDS, definition_of, label, say
from web.parts import deletion
from web.parts.french import day_month_year
from web.parts.refusals import DESTROYED, REFUSALS
from web.parts.ways import TwoWays, two_ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    url: str
    label: str
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The one next step. `more`: what else may be done instead."""

    title: str
    text: str
    url: str
    label: str
    icon: str
    more: list[Way]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """What was not asked for, and where it is mended."""

    title: str
    text: str
    url: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    title: str
    text: SafeString | str
    chip: Chip
    file_url: str
    file_label: str
    check_url: str
    is_fingerprint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptShown:
    channel: str
    day: date
    result: str
    asked: bool
    obstacle: str
    adviser_reference: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`before`: what it said before it was corrected, the newest first."""

    term: str
    value: SafeString | str
    before: Sequence[str] = ()


def next_step(
    case: Case, *, deadlines: Sequence[Deadline], justificatifs: Sequence[Justificatif], now: datetime
) -> Next:
    """The first of: decide on what was missed, check a document, gather the consent, act, wait and deposit, close."""
    missed = next((row for row in deadlines if row.is_missed), None)
    unchecked = next((row for row in justificatifs if row.accepted is None), None)
    if case.archived_on:
        return _archived(case)
    if case.is_closed:
        return _closed(case)
    if missed:
        return _decide(case, missed)
    if unchecked:
        return _check(case, unchecked)
    if case.state == State.PREPARING:
        return _prepare(case)
    if any(row.accepted for row in justificatifs):
        return _close(case)
    if case.state == State.TO_ACT:
        return _act(case, now=now)
    return _wait(case)


def _url(case: Case, name: str, *args: int) -> str:
    return reverse(f"desk:{name}", args=[case.reference, *args])


def _archived(case: Case) -> Next:
    return Next(
        title=_("Dossier en archive"),
        text=_("Il se lit seulement. Votre lecture est montrée à l’adhérent."),
        url=_url(case, "case_return"),
        label=_("Sortir de l’archive"),
        icon="folder",
        more=[],
    )


def _closed(case: Case) -> Next:
    title = _("Dossier clos")
    if case.outcome:
        title = _("Dossier clos : %(outcome)s") % {"outcome": say(definition_of(case).outcome(case.outcome).title)}
    text = _("Rien n’est perdu : il peut être rouvert si la situation change.")
    return Next(
        title=title,
        text=text,
        url="",
        label="",
        icon="",
        more=[Way(url=_url(case, "reopen"), label=_("Rouvrir le dossier"))],
    )


def _decide(case: Case, row: Deadline) -> Next:
    try:
        rule = definition_of(case).deadline(row.key)
        title, text = say(rule.title), say(rule.on_miss)
    except LookupError:
        title, text = row.key, ""
    return Next(
        title=_("Délai dépassé : %(title)s") % {"title": title},
        text=text,
        url=_url(case, "answer", row.pk),
        label=_("Décider de la suite"),
        icon="right",
        more=[Way(url=_url(case, "attempt"), label=_("Noter une démarche"))],
    )


def _check(case: Case, row: Justificatif) -> Next:
    return Next(
        title=_("Vérifier le justificatif"),
        text=_("Quatre questions : le bon document, la bonne personne, une date, tout est lisible."),
        url=_url(case, "check", row.pk),
        label=_("Vérifier le document"),
        icon="eye",
        more=[],
    )


def _prepare(case: Case) -> Next:
    return Next(
        title=_("Recueillir l’accord de suivi"),
        text=_("Lisez l’accord à voix haute. Sans lui, le dossier est gardé, mais aucune démarche ne part."),
        url=_url(case, "consent"),
        label=_("Recueillir l’accord"),
        icon="pen",
        more=[],
    )


def _close(case: Case) -> Next:
    return Next(
        title=_("Clore le dossier"),
        text=_("Le justificatif est accepté : il reste à dire comment la démarche a fini."),
        url=_url(case, "close"),
        label=_("Clore le dossier"),
        icon="check",
        more=[Way(url=_url(case, "upload"), label=_("Déposer un autre document"))],
    )


def _act(case: Case, *, now: datetime) -> Next:
    channels = sorted(definition_of(case).channels, key=lambda channel: channel.phone is None)
    first, *others = channels
    title = say(first.title)
    if first.phone:
        title = _("Appeler le %(number)s, et demander le justificatif") % {"number": first.phone}
    return Next(
        title=title,
        text=channel_text(first, now=now),
        url=_channel_url(case, first),
        label=_("Commencer l’appel") if first.phone else _("Faire la démarche"),
        icon="phone" if first.phone else "right",
        more=[Way(url=_channel_url(case, channel), label=say(channel.title)) for channel in others],
    )


def channel_text(channel: Channel, *, now: datetime) -> str:
    """Whether the line is open, what to have at hand; who hears the numbers."""
    said = [f"{say(hours.say_status(channel.hours, now))}."] if channel.hours else []
    if channel.at_hand:
        things = ", ".join(say(thing) for thing in channel.at_hand)
        said.append(_("Sous la main : %(things)s.") % {"things": things})
    if channel.phone:
        said.append(_("La personne lit elle-même ses numéros au conseiller : ils ne se notent jamais ici."))
    return " ".join(said)


def _channel_url(case: Case, channel: Channel) -> str:
    return f"{_url(case, 'attempt')}?{urlencode({'moyen': channel.key})}"


def _wait(case: Case) -> Next:
    definition = definition_of(case)
    return Next(
        title=_("Recevoir le justificatif"),
        text=say(definition.justificatifs[0].how) if definition.justificatifs else "",
        url=_url(case, "upload"),
        label=_("Déposer le justificatif"),
        icon="upload",
        more=[
            Way(url=_url(case, "attempt"), label=_("Noter une nouvelle démarche")),
            Way(url=_url(case, "close"), label=_("Clore le dossier")),
        ],
    )


def documents(case: Case, rows: Sequence[Justificatif]) -> list[Document]:
    return [_document(case, row) for row in rows]


def justificatif_title(definition: Definition, kind: str) -> str:
    try:
        return say(definition.justificatif(kind).title)
    except LookupError:
        return _("Autre document")


def _document(case: Case, row: Justificatif) -> Document:
    checkable = row.accepted is None and case.is_at_work
    return Document(
        title=justificatif_title(definition_of(case), row.kind),
        text=_text(row),
        chip=_document_chip(row),
        file_url=_file_url(case, row),
        file_label=_("Comparer avec le fichier de la personne") if row.fingerprint else _("Ouvrir le document"),
        check_url=_url(case, "check", row.pk) if checkable else "",
        is_fingerprint=bool(row.fingerprint),
    )


def _text(row: Justificatif) -> str:
    day = {"day": day_month_year(row.received_on)}
    if row.fingerprint:
        return _("empreinte seule, notée le %(day)s") % day
    received = _("déposé le %(day)s") % day
    return received if row.sealed_file_id else f"{received}. {DESTROYED}"


def _file_url(case: Case, row: Justificatif) -> str:
    """Where it is opened, or compared with its fingerprint; "" where the file was destroyed."""
    if row.fingerprint:
        return _url(case, "prove", row.pk)
    return _url(case, "file", row.pk) if row.sealed_file_id else ""


def _document_chip(row: Justificatif) -> Chip:
    if row.accepted is None:
        return Chip(text=_("À vérifier"), icon="eye", kind="check")
    if row.accepted:
        return Chip(text=_("Accepté"), icon="check", kind="done")
    reason = label(REFUSALS, row.refusal)
    return Chip(text=_("À redemander. %(reason)s") % {"reason": reason}, icon="alert", kind="soon")


RESULTS: dict[str, str | Promise] = {
    "confirmed": gettext_lazy("Fait, et confirmé"),
    "unconfirmed": gettext_lazy("Demandé, pas encore confirmé"),
    "failed": gettext_lazy("N’a pas abouti"),
    "refused": gettext_lazy("Refus opposé"),
}


def attempts(case: Case, rows: Sequence[Attempt]) -> list[AttemptShown]:
    definition = definition_of(case)
    obstacles = {obstacle.code: say(obstacle.title) for obstacle in definition.obstacles}
    titles = {channel.key: say(channel.title) for channel in definition.channels}
    return [
        AttemptShown(
            channel=titles.get(row.channel, row.channel),
            day=row.made_on,
            result=label(RESULTS, row.result),
            asked=row.justificatif_asked,
            obstacle=obstacles.get(row.obstacle, ""),
            adviser_reference=row.adviser_reference,
            note=row.note,
        )
        for row in rows
    ]


def people(case: Case, *, reader: User) -> list[Fact]:
    """Without contact details: these are read on a page of their own, which is recorded."""
    person = case.beneficiary
    facts = [Fact(term=_("Adhérent"), value=case.member.short_name or _("Sans prénom"))]
    if person.kind == "self":
        facts.append(Fact(term=_("Pour"), value=_("soi-même")))
    else:
        born = _(", naissance en %(year)s") % {"year": person.birth_year} if person.birth_year else ""
        kind = _("enfant") if person.kind == "child" else _("adulte représenté")
        facts.append(Fact(term=_("Pour"), value=f"{person.first_name or _('un proche')} ({kind}{born})"))
        facts.append(Fact(term=_("À quel titre"), value=label(GROUNDS, person.ground)))
    facts.append(Fact(term=_("Suivi par"), value=_followed_by(case, reader)))
    return facts


def _followed_by(case: Case, reader: User) -> str:
    if case.assigned_to is None:
        return _("personne, l’équipe peut s’en saisir")
    return _("vous") if case.assigned_to_id == reader.pk else (case.assigned_to.name or _("un collègue"))


def consents(rows: Sequence[Consent]) -> list[Fact]:
    """One line a kind: given on, withdrawn on, or not given."""
    latest: dict[str, Consent] = {}
    for row in sorted(rows, key=lambda row: row.pk):
        latest[row.kind] = row
    return [Fact(term=label(CONSENTS, kind), value=_consent(latest.get(kind))) for kind in ("handling", "statistics")]


def _consent(row: Consent | None) -> str:
    if row is None:
        return _("non")
    if row.withdrawn_on:
        return _("retiré le %(day)s") % {"day": day_month_year(row.withdrawn_on)}
    return _("oui, le %(day)s") % {"day": day_month_year(row.given_on)}


def ways(case: Case, *, deadlines: Sequence[Deadline], attempts: Sequence[Attempt]) -> TwoWays | None:
    """Both, while the choice is open: before the first attempt, or once the person's last day is over."""
    is_late = any(row.is_missed and row.bound == Bound.MEMBER for row in deadlines)
    return two_ways(definition_of(case)) if not case.is_closed and (is_late or not attempts) else None


def deletion_reminder(case: Case, *, facts: Sequence[CaseFact], attempts: Sequence[Attempt]) -> Mend | None:
    found = deletion.reminder(case, definition_of(case), facts=facts, attempts=attempts)
    if found is None:
        return None
    name, words = ("reopen", _("Rouvrir le dossier")) if case.is_closed else ("attempt", _("Redemander la suppression"))
    return Mend(title=found.title, text=found.text, url=_url(case, name), label=words)


_MENU: tuple[tuple[str, EventKind, str, str | Promise], ...] = (
    ("attempt", EventKind.ATTEMPT_MADE, "phone", gettext_lazy("Noter une démarche")),
    ("upload", EventKind.JUSTIFICATIF_RECEIVED, "upload", gettext_lazy("Déposer un justificatif")),
    ("facts", EventKind.FACT_CORRECTED, "calendar", gettext_lazy("Noter ou corriger une date")),
    ("remind", EventKind.REMINDER_SET, "clock", gettext_lazy("Poser un rappel")),
    ("note", EventKind.NOTE_ADDED, "pen", gettext_lazy("Ajouter une note")),
    ("address", EventKind.ADDRESS_CORRECTED, "mail", gettext_lazy("Corriger l’adresse de courriel")),
    ("consent", EventKind.CONSENT_GIVEN, "check", gettext_lazy("Changer les accords")),
    ("close", EventKind.CASE_CLOSED, "check", gettext_lazy("Clore le dossier")),
    ("reopen", EventKind.CASE_REOPENED, "left", gettext_lazy("Rouvrir le dossier")),
)


def menu(case: Case) -> list[Way]:
    """What may be done with the case in its state, beside the next step."""
    if case.archived_on:
        return [Way(url=_url(case, "case_return"), label=_("Sortir de l’archive"), icon="folder")]
    state = State(case.state)
    ways = [
        Way(url=_url(case, name), label=str(words), icon=icon) for name, kind, icon, words in _MENU if may(state, kind)
    ]
    following = definition_of(case).follows_on_miss
    if following and may(state, EventKind.CASE_CONVERTED):
        ways.append(Way(url=_url(case, "convert"), label=_("Continuer par une autre démarche"), icon="right"))
    if not case.member.email_index:
        ways.append(Way(url=_url(case, "card"), label=_("Faire une carte avec un code"), icon="printer"))
    return ways
