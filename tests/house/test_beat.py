"""The beat table and the tasks behind it."""

import ast
import importlib
import inspect
import re

from config import celery
from config.jobs import JOBS, in_order
from tests.house.tree import APPS, ROOT, name_of, parsed, python_files

for app_with_tasks in [app for app in APPS if (ROOT / app / "tasks.py").exists()]:
    importlib.import_module(f"{app_with_tasks}.tasks")
OURS = {name: task for name, task in celery.app.tasks.items() if not name.startswith("celery.")}


def test_the_beat_table_is_sorted_and_names_each_entry_for_its_task() -> None:
    assert list(celery.BEAT_TABLE) == sorted(celery.BEAT_TABLE)
    assert all(name == entry["task"] for name, entry in celery.BEAT_TABLE.items())


def test_every_entry_has_a_task() -> None:
    assert celery.BEAT_TABLE.keys() - OURS.keys() == set()


def test_the_beat_and_cron_do_the_same_jobs_and_no_task_is_forgotten() -> None:
    """A job that is missing in one would never run where only the other is."""
    assert list(celery.BEAT_TABLE) == list(JOBS) == sorted(OURS)
    assert sorted(in_order()) == sorted(JOBS)


def test_every_job_takes_the_ticks_now() -> None:
    assert all("now" in inspect.signature(task.run).parameters for task in OURS.values())


def test_every_job_is_documented() -> None:
    told = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| `(\w+\.\w+)` \|", told, re.MULTILINE) == list(JOBS)


def test_a_tick_that_nobody_took_expires() -> None:
    assert all(entry["options"]["expires"] > 0 for entry in celery.BEAT_TABLE.values())


def test_tasks_are_named_for_their_app() -> None:
    for name, task in OURS.items():
        app, _, verb = name.partition(".")
        assert task.__module__ == f"{app}.tasks", name
        assert verb.isidentifier(), name


def test_tasks_are_functions_with_an_explicit_name_and_nothing_else() -> None:
    """A task is a door: ids in, one action called. It has no branch, loop or query of its own."""
    for path in python_files(*APPS):
        if path.name != "tasks.py":
            continue
        for node in parsed(path).body:
            if isinstance(node, ast.FunctionDef):
                assert any("name=" in ast.unparse(mark) for mark in node.decorator_list), f"{name_of(path)} {node.name}"
                logic = [one for one in ast.walk(node) if isinstance(one, ast.If | ast.For | ast.While | ast.Try)]
                assert logic == [], f"{name_of(path)} {node.name} decides"
