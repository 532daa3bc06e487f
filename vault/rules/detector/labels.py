"""Words that say what the number after them is, accents, case, line ends and a reader's slips forgiven."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from vault.rules.slips import alike

REACH = 70
"""How many signs before a number a word still speaks of it."""

_RIVAL_REACH = 30

_OCR = {"i": "[i1l|!]", "l": "[l1i|]", "o": "[o0]", "s": "[s5]", "b": "[b8]", "e": "[ec]"}


def _spaced(word: str) -> str:
    """Its letters with line ends, hyphens or spaces between them."""
    return r"[\s.\-]{0,3}".join(_OCR.get(sign, sign) for sign in word)


_NAMES = (
    r"n[.\s]?[i1l|!][.\s]?[ra]\b\.?"
    r"|n[i1l|!][ra](?=\d)"
    r"|[i1l|!]\.?n\.?[s5]\b\.?"
    r"|[i1l|!]n[s5](?=\d)"
    r"|(?:n[°o0*u]?|num|numero)[\s.:°]{0,3}(?:de\s{1,2})?[s5]\.?[s5]"
    r"|n\.?[s5]\.?[s5]"
    r"|secu"
    r"|identifiant national de sante"
)
_NEAR = r"[i1l|!]nsee|caf|matricule|assure[es]{0,2}"
_NAME = re.compile(rf"(?<![a-z])(?:(?:{_NAMES})(?![a-z])|{_spaced('securite')}|{_spaced('immatriculation')})")
_WORDS = re.compile(rf"(?<![a-z])(?:(?:{_NEAR})(?![a-z])|{_spaced('vitale')})")
_LONG = ("securite", "sociale", "immatriculation", "vitale", "assuree", "matricule")
# What may stand between a number's name and the number for it to be called so directly.
_BARE = re.compile(r"(?:[\s:.°()=\-]|sociale|numero|social|est|n[°o]?){0,14}")
_RIVAL = re.compile(
    r"(?<![a-z])(?:siret|siren|iban|rib|bic|ean|rpps|adeli|finess|imei|isbn|gencod|colis|de suivi|lrar|recommandee?"
    r"|code[\s\-]?barres?|telephone|tel|portable|fax|facture|commande|contrat|carte bancaire"
    r"|fiscale?|passeport|permis)(?![a-z])"
)
_WORD = re.compile(r"[a-z0-9|!]{6,18}")
_SAME = str.maketrans("1l|!058", "iiiiosb")
_TARGETS = tuple(word.translate(_SAME) for word in _LONG)


@dataclass(frozen=True, slots=True)
class Labels:
    """Where such words end, and where those begin that speak of another kind of number; all in order.

    `names`: the ends of those that can mean no other number.
    """

    plain: str
    ends: list[int]
    names: list[int]
    rivals: list[int]

    def before(self, place: int) -> bool:
        """Whether one of them, and no other kind's after it, stands within reach before this place."""
        at = bisect_right(self.ends, place) - 1
        if at < 0 or place - self.ends[at] > REACH:
            return False
        since = max(self.ends[at], place - _RIVAL_REACH)
        return bisect_left(self.rivals, place) == bisect_left(self.rivals, since)

    def calls(self, place: int) -> bool:
        """Whether a name, and nothing that says more, stands right before this place."""
        at = bisect_right(self.names, place) - 1
        return at >= 0 and place - self.names[at] <= REACH and bool(_BARE.fullmatch(self.plain, self.names[at], place))


def labels(plain: str) -> Labels:
    names = {match.end() for match in _NAME.finditer(plain)}
    ends = names | {match.end() for match in _WORDS.finditer(plain)}
    ends |= {match.end() for match in _WORD.finditer(plain) if _is_long(match[0])}
    return Labels(plain, sorted(ends), sorted(names), [match.start() for match in _RIVAL.finditer(plain)])


@lru_cache(maxsize=4096)
def _is_long(word: str) -> bool:
    if word.isdecimal():
        return False
    typed = word.translate(_SAME).replace("rn", "m")
    return any(alike(typed, target) for target in _TARGETS)
