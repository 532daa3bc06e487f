"""Codes and serial numbers have no shape of their own: the words beside them say what they are."""

import re
from collections.abc import Iterator

from vault.rules.detector.hits import Hit, Seen

_DE = r"(?:\s{1,3}|-)"
_KINDS = (
    rf"provisoires?|confidentiels?|temporaires?|secrets?|personnels?|a{_DE}usage{_DE}unique|d'activation"
    rf"|de{_DE}verification|de{_DE}connexion|de{_DE}securite|d'acces|(?:recu{_DE})?par{_DE}(?:sms|courriel|mail)"
)
_CODE = rf"codes?{_DE}(?:(?:d'acces|de{_DE}connexion|personnel){_DE})?(?:{_KINDS})|mot{_DE}de{_DE}passe"
_CARD = (
    rf"(?:carte{_DE}vitale|(?:numero|num\.?|n[°o]\.?)\s{{0,3}}(?:de{_DE})?serie|vitale\s{{0,3}}n[°o])"
    rf"(?:{_DE}(?:(?:de|sur){_DE}(?:(?:la|ma|sa|votre){_DE})?)?(?:carte{_DE})?vitale)?"
)
_BETWEEN = r"[^\d;.!?\n]{0,40}?\n?[^\d;.!?\n]{0,20}?"
_NEXT = r"\s{0,3}(?:(?:est|sera|c'est|suivant|n[°o]|numero|le|:|=|->|-|«|\"|'|\()\s{0,3}){0,4}"
_NUMBER = r"(?<![\w])\d(?:[ .\-\n]{0,2}\d){5,23}(?![\w])"
_SHORT = r"(?<![\w])(?!(?:19|20)\d\d\b)\d{4,5}(?![\w])"  # a year is no code
_MIXED = r"(?<![\w])(?=[a-z\-]{0,15}\d)(?=[\d\-]{0,15}[a-z])[a-z\d]{2,16}(?:-[a-z\d]{2,8}){0,4}(?![\w])"
_AFTER = r"[^\w\n;.!?]{0,4}(?:(?:est|c'est|comme|votre|mon|ton|son|le|la|de|ma)\s{1,3}){0,3}"

_PHONE = re.compile(r"0[1-9](?:[ .\-]?\d\d){4}")
_LABELS = ((Seen.CODE, re.compile(_CODE)), (Seen.CARD, re.compile(_CARD)))
_AHEAD = (re.compile(rf"{_BETWEEN}(?P<it>{_NUMBER})"), re.compile(rf"{_NEXT}(?P<it>{_SHORT}|{_MIXED})"))
_BEHIND = (
    re.compile(rf"(?P<it>{_NUMBER}){_AFTER}$"),
    re.compile(rf"(?P<it>{_SHORT}|{_MIXED})(?=\s{{0,3}}(?:[(,:=«\"-]|est\s|c'est\s)){_AFTER}$"),
)
_BACK = 70  # signs before a label in which its number may stand
_LEAST_MIXED = 5


def codes(plain: str) -> Iterator[Hit]:
    """Never certain: a word beside a number may speak of another one."""
    for kind, pattern in _LABELS:
        for label in pattern.finditer(plain):
            for match in _beside(plain, label):
                if match and _may_be(match["it"]):
                    yield Hit(*match.span("it"), kind, certain=False)


def _beside(plain: str, label: re.Match[str]) -> Iterator[re.Match[str] | None]:
    yield from (ahead.match(plain, label.end()) for ahead in _AHEAD)
    yield from (behind.search(plain, max(0, label.start() - _BACK), label.start()) for behind in _BEHIND)


def _may_be(it: str) -> bool:
    if not any(map(str.isalpha, it)):
        return not _PHONE.fullmatch(it)
    return sum(map(str.isalnum, it)) >= _LEAST_MIXED
