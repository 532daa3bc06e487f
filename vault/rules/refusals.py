"""Why a file is not kept, and the sentence that says what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    CLOSED = "ferme"
    EMPTY = "vide"
    TOO_HEAVY = "trop-lourd"
    KIND = "type"
    LOCKED = "protege"
    DAMAGED = "abime"
    TOO_MANY_PAGES = "trop-de-pages"
    PAGE_TOO_LARGE = "page-demesuree"
    PICTURE_TOO_LARGE = "image-trop-grande"
    TOO_LONG = "trop-long"
    UNREADABLE = "illisible"
    TO_REVIEW = "a-revoir"
    ANALYSIS = "analyse"
    VIRUS = "virus"
    ANTIVIRUS_AWAY = "antivirus-indisponible"
    EXPIRED = "expire"
    NOT_ANALYSED = "pas-analyse"
    NOT_SEALED = "pas-scelle"
    CLOSED_MEANWHILE = "ferme-entre-temps"
    SEEN_BEFORE = "deja-depose"
    QUOTA = "quota"
    NO_ROOM = "place"


@dataclass(frozen=True, slots=True)
class Sentence:
    fr: str
    en: str

    def say(self, language: str) -> str:
        return self.en if language.startswith("en") else self.fr


class Refused(ValueError):
    """The file is not kept: nothing of it was written that can be read."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code

    @property
    def status(self) -> int:
        """The HTTP status: 413 for size, 429 for a quota, 503 for a closed door, 507 for a full disk, else 422."""
        return _STATUS.get(self.code, 422)

    def say(self, language: str) -> str:
        return SENTENCES[self.code].say(language)


_STATUS = {
    Code.TOO_HEAVY: 413,
    Code.QUOTA: 429,
    Code.CLOSED: 503,
    Code.ANTIVIRUS_AWAY: 503,
    Code.NO_ROOM: 507,
}

