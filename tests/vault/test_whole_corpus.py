"""Documents of every class, as `redact_file` treats each, are judged: no number is left, no innocent is touched."""

from itertools import groupby
from pathlib import Path

import pytest

from tests.vault.corpus import catalogue, judge, running
from tests.vault.corpus.judge import Judgement
from tests.vault.corpus.truth import Recipe

pytestmark = pytest.mark.slow

CHUNK = 8


def chunks() -> list[tuple[Recipe, ...]]:
    """Small enough that two workers are busy to the end, of one class so that a failure says where to look."""
    by_class = groupby(catalogue.sample(), key=lambda one: one.sort)
    return [tuple(ones[at : at + CHUNK]) for _, [*ones] in by_class for at in range(0, len(ones), CHUNK)]


@pytest.mark.parametrize("recipes", chunks(), ids=lambda recipes: recipes[0].name)
def test_what_is_kept_tells_no_number_and_everything_else(recipes: tuple[Recipe, ...], tmp_path: Path) -> None:
    documents = running.write(recipes, tmp_path / "in")

    outcomes = running.redact_here(tmp_path / "in")

    judged = [judge.judge(name, documents[name], outcomes[name], dpis=judge.QUICK) for name in documents]
    assert {one.name: shortcomings(one) for one in judged if shortcomings(one)} == {}


def shortcomings(one: Judgement) -> tuple[str, ...]:
    """Of a scan or a photo too: none of these is so bad that its number may be missed."""
    missed = ("missed",) if one.found is False else ()
    return (*(f"{fault}: {detail}" for fault, detail in one.faults), *missed)
