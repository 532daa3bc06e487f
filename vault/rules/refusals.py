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
    PICTURE_TOO_LARGE = "image-trop-grande"
    NO_ROOM = "place"


@dataclass(frozen=True, slots=True)
class Sentence:
    fr: str
    en: str

    def say(self, language: str) -> str:
        return self.en if language.startswith("en") else self.fr


class Refused(ValueError):
    """The file is not kept; nothing was written."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code

    @property
    def status(self) -> int:
        """The HTTP status: 413 for size, 503 for a closed door, 507 for a full disk, 422 for content."""
        return _STATUS.get(self.code, 422)

    def say(self, language: str) -> str:
        return SENTENCES[self.code].say(language)


_STATUS = {Code.TOO_HEAVY: 413, Code.CLOSED: 503, Code.NO_ROOM: 507}

SENTENCES: dict[Code, Sentence] = {
    Code.CLOSED: Sentence(
        "Cette plateforme ne reçoit pas encore de fichiers. Gardez le justificatif chez vous et notez ici sa date.",
        "This platform does not take files yet. Keep the justificatif at home and note its date here.",
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
        "Ce fichier n’est ni un PDF, ni une photo JPEG ou PNG. Faites une capture d’écran ou une photo du document, "
        "et envoyez-la.",
        "This file is neither a PDF nor a JPEG or PNG picture. Take a screenshot or a photo of it and send that.",
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
    Code.NO_ROOM: Sentence(
        "La plateforme n’a plus de place et n’a rien gardé. Prévenez votre association, et renvoyez ce fichier demain.",
        "The platform has no room left and kept nothing. Tell your association, and send this file again tomorrow.",
    ),
}
