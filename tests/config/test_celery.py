"""The beat table and what every task is bound to."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from celery.schedules import crontab
from kombu import Connection, Message
from kombu.exceptions import OperationalError

from config.celery import BEAT_TABLE, RedisTransport, WholeFiles, app
from config.jobs import DOCUMENTS, ROUTES
from config.management.commands import runplatform
from config.settings.base import redis_broker
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


def test_a_redis_that_hangs_is_given_up_within_seconds_and_a_slow_task_is_not_begun_again() -> None:
    options = redis_broker("redis://redis:6379/0")["CELERY_BROKER_TRANSPORT_OPTIONS"]

    assert (options["socket_connect_timeout"], options["socket_timeout"]) == (1, 2)
    assert options["visibility_timeout"] > app.conf.task_time_limit


def test_a_redis_that_goes_away_is_asked_for_ever_and_has_nobody_killed() -> None:
    """Seen in `make chaos redis`, where no process of the pool may change."""
    assert app.conf.broker_connection_max_retries is None
    assert app.conf.worker_cancel_long_running_tasks_on_connection_loss is False


@pytest.mark.parametrize("end", [Message.ack, Message.reject, Message.requeue])
def test_a_message_whose_end_redis_was_not_told_keeps_no_place(end: Callable[[Message], None]) -> None:
    """Or a worker whose places are all taken never asks for more, and never notices that Redis is back."""
    port = cluster.free_port()
    with cluster.redis(port=port) as url, connection_to(url) as broker:
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
    assert connection_to(f"{scheme}://127.0.0.1:1/0").get_transport_cls() is RedisTransport


def test_a_redis_elsewhere_is_believed_by_its_certificate() -> None:
    """The broker's by kombu, the others by redis itself."""
    with cluster.scratch_folder() as folder:
        ours, other = (cluster.certificate(folder, name) for name in ("ours", "other"))
        port = cluster.free_port()
        tls: dict[str, Any] = {"tls_cert_file": f"{ours}.crt", "tls_key_file": f"{ours}.key", "tls_auth_clients": "no"}
        address = f"rediss://127.0.0.1:{port}/0"
        with cluster.redis(tls_port=port, **tls):
            assert answers(f"{address}?ssl_ca_certs={ours}.crt") == [True, True]

            assert answers(f"{address}?ssl_ca_certs={other}.crt") == [False, False]
            assert answers(address) == [False, False], "no root of the system's either"
            assert answers(f"{address}?ssl_ca_certs={ours}.crt".replace("127.0.0.1", "localhost")) == [False, False]


def connection_to(url: str) -> Connection:
    """As Celery opens it, with our settings."""
    asked = Celery("asked", set_as_current=False)
    asked.config_from_object(redis_broker(url), namespace="CELERY")
    return asked.connection_for_write()


def answers(url: str) -> list[bool]:
    """The broker's connection and a client of the cache, of the antechamber's keys and of health."""
    asked = (connection_to(url).connect, redis.Redis.from_url(url, retry=None).ping)
    return [_is_believed(ask) for ask in asked]


def _is_believed(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (OperationalError, redis.ConnectionError) as error:
        if "certificate verify failed" not in str(error):
            raise
        return False
    return True


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


@pytest.fixture
def ways_to_start(tmp_path: Path, settings: Any) -> list[list[str]]:
    """The workers' commands: embedded, with Docker, with systemd."""
    settings.VAR_DIR = tmp_path
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8").splitlines()
    units = [
        line
        for name in ("worker", "documents")
        for line in (ROOT / f"config/deploy/systemd/opposable-{name}.service").read_text(encoding="utf-8").splitlines()
    ]
    embedded = [" ".join(command) for command in runplatform.commands("127.0.0.1", 8000).values()]
    return [
        [line for line in lines if " worker " in line and " -A config.celery " in line]
        for lines in (embedded, compose, units)
    ]


def test_each_queue_has_a_worker_and_each_worker_one_queue(ways_to_start: list[list[str]]) -> None:
    for workers in ways_to_start:
        assert [f"--queues {DOCUMENTS}" in command for command in workers] == [False, True]


def test_no_worker_says_every_two_seconds_that_it_lives(ways_to_start: list[list[str]]) -> None:
    """While Redis is away that holds it for half a minute at a time: no limit of a task, no SIGTERM gets through."""
    assert all("--without-heartbeat" in command for workers in ways_to_start for command in workers)


def test_every_start_has_a_passing_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was kept somewhere is not used."""
    monkeypatch.setenv("VAULT_SAS_KEY", "kept")

    first, second = (runplatform.environment(8000)["VAULT_SAS_KEY"] for _ in range(2))

    assert len({"kept", first, second}) == 3
    assert len(base64.b64decode(first, validate=True)) == 32
