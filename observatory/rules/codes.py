"""The code lists that tables are declared over, with their words in both languages."""

from collections.abc import Mapping

from observatory.rules.tables import Code, Dimension
from observatory.rules.territories import DEPARTEMENTS, REGIONS
from procedures.rules.texts import Text


def _codes(labels: Mapping[str, tuple[str, str]]) -> tuple[Code, ...]:
    return tuple(Code(key, Text(fr=french, en=english)) for key, (french, english) in labels.items())


def _places(names: Mapping[str, str]) -> tuple[Code, ...]:
    return _codes({key: (name, name) for key, name in names.items()})


OUTCOME_OF_THREE = Dimension(
    key="outcome",
    title=Text(fr="Issue", en="Outcome"),
    field="outcome5",
    codes=_codes(
        {
            "obtained": ("Obtenu", "Obtained"),
            "not_obtained": ("Refusé ou sans réponse", "Refused or unanswered"),
            "abandoned": ("Abandonné", "Abandoned"),
        }
    ),
    readings={
        "obtained_proven": "obtained",
        "obtained_unproven": "obtained",
        "refused": "not_obtained",
        "unanswered": "not_obtained",
        "abandoned": "abandoned",
    },
)

OUTCOME_OF_FIVE = Dimension(
    key="outcome",
    title=Text(fr="Issue", en="Outcome"),
    field="outcome5",
    codes=_codes(
        {
            "obtained_proven": ("Obtenu, avec justificatif", "Obtained, with justificatif"),
            "obtained_unproven": ("Obtenu, sans justificatif", "Obtained, without justificatif"),
            "refused": ("Refusé", "Refused"),
            "unanswered": ("Sans réponse", "Unanswered"),
            "abandoned": ("Abandonné", "Abandoned"),
        }
    ),
    readings={key: key for key in ("obtained_proven", "obtained_unproven", "refused", "unanswered", "abandoned")},
)

SUCCESS = Dimension(
    key="success",
    title=Text(fr="Résultat", en="Result"),
    field="outcome5",
    codes=_codes(
        {"obtained": ("Obtenu", "Obtained"), "other": ("Non obtenu ou abandonné", "Not obtained or abandoned")}
    ),
    readings={
        "obtained_proven": "obtained",
        "obtained_unproven": "obtained",
        "refused": "other",
        "unanswered": "other",
        "abandoned": "other",
    },
)

DEADLINE = Dimension(
    key="deadline",
    title=Text(fr="Délai légal", en="Legal deadline"),
    field="deadline_respected",
    codes=_codes({"respected": ("Respecté", "Respected"), "exceeded": ("Dépassé", "Exceeded")}),
    readings={True: "respected", False: "exceeded"},
)

DEADLINE_EXCEEDED = Dimension(
    key="deadline",
    title=Text(fr="Délai légal", en="Legal deadline"),
    field="deadline_respected",
    codes=_codes(
        {
            "not_exceeded": ("Aucun délai dépassé", "No deadline exceeded"),
            "exceeded": ("Délai dépassé", "Deadline exceeded"),
        }
    ),
    readings={True: "not_exceeded", None: "not_exceeded", False: "exceeded"},
)

PROCEDURE = Dimension(
    key="procedure",
    title=Text(fr="Démarche", en="Procedure"),
    field="procedure",
    codes=_codes({"opposition": ("Opposition", "Opposition"), "cloture": ("Clôture", "Closure")}),
    readings={
        "mon-espace-sante/opposition": "opposition",
        "mon-espace-sante/opposition-enfant": "opposition",
        "mon-espace-sante/cloture": "cloture",
    },
)

CHANNEL = Dimension(
    key="channel",
    title=Text(fr="Voie employée", en="Channel used"),
    field="channel",
    codes=_codes(
        {
            "web": ("Site", "Website"),
            "phone": ("Téléphone", "Telephone"),
            "letter": ("Courrier", "Letter"),
            "other": ("Autre ou aucune", "Other or none"),
        }
    ),
    readings={key: key for key in ("web", "phone", "letter")},
    otherwise="other",
)

REGION = Dimension(
    key="region",
    title=Text(fr="Région", en="Region"),
    field="region",
    codes=_places(REGIONS),
    readings={key: key for key in REGIONS},
)

DEPARTEMENT = Dimension(
    key="departement",
    title=Text(fr="Département", en="Département"),
    field="departement",
    codes=_places(DEPARTEMENTS),
    readings={key: key for key in DEPARTEMENTS},
)

_DELAYS = {
    "0-7": ("7 jours au plus", "7 days at most"),
    "8-14": ("8 à 14 jours", "8 to 14 days"),
    "15-30": ("15 à 30 jours", "15 to 30 days"),
    "31-60": ("31 à 60 jours", "31 to 60 days"),
    "61-90": ("61 à 90 jours", "61 to 90 days"),
    "91+": ("Plus de 90 jours", "More than 90 days"),
    "none": ("Pas encore de réponse", "No answer yet"),
}

DELAY_OF_SEVEN = Dimension(
    key="delay",
    title=Text(fr="Délai d’obtention", en="Time taken"),
    field="delay_class",
    codes=_codes(_DELAYS),
    readings={key: key for key in _DELAYS},
    otherwise="none",
)

_COARSE = {"0-14": ("14 jours au plus", "14 days at most")} | {
    key: label for key, label in _DELAYS.items() if key not in ("0-7", "8-14")
}

DELAY_OF_SIX = Dimension(
    key="delay",
    title=Text(fr="Délai d’obtention", en="Time taken"),
    field="delay_class",
    codes=_codes(_COARSE),
    readings={"0-7": "0-14", "8-14": "0-14", **{key: key for key in _COARSE}},
    otherwise="none",
)
