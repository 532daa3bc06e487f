"""Made-up numbers with right keys: what must be hidden, and what only looks like it."""

from itertools import pairwise
from random import Random

MONTHS = (*range(1, 13), *range(20, 43), *range(50, 100))
DEPARTMENTS = (*(f"{number:02d}" for number in range(1, 96) if number != 20), "2A", "2B", "99")
CORSICA = {"2A": "19", "2B": "18"}


def nir(random: Random, *, department: str = "", month: int = 0, first: str = "") -> str:
    """Fifteen characters with a right key: the first digit, two of year and month, department, commune, order, key."""
    sex = first or random.choice("11112222278")
    birth = f"{random.randrange(100):02d}{month or random.choice(MONTHS):02d}"
    place = department or random.choice(DEPARTMENTS)
    body = f"{sex}{birth}{place}{random.randrange(1, 990):03d}{random.randrange(1, 1000):03d}"
    return body + key_of(body)


def key_of(body: str) -> str:
    department = body[5:7]
    return f"{97 - int(body[:5] + CORSICA.get(department, department) + body[7:]) % 97:02d}"


def mistyped(number: str) -> str:
    """The same body with a key that does not fit."""
    return number[:13] + f"{(int(number[13:]) + 11) % 97 + 1:02d}"


def groups(number: str) -> list[str]:
    """As on the card: 1 85 05 78 006 084 91 (thirteen characters have no last group)."""
    cuts = [0, 1, 3, 5, 7, 10, 13, 15]
    return [number[a:b] for a, b in pairwise(cuts) if number[a:b]]


def luhn(random: Random, length: int, *, start: str = "") -> str:
    body = start + "".join(str(random.randrange(10)) for _ in range(length - len(start) - 1))
    doubled = [int(sign) * (2 if place % 2 == 0 else 1) for place, sign in enumerate(reversed(body))]
    return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def ean(random: Random, *, start: str = "") -> str:
    body = start + "".join(str(random.randrange(10)) for _ in range(12 - len(start)))
    return body + str(-sum(int(sign) * (1, 3)[place % 2] for place, sign in enumerate(body)) % 10)


def iban(random: Random) -> str:
    """A French account with its own key and the country's."""
    bank, desk = f"{random.randrange(10**5):05d}", f"{random.randrange(10**5):05d}"
    account = f"{random.randrange(10**11):011d}"
    key = 97 - (89 * int(bank) + 15 * int(desk) + 3 * int(account)) % 97
    inner = f"{bank}{desk}{account}{key:02d}"
    return f"FR{98 - int(inner + '152700') % 97:02d}{inner}"


def phone(random: Random) -> str:
    """From the ranges that ARCEP keeps for fiction (01 99 00, 06 39 98)."""
    return f"{random.choice(['019900', '063998'])}{random.randrange(10**4):04d}"


def cut(number: str, sizes: str, separator: str = " ") -> str:
    """`cut("FR76...", "4444", " ")`: groups of these sizes, what is left as the last one."""
    parts, at = [], 0
    for size in map(int, sizes):
        parts.append(number[at : at + size])
        at += size
    return separator.join([*parts, number[at:]] if number[at:] else parts)
