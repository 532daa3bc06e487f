"""The Celery application and the whole beat table. Rows are the queue: a task only drains what is due or waiting."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict
from uuid import uuid4

from celery import Celery
from celery.schedules import crontab, schedule
from celery.signals import beat_init, celeryd_init, task_failure, task_prerun, task_success
from django.conf import settings
from django.utils import timezone
from kombu.transport import TRANSPORT_ALIASES, filesystem, redis, virtual

from config import cores
from config.jobs import AGAIN_AFTER, JOBS, ROUTES, Daily, Every
from config.refusal import settings_or_exit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
settings_or_exit()


class BeatEntry(TypedDict):
    task: str
    schedule: schedule | crontab
    options: dict[str, float]


def beat_entry(key: str, often: Every | Daily) -> BeatEntry:
    timing = (
        crontab(hour=often.at.hour, minute=often.at.minute) if isinstance(often, Daily) else schedule(often.seconds)
    )
    return {"task": key, "schedule": timing, "options": {"expires": often.expires}}


TOLD_FROM = 60  # seconds
SWEEP = "cases.sweep"

# One entry a task, as config/jobs.py has them.
BEAT_TABLE: dict[str, BeatEntry] = {key: beat_entry(key, often) for key, often in JOBS.items()}

app = Celery("opposable")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    accept_content=["json"],
    beat_schedule=BEAT_TABLE,
    broker_connection_max_retries=None,
    broker_connection_retry_on_startup=True,
    enable_utc=True,
    result_backend=None,
    result_serializer="json",
    task_acks_late=True,
    task_ignore_result=True,
    task_publish_retry=False,
    task_reject_on_worker_lost=True,
    task_routes=ROUTES,
    task_serializer="json",
    task_soft_time_limit=540,
    task_time_limit=600,
    # It would kill who is sending a mail. The message comes again and may run beside the first: rows, their leases and
    # their locks say what is left to do.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
)
app.autodiscover_tasks()


class WholeFiles(filesystem.Channel):
    """Messages of the file broker that appear when they are whole: kombu's own may be taken while it is written."""

    def _put(self, queue: str, payload: Any, **_options: Any) -> None:  # type: ignore[override]  # kombu's two disagree
        whole = Path(self.data_folder_out) / f"{round(time.monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        being_written = whole.with_name(f"{whole.name}.part")
        being_written.write_text(json.dumps(payload), encoding="utf-8")
        being_written.rename(whole)


class FileTransport(filesystem.Transport):
    Channel = WholeFiles


class FreeSlots(redis.QoS):
    """A message whose end Redis could not be told takes up no place: kombu's own counts it for ever.

    A worker with as many of them as it has processes asks for nothing, so it never notices that Redis is back.
    After `visibility_timeout` a worker takes such a message up again, where Redis still knows it.
    """

    def ack(self, delivery_tag: str) -> None:
        with self._freed_whatever_comes(delivery_tag):
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        with self._freed_whatever_comes(delivery_tag):
            super().reject(delivery_tag, requeue=requeue)

    @contextmanager
    def _freed_whatever_comes(self, delivery_tag: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            virtual.QoS.ack(self, delivery_tag)
            raise


class RedisChannel(redis.Channel):
    QoS = FreeSlots


class RedisTransport(redis.Transport):
    Channel = RedisChannel


TRANSPORT_ALIASES["filesystem"] = f"{__name__}:FileTransport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = f"{__name__}:RedisTransport"


@celeryd_init.connect
@beat_init.connect
def forbid_core_dumps(**_told: Any) -> None:
    """Of the worker that starts, before it forks, and of beat."""
    cores.forbid()


@task_prerun.connect
def note_beginning(task: Any, **_told: Any) -> None:
    """What came up while it worked is the next run's."""
    task.request.began = timezone.now()


@task_failure.connect
def try_again(sender: Any, **_told: Any) -> None:
    """`sender` is the task. A daily job that failed is tried again as under cron's tick, until its next day's run.

    Whatever is short comes by itself. A broker that is away is no error of the job: Celery's signals swallow it.
    """
    often = JOBS.get(sender.name)
    if isinstance(often, Daily):
        ends = often.comes_next(timezone.now(), timezone.get_default_timezone())
        sender.apply_async(countdown=AGAIN_AFTER.total_seconds(), expires=ends)


@task_success.connect
def note_done(sender: Any, **_told: Any) -> None:
    """`sender` is the task. What a worker did is not done again by cron's tick.

    Of what runs every few seconds nothing is kept.
    """
    often = JOBS.get(sender.name)
    if isinstance(often, Daily) or (often and often.seconds >= TOLD_FROM):
        from accounts import actions  # noqa: PLC0415  the models are not there yet when this module is loaded

        actions.note_done(sender.name, at=getattr(sender.request, "began", None) or timezone.now())


@task_success.connect
def catch_up(sender: Any, **_told: Any) -> None:
    """After each sweep: a daily job whose time passed while beat, the broker or the workers were away is sent now."""
    if sender.name != SWEEP:
        return
    from accounts import actions  # noqa: PLC0415  the models are not there yet when this module is loaded
    from accounts.access import jobs as runs  # noqa: PLC0415  nor then

    now, zone = timezone.now(), timezone.get_default_timezone()
    for key, often in JOBS.items():
        if not isinstance(often, Daily):
            continue
        last = runs.last_run(key)
        if often.is_missed(now, tried_at=last.tried_at, done_at=last.done_at, zone=zone):
            app.send_task(key, expires=often.expires)
            actions.note_try(key, at=now)  # once it is sent: a broker that is away again is asked after the next sweep


def make_file_broker_folders() -> None:
    """kombu's file transport expects its folders to be there."""
    options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if name in options:
            Path(options[name]).mkdir(parents=True, exist_ok=True)
