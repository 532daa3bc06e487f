"""The audit log in words: who, when, what, and why. Cases by reference only."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import AuditEntry, Invitation, User
from accounts.rules.audit import ALERTS, About, AuditKind, Why
from web.desk.pages.team import role_labels
from web.desk.pages.words import label

KINDS: dict[str, str | Promise] = {
    AuditKind.CASE_CONSULTED: gettext_lazy("Dossier ouvert"),
    AuditKind.CONTACT_CONSULTED: gettext_lazy("Coordonnées lues"),
    AuditKind.FILE_CONSULTED: gettext_lazy("Justificatif ouvert"),
    AuditKind.SEARCHED: gettext_lazy("Recherche de personnes"),
    AuditKind.LISTED: gettext_lazy("Liste de noms parcourue"),
    AuditKind.MAIL_CONSULTED: gettext_lazy("Courriel à classer lu"),
    AuditKind.INVITED: gettext_lazy("Invitation envoyée"),
    AuditKind.INVITATION_RENEWED: gettext_lazy("Invitation renvoyée"),
    AuditKind.INVITATION_REVOKED: gettext_lazy("Invitation annulée"),
    AuditKind.INVITATION_ACCEPTED: gettext_lazy("Invitation acceptée"),
    AuditKind.ROLES_CHANGED: gettext_lazy("Rôles changés"),
    AuditKind.MEMBERSHIP_REVOKED: gettext_lazy("Accès retiré"),
    AuditKind.ASSOCIATION_CHANGED: gettext_lazy("Réglage de l’association changé"),
    AuditKind.SIGNED_IN: gettext_lazy("Entrée dans l’espace bénévoles"),
    AuditKind.SIGNED_OUT_EVERYWHERE: gettext_lazy("Sessions fermées"),
    AuditKind.FACTOR_ADDED: gettext_lazy("Deuxième facteur ajouté"),
    AuditKind.FACTOR_REMOVED: gettext_lazy("Deuxième facteur retiré"),
    AuditKind.PASSWORD_CHANGED: gettext_lazy("Mot de passe changé"),
    AuditKind.CODES_RENEWED: gettext_lazy("Codes de secours refaits"),
    AuditKind.RESET_ASKED: gettext_lazy("Facteur perdu : demande"),
    AuditKind.RESET_APPROVED: gettext_lazy("Facteur perdu : accepté"),
    AuditKind.RESET_CANCELLED: gettext_lazy("Facteur perdu : demande annulée"),
    AuditKind.CARD_MADE: gettext_lazy("Carte avec un code faite"),
    AuditKind.TOKEN_CREATED: gettext_lazy("Accès de logiciel ouvert"),
    AuditKind.TOKEN_REVOKED: gettext_lazy("Accès de logiciel fermé"),
    AuditKind.EXPORT_ASKED: gettext_lazy("Liste demandée"),
    AuditKind.EXPORT_APPROVED: gettext_lazy("Liste approuvée"),
    AuditKind.EXPORT_REFUSED: gettext_lazy("Liste refusée"),
    AuditKind.EXPORT_TAKEN: gettext_lazy("Liste prise"),
    AuditKind.EVIDENCE_EXPORTED: gettext_lazy("Preuves d’un dossier sorties"),
    AuditKind.KEYS_ROTATED: gettext_lazy("Clés renouvelées"),
    AuditKind.SHREDDED: gettext_lazy("Clés détruites"),
    AuditKind.CANARY_SET: gettext_lazy("Dossier leurre changé"),
    AuditKind.CANARY_READ: gettext_lazy("Alerte : dossier leurre ouvert"),
    AuditKind.MASS_READING: gettext_lazy("Alerte : beaucoup de dossiers ouverts"),
    AuditKind.POWER_GIVEN: gettext_lazy("Alerte : rôle donné qui décide pour d’autres"),
    AuditKind.FILE_DAMAGED: gettext_lazy("Alerte : justificatif gardé abîmé ou absent"),
    AuditKind.ALERT_SEEN: gettext_lazy("Alerte vue"),
}
WHYS: dict[str, str | Promise] = {
    Why.ASSIGNED: gettext_lazy("suit le dossier"),
    Why.QUEUE: gettext_lazy("venu de la liste du moment"),
    Why.SEARCH: gettext_lazy("cherché ou trouvé dans les dossiers"),
    Why.PERMANENCE: gettext_lazy("pendant une permanence"),
    Why.API: gettext_lazy("par un logiciel"),
    Why.EXPORT: gettext_lazy("pour une liste"),
    Why.REASON: gettext_lazy("suivi par quelqu’un d’autre, raison notée dans le dossier"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`whom`: somebody else whom it concerns; `about`: a case's reference, or a list; `url` may lead there."""

    what: str
    who: str
    whom: str
    at: datetime
    why: str
    about: str
    url: str
    is_alert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """`seen_url` is empty where another person has to look at it."""

    text: str
    at: datetime
    seen_url: str
    search_url: str


