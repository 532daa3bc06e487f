"""How the cases stand: numbers that lead to lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from web.desk.pages.words import OUTCOMES, REASONS, STATES, capped


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    label: str
    count: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    id: str
    title: str
    lines: list[Line]


def tables(counts: Mapping[str, int]) -> list[Table]:
    """By state, by reason to act, by outcome; zero is shown, so that nothing seems forgotten."""
    states = {code: words for code, words in STATES.items() if code != "erased"}
    return [
        _table("state", _("Où en sont les dossiers"), states, counts, url=reverse("desk:cases"), name="etat"),
        _table("reason", _("Ce qu’ils attendent"), REASONS, counts, url=reverse("desk:now"), name="motif"),
        _table("outcome", _("Comment ils ont fini"), OUTCOMES, counts, url=reverse("desk:cases"), name="issue"),
    ]


def _table(
    key: str, title: str, words: Mapping[str, str | Promise], counts: Mapping[str, int], *, url: str, name: str
) -> Table:
    more = {"qui": "team"} if name == "motif" else {}
    return Table(
        id=key,
        title=title,
        lines=[
            Line(
                label=str(label),
                count=capped(counts.get(f"{key}:{code}", 0)),
                url=f"{url}?{urlencode({name: code} | more)}",
            )
            for code, label in words.items()
        ],
    )
