"""Start the whole platform: database, static files, the demo at first, then four children under one supervisor."""

import base64
import fcntl
import os
import socket
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import DatabaseError, connection

from accounts import crypto
from accounts.models import Association
from config import checks, fit
from config.copies import leftovers, unfinished
from config.jobs import DOCUMENTS
from config.supervisor import Supervisor


class Command(BaseCommand):
    help = "Start the platform: migrate, seed the demo at first, then run web, workers and beat until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default="8000", help="the port of the web pages (8000)")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], port_number(options["port"])
        crypto.keks()  # a master key that cannot be used is told before anything is made
        refuse_busy(host, port)
        held = hold(settings.VAR_DIR)
        leftovers.remove_copies(settings.VAR_DIR)
        self.prepare()
        supervisor = Supervisor(commands(host, port), environment=environment(port), say=self.say)
        supervisor.run(each_tick=once_open(host, port, lambda: self.welcome(port)))
        held.close()

    def say(self, sentence: str) -> None:
        self.stdout.write(f"[platform] {sentence}")
        self.stdout.flush()

    def prepare(self) -> None:
        """Bring the database up to date and fill an empty demo. Raises CommandError with what to do."""
        fit.refuse_foreign_migrations(connection)
        self.say("bringing the database up to date")
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except DatabaseError as error:
            raise fit.DoesNotFit(fit.explain(connection, f"a migration failed ({error})")) from error
        fit.refuse_other_tables(connection)
        if unfinished.told():
            raise CommandError(f"{unfinished.told()}\n{unfinished.remedy()}")
        for closed in checks.unreadable_roots():
            raise CommandError(f"{checks.explain_closed(closed)}\n{checks.WHERE_TO_FIND_KEYS}")
        call_command("collectstatic", interactive=False, verbosity=0)
        if settings.DEMO and not Association.objects.exists():
            self.say("first start: writing the demo's associations, people and cases")
            call_command("seed_demo", stdout=self.stdout)
        connection.close()

    def welcome(self, port: int) -> None:
        address = f"http://localhost:{port}"
        self.stdout.write(f"\nOpposable is open on {address}/")
        for title, path in [("the desk", "/desk/"), ("a member's space", "/espace/"), ("API", "/api/v1/")]:
            self.stdout.write(f"  {title:<18} {address}{path}")
        if settings.DEMO:
            self.show_demo(address)
        self.stdout.write("\nCtrl-C stops it.\n")
        self.stdout.flush()

    def show_demo(self, address: str) -> None:
        from web.demo import people  # noqa: PLC0415  the demo's code is loaded in the demo only

        self.stdout.write(f"  {'codes and mails':<18} {address}/demo/")
        self.stdout.write("\nDemo volunteers (made-up people; TOTP secrets go into any authenticator):")
        for person in people.credentials():
            self.stdout.write(f"\n  {person['role']}: {person['name']}, {person['association']}")
            self.stdout.write(f"    e-mail         {person['email']}")
            self.stdout.write(f"    password       {person['password']}")
            self.stdout.write(f"    TOTP secret    {person['totp_secret']}")
            self.stdout.write(f"    recovery codes {' '.join(person['recovery_codes'])}")


def port_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CommandError(f"PORT={text} is not a port: give a number from 1 to 65535.")
    return int(text)


def refuse_busy(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Another program may hold it; "
                f"choose another port: make run PORT={port + 1 if port < 65535 else 8000}"
            ) from error


def hold(folder: Path) -> TextIO:
    """One platform a folder: two beats would send everything twice. The lock goes with the process."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (folder / "platform.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise CommandError(
            f"A platform already runs on {folder}. Stop it first, or use another: make run VAR_DIR=var.2 PORT=8001"
        ) from error
    return lock


def commands(host: str, port: int) -> dict[str, Sequence[str]]:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    schedule = settings.VAR_DIR / "beat"
    schedule.mkdir(parents=True, exist_ok=True)
    celery = ["celery", "--quiet", "-A", "config.celery"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = [*celery, "worker", "--loglevel", "WARNING", *quiet]
    return {
        "web": ["gunicorn", "-c", "python:config.serving", "--bind", bind],
        "worker": [*worker, "--concurrency", "1", "--hostname", "worker@%h"],
        # Two: while one has a hostile file in its box, the other goes on.
        "documents": [*worker, "--queues", DOCUMENTS, "--concurrency", "2", "--hostname", "documents@%h"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", str(schedule / "schedule")],
    }


def environment(port: int) -> dict[str, str]:
    """The children's: this process's own, so that they use the same settings, the address that is served, and the
    passing key of the antechamber: it was never before and goes with this process."""
    return (
        {"PUBLIC_ORIGIN": f"http://localhost:{port}"}
        | os.environ
        | {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore:::celery.platforms"}
        | {"VAULT_SAS_KEY": base64.b64encode(crypto.new_key()).decode()}
    )


def once_open(host: str, port: int, announce: Callable[[], None]) -> Callable[[], None]:
    """A tick that calls `announce` the first time the port answers."""
    waiting = [announce]

    def tick() -> None:
        if waiting and answers(host, port):
            waiting.pop()()

    return tick


def answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=0.2).close()
    except OSError:
        return False
    return True