def lines(
    entries: Iterable[AuditEntry],
    *,
    references: Mapping[str, str],
    targets: Mapping[int, User | Invitation],
    opens_cases: bool,
) -> list[Line]:
    """`references`: of the cases that the entries name, by the id that the log writes; `targets`: by entry."""
    return [_line(entry, references, targets.get(entry.pk), opens_cases) for entry in entries]


def _line(
    entry: AuditEntry, references: Mapping[str, str], target: User | Invitation | None, opens_cases: bool
) -> Line:
    reference = references.get(entry.about_id, "") if entry.about == About.CASE else ""
    about, url = reference, reverse("desk:case", args=[reference]) if reference and opens_cases else ""
    if entry.about == About.EXPORT:
        about, url = _("la demande"), reverse("desk:export", args=[entry.about_id])
    return Line(
        what=_what(entry),
        who=who(entry),
        whom=_name(target) if target else "",
        at=entry.at,
        why=label(WHYS, entry.why) if entry.why else "",
        about=about,
        url=url,
        is_alert=entry.kind in ALERTS,
    )


def who(entry: AuditEntry) -> str:
    if entry.by is None:
        return _("la plateforme")
    return _name(entry.by)


def _name(person: User | Invitation) -> str:
    return person.name or _("un ancien compte")


def _what(entry: AuditEntry) -> str:
    words, told = label(KINDS, entry.kind), entry.payload
    if told.get("lists"):
        words = _("Alerte : beaucoup de noms parcourus")
    if "found" in told or (entry.about == About.EXPORT and "count" in told):
        number = int(told.get("found", told.get("count")))
        many = ngettext("%(number)s dossier", "%(number)s dossiers", number) % {"number": number}
        if told.get("people"):
            many = _("%(many)s, avec noms") % {"many": many}
        return f"{words} ({many})"
    if isinstance(told.get("roles"), list):
        return f"{words} ({', '.join(role_labels(told['roles']))})"
    if entry.kind == AuditKind.CANARY_SET:
        became = _("leurre") if told.get("on") else _("dossier ordinaire")
        return f"{words} ({became})"
    return words


def alert_lines(
    alerts: Iterable[AuditEntry],
    *,
    references: Mapping[str, str],
    members: Mapping[UUID, int],
    names: Mapping[str, str],
    may_see: Collection[int],
) -> list[AlertLine]:
    """`members`: a user's membership, to search the log by; `names`: of the team, by the id of a membership that the
    log writes; `may_see`: the alerts that the reader may answer."""
    return [
        AlertLine(
            text=_alert(alert, references, names),
            at=alert.at,
            seen_url=reverse("desk:alert_seen", args=[alert.pk]) if alert.pk in may_see else "",
            search_url=_search_url(alert, references, members),
        )
        for alert in alerts
    ]


def _alert(alert: AuditEntry, references: Mapping[str, str], names: Mapping[str, str]) -> str:
    if alert.kind == AuditKind.POWER_GIVEN:
        roles = ", ".join(role_labels(alert.payload.get("roles", [])))
        values = {"who": who(alert), "name": names.get(alert.about_id) or _("un ancien compte"), "roles": roles}
        return _("%(who)s a donné à %(name)s un rôle qui décide pour d’autres : %(roles)s.") % values
    if alert.kind == AuditKind.CANARY_READ:
        values = {"who": _reader(alert), "reference": references.get(alert.about_id, "")}
        return _("%(who)s a ouvert le dossier leurre %(reference)s, que personne n’a de raison d’ouvrir.") % values
    if alert.kind == AuditKind.FILE_DAMAGED:
        told = _("Un justificatif gardé est abîmé ou absent (fichier %(number)s) : prévenez qui tient la plateforme.")
        return told % {"number": alert.about_id}
    values = {"who": _reader(alert), "number": str(alert.payload.get("found", ""))}
    if alert.payload.get("lists"):
        return _("%(who)s a parcouru %(number)s noms dans les listes et les recherches en une heure.") % values
    return _("%(who)s a ouvert %(number)s dossiers en une heure.") % values


def _reader(alert: AuditEntry) -> str:
    if alert.why == Why.API:
        return _("Un logiciel, au nom de %(who)s,") % {"who": who(alert)}
    return who(alert)


def _search_url(alert: AuditEntry, references: Mapping[str, str], members: Mapping[UUID, int]) -> str:
    """What else was done to the decoy, or by whoever read so much."""
    asked = {"dossier": references.get(alert.about_id, "") if alert.about == About.CASE else ""}
    if alert.by_id and alert.by_id in members:
        asked = {"qui": str(members[alert.by_id])}
    return f"{reverse('desk:audit')}?{urlencode(asked)}"
