"""Words that say what the number after them is, accents, case, line ends and a reader's slips forgiven."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

REACH = 70
"""How many signs before a number a word still speaks of it."""

_OCR = {"i": "[i1l|!]", "l": "[l1i|]", "o": "[o0]", "s": "[s5]", "b": "[b8]", "e": "[ec]"}


def _spaced(word: str) -> str:
    """Its letters with line ends, hyphens or spaces between them."""
    return r"[\s.\-]{0,3}".join(_OCR.get(sign, sign) for sign in word)


_EDGE = r"(?<![a-z])"
_STOP = r"(?![a-z])"
_SHORT = (
    r"n[.\s]?[i1l|!][.\s]?[ra]\b\.?"
    r"|n[i1l|!][ra](?=\d)"
    r"|[i1l|!]\.?n\.?[s5]\b\.?"
    r"|[i1l|!]n[s5](?=\d)"
    r"|[i1l|!]nsee"
    r"|(?:n[°o0*u]?|num|numero)[\s.:°]{0,3}(?:de\s{1,2})?[s5]\.?[s5]"
    r"|n\.?[s5]\.?[s5]"
    r"|secu"
    r"|matricule"
    r"|assure[es]{0,2}"
    r"|identifiant national de sante"
)
_LONG = ("securite", "sociale", "immatriculation", "vitale", "assuree", "matricule")
_LABEL = re.compile(
    rf"{_EDGE}(?:(?:{_SHORT}){_STOP}|{_spaced('securite')}|{_spaced('immatriculation')}|{_spaced('vitale')})"
)
_RIVAL = re.compile(
    r"(?<![a-z])(?:siret|siren|iban|rib|bic|ean|rpps|adeli|finess|imei|isbn|gencod|colis|suivi|lrar|recommandee?"
    r"|code[\s\-]?barres?|telephone|tel|portable|fax|facture|commande|contrat|carte bancaire)(?![a-z])"
)
_WORD = re.compile(r"[a-z0-9|!]{6,18}")
_SAME = str.maketrans("1l|!058", "iiiiosb")
_TARGETS = tuple(word.translate(_SAME) for word in _LONG)


@dataclass(frozen=True, slots=True)
class Labels:
    """Where such words end, and where those begin that speak of another kind of number; both in order."""

    ends: list[int]
    rivals: list[int]

    def before(self, place: int) -> bool:
        """Whether one of them, and no other kind's after it, stands within reach before this place."""
        at = bisect_right(self.ends, place) - 1
        if at < 0 or place - self.ends[at] > REACH:
            return False
        return bisect_left(self.rivals, place) == bisect_left(self.rivals, self.ends[at])


def labels(plain: str) -> Labels:
    ends = {match.end() for match in _LABEL.finditer(plain)}
    ends |= {match.end() for match in _WORD.finditer(plain) if _is_long(match[0])}
    return Labels(sorted(ends), [match.start() for match in _RIVAL.finditer(plain)])


@lru_cache(maxsize=4096)
def _is_long(word: str) -> bool:
    if word.isdecimal():
        return False
    typed = word.translate(_SAME)
    return any(abs(len(typed) - len(target)) <= 1 and _one_slip(typed, target) for target in _TARGETS)


def _one_slip(typed: str, target: str) -> bool:
    """Equal, but for one letter that is missing, too many or another."""
    short, long = sorted((typed, target), key=len)
    same = 0
    while same < len(short) and short[same] == long[same]:
        same += 1
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]
