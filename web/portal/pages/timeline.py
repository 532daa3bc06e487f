"""What happened to the case, as its member reads it. Notes of the team and bookkeeping stay out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.access import Why
from cases.models import Case, CaseEvent
from cases.rules.lifecycle import EventKind
from procedures import registry
from procedures.rules.definitions import Definition
from procedures.rules.facts import FactKind
from web.parts.french import clock, plain_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of components/timeline.html."""

    text: str
    when: str
    icon: str
    kind: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads, which case, and what the codes of its events mean."""

    user: User
    case: Case
    definition: Definition
    today: date

    def of(self, former: Case) -> "Reader":
        """The same reader, for the events of a case that this one follows."""
        return replace(self, case=former, definition=registry.version(former.procedure, former.procedure_version))


_WHY = {
    Why.ASSIGNED: _("pour suivre votre dossier"),
    Why.QUEUE: _("pour traiter les dossiers en attente"),
    Why.SEARCH: _("après une recherche"),
    Why.PERMANENCE: _("pendant une permanence"),
    Why.API: _("par un logiciel de l’association"),
    Why.REASON: _("pour une raison notée par écrit"),
}
_PLAIN: dict[EventKind, tuple[Any, str, str]] = {
    EventKind.CASE_OPENED: (_("Votre dossier est ouvert"), "check", "done"),
    EventKind.CONSENT_GIVEN: (_("Un accord est donné"), "check", "done"),
    EventKind.CONSENT_WITHDRAWN: (_("Un accord est retiré"), "x", ""),
    EventKind.SENT_BACK: (_("La démarche est à refaire"), "pen", ""),
    EventKind.JUSTIFICATIF_RECEIVED: (_("Le justificatif est arrivé"), "doc", "done"),
    EventKind.JUSTIFICATIF_ACCEPTED: (_("Le justificatif est vérifié"), "shield", "done"),
    EventKind.JUSTIFICATIF_REFUSED: (_("Le justificatif est à refaire"), "doc", ""),
    EventKind.CASE_CLOSED: (_("Le dossier est clos"), "folder", "done"),
    EventKind.CASE_REOPENED: (_("Le dossier est rouvert"), "folder", ""),
    EventKind.CASE_CONVERTED: (_("La démarche continue autrement"), "right", ""),
    EventKind.MISSED_DEADLINE_ANSWERED: (_("L’association a répondu à la date passée"), "check", ""),
    EventKind.MAIL_RECEIVED: (_("Votre message est arrivé dans votre dossier"), "mail", "done"),
    EventKind.MAIL_STOPPED: (_("Vos courriels reviennent : plus rien n’est envoyé à votre adresse"), "alert", "late"),
    EventKind.ADDRESS_CORRECTED: (_("Votre adresse de courriel est corrigée"), "mail", ""),
    EventKind.EVIDENCE_EXPORTED: (_("Les preuves de votre dossier ont été sorties de la plateforme"), "eye", ""),
    EventKind.CASE_ARCHIVED: (_("Le dossier est mis en archive : l’équipe ne le voit plus"), "folder", ""),
    EventKind.CASE_RETURNED: (_("Le dossier est sorti de l’archive"), "folder", ""),
    EventKind.ERASURE_ANNOUNCED: (_("L’effacement du dossier est annoncé"), "mail", ""),
}
_BY_SOMEBODY = {
    EventKind.CASE_CONSULTED: _("%(who)s a ouvert votre dossier"),
    EventKind.CONTACT_CONSULTED: _("%(who)s a regardé vos coordonnées"),
    EventKind.FILE_CONSULTED: _("%(who)s a ouvert votre justificatif"),
}
# A file that left the platform; the names and contacts were in it, or were not.
_LISTED = {
    True: _("%(who)s a mis votre dossier dans une liste, avec votre nom et vos coordonnées"),
    False: _("%(who)s a mis votre dossier dans une liste, sans votre nom"),
}
_DATED_FACTS = {
    FactKind.SENT: _("La date d’envoi du courrier est notée : %(day)s"),
    FactKind.RECEIVED: _("La date de réception du courrier est notée : %(day)s"),
    FactKind.ANSWERED: _("La date de la réponse est notée : %(day)s"),
}

_DATE_SET = _("Une date est calculée : %(what)s, %(day)s")
_DATE_CHANGED = _("Une date a changé, parce qu’une règle ou un jour férié a changé : %(what)s, %(day)s")
_DATE_GONE = _("Une date ne compte plus : %(what)s")
_ASSIGNED = _("Un bénévole suit votre dossier")
_UNASSIGNED = _("L’équipe suit votre dossier")


def lines(events: Sequence[CaseEvent], *, reader: Reader) -> list[Line]:
    """Newest first, in the order of the events; of a former case they are marked. One's own openings are not told."""
    return [line for event in events if (line := _of_its_case(event, reader))]


def _of_its_case(event: CaseEvent, reader: Reader) -> Line | None:
    if event.case_id == reader.case.pk:
        return _line(event, reader)
    former = reader.of(event.case)
    line = _line(event, former)
    return replace(line, origin=_origin(former)) if line else None


def _origin(former: Reader) -> str:
    values = {"reference": former.case.reference, "procedure": former.definition.short.say(language())}
    return gettext("Dossier précédent %(reference)s, %(procedure)s") % values


