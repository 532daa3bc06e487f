"""A small, right definition as TOML, and ways to spoil it."""

import tomllib
from typing import Any

from procedures.rules.definitions import Definition
from procedures.rules.loading import read_definition
from procedures.rules.reading import BadDefinition, Problem

KEY = "essai/demande"

RIGHT = """
certainty = "high"
checked_on = 2026-11-23
valid_from = 2026-01-01
beneficiaries = ["self"]
legal_basis = ["RGPD 15"]
title = { fr = "Demander", en = "Ask" }
short = { fr = "Demander", en = "Ask" }
summary = { fr = "Une demande", en = "A request" }
addressee = { fr = "Un organisme", en = "A body" }
eligibility = { fr = "Pour tous", en = "For all" }
leaves = { fr = "Rien", en = "Nothing" }

[[channels]]
key = "letter"
title = { fr = "Par lettre", en = "By letter" }
summary = { fr = "Une lettre", en = "A letter" }
[[channels.steps]]
key = "write"
title = { fr = "Écrire", en = "Write" }
detail = { fr = "Écrivez.", en = "Write." }

[[deadlines]]
key = "answer"
start_fact = "received"
length = "P1M"
rule = "eu_1182_71"
bound = "addressee"
article = "RGPD (GDPR) 12(3)"
article_url = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
checked_on = 2026-11-23
title = { fr = "Réponse", en = "Answer" }
on_miss = { fr = "Relancez.", en = "Remind them." }
without_start = { fr = "Pas de départ.", en = "No start." }

[[outcomes]]
key = "answered"
class5 = "obtained_proven"
title = { fr = "Répondu", en = "Answered" }

[[sources]]
url = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
read_on = 2026-11-23
title = { fr = "Le RGPD", en = "The GDPR" }
"""


def definition(text: str = RIGHT, *, version: int = 1) -> Definition:
    return read_definition(tomllib.loads(text), key=KEY, version=version)


def right_table() -> dict[str, Any]:
    return tomllib.loads(RIGHT)


def problems_of(text: str) -> list[Problem]:
    try:
        definition(text)
    except BadDefinition as error:
        return list(error.problems)
    return []


def with_deadline_lines(lines: str) -> str:
    """The right text with more lines in its one deadline."""
    return RIGHT.replace("[[outcomes]]", f"{lines}\n\n[[outcomes]]")


def spoiled(right: str, wrong: str) -> str:
    """The right text with one thing made wrong."""
    assert right in RIGHT
    return RIGHT.replace(right, wrong, 1)
