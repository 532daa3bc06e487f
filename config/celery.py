"""The Celery application and the whole beat table. Rows are the queue: a task only drains what is due or waiting."""

import json
import os
import time
from pathlib import Path
from typing import Any, TypedDict
from uuid import uuid4

from celery import Celery
from celery.schedules import crontab, schedule
from celery.signals import beat_init, celeryd_init
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES, filesystem

from config import cores
from config.refusal import settings_or_exit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
settings_or_exit()


class BeatEntry(TypedDict):
    task: str
    schedule: schedule | crontab
    options: dict[str, float]


def every(seconds: float, *, task: str) -> BeatEntry:
    """A tick that nobody took before the next one is dropped: the next one drains the same rows."""
    return {"task": task, "schedule": schedule(seconds), "options": {"expires": seconds}}


def daily(hour: int, minute: int, *, task: str) -> BeatEntry:
    """At a local time outside the hour that daylight saving repeats or leaves out."""
    return {"task": task, "schedule": crontab(hour=hour, minute=minute), "options": {"expires": 6 * 3600}}


# Sorted by name, one entry a task.
BEAT_TABLE: dict[str, BeatEntry] = {
    "accounts.chain": every(600, task="accounts.chain"),
    "accounts.heads": daily(4, 10, task="accounts.heads"),
    "accounts.sweep": daily(4, 5, task="accounts.sweep"),
    "cases.purge": daily(4, 30, task="cases.purge"),
    "cases.root": daily(4, 40, task="cases.root"),
    "cases.seal": every(10, task="cases.seal"),
    "cases.stamp": every(1800, task="cases.stamp"),
    "cases.sweep": every(600, task="cases.sweep"),
    "notifications.deliver": every(60, task="notifications.deliver"),
    "observatory.freeze": daily(4, 20, task="observatory.freeze"),
    "vault.analyse": every(10, task="vault.analyse"),
    "vault.check": daily(4, 50, task="vault.check"),
    "vault.sweep": every(300, task="vault.sweep"),
}

# Documents have workers of their own: a hostile one never keeps the tick, the notices or a sweep waiting.
DOCUMENTS = "documents"
ROUTES = {"cases.seal": {"queue": DOCUMENTS}, "vault.analyse": {"queue": DOCUMENTS}}

app = Celery("opposable")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    accept_content=["json"],
    beat_schedule=BEAT_TABLE,
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
    worker_cancel_long_running_tasks_on_connection_loss=True,
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


TRANSPORT_ALIASES["filesystem"] = f"{__name__}:FileTransport"


@celeryd_init.connect
@beat_init.connect
def forbid_core_dumps(**_told: Any) -> None:
    """Of the worker that starts, before it forks, and of beat."""
    cores.forbid()


def make_file_broker_folders() -> None:
    """kombu's file transport expects its folders to be there."""
    options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if name in options:
            Path(options[name]).mkdir(parents=True, exist_ok=True)
