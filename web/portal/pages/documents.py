"""A member's documents as their case shows them: kept in the vault, or at home with a fingerprint here."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from cases.models import Justificatif
from procedures.rules.definitions import Definition
from web.parts.french import plain_words
from web.parts.refusals import DESTROYED
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
    return Document(
        title=document_title(definition, one.kind),
        text=_text(one),
        url=file_url(one, reference=reference),
        label=gettext("Vérifier mon fichier") if one.fingerprint else gettext("Télécharger"),
        is_accepted=one.accepted is True,
    )


def _text(one: Justificatif) -> str:
    states = {None: gettext("en cours de vérification"), True: gettext("vérifié"), False: gettext("à refaire")}
    sentence = gettext("Empreinte seule, notée le %(day)s") if one.fingerprint else gettext("Reçu le %(day)s")
    received = sentence % {"day": plain_words(one.received_on)}
    is_there = one.fingerprint or one.sealed_file_id
    return f"{received}, {states[one.accepted]}" if is_there else f"{received}. {DESTROYED}"


def file_url(one: Justificatif, *, reference: str) -> str:
    """Where it is taken, or proved; "" where the file was destroyed."""
    if one.fingerprint:
        return reverse("portal:prove", args=[reference, one.pk])
    return reverse("portal:file", args=[reference, one.pk]) if one.sealed_file_id else ""


def newest_of(justificatifs: Sequence[Justificatif]) -> Justificatif | None:
    """The accepted one, else the last that was sent."""
    return next((one for one in justificatifs if one.accepted), justificatifs[0] if justificatifs else None)


def document_title(definition: Definition, kind: str) -> str:
    try:
        return definition.justificatif(kind).title.say(language())
    except LookupError:
        return gettext("Autre document")
