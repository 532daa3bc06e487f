"""`manage.py deliver_notices [--json]`: send what is due, from cron as well."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from notifications import actions


class Command(BaseCommand):
    help = "Send the mails that are due. Any number may run at once."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one line: sent, dropped, failed, dead, postponed")

    def handle(self, *args: Any, **options: Any) -> None:
        with actions.ending_well():
            report = actions.deliver(now=timezone.now(), stops=actions.is_leaving).as_dict()
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.write(", ".join(f"{name} {count}" for name, count in report.items()))
