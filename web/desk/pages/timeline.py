"""What happened in a case, in words: one sentence for each kind of event."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, CaseEvent
from cases.rules.lifecycle import EventKind
from web.desk.pages import inbound
from web.desk.pages.words import ANSWERS, CONSENTS, FACTS, KNOWN_BY, answer, definition_of, label, say
from web.parts.french import at_hour, plain_words
from web.parts.refusals import REFUSALS

Words = dict[str, str | Promise]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """`kind`: next, mine, done, late, or nothing. `origin`: the former case that it is of, when it is of one."""

    text: str
    when: str
    icon: str
    kind: str = ""
    note: str = ""
    origin: str = ""


def items(case: Case, events: Iterable[CaseEvent]) -> list[Item]:
    """The events of a page of the timeline of `case`, newest first; notes and names must have their keys loaded."""
    return [_item(event, origin="" if event.case_id == case.pk else _origin(event.case)) for event in events]


def _origin(former: Case) -> str:
    values = {"reference": former.reference, "procedure": say(definition_of(former).short)}
    return _("Dossier précédent %(reference)s, %(procedure)s") % values


def _item(event: CaseEvent, *, origin: str) -> Item:
    kind = EventKind(event.kind)
    icon, tone = _LOOKS.get(kind, ("text", ""))
    by = event.by.name if event.by else _("la plateforme")
    return Item(
        text=_sentence(event.case, kind, event.payload),
        when=f"{at_hour(event.at)} · {by}",
        icon=icon,
        kind=tone,
        note=event.note,
        origin=origin,
    )


def _sentence(case: Case, kind: EventKind, payload: dict[str, str]) -> str:
    said = _SENTENCES.get(kind)
    return said(case, payload) if said else str(_FIXED[kind])


def _day(written: str) -> str:
    return plain_words(date.fromisoformat(written)) if written else _("date inconnue")


def _attempt(case: Case, payload: dict[str, str]) -> str:
    try:
        channel = say(definition_of(case).channel(str(payload["channel"])).title)
    except LookupError:
        channel = str(payload.get("channel", ""))
    values = {"channel": channel, "day": _day(str(payload.get("on", "")))}
    said = str(_RESULTS.get(str(payload.get("result")), _RESULTS["failed"])) % values
    asked = _("Justificatif demandé.") if payload.get("asked") else _("Justificatif non demandé.")
    return f"{said} {asked}"


_RESULTS: Words = {
    "confirmed": gettext_lazy("%(channel)s, %(day)s : c’est fait, et confirmé."),
    "unconfirmed": gettext_lazy("%(channel)s, %(day)s : c’est demandé, pas encore confirmé."),
    "failed": gettext_lazy("%(channel)s, %(day)s : cela n’a pas abouti."),
    "refused": gettext_lazy("%(channel)s, %(day)s : un refus nous a été opposé."),
}


def _fact(_case: Case, payload: dict[str, str]) -> str:
    return _("Fait noté : %(fact)s.") % {"fact": _said_fact(payload)}


def _corrected(_case: Case, payload: dict[str, str]) -> str:
    return _("Fait corrigé : %(fact)s.") % {"fact": _said_fact(payload)}


def _said_fact(payload: dict[str, str]) -> str:
    kind = str(payload.get("fact", ""))
    if payload.get("value"):
        return _said_answer(kind, str(payload["value"]))
    first, last = payload.get("earliest", ""), payload.get("latest", "")
    days = _day(first)
    if last and last != first:
        days = _("entre le %(first)s et le %(last)s") % {"first": _day(first), "last": _day(last)}
    known = str(payload.get("known_by", ""))
    source = _(", d’après %(source)s") % {"source": label(KNOWN_BY, known)} if known else ""
    return f"{label(FACTS, kind).lower()} ({days}{source})"


def _said_answer(kind: str, value: str) -> str:
    return _("%(asked)s : %(answer)s") % {"asked": label(ANSWERS, kind), "answer": answer(kind, value)}


def _moved(case: Case, payload: dict[str, str]) -> str:
    values = {"title": _deadline_title(case, payload), "before": "", "after": ""}
    if not payload.get("after"):
        return _("%(title)s : la date ne peut plus être calculée.") % values
    values["after"] = _day(str(payload["after"]))
    if not payload.get("before"):
        return _("%(title)s : le dernier jour est le %(after)s.") % values
    values["before"] = _day(str(payload["before"]))
    if payload.get("cause") == "rule":
        values["why"] = _("une règle ou un jour férié a changé")
        return _("%(title)s : le dernier jour passe du %(before)s au %(after)s (%(why)s).") % values
    return _("%(title)s : le dernier jour passe du %(before)s au %(after)s.") % values


def _missed(case: Case, payload: dict[str, str]) -> str:
    values = {"title": _deadline_title(case, payload), "day": _day(str(payload.get("due", "")))}
    return _("%(title)s : le délai du %(day)s est passé.") % values


def _announced(case: Case, payload: dict[str, str]) -> str:
    """`stage`: days from the due date; `by`: a mail was promised, or the desk alone shows it."""
    stage = int(payload.get("stage", 0))
    values = {"title": _deadline_title(case, payload), "day": _day(str(payload.get("due", ""))), "days": abs(stage)}
    if stage > 0:
        return _("%(title)s : %(days)s jours après le %(day)s, toujours sans réponse.") % values
    said = _BEFORE_BY_MAIL if payload.get("by") == "mail" else _BEFORE_BY_VOICE
    return str(said) % values


_BEFORE_BY_MAIL = gettext_lazy("%(title)s : rappel du %(day)s envoyé à la personne (J-%(days)s).")
_BEFORE_BY_VOICE = gettext_lazy("%(title)s : le %(day)s approche (J-%(days)s), à dire à la personne de vive voix.")


_DECISIONS: Words = {
    "keep_waiting": gettext_lazy("attendre encore"),
    "remind": gettext_lazy("une relance est partie"),
    "act_again": gettext_lazy("recommencer la démarche"),
    "convert": gettext_lazy("continuer par une autre démarche"),
    "was_done": gettext_lazy("c’était fait à temps"),
    "close": gettext_lazy("clore le dossier"),
}


def _answered(case: Case, payload: dict[str, str]) -> str:
    decision = label(_DECISIONS, str(payload.get("decision", "")))
    values = {"title": _deadline_title(case, payload), "decision": decision}
    return _("Délai passé, « %(title)s » : décision prise, %(decision)s.") % values


def _deadline_title(case: Case, payload: dict[str, str]) -> str:
    key = str(payload.get("key", ""))
    try:
        return say(definition_of(case).deadline(key).title)
    except LookupError:
        return key


def _refused(_case: Case, payload: dict[str, str]) -> str:
    reason = label(REFUSALS, str(payload.get("refusal", "")))
    return _("Justificatif à redemander : %(reason)s") % {"reason": reason}


def _held(_case: Case, payload: dict[str, str]) -> str:
    until = str(payload.get("until", ""))
    return _("Mis en attente jusqu’au %(day)s.") % {"day": _day(until)} if until else _("Repris.")


def _reminder_set(_case: Case, payload: dict[str, str]) -> str:
    values = {"day": _day(str(payload.get("until", "")))}
    said = _("Rappel posé pour le %(day)s.") if payload.get("to") else _("Rappel posé pour l’équipe, le %(day)s.")
    return said % values


def _assigned(_case: Case, payload: dict[str, str]) -> str:
    return _("Dossier confié.") if payload.get("to") else _("Dossier rendu à l’équipe.")


def _closed(case: Case, payload: dict[str, str]) -> str:
    try:
        outcome = say(definition_of(case).outcome(str(payload.get("outcome", ""))).title)
    except LookupError:
        return _("Dossier clos.")
    return _("Dossier clos : %(outcome)s.") % {"outcome": outcome}


def _consent(_case: Case, payload: dict[str, str]) -> str:
    return _("Accord recueilli : %(kind)s.") % {"kind": label(CONSENTS, str(payload.get("consent", ""))).lower()}


def _withdrawn(_case: Case, payload: dict[str, str]) -> str:
    return _("Accord retiré : %(kind)s.") % {"kind": label(CONSENTS, str(payload.get("consent", ""))).lower()}


_WHY: Words = {
    "assigned": gettext_lazy("suit ce dossier"),
    "queue": gettext_lazy("venu de la liste du moment"),
    "search": gettext_lazy("cherché ou trouvé dans les dossiers"),
    "permanence": gettext_lazy("pendant une permanence"),
    "api": gettext_lazy("par un programme"),
    "reason": gettext_lazy("suivi par quelqu’un d’autre, raison donnée"),
    "own": gettext_lazy("son propre dossier"),
}


def _consulted(_case: Case, payload: dict[str, str]) -> str:
    if payload.get("why") == "export":
        return _("Mis dans une liste, avec la personne.") if payload.get("people") else _("Mis dans une liste.")
    return _("Dossier ouvert pour lecture (%(why)s).") % {"why": label(_WHY, str(payload.get("why", "")))}


def _received(_case: Case, payload: dict[str, str]) -> str:
    if payload.get("fingerprint"):
        return _("Empreinte d’un justificatif notée : le fichier reste chez la personne.")
    return _("Justificatif déposé.")


def _mail(_case: Case, payload: dict[str, str]) -> str:
    return inbound.said(payload)


_SENTENCES: dict[EventKind, Callable[[Case, dict[str, str]], str]] = {
    EventKind.JUSTIFICATIF_RECEIVED: _received,
    EventKind.ATTEMPT_MADE: _attempt,
    EventKind.ATTEMPT_FAILED: _attempt,
    EventKind.FACT_RECORDED: _fact,
    EventKind.FACT_CORRECTED: _corrected,
    EventKind.DEADLINE_MOVED: _moved,
    EventKind.DEADLINE_ANNOUNCED: _announced,
    EventKind.DEADLINE_MISSED: _missed,
    EventKind.MISSED_DEADLINE_ANSWERED: _answered,
    EventKind.JUSTIFICATIF_REFUSED: _refused,
    EventKind.CASE_HELD: _held,
    EventKind.REMINDER_SET: _reminder_set,
    EventKind.CASE_ASSIGNED: _assigned,
    EventKind.CASE_CLOSED: _closed,
    EventKind.CONSENT_GIVEN: _consent,
    EventKind.CONSENT_WITHDRAWN: _withdrawn,
    EventKind.CASE_CONSULTED: _consulted,
    EventKind.MAIL_RECEIVED: _mail,
}
_FIXED: dict[EventKind, str | Promise] = {
    EventKind.CASE_OPENED: gettext_lazy("Dossier ouvert."),
    EventKind.CASE_READIED: gettext_lazy("Tout est prêt : la démarche peut être faite."),
    EventKind.JUSTIFICATIF_ACCEPTED: gettext_lazy("Justificatif accepté."),
    EventKind.SENT_BACK: gettext_lazy("La démarche est à refaire."),
    EventKind.CASE_REOPENED: gettext_lazy("Dossier rouvert."),
    EventKind.CASE_ERASED: gettext_lazy("Dossier effacé."),
    EventKind.NOTE_ADDED: gettext_lazy("Note de l’équipe."),
    EventKind.REMINDER_ENDED: gettext_lazy("Rappel terminé."),
    EventKind.CASE_CONVERTED: gettext_lazy("Continué par une autre démarche."),
    EventKind.CARD_RENEWED: gettext_lazy("Carte avec un code refaite."),
    EventKind.MAIL_STOPPED: gettext_lazy(
        "Deux courriels sont revenus : plus rien n’est envoyé à cette adresse jusqu’à ce qu’elle soit corrigée."
    ),
    EventKind.ADDRESS_CORRECTED: gettext_lazy("Adresse de courriel corrigée."),
    EventKind.CONTACT_CONSULTED: gettext_lazy("Coordonnées lues."),
    EventKind.FILE_CONSULTED: gettext_lazy("Justificatif ouvert."),
    EventKind.EVIDENCE_EXPORTED: gettext_lazy("Preuves du dossier sorties de la plateforme, documents compris."),
    EventKind.CASE_ARCHIVED: gettext_lazy("Dossier mis en archive, après sa dernière échéance."),
    EventKind.CASE_RETURNED: gettext_lazy("Dossier sorti de l’archive."),
    EventKind.ERASURE_ANNOUNCED: gettext_lazy("Effacement annoncé à l’adhérent."),
}
_LOOKS: dict[EventKind, tuple[str, str]] = {
    EventKind.CASE_OPENED: ("plus", ""),
    EventKind.CASE_READIED: ("check", ""),
    EventKind.ATTEMPT_MADE: ("phone", "mine"),
    EventKind.ATTEMPT_FAILED: ("phone", "late"),
    EventKind.JUSTIFICATIF_RECEIVED: ("doc", "mine"),
    EventKind.JUSTIFICATIF_ACCEPTED: ("check", "done"),
    EventKind.JUSTIFICATIF_REFUSED: ("doc", "late"),
    EventKind.SENT_BACK: ("right", ""),
    EventKind.CASE_CLOSED: ("check", "done"),
    EventKind.FACT_RECORDED: ("calendar", ""),
    EventKind.FACT_CORRECTED: ("calendar", ""),
    EventKind.DEADLINE_MOVED: ("calendar", ""),
    EventKind.DEADLINE_MISSED: ("alert", "late"),
    EventKind.MISSED_DEADLINE_ANSWERED: ("check", ""),
    EventKind.CASE_ASSIGNED: ("hand", ""),
    EventKind.CASE_HELD: ("pause", ""),
    EventKind.DEADLINE_ANNOUNCED: ("clock", ""),
    EventKind.REMINDER_SET: ("clock", ""),
    EventKind.REMINDER_ENDED: ("check", ""),
    EventKind.CONSENT_GIVEN: ("check", "done"),
    EventKind.CONSENT_WITHDRAWN: ("x", "late"),
    EventKind.CASE_CONSULTED: ("eye", ""),
    EventKind.CONTACT_CONSULTED: ("eye", ""),
    EventKind.FILE_CONSULTED: ("eye", ""),
    EventKind.EVIDENCE_EXPORTED: ("eye", ""),
    EventKind.CASE_ARCHIVED: ("folder", ""),
    EventKind.CASE_RETURNED: ("folder", ""),
    EventKind.ERASURE_ANNOUNCED: ("mail", ""),
    EventKind.CARD_RENEWED: ("printer", ""),
    EventKind.MAIL_RECEIVED: ("mail", "mine"),
    EventKind.MAIL_STOPPED: ("alert", "late"),
    EventKind.ADDRESS_CORRECTED: ("mail", ""),
}
