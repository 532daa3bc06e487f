"""All documents by name."""

import re
from collections.abc import Sequence

from tests.vault.corpus import barcodes, hostile, mails, negatives, photos, scans, screens, tricks, writings
from tests.vault.corpus.truth import Recipe
from tests.whole import share

MODULES = (writings, tricks, negatives, barcodes, scans, photos, screens, mails, hostile)


# docs/reference/bad-inputs.md says what becomes of them: scripts, another kind's name, two kinds in one, bombs, locks.
BY_NAME = {
    *("hostile-svg", "hostile-html", "hostile-launch", "hostile-jpeg-with-pdf", "hostile-pdf-with-zip"),
    *("hostile-office", "hostile-png-bomb", "hostile-pdf-locked"),
}


def recipes(pattern: str = "") -> Sequence[Recipe]:
    """In the order of their names; `pattern` is looked for in them."""
    found = (recipe for module in MODULES for recipe in module.recipes())
    return sorted((one for one in found if re.search(pattern, one.name)), key=lambda recipe: recipe.name)


def sample() -> Sequence[Recipe]:
    """Those that are bad inputs by name, and of each class every fortieth document: what the suite has time for.

    WHOLE=1 and the report take them all.
    """
    by_class: dict[str, list[Recipe]] = {}
    for one in recipes():
        by_class.setdefault(one.sort, []).append(one)
    return [one for ones in by_class.values() for one in ones if one.name in BY_NAME or one in share(ones, 12, of=40)]
