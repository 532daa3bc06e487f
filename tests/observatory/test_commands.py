from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import scope
from accounts.models import Association, Membership
from observatory import access, actions
from observatory.models import Release, StatEvent
from observatory.rules.lifecycle import State
from tests.observatory.conftest import AT, Handed, persons


def run(name: str, *arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(name, *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_from_freezing_to_a_verified_file(association: Association, delegate: Membership, handed: Handed) -> None:
    handed.tallies = persons(90)

    assert run("stats_freeze", "--today", "2026-01-10") == ("frozen 90, removed 0, set aside 0\n", "")
    lines, refusals = run("stats_measure", "--period", "2025", "--table", "S1")
    slug, state = lines.split()
    assert (state, refusals) == ("measured", "")
    with pytest.raises(CommandError, match="reviewed"):
        run("stats_publish", slug)
    review(association, delegate, slug)
    assert run("stats_publish", slug) == (f"{slug}\n", "")

    assert access.published_release(slug)
    assert run("stats_verify")[0].startswith("every published file")


def review(association: Association, delegate: Membership, slug: str) -> None:
    with scope.enter(association.pk):
        actions.review(Release.objects.get(slug=slug), by=delegate.user, at=AT)


def test_measuring_again_says_why_not_and_goes_on(association: Association, handed: Handed) -> None:
    handed.tallies = persons(90)
    run("stats_freeze", "--today", "2026-01-10")
    run("stats_measure", "--period", "2025", "--table", "S1")

    lines, refusals = run("stats_measure", "--period", "2025")

    assert [line.split()[1] for line in lines.splitlines()] == ["measured"]
    assert "S1: S1 of 2025 was measured before." in refusals


@pytest.mark.parametrize(("day", "why"), [("2026-01-09", "up to 2026-01-10 already"), ("2999-01-01", "still to come")])
def test_freezing_for_a_day_before_the_last_one_or_to_come_changes_nothing(
    association: Association, handed: Handed, day: str, why: str
) -> None:
    handed.tallies = persons(2)
    run("stats_freeze", "--today", "2026-01-10")
    handed.tallies = []

    with pytest.raises(CommandError, match=why) as refused:
        run("stats_freeze", "--today", day)

    assert refused.value.returncode == 2
    with scope.enter(association.pk):
        assert StatEvent.objects.count() == 2


def test_a_period_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(CommandError, match="2025-Q3"):
        run("stats_measure", "--period", "last year")


def test_a_file_that_was_altered_is_named(
    measured: Release, delegate: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.review(measured, by=delegate.user, at=AT)
    actions.publish(measured, by=delegate.user, at=AT)
    monkeypatch.setattr(access, "_hash", lambda content: "0" * 64)

    with pytest.raises(CommandError, match="1 published files"):
        run("stats_verify")


def test_a_set_aside_association_makes_the_command_fail(
    association: Association, handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*args: Any, **kwargs: Any) -> Any:
        raise ValueError

    monkeypatch.setattr("cases.tallies.campaigns", failing)

    with pytest.raises(CommandError, match="1 associations"):
        run("stats_freeze", "--today", str(date(2026, 1, 10)))
    with scope.enter(association.pk):
        assert not StatEvent.objects.exists()
        assert not Release.objects.filter(state=State.MEASURED).exists()
