"""How a text is read: every sign becomes one sign of a small alphabet, so that places stay what they are."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

UNSEEN: Final = "\u200b"  # zero widths, and marks that stand over the sign before them
BREAK: Final = ";"  # what no number goes on after
COMMA: Final = ","  # the same, but what a reader may have made of a dot
BRACKET: Final = "("  # the same, of whatever form and side
GAPS: Final = " \n\t-./|_"

# Letters that a machine, or a hurried person, writes for a digit. The first two are so common that a number's shape
# makes up for them; the others count only where a right key or a word before says that this is a number.
STRONG: Final = {"O": "0", "I": "1", "!": "1"}
WEAK: Final = {"S": "5", "B": "8", "Z": "2", "G": "6", "A": "4", "g": "9", "D": "0", "T": "7"}
DIGITS: Final = str.maketrans({**STRONG, **WEAK})
LETTERS: Final = "".join((*STRONG, *WEAK))

_LIKE = {"O": "O", "o": "O", "Q": "O", "l": "I", "I": "I", "!": "!", "]": "!", "D": "D", "T": "T", "q": "g", "g": "g"}
_LIKE |= {sign: sign.upper() for sign in "SsBbZzGAa"}
_LINES = "\n\r\v\f\x85\u2028\u2029"
_DOTS = ".\u00b7\u2022\u2024\u2026\u2027\u22c5\u30fb\uff0e"
_BARS = "|\u00a6\u2502\u2503\u2758\uff5c"
_SLASHES = "/\\\u2044\u2215\uff0f"
_DASHES = "\u2212\u00ad\u2043\u30fc"
_COMMAS = ",:;*'+"
_BRACKETS = "()[]{}<>"
_GAP_OF = dict.fromkeys(_LINES, "\n") | dict.fromkeys(_DOTS, ".") | dict.fromkeys(_BARS, "|")
_GAP_OF |= dict.fromkeys(_SLASHES, "/") | dict.fromkeys(_DASHES, "-") | {"\t": "\t", "_": "_", "\uff3f": "_"}


class _Shadow(dict[int, str]):
    """A sign for `str.translate`: digits, letters like digits, "x" for other letters, separators, else a break."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _shadow(chr(code))
        return found


class _Plain(dict[int, str]):
    """A sign for `str.translate`: what labels are looked up in, in small letters without accents."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _plain(chr(code))
        return found


class _Flat(dict[int, str]):
    """A sign for `str.translate`: the digit that is raised, lowered, circled or an ideograph; else the sign itself."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _flat(chr(code))
        return found


def _flat(sign: str) -> str:
    value = unicodedata.numeric(sign, -1.0)
    return str(int(value)) if value in range(10) and unicodedata.decimal(sign, None) is None else sign


def _shadow(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(int(digit))
    if sign in _GAP_OF:
        return _GAP_OF[sign]
    category = unicodedata.category(sign)
    if category in {"Mn", "Me", "Cf"}:
        return UNSEEN
    if sign.isspace():
        return " "
    if category == "Pd":
        return "-"
    letter = _base(sign)
    if letter in _BRACKETS:
        return BRACKET
    return _LIKE.get(letter, "x" if letter.isalpha() else COMMA if letter in _COMMAS else BREAK)


def _plain(sign: str) -> str:
    shadow = _shadow(sign)
    return shadow if shadow.isdecimal() or shadow in "\n -" else _base(sign).lower()[:1]


def _base(sign: str) -> str:
    """Without accent or width; the sign itself when it is no single letter."""
    if sign in "’‘ʼ´`":
        return "'"
    return (unicodedata.normalize("NFKD", sign) or sign)[0]


_LEAST_COMMAS, _LEAST_BRACKETS = 4, 2
_QUOTED = re.compile(r"(?m)^[ \t]{0,8}(?:>[ \t]{0,2}){1,8}")  # what a mail's answer puts before each line
_CODED = re.compile(r"(?i)%(?:c2%a0|e2%80%af|0[9ad]|[2-7][\da-f])")  # as in an address; with the French spaces
_AS_DOTS = str.maketrans({COMMA: ".", BRACKET: "."})
_WORDS = re.compile(rf"[x{LETTERS}{UNSEEN}]+".replace("!", ""))
_SHADOW = _Shadow()
_PLAIN = _Plain()
_FLAT = _Flat()


@dataclass(frozen=True, slots=True)
class Reading:
    """One way of reading a text: `shadow` and `plain` are of one length; `places[i]` is where sign i stands in it.

    The last place is the text's end. `strict`: a guess so wide that a number needs its groups and more to be one.
    """

    shadow: str
    plain: str
    places: "range | list[int]"
    strict: bool = False


def readings(text: str) -> Iterator[Reading]:
    """As it stands; then, where there are such signs, without marks of quotation, codes and digits out of line."""
    yield from _readings(text)
    plainer = _CODED.sub(_decoded, _QUOTED.sub(_unseen, text.translate(_FLAT)))
    if plainer != text:
        yield from _readings(plainer)


def _unseen(match: re.Match[str]) -> str:
    return UNSEEN * len(match[0])


def _decoded(match: re.Match[str]) -> str:
    sign = bytes.fromhex(match[0].replace("%", "")).decode()
    return sign + UNSEEN * (len(match[0]) - 1)


def _readings(text: str) -> Iterator[Reading]:
    """As seen; then with zero widths, commas or brackets as separators, and bars as ones."""
    shadow, plain = _WORDS.sub(_as_word, text.translate(_SHADOW)), text.translate(_PLAIN)
    seen = _seen(shadow, plain)
    yield seen
    if UNSEEN in shadow:
        yield Reading(shadow.replace(UNSEEN, " "), plain, range(len(text) + 1))
    if "|" in shadow:
        yield Reading(seen.shadow.replace("|", "I"), seen.plain, seen.places)
    if seen.shadow.count(COMMA) >= _LEAST_COMMAS or seen.shadow.count(BRACKET) >= _LEAST_BRACKETS:
        yield Reading(seen.shadow.translate(_AS_DOTS), seen.plain, seen.places, strict=True)


def _as_word(match: re.Match[str]) -> str:
    """A word with a letter like no digit in it is one, the end of «fiscal» too."""
    return re.sub(rf"[{LETTERS}]", "x", match[0]) if "x" in match[0] else match[0]


def _seen(shadow: str, plain: str) -> Reading:
    if UNSEEN not in shadow:
        return Reading(shadow, plain, range(len(shadow) + 1))
    places = [place for place, sign in enumerate(shadow) if sign != UNSEEN]
    kept = "".join(plain[place] for place in places)
    return Reading(shadow.replace(UNSEEN, ""), kept, [*places, len(shadow)])
