"""Hash every published file again."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from observatory import access


class Command(BaseCommand):
    help = "Compare every published file with the hash that it was published with."

    def handle(self, *args: Any, **options: Any) -> None:
        altered = access.altered_files()
        for path in altered:
            self.stdout.write(path)
        if altered:
            raise CommandError(f"{len(altered)} published files are no longer what was published.")
        self.stdout.write("every published file is as it was published")
