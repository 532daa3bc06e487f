"""Numbers that may stay, and hold many digits in a row: they are looked away from before a NIR is looked for."""

import re
from collections.abc import Iterator

from vault.rules.detector import nir
from vault.rules.detector.runs import Span

_DATES = re.compile(
    r"(?<!\d)(?:"
    r"(?:0?[1-9]|[12]\d|3[01])([/.\-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d"
    r"|(?:19|20)\d\d([/.\-])(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01])"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[ t_\-]?(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?:\d{3})?)"
    r")(?!\d)"
)
_TIMES = re.compile(r"(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,6})?)?(?!\d)")
_SIRETS = re.compile(r"(?<!\w)(?:\d{14}|\d{9}[ .]\d{5}|\d{3}([ .])\d{3}\1\d{3}[ .]\d{5})(?!\w)")
_CARDS = re.compile(r"(?<!\d)3[47]\d\d[ \-]\d{6}[ \-]\d{5}(?!\d)")
_ABROAD = re.compile(r"\+[ ]?\d(?:[ .\-/()]{0,2}\d){7,13}(?!\d)")
_FRENCH = re.compile(r"\+[ ]?33[ .\-]?[1-9](?:[ .\-]?\d\d){4}(?!\d)")
# As long as a NIR: looked at wherever a group begins.
_TOO_LONG = re.compile(r"(?<!\d)\d(?:[ .\-/()]{0,2}\d){14}(?!\d)")
_IBANS = re.compile(r"(?<![a-z\d])[a-z]{2}\d\d(?=[ .\-]?[a-z\d])")
_SIGN_OF_IBAN = re.compile(r"[ .\-\n]{0,2}([a-z\d])")
# ISO 13616: how many signs an account has, where payments in euros go.
_LENGTHS = {
    **dict.fromkeys(("no",), 15),
    **dict.fromkeys(("be",), 16),
    **dict.fromkeys(("dk", "fi", "nl"), 18),
    **dict.fromkeys(("mk", "si"), 19),
    **dict.fromkeys(("at", "ba", "ee", "lt", "lu", "xk"), 20),
    **dict.fromkeys(("ch", "hr", "li", "lv"), 21),
    **dict.fromkeys(("bg", "de", "gb", "ge", "ie", "me", "rs", "va"), 22),
    **dict.fromkeys(("gi", "il"), 23),
    **dict.fromkeys(("ad", "cz", "es", "md", "ro", "se", "sk", "tn"), 24),
    **dict.fromkeys(("pt",), 25),
    **dict.fromkeys(("is", "tr"), 26),
    **dict.fromkeys(("fr", "gr", "it", "mc", "sm"), 27),
    **dict.fromkeys(("al", "cy", "hu", "pl", "ma", "dz"), 28),
    **dict.fromkeys(("mt",), 31),
}


def innocents(plain: str) -> Iterator[Span]:
    """Where dates, hours, accounts, establishments, cards and numbers abroad stand, the checkable ones being right."""
    for pattern in (_DATES, _TIMES, _FRENCH):
        yield from (match.span() for match in pattern.finditer(plain))
    yield from (match.span() for match in _ABROAD.finditer(plain) if not _holds_nir(plain, *match.span()))
    for pattern in (_SIRETS, _CARDS):
        yield from (match.span() for match in pattern.finditer(plain) if _luhn(match[0]))
    for match in _IBANS.finditer(plain):
        end = _end_of_iban(plain, match.start())
        if end:
            yield match.start(), end


def without(shadow: str, spans: Iterator[Span], *, sign: str) -> str:
    """The text with a sign that breaks in place of these spans."""
    kept = bytearray(b"\1") * len(shadow)
    for start, end in spans:
        kept[start:end] = bytes(end - start)
    return shadow if all(kept) else "".join(old if keep else sign for old, keep in zip(shadow, kept, strict=True))


def _holds_nir(plain: str, start: int, end: int) -> bool:
    """Whether fifteen digits that begin in a number abroad are a right NIR: a plus sign makes it no phone."""
    for place in range(start, end):
        match = _TOO_LONG.match(plain, place)
        number = nir.read("".join(filter(str.isdecimal, match[0]))) if match else None
        if number and number.right and number.plausible:
            return True
    return False


def _end_of_iban(plain: str, start: int) -> int:
    """0 when the account's number is not right."""
    signs, at = "", start
    for _ in range(_LENGTHS.get(plain[start : start + 2], 0)):
        match = _SIGN_OF_IBAN.match(plain, at)
        if not match:
            return 0
        signs, at = signs + match[1], match.end()
    if not signs or plain[at : at + 1].isalnum():
        return 0
    moved = signs[4:] + signs[:4]
    return at if int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1 else 0


def _luhn(typed: str) -> bool:
    digits = [int(sign) for sign in reversed(typed) if sign.isdecimal()]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0
