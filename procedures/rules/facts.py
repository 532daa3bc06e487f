"""What happened in a case, as far as deadlines care: dated facts, and answers without a date."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from procedures.rules.texts import Text


class FactKind(StrEnum):
    SENT = "sent"
    RECEIVED = "received"
    ACTED = "acted"
    ASKED = "asked"
    ANSWERED = "answered"
    REJECTED = "rejected"
    EXTENDED = "extended"
    PAUSED = "paused"
    RESUMED = "resumed"
    CLOSED = "closed"
    BORN = "born"


class KnownBy(StrEnum):
    POSTMARK = "postmark"
    LETTER = "letter"
    HEADER = "header"
    RECEIPT = "receipt"
    SCREEN = "screen"
    MEMORY = "memory"


class Told(StrEnum):
    """When an extension was announced: PERHAPS when a range straddles the end of the first period or its start."""

    IN_TIME = "in_time"
    PERHAPS = "perhaps"
    TOO_LATE = "too_late"
    TOO_EARLY = "too_early"


# Answers that every procedure knows; a definition may add its own as options.
ANSWERS: dict[str, tuple[str, ...]] = {
    "notified_by": ("letter", "email", "never", "unknown"),
    "deletion_requested": ("yes", "no", "unknown"),
    "justificatif_asked": ("yes", "no"),
    "residence": ("overseas", "abroad", "mainland"),
}


class ImpossibleRange(ValueError):
    """A range whose first day is after its last."""


@dataclass(frozen=True, slots=True)
class StartFact:
    """A date (`earliest == latest`) or a range. `known_by` is a KnownBy code, or "" when nobody said."""

    kind: str
    earliest: date
    latest: date
    known_by: str = ""

    def __post_init__(self) -> None:
        if self.earliest > self.latest:
            raise ImpossibleRange(f"{self.kind}: {self.earliest} is after {self.latest}")

    @property
    def is_certain(self) -> bool:
        return self.earliest == self.latest


# Said after "Départ : <date>, ", "Start: <date>, ".
FACT_SAID: dict[str, Text] = {
    FactKind.SENT: Text("jour de l’envoi", "the day of sending"),
    FactKind.RECEIVED: Text("jour de la réception", "the day of receipt"),
    FactKind.ACTED: Text("jour de la démarche", "the day of the attempt"),
    FactKind.ASKED: Text("jour où la demande est arrivée", "the day the request arrived"),
    FactKind.ANSWERED: Text("jour de la réponse", "the day of the answer"),
    FactKind.REJECTED: Text("jour où le rejet est arrivé", "the day the rejection arrived"),
    FactKind.EXTENDED: Text("jour de la prolongation", "the day of the extension"),
    FactKind.PAUSED: Text("jour de l’arrêt du délai", "the day the clock stopped"),
    FactKind.RESUMED: Text("jour de la reprise du délai", "the day the clock started again"),
    FactKind.CLOSED: Text("jour de la clôture", "the day of closure"),
    FactKind.BORN: Text("jour de la naissance", "the day of birth"),
}

KNOWN_BY_SAID: dict[str, Text] = {
    KnownBy.POSTMARK: Text("d’après le cachet de la poste", "by the postmark"),
    KnownBy.LETTER: Text("d’après la date écrite sur la lettre", "by the date on the letter"),
    KnownBy.HEADER: Text("d’après l’en-tête du courriel", "by the header of the e-mail"),
    KnownBy.RECEIPT: Text("d’après l’accusé de réception", "by the receipt"),
    KnownBy.SCREEN: Text("d’après l’écran du site", "by the screen of the site"),
    KnownBy.MEMORY: Text("de mémoire", "from memory"),
}
