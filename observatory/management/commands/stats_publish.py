"""Publish a release that somebody reviewed on the desk."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from observatory import actions


class Command(BaseCommand):
    help = "Publish a reviewed release, for ever."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the release's name, as stats_measure printed it")

    def handle(self, *args: Any, **options: Any) -> None:
        if not actions.publish_reviewed(options["slug"], at=timezone.now()):
            raise CommandError(
                "No reviewed release of this name: it is reviewed on the desk, under « Chiffres », first."
            )
        self.stdout.write(options["slug"])
