"""Every definition says where it is from and when somebody looked."""

from datetime import date
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from procedures import registry
from procedures.rules.definitions import Definition

ALL = registry.all_current()


@pytest.mark.parametrize("definition", ALL, ids=lambda definition: definition.key)
def test_a_definition_has_sources_and_a_day_of_checking(definition: Definition) -> None:
    assert definition.sources
    assert date(2026, 1, 1) <= definition.checked_on <= timezone.localdate()
    for rule in definition.deadlines:
        assert rule.article
        assert urlsplit(rule.article_url).scheme == "https"
        assert rule.checked_on <= definition.checked_on


@pytest.mark.parametrize("definition", ALL, ids=lambda definition: definition.key)
def test_a_definition_speaks_both_languages(definition: Definition) -> None:
    for text in (
        definition.title,
        definition.short,
        definition.summary,
        *(outcome.title for outcome in definition.outcomes),
    ):
        assert text.fr
        assert text.en
        assert text.fr != text.en


def test_the_three_procedures_of_the_main_job_are_there() -> None:
    assert {definition.key for definition in ALL} >= {
        "mon-espace-sante/opposition",
        "mon-espace-sante/opposition-enfant",
        "mon-espace-sante/cloture",
    }
