"""The method note that is kept with each release, in plain words."""

from fractions import Fraction
from math import ceil, exp

from observatory.rules import hiding, release
from observatory.rules.tables import Kind, Table
from procedures.rules.texts import NBSP, Text, join

_COUNTED = {
    Kind.BALANCE: Text(
        fr=(
            "Chaque personne est comptée une seule fois, à la date de son bilan, "
            "{days}{nbsp}jours après l’ouverture de son dossier."
        ),
        en="Each person is counted only once, on the date of their review, {days} days after their case was opened.",
    ),
    Kind.OPENING: Text(
        fr="Chaque personne est comptée une seule fois, le mois où son dossier a été ouvert.",
        en="Each person is counted only once, in the month when their case was opened.",
    ),
}
_CONSENT = Text(
    fr="Seules sont comptées les personnes qui ont accepté expressément de l’être.",
    en="Only persons who expressly agreed to it are counted.",
)
_NOISE = Text(
    fr=(
        "Un bruit aléatoire (loi de Laplace discrète, ε{nbsp}={nbsp}{epsilon}) est ajouté à chaque nombre "
        "avant publication{nbsp}: le vrai nombre s’écarte du nombre publié d’au plus {margin}, 95{nbsp}fois sur 100."
    ),
    en=(
        "Random noise (discrete Laplace, ε = {epsilon}) is added to each number before publication: "
        "the true number lies within {margin} of the published one, 95 times out of 100."
    ),
)
_HIDING = Text(
    fr="Les nombres inférieurs à {threshold} sont masqués, et jamais un seul à la fois.",
    en="Numbers below {threshold} are hidden, and never exactly one of them.",
)
_MEANING = Text(
    fr=(
        "Qui hésite, une chance sur deux, sur la présence d’une personne dans ces chiffres "
        "ne peut pas dépasser {certainty}{nbsp}% de certitude en lisant ce tableau."
    ),
    en=(
        "Whoever hesitates, at one chance in two, whether a person is among these figures "
        "cannot get beyond {certainty} % of certainty by reading this table."
    ),
)
_ONCE = Text(
    fr="Ces chiffres ne sont jamais recalculés.",
    en="These figures are never computed again.",
)


def note(table: Table, *, horizon_days: int) -> Text:
    texts = join([_COUNTED[table.kind], _CONSENT, _NOISE, _HIDING, _MEANING, _ONCE])
    values: dict[str, object] = {
        "days": horizon_days,
        "margin": release.cell_margin(table),
        "threshold": hiding.threshold(table.cell_scale),
        "certainty": certainty(table.epsilon),
        "nbsp": NBSP,
    }
    return Text(
        fr=texts.fr.format(epsilon=_decimal(table.epsilon, ","), **values),
        en=texts.en.format(epsilon=_decimal(table.epsilon, "."), **values),
    )


def certainty(epsilon: Fraction) -> int:
    """The percentage that a reader at even odds cannot get beyond, rounded up."""
    return ceil(100 * exp(epsilon) / (1 + exp(epsilon)))


def _decimal(epsilon: Fraction, point: str) -> str:
    return f"{float(epsilon):.2f}".replace(".", point)
