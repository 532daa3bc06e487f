"""The beat table and what every task is bound to."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from celery.schedules import crontab
from kombu import Connection, Message

from config.celery import BEAT_TABLE, RedisTransport, WholeFiles, app
from config.jobs import DOCUMENTS, ROUTES
from config.management.commands import runplatform
from config.settings.base import broker_options
from tests import cluster
from tests.config.processes import ROOT


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


def test_a_redis_that_hangs_is_given_up_within_seconds_and_a_task_is_not_given_out_twice() -> None:
    options = broker_options()

    assert (options["socket_connect_timeout"], options["socket_timeout"]) == (1, 2)
    assert options["visibility_timeout"] > app.conf.task_time_limit


def test_a_redis_that_goes_away_kills_nobody_who_is_at_work() -> None:
    assert app.conf.worker_cancel_long_running_tasks_on_connection_loss is False


@pytest.mark.parametrize("end", [Message.ack, Message.reject, Message.requeue])
def test_a_message_whose_end_redis_was_not_told_keeps_no_place(end: Callable[[Message], None]) -> None:
    """Or a worker whose places are all taken never asks for more, and never notices that Redis is back."""
    port = cluster.free_port()
    options = broker_options()
    with cluster.redis(port=port) as url, Connection(url, transport_options=options) as broker:
        queue = broker.SimpleQueue("celery")
        channel: Any = queue.channel
        queue.consumer.qos(prefetch_count=1)
        queue.put({"id": 7})
        taken = queue.get(timeout=5)
        assert not channel.qos.can_consume()
        redis.Redis(port=port).shutdown(nosave=True)

        with pytest.raises(broker.connection_errors):
            end(taken)

        assert channel.qos.can_consume()


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_redis_is_spoken_to_through_our_transport(scheme: str) -> None:
    assert Connection(f"{scheme}://127.0.0.1:1/0").get_transport_cls() is RedisTransport


# The file broker


@pytest.fixture
def files(tmp_path: Path) -> Connection:
    """kombu remembers for the process which queues are bound: each test has one of its own."""
    for name in ("queue", "control"):
        (tmp_path / name).mkdir()
    folders = {"data_folder_in": tmp_path / "queue", "data_folder_out": tmp_path / "queue"}
    options = {name: str(folder) for name, folder in folders.items()} | {"control_folder": str(tmp_path / "control")}
    return Connection("filesystem://localhost//", transport_options=options)


def test_a_message_of_the_file_broker_is_taken_as_it_was_put(files: Connection) -> None:
    with files, files.SimpleQueue("celery") as queue:
        assert isinstance(queue.channel, WholeFiles)
        queue.put({"id": 7})

        assert queue.get(block=False).payload == {"id": 7}


def test_a_message_that_is_half_written_is_not_taken(
    files: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(self: Path, text: str, **_options: object) -> int:
        self.write_bytes(text[: len(text) // 2].encode())
        raise InterruptedError

    with files, files.SimpleQueue("other") as queue:
        with monkeypatch.context() as patched:
            patched.setattr(Path, "write_text", stopped)
            with pytest.raises(InterruptedError):
                queue.put({"id": 7})
        assert [path.suffix for path in (tmp_path / "queue").iterdir()] == [".part"]

        with pytest.raises(queue.Empty):
            queue.get(block=False)


def queue_of(task: str) -> str:
    return str(app.amqp.router.route({}, task)["queue"].name)


def test_what_opens_documents_waits_apart_from_all_else() -> None:
    """A hostile file keeps no deadline, mail or sweep waiting."""
    apart = {task for task in BEAT_TABLE if queue_of(task) != "celery"}

    assert apart == {"cases.seal", "vault.analyse"} == set(ROUTES)
    assert {queue_of(task) for task in apart} == {DOCUMENTS}


def test_each_queue_has_a_worker_and_each_worker_one_queue(tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    embedded = [" ".join(command) for command in runplatform.commands("127.0.0.1", 8000).values()]
    deployed = [line for line in compose.splitlines() if " worker " in line and "celery -A" in line]

    for commands in (embedded, deployed):
        workers = [command for command in commands if " worker " in command]
        assert len(workers) == 2
        assert [f"--queues {DOCUMENTS}" in command for command in workers] == [False, True]


def test_every_start_has_a_passing_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was kept somewhere is not used."""
    monkeypatch.setenv("VAULT_SAS_KEY", "kept")

    first, second = (runplatform.environment(8000)["VAULT_SAS_KEY"] for _ in range(2))

    assert len({"kept", first, second}) == 3
    assert len(base64.b64decode(first, validate=True)) == 32
