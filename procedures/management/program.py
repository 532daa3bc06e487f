"""What the commands share that other programs rely on: a result on stdout, or one sentence on stderr and 2."""

import io
import os
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures.rules.questions import BadQuestion
from procedures.rules.texts import Text

ASKED_WRONGLY = 2


class ProgramCommand(BaseCommand):
    """Needs no database, key or settings file: manage.py runs it with config.settings.bare."""

    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, **{"allow_abbrev": False, **kwargs})

    def run_from_argv(self, argv: list[str]) -> None:
        """Unlike Django's: no usage and no name of an exception before the sentence."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            self.execute(**self._parsed(argv))
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has enough: nothing to say
        except CommandError as error:
            self.stderr.write(str(error))
            sys.exit(error.returncode)
        except OSError as error:
            self.stderr.write(f"The result could not be written: {error.strerror}.")
            sys.exit(1)

    def _parsed(self, argv: list[str]) -> dict[str, Any]:
        try:
            return vars(self.create_parser(argv[0], argv[1]).parse_intermixed_args(argv[2:]))
        except CommandError as error:
            said = " ".join(str(error).removeprefix("Error: ").split())
            raise CommandError(said, returncode=ASKED_WRONGLY) from error

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except BadQuestion as error:
            raise CommandError(error.said.en, returncode=ASKED_WRONGLY) from error

    def write_both(self, paragraphs: Sequence[Text]) -> None:
        """In French, then in English."""
        self.stdout.write("\n".join(text.fr for text in paragraphs))
        self.stdout.write("")
        self.stdout.write("\n".join(text.en for text in paragraphs))
