"""What a case says to its member: one sentence, one button. A table, chosen by plain values."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import AttemptResult
from cases.rules.lifecycle import State
from procedures.rules.definitions import OutcomeClass

Said = str | Promise


class Situation(StrEnum):
    PREPARING = "preparing"
    TO_ACT = "to_act"
    TRY_AGAIN = "try_again"
    MISSED = "missed"
    UNCONFIRMED = "unconfirmed"
    NOT_ASKED = "not_asked"
    AWAITED = "awaited"
    OVERDUE = "overdue"
    CHECKING = "checking"
    REDO = "redo"
    ACCEPTED = "accepted"
    PROVEN = "proven"
    UNPROVEN = "unproven"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    ABANDONED = "abandoned"
    CONTINUED = "continued"
    ERASED = "erased"


class Paper(StrEnum):
    """What stands of the justificatif: the best of all that were sent."""

    NONE = "none"
    REFUSED = "refused"
    UNCHECKED = "unchecked"
    ACCEPTED = "accepted"


class Route(StrEnum):
    """Where a button leads; the page knows the addresses."""

    NOWHERE = ""
    CONSENT = "consent"
    CHANNEL = "channel"
    CONTINUE = "continue"
    UPLOAD = "upload"
    MISSING = "missing"
    FILE = "file"
    FOLLOWING = "following"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What decides. `results`: of all attempts, the newest first."""

    state: State
    outcome_class: str = ""
    is_continued: bool = False
    member_is_late: bool = False
    addressee_is_late: bool = False
    results: tuple[AttemptResult, ...] = ()
    justificatif_asked: bool = False
    paper: Paper = Paper.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`before`, `marked` and `after` are the sentence. `dated` takes the place of `text` when a date is known."""

    before: Said
    marked: Said
    after: Said = "."
    text: Said = ""
    dated: Said = ""
    label: Said = ""
    icon: str = ""
    route: Route = Route.NOWHERE
    other_label: Said = ""
    other_route: Route = Route.NOWHERE


_ENDS = {
    OutcomeClass.OBTAINED_PROVEN: Situation.PROVEN,
    OutcomeClass.OBTAINED_UNPROVEN: Situation.UNPROVEN,
    OutcomeClass.REFUSED: Situation.REFUSED,
    OutcomeClass.UNANSWERED: Situation.UNANSWERED,
    OutcomeClass.ABANDONED: Situation.ABANDONED,
}
_PAPERS = {
    Paper.UNCHECKED: Situation.CHECKING,
    Paper.ACCEPTED: Situation.ACCEPTED,
    Paper.REFUSED: Situation.REDO,
}


def situation(seen: Seen) -> Situation:
    """The first that is true of: how it ended, a consent to give, a paper received, where the attempt stands."""
    if seen.state is State.ERASED:
        return Situation.ERASED
    if seen.state is State.CLOSED:
        return Situation.CONTINUED if seen.is_continued else _ENDS[OutcomeClass(seen.outcome_class)]
    if seen.state is State.PREPARING:
        return Situation.PREPARING
    if seen.paper in _PAPERS:
        return _PAPERS[seen.paper]
    return _to_act(seen) if seen.state is State.TO_ACT else _awaiting(seen)


def _to_act(seen: Seen) -> Situation:
    if seen.member_is_late:
        return Situation.MISSED
    return Situation.TRY_AGAIN if seen.results else Situation.TO_ACT


def _awaiting(seen: Seen) -> Situation:
    if seen.member_is_late:
        return Situation.MISSED
    if seen.addressee_is_late:
        return Situation.OVERDUE
    if AttemptResult.CONFIRMED not in seen.results:
        return Situation.UNCONFIRMED
    return Situation.AWAITED if seen.justificatif_asked else Situation.NOT_ASKED


WORDS: dict[Situation, Words] = {
    Situation.PREPARING: Words(
        before=_("Votre dossier est ouvert. Il manque"),
        marked=_("votre accord"),
        text=_("Sans lui, l’association ne peut pas suivre votre dossier."),
        label=_("Donner mon accord"),
        icon="pen",
        route=Route.CONSENT,
    ),
    Situation.TO_ACT: Words(
        before=_("Votre démarche est"),
        marked=_("à faire"),
        text=_("Aucune date limite n’est connue : le plus tôt est le mieux."),
        label=_("Commencer la démarche"),
        icon="right",
        route=Route.CHANNEL,
    ),
    Situation.TRY_AGAIN: Words(
        before=_("Le dernier essai n’a pas abouti. Vous pouvez"),
        marked=_("recommencer"),
        text=_("Un autre moyen marche peut-être mieux."),
        dated=_("Un autre moyen marche peut-être mieux. Vous avez jusqu’au %(due)s."),
        label=_("Recommencer la démarche"),
        icon="right",
        route=Route.CHANNEL,
    ),
    Situation.MISSED: Words(
        before=_("Le délai est passé. Il reste"),
        marked=_("un autre chemin"),
        label=_("Continuer autrement"),
        icon="right",
        route=Route.CONTINUE,
        other_label=_("Essayer quand même"),
        other_route=Route.CHANNEL,
    ),
    Situation.UNCONFIRMED: Words(
        before=_("Votre démarche est faite, mais"),
        marked=_("rien ne la confirme encore"),
        text=_("Refaites-la pour obtenir une confirmation, ou envoyez le justificatif s’il est arrivé."),
        dated=_("Faites-la confirmer avant la fin du %(due)s, ou envoyez le justificatif s’il est arrivé."),
        label=_("Faire confirmer ma démarche"),
        icon="right",
        route=Route.CHANNEL,
        other_label=_("J’ai reçu le justificatif"),
        other_route=Route.UPLOAD,
    ),
    Situation.NOT_ASKED: Words(
        before=_("Votre démarche est faite. Il reste à"),
        marked=_("demander le justificatif"),
        text=_("C’est le papier qui prouve ce que vous avez fait. Il n’est pas envoyé d’office."),
        label=_("Voir comment le demander"),
        icon="right",
        route=Route.MISSING,
        other_label=_("Je l’ai déjà reçu"),
        other_route=Route.UPLOAD,
    ),
    Situation.AWAITED: Words(
        before=_("Votre démarche est faite. Il manque le"),
        marked=_("justificatif"),
        text=_("C’est le papier qui prouve ce que vous avez fait."),
        dated=_("C’est le papier qui prouve ce que vous avez fait. Il est attendu d’ici au %(due)s."),
        label=_("J’ai reçu le justificatif"),
        icon="camera",
        route=Route.UPLOAD,
        other_label=_("Je ne l’ai pas reçu"),
        other_route=Route.MISSING,
    ),
    Situation.OVERDUE: Words(
        before=_("La réponse devait arriver au plus tard le"),
        marked="%(due)s",
        after=_(". Vous pouvez la réclamer."),
        text=_("Ce retard ne vient pas de vous, et rien n’est perdu."),
        dated=_("Ce retard ne vient pas de vous, et rien n’est perdu."),
        label=_("Voir comment la réclamer"),
        icon="right",
        route=Route.MISSING,
        other_label=_("J’ai reçu le justificatif"),
        other_route=Route.UPLOAD,
    ),
    Situation.CHECKING: Words(
        before=_("Votre justificatif est arrivé. L’association"),
        marked=_("le vérifie"),
        text=_("Vous n’avez rien à faire pour le moment."),
        label=_("Revoir ce que j’ai envoyé"),
        icon="doc",
        route=Route.FILE,
        other_label=_("Envoyer un autre document"),
        other_route=Route.UPLOAD,
    ),
    Situation.REDO: Words(
        before=_("Le document envoyé ne suffit pas. Envoyez-en"),
        marked=_("un autre"),
        label=_("Envoyer un autre justificatif"),
        icon="camera",
        route=Route.UPLOAD,
        other_label=_("Je n’en ai pas d’autre"),
        other_route=Route.MISSING,
    ),
    Situation.ACCEPTED: Words(
        before=_("Votre justificatif est"),
        marked=_("vérifié et gardé"),
        text=_("L’association va clore votre dossier. Vous n’avez rien à faire."),
        label=_("Télécharger mon justificatif"),
        icon="doc",
        route=Route.FILE,
    ),
    Situation.PROVEN: Words(
        before=_("C’est terminé."),
        marked="%(outcome)s",
        text=_("Gardez une copie du justificatif chez vous."),
        label=_("Télécharger mon justificatif"),
        icon="doc",
        route=Route.FILE,
    ),
    Situation.UNPROVEN: Words(
        before=_("C’est terminé."),
        marked="%(outcome)s",
        text=_("Il est encore possible de demander une preuve."),
        label=_("Voir ce qui reste possible"),
        icon="right",
        route=Route.MISSING,
    ),
    Situation.REFUSED: Words(
        before=_("Votre dossier est clos."),
        marked="%(outcome)s",
        text=_("Un refus n’est pas la fin : d’autres recours existent."),
        label=_("Voir ce qui reste possible"),
        icon="right",
        route=Route.MISSING,
    ),
    Situation.UNANSWERED: Words(
        before=_("Votre dossier est clos."),
        marked="%(outcome)s",
        text=_("Sans réponse, d’autres recours existent."),
        label=_("Voir ce qui reste possible"),
        icon="right",
        route=Route.MISSING,
    ),
    Situation.ABANDONED: Words(
        before=_("Votre dossier est clos."),
        marked="%(outcome)s",
        text=_("Vous pouvez reprendre quand vous voulez : demandez-le à l’association."),
        label=_("Voir ce qui reste possible"),
        icon="right",
        route=Route.MISSING,
    ),
    Situation.CONTINUED: Words(
        before=_("Cette démarche continue"),
        marked=_("par une autre"),
        text=_("Tout ce qui était noté ici est gardé."),
        label=_("Voir la suite"),
        icon="right",
        route=Route.FOLLOWING,
    ),
    Situation.ERASED: Words(
        before=_("Ce dossier est"),
        marked=_("effacé"),
        text=_("Plus personne ne peut lire ce qu’il contenait."),
    ),
}

# With a date, what is to be done is said by its last day.
BEFORE_A_DATE = Words(
    before=_("Vous avez jusqu’au"),
    marked="%(due)s",
    after=_(" pour faire votre démarche."),
    dated="%(left)s",
    label=_("Commencer la démarche"),
    icon="right",
    route=Route.CHANNEL,
)


def words_for(found: Situation, *, has_date: bool) -> Words:
    return BEFORE_A_DATE if found is Situation.TO_ACT and has_date else WORDS[found]
