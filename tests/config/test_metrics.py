"""What a monitor reads: sums of the whole instance, from any of the web's processes, in few queries."""

import json
import math
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import actions, scope
from accounts.models import Association
from config import metrics
from notifications.models import Notice, NoticeState
from tests import factories

pytestmark = pytest.mark.django_db


def read() -> dict[str, float]:
    """{"opposable_notices{state=dead}": 0.0}"""
    found = {}
    for family in text_string_to_metric_families(Client().get("/metrics").content.decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sample.labels.items())
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


@pytest.mark.usefixtures("clock")
def test_an_instance_at_rest_has_nothing_waiting(association: Association) -> None:
    actions.chain_all()

    found = read()

    assert found["opposable_database_up"] == 1
    assert found["opposable_disk_free_bytes"] > 0
    assert math.isnan(found["opposable_backup_age_seconds"])
    told_apart = ("opposable_database", "opposable_disk", "opposable_backup", "opposable_job")
    resting = {name: value for name, value in found.items() if not name.startswith(told_apart)}
    assert set(resting.values()) - {0.0} == set()
    assert len(resting) >= 8


def test_without_a_backup_its_age_is_no_number(settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_STATE_FILE = str(tmp_path / "none")

    assert math.isnan(read()["opposable_backup_age_seconds"])


@pytest.mark.usefixtures("clock")
def test_what_waits_is_told_with_its_age(
    association: Association, other_association: Association, today: date, now: datetime
) -> None:
    by = factories.make_membership(association).user
    factories.make_case(factories.make_campaign(association, today=today), by=by, today=today, at=now, sent=90)
    for to, age, state in ((association, 7, NoticeState.WAITING), (other_association, 30, NoticeState.DEAD)):
        with scope.enter(to.pk):
            Notice.objects.create(
                association_id=to.pk, kind="news", dedupe_key=f"{age}", message_id=f"<{age}@exemple.invalid>",
                state=state, next_try_at=now - timedelta(minutes=age), created_at=now,
            )  # fmt: skip

    found = read()

    assert found["opposable_deadlines_unflagged"] >= 1
    assert found["opposable_notices{state=waiting}"] == found["opposable_notices{state=dead}"] == 1
    assert found["opposable_notices_oldest_due_seconds"] == 7 * 60
    assert found["opposable_unchained{chain=evidence}"] > 0
    assert found["opposable_unchained_oldest_seconds{chain=evidence}"] == 0


@pytest.mark.usefixtures("clock")
def test_a_job_tells_since_when_it_was_done(association: Association, now: datetime) -> None:
    actions.note_try("cases.sweep", at=now)
    actions.note_done("cases.sweep", at=now - timedelta(hours=9))
    actions.note_try("notifications.deliver", at=now)

    found = read()

    assert found["opposable_job_done_seconds{job=cases.sweep}"] == 9 * 3600
    assert math.isnan(found["opposable_job_done_seconds{job=notifications.deliver}"])
    assert "opposable_job_done_seconds{job=vault.analyse}" not in found


def test_no_association_and_no_person_is_told_apart(association: Association, today: date, now: datetime) -> None:
    by = factories.make_membership(association).user
    case = factories.make_case(factories.make_campaign(association, today=today), by=by, today=today, at=now)

    told = metrics.exposition().decode()

    for name in (association.slug, association.name, case.reference, "Zq"):
        assert name not in told
    assert {line.split("{")[1].split("=")[0] for line in told.splitlines() if "{" in line} <= {"state", "chain", "job"}


def test_it_is_counted_in_few_queries(
    association: Association, other_association: Association, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(60):  # SQLite asks each association; PostgreSQL asks once
        metrics.exposition()


@pytest.mark.postgres
def test_it_is_counted_in_as_many_queries_for_many_associations(
    association: Association, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        factories.make_association(slug=f"one-{number}")

    with django_assert_max_num_queries(9):
        metrics.exposition()


@pytest.mark.parametrize(
    ("written", "age"),
    [
        ({"at": "2026-11-23T04:00:00+01:00", "counts": {}}, 6 * 3600.0),
        ({"made_at": "2026-11-23T03:00:00+00:00", "bytes": 12}, 6 * 3600.0),
        ({"at": "2026-11-23T04:00:00"}, math.nan),
        ({"at": 1}, math.nan),
        ({}, math.nan),
        ([], math.nan),
        ("cut", math.nan),
    ],
)
@pytest.mark.usefixtures("clock")
def test_the_age_of_the_last_backup_is_read_from_its_note(
    settings: Settings, tmp_path: Path, written: Any, age: float
) -> None:
    settings.BACKUP_STATE_FILE = str(tmp_path / metrics.LAST_BACKUP)
    metrics.backup_note().write_text("{" if written == "cut" else json.dumps(written), encoding="utf-8")

    found = read()["opposable_backup_age_seconds"]

    assert found == age or (math.isnan(age) and math.isnan(found))
