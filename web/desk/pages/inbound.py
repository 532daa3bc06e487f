"""Mail that came in, in words: what waits, what is on a case, and where it may belong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from cases.actions.sorting import KEPT
from cases.models import Case, Doubt, InboundMail, MailBounce
from cases.rules.suggestions import Clue, Suggestion
from vault.rules.refusals import SENTENCES, Code
from web.desk.pages.head import who
from web.desk.pages.words import definition_of, label, say
from web.parts.french import at_hour, plain_words

_CLUES: dict[str, str | Promise] = {
    Clue.NAMED: gettext_lazy("écrit à l’adresse de ce dossier, ou en réponse à un de nos courriels"),
    Clue.REFERENCE: gettext_lazy("la référence est dans le message"),
    Clue.SENDER: gettext_lazy("vient de l’adresse de la personne"),
    Clue.FULL_NAME: gettext_lazy("signé de son prénom et de son nom"),
    Clue.LAST_NAME: gettext_lazy("le nom de famille est dans le message"),
}


def said(payload: Mapping[str, object]) -> str:
    """The event of a message, without its words."""
    told = [_("Message classé dans le dossier.") if payload.get("attached") else _("Message reçu par courriel.")]
    if payload.get("masked"):
        told.append(_("Un numéro y a été masqué : il ne doit être noté nulle part."))
    if kept := _number(payload, "deposits"):
        told.append(
            ngettext(
                "%(number)s pièce jointe attend d’être vérifiée.",
                "%(number)s pièces jointes attendent d’être vérifiées.",
                kept,
            )
            % {"number": kept}
        )
    if left := _number(payload, "left_out"):
        told.append(not_kept(left))
    codes = [Code(code) for code in str(payload.get("refused", "")).split(",") if code]
    told += [_("Pièce jointe non gardée : %(why)s") % {"why": SENTENCES[code].say(_language())} for code in codes]
    return " ".join(told)


def _number(payload: Mapping[str, object], name: str) -> int:
    return int(str(payload.get(name) or 0))


def not_kept(number: int) -> str:
    return ngettext(
        "%(number)s pièce jointe n’a pas été gardée : demandez-la à la personne.",
        "%(number)s pièces jointes n’ont pas été gardées : demandez-les à la personne.",
        number,
    ) % {"number": number}


def _language() -> str:
    return get_language() or "fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that somebody has to classify. `text`: on its own page only."""

    url: str
    sender: str
    title: str
    when: str
    why: str
    until: str
    left_out: str
    is_masked: bool
    text: str


def waiting(mail: InboundMail) -> Waiting:
    return Waiting(
        url=reverse("desk:inbound_mail", args=[mail.pk]),
        sender=" · ".join(filter(None, (mail.sender_name, mail.sender))) or _("expéditeur inconnu"),
        title=mail.title or _("(sans objet)"),
        when=at_hour(mail.received_at),
        why=str(Doubt(mail.doubt).label),
        until=plain_words(mail.received_at + KEPT),
        left_out=not_kept(mail.left_out) if mail.left_out else "",
        is_masked=mail.is_masked,
        text=mail.text,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A message that is on its case and that nobody read."""

    who: str
    url: str
    reference: str
    procedure: str
    when: str
    read_url: str


def filed(mails: Iterable[InboundMail]) -> list[Filed]:
    return [
        Filed(
            who=who(mail.case),
            url=reverse("desk:case", args=[mail.case.reference]),
            reference=mail.case.reference,
            procedure=say(definition_of(mail.case).short),
            when=at_hour(mail.received_at),
            read_url=reverse("desk:inbound_read", args=[mail.pk]),
        )
        for mail in mails
        if mail.case
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """Somebody whose address takes no mail."""

    who: str
    reference: str
    url: str
    since: datetime | None


def off(cases: Iterable[Case]) -> list[Off]:
    return [
        Off(
            who=who(case),
            reference=case.reference,
            url=reverse("desk:address", args=[case.reference]),
            since=case.member.email_off_at,
        )
        for case in cases
    ]


def choices(found: Sequence[tuple[Case, Suggestion]]) -> list[tuple[str, str]]:
    """(reference, words) of each case that is suggested, the likeliest first."""
    return [
        (
            case.reference,
            _("%(who)s, %(reference)s, %(procedure)s : %(clues)s")
            % {
                "who": who(case),
                "reference": case.reference,
                "procedure": say(definition_of(case).short),
                "clues": ", ".join(label(_CLUES, clue) for clue in one.clues),
            },
        )
        for case, one in found
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with an address; nothing where nothing is."""

    title: str
    text: str


def trouble(case: Case, bounces: Sequence[MailBounce]) -> Trouble | None:
    """For the case's page: mails are stopped, or one came back."""
    if case.member.email_off_at is not None:
        return Trouble(
            title=_("Ses courriels reviennent."),
            text=_(
                "Deux courriels n’ont pas pu être remis : plus rien n’est envoyé à cette adresse. "
                "Demandez la bonne à la personne, puis corrigez-la."
            ),
        )
    hard = next((one for one in bounces if one.is_hard), None)
    if hard is None:
        return None
    values = {"day": plain_words(hard.at)}
    return Trouble(
        title=_("Un courriel n’a pas été remis."),
        text=_("Il est revenu le %(day)s. Vérifiez l’adresse avec la personne ; au deuxième, les envois s’arrêtent.")
        % values,
    )