def _line(event: CaseEvent, reader: Reader) -> Line | None:
    kind = EventKind(event.kind)
    if kind in _PLAIN:
        text, icon, tone = _PLAIN[kind]
        if event.payload.get("fingerprint"):
            text = _("L’empreinte de votre justificatif est notée")
        return Line(text=str(text), when=when(event.at, today=reader.today), icon=icon, kind=tone)
    if kind in _BY_SOMEBODY:
        return _opening(event, kind, reader)
    told = _TOLD.get(kind)
    return told(event, reader) if told else None


def _opening(event: CaseEvent, kind: EventKind, reader: Reader) -> Line | None:
    if event.by_id == reader.user.pk:
        return None
    why, moment = event.payload.get("why", ""), when(event.at, today=reader.today)
    sentence = _LISTED[bool(event.payload.get("people"))] if why == Why.EXPORT else _BY_SOMEBODY[kind]
    text, reason = str(sentence) % {"who": who(event.by)}, _WHY.get(why)
    return Line(text=text, when=f"{moment}, {reason}" if reason else moment, icon="eye")


def _attempt(event: CaseEvent, reader: Reader) -> Line:
    made = event.kind == EventKind.ATTEMPT_MADE
    values = {"channel": channel_title(reader.definition, event.payload["channel"])}
    text = gettext("La démarche est faite : %(channel)s") if made else gettext("Un essai n’a pas abouti : %(channel)s")
    if made and event.payload["asked"]:
        text = gettext("La démarche est faite, et le justificatif est demandé : %(channel)s")
    return Line(
        text=text % values,
        when=plain_words(date.fromisoformat(event.payload["on"])),
        icon="check" if made else "x",
        kind="done" if made else "",
    )


def _fact(event: CaseEvent, reader: Reader) -> Line | None:
    sentence = _DATED_FACTS.get(event.payload["fact"])
    day = event.payload.get("earliest")
    if not (sentence and day):
        return None
    text = str(sentence) % {"day": plain_words(date.fromisoformat(day))}
    return Line(text=text, when=when(event.at, today=reader.today), icon="calendar")


def _missed(event: CaseEvent, reader: Reader) -> Line:
    text = gettext("Une date est passée : %(what)s") % {"what": _deadline_title(event, reader)}
    return Line(text=text, when=when(event.at, today=reader.today), icon="alert", kind="late")


def _announced(event: CaseEvent, reader: Reader) -> Line | None:
    """What was sent to the member; what drags on the other side is the team's to follow."""
    if event.payload.get("by") != "mail" or event.payload["stage"] > 0:
        return None
    text = gettext("Un rappel vous a été envoyé : %(what)s") % {"what": _deadline_title(event, reader)}
    return Line(text=text, when=when(event.at, today=reader.today), icon="mail")


def _moved(event: CaseEvent, reader: Reader) -> Line:
    after = event.payload.get("after")
    values = {"what": _deadline_title(event, reader), "day": plain_words(date.fromisoformat(after)) if after else ""}
    dated = _DATE_CHANGED if event.payload.get("cause") == "rule" else _DATE_SET
    sentence = dated if after else _DATE_GONE
    return Line(text=str(sentence) % values, when=when(event.at, today=reader.today), icon="calendar")


def _held(event: CaseEvent, reader: Reader) -> Line:
    until = event.payload.get("until")
    text = gettext("Le dossier reprend son cours")
    if until:
        text = gettext("Le dossier attend jusqu’au %(day)s") % {"day": plain_words(date.fromisoformat(until))}
    return Line(text=text, when=when(event.at, today=reader.today), icon="pause")


def _assigned(event: CaseEvent, reader: Reader) -> Line:
    text = _ASSIGNED if event.payload.get("to") else _UNASSIGNED
    return Line(text=str(text), when=when(event.at, today=reader.today), icon="user")


_TOLD: dict[EventKind, Callable[[CaseEvent, Reader], Line | None]] = {
    EventKind.ATTEMPT_MADE: _attempt,
    EventKind.ATTEMPT_FAILED: _attempt,
    EventKind.FACT_RECORDED: _fact,
    EventKind.FACT_CORRECTED: _fact,
    EventKind.DEADLINE_ANNOUNCED: _announced,
    EventKind.DEADLINE_MISSED: _missed,
    EventKind.DEADLINE_MOVED: _moved,
    EventKind.CASE_HELD: _held,
    EventKind.CASE_ASSIGNED: _assigned,
}


def _deadline_title(event: CaseEvent, reader: Reader) -> str:
    return reader.definition.deadline(event.payload["key"]).title.say(language())


def channel_title(definition: Definition, key: str) -> str:
    return definition.channel(key).title.say(language())


def who(user: User | None) -> str:
    """A volunteer is known by their first name."""
    return (user.name.split() or [gettext("Un bénévole")])[0] if user else gettext("L’association")


def when(at: datetime, *, today: date) -> str:
    """« aujourd’hui à 9 h 41 », « hier à 18 h », « lundi 16 novembre 2026 »."""
    local = timezone.localtime(at)
    near = {today: gettext("aujourd’hui à %(hour)s"), today - timedelta(days=1): gettext("hier à %(hour)s")}
    sentence = near.get(local.date())
    return sentence % {"hour": clock(local)} if sentence else plain_words(local)


def language() -> str:
    return get_language() or "fr"
