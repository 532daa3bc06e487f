"""A member's documents as their case shows them: kept in the vault, or at home with a fingerprint here."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from cases.models import Justificatif
from procedures.rules.definitions import Definition
from web.parts.french import plain_words
from web.portal.pages.timeline import language


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`url` leads to the file, or where the fingerprint alone is kept to the page that proves it."""

    title: str
    text: str
    url: str
    label: str
    is_accepted: bool


def document(one: Justificatif, *, reference: str, definition: Definition) -> Document:
    states = {None: gettext("en cours de vérification"), True: gettext("vérifié"), False: gettext("à refaire")}
    received = gettext("Empreinte seule, notée le %(day)s") if one.fingerprint else gettext("Reçu le %(day)s")
    return Document(
        title=document_title(definition, one.kind),
        text=f"{received % {'day': plain_words(one.received_on)}}, {states[one.accepted]}",
        url=file_url(one, reference=reference),
        label=gettext("Vérifier mon fichier") if one.fingerprint else gettext("Télécharger"),
        is_accepted=one.accepted is True,
    )


def file_url(one: Justificatif, *, reference: str) -> str:
    return reverse("portal:prove" if one.fingerprint else "portal:file", args=[reference, one.pk])


def newest_of(justificatifs: Sequence[Justificatif]) -> Justificatif | None:
    """The accepted one, else the last that was sent."""
    return next((one for one in justificatifs if one.accepted), justificatifs[0] if justificatifs else None)


def document_title(definition: Definition, kind: str) -> str:
    try:
        return definition.justificatif(kind).title.say(language())
    except LookupError:
        return gettext("Autre document")
