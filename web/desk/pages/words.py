"""Words for codes: what a state, an outcome, an answer is called on the desk."""

from collections.abc import Iterable

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from procedures import registry
from procedures.rules.definitions import Definition
from procedures.rules.texts import Text

CAP = 99

STATES: dict[str, str | Promise] = {
    "preparing": _("À préparer"),
    "to_act": _("Démarche à faire"),
    "awaiting": _("Réponse attendue"),
    "closed": _("Clos"),
    "erased": _("Effacé"),
}
OUTCOMES: dict[str, str | Promise] = {
    "obtained_proven": _("Obtenu, justificatif gardé"),
    "obtained_unproven": _("Obtenu, sans justificatif"),
    "refused": _("Refusé"),
    "unanswered": _("Sans réponse"),
    "abandoned": _("Abandonné ou continué autrement"),
}
REASONS: dict[str, str | Promise] = {
    "missed": _("Délai dépassé, à vérifier"),
    "deadline": _("Délai qui court"),
    "check": _("Justificatif à vérifier"),
    "prepare": _("À préparer"),
    "act": _("Démarche à faire"),
    "wait": _("Réponse attendue"),
}
KNOWN_BY: dict[str, str | Promise] = {
    "postmark": _("le cachet de la poste"),
    "letter": _("la date écrite sur la lettre"),
    "header": _("l’en-tête du courriel"),
    "receipt": _("l’accusé de réception"),
    "screen": _("l’écran du site"),
    "memory": _("la mémoire de la personne"),
}
NOTIFIED_BY: dict[str, str | Promise] = {
    "letter": _("Par lettre"),
    "email": _("Par courriel"),
    "never": _("Jamais reçu"),
    "unknown": _("On ne sait pas"),
}
RESIDENCES: dict[str, str | Promise] = {
    "mainland": _("En métropole"),
    "overseas": _("Outre-mer"),
    "abroad": _("À l’étranger"),
}
FACTS: dict[str, str | Promise] = {
    "sent": _("Le courrier est parti"),
    "received": _("Le courrier est arrivé"),
    "acted": _("La démarche a été faite"),
    "asked": _("La demande est arrivée chez eux"),
    "answered": _("Ils ont répondu"),
    "rejected": _("Ils ont rejeté la demande"),
    "extended": _("Ils ont annoncé une prolongation"),
    "paused": _("Ils ont arrêté le délai"),
    "resumed": _("Le délai a repris"),
    "closed": _("L’espace a été clôturé"),
    "born": _("L’enfant est né"),
}
ANSWERS: dict[str, str | Promise] = {
    "notified_by": _("comment le courrier est venu"),
    "deletion_requested": _("suppression demandée"),
    "justificatif_asked": _("justificatif demandé"),
    "residence": _("lieu de vie"),
}
YES_NO: dict[str, str | Promise] = {"yes": _("oui"), "no": _("non"), "unknown": _("on ne sait pas")}
GROUNDS: dict[str, str | Promise] = {
    "informed": _("L’autre parent est informé"),
    "agrees": _("L’autre parent est d’accord"),
    "disagrees": _("L’autre parent n’est pas d’accord"),
    "sole": _("Un seul titulaire de l’autorité parentale"),
    "measure": _("Mesure de protection avec représentation relative à la personne"),
}
CONSENTS: dict[str, str | Promise] = {
    "handling": _("Suivi du dossier"),
    "statistics": _("Statistiques anonymes"),
    "mandate": _("Mandat"),
}


def label(table: dict[str, str | Promise], code: str) -> str:
    """The word of a code; the code itself when a newer one is not in the table yet."""
    return str(table.get(code, code))


def answer(kind: str, value: str) -> str:
    """What was answered to a question without a date, as it stands inside a sentence."""
    tables = {"notified_by": NOTIFIED_BY, "residence": RESIDENCES}
    return label(tables.get(kind, YES_NO), value).lower()


def choices(table: dict[str, str | Promise], codes: Iterable[str]) -> list[tuple[str, str | Promise]]:
    return [(code, table[code]) for code in codes]


def say(text: Text) -> str:
    """A definition's text in the language of the page."""
    return text.say(translation.get_language() or "fr")


def definition_of(case: Case) -> Definition:
    """The version that the case pins."""
    return registry.version(case.procedure, case.procedure_version)


def capped(count: int) -> str:
    return f"{CAP}+" if count > CAP else str(count)
