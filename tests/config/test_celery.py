"""The beat table and what every task is bound to."""

from celery.schedules import crontab

from config.celery import BEAT_TABLE, app


def test_the_table_is_sorted_and_each_entry_is_named_for_its_task() -> None:
    assert list(BEAT_TABLE) == sorted(BEAT_TABLE)
    assert all(name == entry["task"] for name, entry in BEAT_TABLE.items())


def test_every_beat_calls_a_task_that_exists() -> None:
    app.loader.import_default_modules()

    assert {entry["task"] for entry in BEAT_TABLE.values()} <= set(app.tasks)


def test_every_task_of_ours_is_on_the_beat_or_named_for_its_app() -> None:
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if not name.startswith("celery.")]

    assert all(name.count(".") == 1 for name in ours), "explicit names: app.verb"


def test_a_tick_that_nobody_took_expires_before_the_next_one() -> None:
    for entry in BEAT_TABLE.values():
        if isinstance(entry["schedule"], crontab):
            continue
        assert entry["options"]["expires"] <= entry["schedule"].seconds


def test_daily_jobs_stay_out_of_the_hours_that_daylight_saving_moves() -> None:
    daily = [entry["schedule"] for entry in BEAT_TABLE.values() if isinstance(entry["schedule"], crontab)]

    assert daily
    assert not any(hour in repr(schedule) for schedule in daily for hour in (" 1 *", " 2 *", " 3 *"))


def test_tasks_speak_json_only_end_in_time_and_are_acknowledged_late() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_acks_late
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit <= 600
    assert app.conf.task_publish_retry is False
    assert app.conf.result_backend is None
