"""Made-up numbers with right keys: those that must be found, their writings, and those that must stay."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from stdnum import ean, iban, luhn
from stdnum.fr import nir, siret

Writing = Callable[[str], str]

_MONTHS = [*range(1, 13), *range(20, 43), *range(50, 100)]
_DEPARTMENTS = [f"{number:02d}" for number in range(1, 100)] + ["2A", "2B"]


@st.composite
def thirteen(draw: st.DrawFn) -> str:
    department = draw(st.sampled_from(_DEPARTMENTS))
    sex, year, month = draw(st.sampled_from("123478")), draw(st.integers(0, 99)), draw(st.sampled_from(_MONTHS))
    return f"{sex}{year:02d}{month:02d}{department}{draw(st.integers(1, 999)):03d}{draw(st.integers(1, 999)):03d}"


fifteen = thirteen().map(lambda number: number + nir.calc_check_digits(number + "00"))


def groups(number: str, sizes: list[int]) -> list[str]:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return [part for part in (*parts, number[at:]) if part]


_NIR = [1, 2, 2, 2, 3, 3]
_WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


_RAISED_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_CIRCLED_DIGITS = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
_IDEOGRAPHS = str.maketrans("0123456789", "〇一二三四五六七八九")


def _joined(sign: str, sizes: list[int] = _NIR) -> Writing:
    return lambda number: sign.join(groups(number, sizes))


def _mixed(*signs: str) -> Writing:
    def write(number: str) -> str:
        parts = groups(number, _NIR)
        return "".join(part + signs[at % len(signs)] for at, part in enumerate(parts[:-1])) + parts[-1]

    return write


# All of fifteen signs with a right key: found wherever they stand.
WRITINGS: dict[str, Writing] = {
    "glued": lambda number: number,
    "spaces": _joined(" "),
    "two spaces": _joined("  "),
    "four spaces": _joined("    "),
    "no-break": _joined("\u00a0"),
    "narrow no-break": _joined("\u202f"),
    "thin": _joined("\u2009"),
    "figure space": _joined("\u2007"),
    "ideographic space": _joined("\u3000"),
    "zero width": _joined("\u200b"),
    "zero width between all": "\u200b".join,
    "word joiner": _joined("\u2060"),
    "soft hyphen": _joined("\u00ad"),
    "dots": _joined("."),
    "middle dots": _joined("·"),
    "hyphens": _joined("-"),
    "no-break hyphens": _joined("\u2011"),
    "en dashes": _joined("–"),
    "em dashes": _joined("—"),
    "minus": _joined("\u2212"),
    "spaced dashes": _joined(" - "),
    "slashes": _joined("/"),
    "spaced slashes": _joined(" / "),
    "commas": _joined(","),
    "colons": _joined(" : "),
    "backslashes": _joined("\\"),
    "bars": _joined("|"),
    "spaced bars": _joined(" | "),
    "underscores": _joined("_"),
    "tabs": _joined("\t"),
    "lines": _joined("\n"),
    "windows lines": _joined("\r\n"),
    "indented lines": _joined("\n          "),
    "mixtures": _mixed(" ", ".", "\u00a0", " -"),
    "other mixtures": _mixed("/", "\u202f-", "|", " . "),
    "every digit": " ".join,
    "every digit in a cell": "|".join,
    "every digit on a line": "\n".join,
    "pairs": _joined(" ", [2] * 7),
    "threes": _joined(" ", [3] * 5),
    "fives": _joined(" ", [5] * 3),
    "key apart": _joined(" ", [13]),
    "key after a slash": _joined(" / ", [13]),
    "key on the next line": _joined("\n", [13]),
    "broken in the middle": _joined("\n", [7]),
    "broken in a group": lambda number: f"{number[:9]}-\n{number[9:]}",
    "small letters": lambda number: _joined(" ")(number).lower(),
    "full width": lambda number: _joined(" ")(number).translate(_WIDE_DIGITS),
    "arabic": lambda number: number.translate(_ARABIC_DIGITS),
    "raised": lambda number: _joined(" ")(number).translate(_RAISED_DIGITS),
    "lowered": lambda number: number.translate(_LOWERED_DIGITS),
    "circled": lambda number: _joined(" ")(number).translate(_CIRCLED_DIGITS),
    "ideographs": lambda number: number.translate(_IDEOGRAPHS),
    "round brackets": _joined(")("),
    "square brackets": _joined("] ["),
    "plus signs": _joined("+"),
    "coded spaces": _joined("%20"),
    "coded no-break spaces": _joined("%C2%A0"),
    "answered": _joined("\n> "),
    "answered twice": _joined("\r\n>> ", [7]),
    "answered with spaces": _joined("\n> > ", [7]),
    "zeros as letters": lambda number: _joined(" ")(number).replace("0", "O"),
    "small zeros as letters": lambda number: number.replace("0", "o"),
    "ones as letters": lambda number: _joined(" ")(number).replace("1", "l"),
    "large ones as letters": lambda number: number.replace("1", "I"),
    "ones as bars": lambda number: _joined(" ")(number).replace("1", "|"),
    "fives as letters": lambda number: _joined(" ")(number).replace("5", "S"),
    "eights as letters": lambda number: _joined(" ")(number).replace("8", "B"),
    "ones as exclamations": lambda number: _joined(" ")(number).replace("1", "!"),
    "zeros as D": lambda number: _joined(" ")(number).replace("0", "D"),
    "sevens as T": lambda number: number.replace("7", "T"),
    "struck through": lambda number: "".join(sign + "\u0336" for sign in number),
}


def _iban(country: str, account: str) -> str:
    return country + iban.calc_check_digits(country + "00" + account) + account


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


def _luhn(count: int, head: str = "") -> st.SearchStrategy[str]:
    return _digits(count - 1 - len(head)).map(lambda body: head + body + luhn.calc_check_digit(head + body))


def _spaced(strategy: st.SearchStrategy[str], *sizes: list[int], signs: str = " ") -> st.SearchStrategy[str]:
    """Glued, or in one of these groupings."""
    writings = st.tuples(strategy, st.sampled_from([[99], *sizes]), st.sampled_from(signs))
    return writings.map(lambda drawn: drawn[2].join(groups(drawn[0], drawn[1])))


_INSTANTS = st.datetimes(min_value=datetime(1901, 1, 1), max_value=datetime(2099, 12, 31))  # noqa: DTZ001  # figures

INNOCENTS: dict[str, st.SearchStrategy[Any]] = {
    "SIRET": _spaced(_luhn(14).filter(siret.is_valid), [3, 3, 3], [9], signs=" \u00a0"),
    "SIREN": _spaced(_luhn(9), [3, 3]),
    "French account": _spaced(_digits(23).map(lambda account: _iban("FR", account)), [4] * 6, signs=" \u00a0"),
    "German account": _spaced(_digits(18).map(lambda account: _iban("DE", account)), [4] * 5),
    "Belgian account": _spaced(_digits(12).map(lambda account: _iban("BE", account)), [4] * 3),
    "phone": _spaced(_digits(8).map(lambda rest: "06" + rest), [2] * 4, signs=" .-"),
    "two phones": st.tuples(_digits(8), _digits(8)).map(
        lambda two: " / ".join(" ".join(groups("01" + rest, [2] * 4)) for rest in two)
    ),
    "phone from abroad": _spaced(_digits(8).map(lambda rest: "+331" + rest), [3, 1, 2, 2, 2], signs=" ."),
    "phone with zeros": _spaced(_digits(8).map(lambda rest: "00331" + rest), [4, 1, 2, 2, 2], signs=" ."),
    "bank card": _spaced(_luhn(16, "4"), [4, 4, 4], signs=" -"),
    "fifteen-digit card": _spaced(_luhn(15, "37"), [4, 6]).filter(lambda text: " " in text),
    "article": _spaced(_digits(12).map(lambda body: body + ean.calc_check_digit(body)), [1, 6], [3, 4, 5]),
    "parcel": _spaced(_digits(11).map(lambda rest: "6A" + rest), [2, 5, 5]),
    "post abroad": _spaced(_digits(9).map(lambda rest: f"RR{rest}FR"), [2, 3, 3, 3]),
    "pallet": _spaced(_digits(18), [1, 7, 9]),
    "RPPS": _spaced(_digits(10).map(lambda rest: "1" + rest), [3, 4]),
    "instant": _INSTANTS.map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%S")),
    "machine's instant": _INSTANTS.map(lambda at: at.strftime("%Y%m%d%H%M%S") + "123"),
    "days": _INSTANTS.map(lambda day: f"du {day:%d/%m/%Y} au {day:%d/%m/%Y}, puis {day:%Y-%m-%d} - {day:%Y-%m-%d}"),
}
