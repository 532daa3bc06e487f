"""`manage.py tick [--now ISO] [--json]`: everything that is due, from cron, without Celery or Redis."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.ticking import Tick, tick
from notifications.actions import ending_well, is_leaving

AHEAD = timedelta(days=1)
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)


class Command(BaseCommand):
    help = "Do every job that is due. Any number may run at once. Ends with 1 when a job or row failed: tried again"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now",
            help="the instant to judge by, as 2026-11-23T08:00+01:00 (default: now); no rehearsal, all of it is done",
        )
        parser.add_argument("--json", action="store_true", help="one line: now, done, failed, busy, resting")

    def handle(self, *args: Any, **options: Any) -> None:
        now = instant_of(options["now"])
        if now > timezone.now() + AHEAD:
            self.stderr.write("That instant is still to come: what ends until then is archived and destroyed for good.")
        with ending_well():
            done = tick(now=now, stops=is_leaving)
        if options["json"]:
            self.stdout.write(json.dumps({"now": now.isoformat()} | done.as_dict()))
        else:
            self.stdout.write(told(done))
        if wrong := list(_wrong(done)):
            raise CommandError(" ".join([*wrong, "The log names the errors."]))


def _wrong(done: Tick) -> Iterator[str]:
    if done.failed:
        yield f"Tried again by the next tick: {', '.join(done.failed)}."
    if done.set_aside:
        counts = ", ".join(f"{count} in {key}" for key, count in done.set_aside.items())
        yield f"Rows that failed alone, tried again by the next run: {counts}."


def told(done: Tick) -> str:
    lines = [f"{key}: {result}" for key, result in done.done.items()]
    lines += [f"{key}: another ticker is at it" for key in done.busy]
    return "\n".join([*lines, f"{len(done.resting)} jobs are not due."])


def instant_of(text: str | None) -> datetime:
    """An instant without an offset is on the instance's clock."""
    if text is None:
        return timezone.now()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"«{text}» is not an instant: write it like 2026-11-23T08:00+01:00, or a day alone, like 2026-11-23.",
            returncode=2,
        ) from None
    instant = instant if instant.tzinfo else timezone.make_aware(instant)
    if not FIRST <= instant <= LAST:
        raise CommandError(f"«{text}» is not an instant to judge by: give one from 2000 to 2199.", returncode=2)
    return instant