SENTENCES: dict[Code, Sentence] = {
    Code.CLOSED: Sentence(
        "Cette plateforme ne peut pas recevoir de fichiers en ce moment. Gardez le justificatif chez vous, prévenez "
        "votre association, et notez ici sa date.",
        "This platform cannot take files at the moment. Keep the justificatif at home, tell your association, and note "
        "its date here.",
    ),
    Code.EMPTY: Sentence(
        "Ce fichier est vide. Ouvrez-le chez vous pour vérifier qu’il s’affiche, puis envoyez-le de nouveau.",
        "This file is empty. Open it on your side to check that it shows something, then send it again.",
    ),
    Code.TOO_HEAVY: Sentence(
        "Ce fichier dépasse 25 Mo. Envoyez une photo moins lourde, ou seulement la page qui compte.",
        "This file is larger than 25 MB. Send a lighter photo, or only the page that matters.",
    ),
    Code.KIND: Sentence(
        "Ce fichier n’est ni un PDF, ni une photo (JPEG, PNG, HEIC, TIFF, WebP), ni un courriel enregistré (EML). "
        "Faites une capture d’écran ou une photo du document, et envoyez-la.",
        "This file is neither a PDF, nor a picture (JPEG, PNG, HEIC, TIFF, WebP), nor a saved e-mail (EML). Take a "
        "screenshot or a photo of the document and send that.",
    ),
    Code.LOCKED: Sentence(
        "Ce PDF est protégé. Ouvrez-le, imprimez-le dans un nouveau PDF sans mot de passe, et envoyez celui-ci.",
        "This PDF is protected. Open it, print it to a new PDF without a password, and send that one.",
    ),
    Code.DAMAGED: Sentence(
        "Ce fichier est abîmé ou incomplet. Téléchargez-le ou photographiez-le de nouveau, puis renvoyez-le.",
        "This file is damaged or incomplete. Download it or photograph it again, then send it again.",
    ),
    Code.PICTURE_TOO_LARGE: Sentence(
        "Cette image est trop grande (plus de 60 millions de points). Faites-en une capture d’écran ou une photo.",
        "This picture is too large (over 60 million pixels). Take a screenshot or an ordinary photo.",
    ),
    Code.TOO_MANY_PAGES: Sentence(
        "Ce document a plus de 30 pages. Envoyez seulement celles qui comptent.",
        "This document has more than 30 pages. Send only those that matter.",
    ),
    Code.PAGE_TOO_LARGE: Sentence(
        "Une page de ce document est démesurée, ou trop petite pour être lue. Imprimez-la en A4 dans un nouveau PDF, "
        "ou photographiez-la.",
        "A page of this document is far too large, or too small to be read. Print it as A4 to a new PDF, or photograph "
        "it.",
    ),
    Code.TOO_LONG: Sentence(
        "Ce fichier demande trop de travail à la machine. Imprimez-le dans un nouveau PDF, ou photographiez la page "
        "qui compte, et envoyez le résultat.",
        "This file asks too much of the machine. Print it to a new PDF, or photograph the page that matters, and send "
        "that.",
    ),
    Code.UNREADABLE: Sentence(
        "La machine n’arrive pas à lire cette photo. Reprenez-la à la lumière du jour, bien à plat, la feuille "
        "entière dans le cadre et le texte net.",
        "The machine cannot read this picture. Take it again in daylight, flat, with the whole sheet in the frame and "
        "the text sharp.",
    ),
    Code.TO_REVIEW: Sentence(
        "La machine voit encore un numéro à cacher et n’arrive pas à l’effacer à coup sûr : rien n’a été gardé. Cachez "
        "le numéro avec un papier, puis reprenez la photo.",
        "The machine still sees a number to hide and cannot remove it for certain: nothing was kept. Cover the number "
        "with a piece of paper, then take the photo again.",
    ),
    Code.ANALYSIS: Sentence(
        "L’analyse de ce fichier n’a pas abouti, deux fois de suite : rien n’a été gardé. Faites une capture "
        "d’écran ou une photo du document, et envoyez-la.",
        "The analysis of this file failed twice: nothing was kept. Take a screenshot or a photo of the document and "
        "send that.",
    ),
    Code.VIRUS: Sentence(
        "Ce fichier contient un virus : il n’a pas été gardé. Ne l’ouvrez plus, et photographiez plutôt le document.",
        "This file holds a virus: it was not kept. Do not open it again; photograph the document instead.",
    ),
    Code.ANTIVIRUS_AWAY: Sentence(
        "L’antivirus ne répond pas en ce moment, donc rien n’a été gardé. Renvoyez ce fichier dans une heure.",
        "The virus scanner does not answer at the moment, so nothing was kept. Send this file again in an hour.",
    ),
    Code.EXPIRED: Sentence(
        "Ce dépôt n’a pas été confirmé à temps : le fichier a été détruit. Déposez-le à nouveau.",
        "This deposit was not confirmed in time: the file was destroyed. Send it again.",
    ),
    Code.NOT_ANALYSED: Sentence(
        "La machine n’a pas pu lire ce document à temps : il a été détruit, rien n’en a été gardé. Vous n’y êtes pour "
        "rien. Déposez-le à nouveau.",
        "The machine could not read this document in time: it was destroyed and nothing of it was kept. It is not your "
        "doing. Send it again.",
    ),
    Code.NOT_SEALED: Sentence(
        "Vous aviez confirmé ce document, mais la plateforme n’a pas pu le mettre à l’abri : il a été détruit. Vous "
        "n’y êtes pour rien. Déposez-le à nouveau.",
        "You had confirmed this document, but the platform could not put it in a safe place: it was destroyed. It is "
        "not your doing. Send it again.",
    ),
    Code.CLOSED_MEANWHILE: Sentence(
        "Le dossier a été fermé entre-temps : il ne prend plus de document, et rien de celui-ci n’a été gardé. Gardez "
        "l’original chez vous.",
        "The case was closed meanwhile: it takes no document any more, and nothing of this one was kept. Keep the "
        "original at home.",
    ),
    Code.SEEN_BEFORE: Sentence(
        "Ce document est déjà dans ce dossier : il n’est pas gardé deux fois.",
        "This document is in this case already: it is not kept twice.",
    ),
    Code.QUOTA: Sentence(
        "Vous avez envoyé beaucoup de fichiers en une heure. Attendez un peu, puis recommencez : rien n’est perdu.",
        "You have sent many files within an hour. Wait a little, then go on: nothing is lost.",
    ),
    Code.NO_ROOM: Sentence(
        "La plateforme n’a plus de place et n’a rien gardé. Prévenez votre association, et renvoyez ce fichier demain.",
        "The platform has no room left and kept nothing. Tell your association, and send this file again tomorrow.",
    ),
}
