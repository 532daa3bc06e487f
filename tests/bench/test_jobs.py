"""Every job runs on few rows; each rival does the work that it is measured for."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from accounts import scope
from bench import __main__ as command
from bench import ground, jobs, report
from bench.database import Laboratory
from bench.ground import Ground
from bench.measure import Comparison, compare, nothing
from bench.rivals import floor, openings, sweeps
from bench.undoing import undone
from cases import actions
from cases.models import Case, CaseEvent, Deadline
from notifications.models import Notice

ROWS = 24
HERE = Laboratory("a test's", "not counted", lambda: 0.0, nothing)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def settled(db: None, now: datetime) -> Ground:
    return ground.prepare(rows=ROWS, at=now)


def test_every_job_runs_and_gives_finite_ratios(settled: Ground) -> None:
    comparisons = [one for job in jobs.JOBS.values() for one in job(settled)]

    results = [compare(once(one), rounds=1, database=HERE.database) for one in comparisons]

    assert {one.name.split("/")[0] for one in comparisons} == set(command.NAMES)
    assert all(math.isfinite(one.ratio) and one.ratio > 0 for one in results)
    written = json.loads(json.dumps(report.as_json(results, rows=ROWS, rounds=1, laboratory=HERE)))
    assert [one["name"] for one in written["results"]] == [one.name for one in comparisons]


def once(one: Comparison) -> Comparison:
    """A sample of one call each: here nobody reads the figures."""
    return replace(one, ours=replace(one.ours, units=1), theirs=replace(one.theirs, units=1))


def test_the_names_are_those_of_the_jobs() -> None:
    assert list(jobs.JOBS) == list(command.NAMES)


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["queue", "kitchen"])

    assert "no such job: kitchen" in capsys.readouterr().err


def test_the_floor_shows_fifty_rows_of_one_association(settled: Ground) -> None:
    floor.let_rows_be_seen(settled.association.pk)

    page = floor.browser().get(f"/floor/{settled.association.pk}/").content.decode()

    with scope.enter(settled.association.pk):
        open_cases = Case.objects.open().count()
    assert page.count("<td><a") == min(floor.ROWS, open_cases)


Night = Callable[..., object]


@pytest.mark.parametrize("night", [actions.sweep, sweeps.raw, sweeps.loop], ids=["ours", "raw", "loop"])
def test_each_night_flags_and_tells_the_same(settled: Ground, night: Night) -> None:
    due = jobs._make_due(settled, wanted=5)
    with scope.enter(settled.association.pk):
        before = written_of(settled)

    night(today=settled.today, at=settled.at)

    with scope.enter(settled.association.pk):
        events, notices, flagged = (after - earlier for after, earlier in zip(written_of(settled), before, strict=True))
    assert due >= 5
    assert events == flagged >= 5
    assert 0 < notices <= flagged


def written_of(settled: Ground) -> tuple[int, int, int]:
    events = CaseEvent.objects.filter(kind="deadline_missed").count()
    notices = Notice.objects.filter(kind__in=("deadline_missed", "answer_overdue")).count()
    return events, notices, Deadline.objects.filter(missed_on=settled.today).count()


def test_what_is_measured_is_undone(settled: Ground) -> None:
    jobs._make_due(settled, wanted=5)

    undone(lambda: actions.sweep(today=settled.today, at=settled.at))()

    with scope.enter(settled.association.pk):
        assert Deadline.objects.filter(missed_on=settled.today).count() == 0
        assert Deadline.objects.all().overdue(settled.today).count() >= 5


def test_both_ways_of_opening_end_in_the_same_states(settled: Ground) -> None:
    told = list(ground.plans(settled, start=0, number=12, key="neuf"))
    with scope.enter(settled.association.pk):
        at_once = actions.create_cases(settled.campaign, told, by=settled.user, today=settled.today)
        openings.one_by_one(settled.campaign, told, by=settled.user)

        newest = Case.objects.order_by("-pk")[:12]
        assert [case.state for case in reversed(newest)] == [case.state for case in at_once]


def test_the_figures_are_written_where_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.session.measured", lambda *_, **__: [])
    chosen = command._options(["queue", "--rows", "1e3", "--json", str(tmp_path / "figures.json")])

    assert command.run(chosen, HERE) == 0

    assert json.loads((tmp_path / "figures.json").read_text())["rows"] == 1000
