"""The verdict of a load: what makes it fail, and what its table says."""

import os
from pathlib import Path

import pytest

from tests.config.processes import descendants, eventually, started
from tests.load.pages import PAGES
from tests.load.report import holds, lines_of, told
from tests.load.watching import Watch

SOUND = [("queue", 40.0, 10, ""), ("queue", 60.0, 12, ""), ("home", 5.0, 1, "")]


def watched(*memory: float, web: float = 1.5) -> Watch:
    watch = Watch({"web": 1, "database": 2}, memory_of="web")
    watch.memory = {7: list(memory or [100.0] * 40)}
    watch.seconds = {"clock": 100.0, "web": 100 * web, "database": 40.0}
    return watch


def test_a_line_tells_the_most_that_an_answer_took() -> None:
    queue, home = lines_of(SOUND)

    assert (queue.page, queue.requests, queue.median_ms, queue.statements) == ("queue", 2, 50.0, 12)
    assert home.page == "home"
    assert holds([queue, home], watched())


@pytest.mark.parametrize(
    "bad",
    [
        ("queue", 40.0, 10, "500"),
        ("queue", 40.0, PAGES["queue"].budget + 1, ""),
    ],
)
def test_a_wrong_answer_or_too_many_statements_fail_it(bad: tuple[str, float, int, str]) -> None:
    assert not holds(lines_of([*SOUND, bad]), watched())


def test_a_process_that_grows_fails_it_and_one_that_warms_up_does_not() -> None:
    lines = lines_of(SOUND)

    assert holds(lines, watched(*[60.0] * 10, *[110.0] * 30))
    assert not holds(lines, watched(*(100.0 + second for second in range(40))))


def test_nothing_asked_is_no_success() -> None:
    assert not holds([], watched())


def test_the_table_names_what_ends_first() -> None:
    lines = lines_of(SOUND)

    assert "The processors are full; web takes most" in "\n".join(told(lines, watched(), cores=2))
    assert "are not full by this" in "\n".join(told(lines, watched(web=0.2), cores=2))


def test_what_several_groups_hold_counts_for_the_first_and_a_process_has_its_share(tmp_path: Path) -> None:
    """Whoever asks has started all the others; of the web, what was forked is watched."""
    forks = ["sh", "-c", "sleep 60 & wait"]
    with started(forks, log=tmp_path / "log", environment={"PATH": os.environ["PATH"]}) as shell:
        eventually(lambda: bool(descendants(shell.pid)), within=10, what="it forked")
        watch = Watch({"web": shell.pid, "load itself": os.getpid()}, memory_of="web")
        with watch.running():
            pass

    [forked] = watch.memory
    assert {("web", forked), ("web", shell.pid)} <= watch._spent.keys()
    assert not {("load itself", forked), ("load itself", shell.pid)} & watch._spent.keys()
    watch._before[("web", forked)], watch._spent[("web", forked)], watch.seconds["clock"] = 1.0, 4.0, 6.0
    assert watch.share(forked) == 0.5
