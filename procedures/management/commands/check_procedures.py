"""`manage.py check_procedures [PATH]`: can every definition be used? A line a problem, with its place and mend."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from procedures import checks, registry
from procedures.management.program import ProgramCommand
from procedures.rules.reading import BadDefinition, Problem


class Command(ProgramCommand):
    help = "Check the definitions of procedures: ours and those of PROCEDURE_FOLDERS, or those of PATH. 1 at a mistake."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", help="a folder with <procedure>/<version>.toml files")

    def handle(self, *args: Any, **options: Any) -> None:
        folders = registry.folders() if options["path"] is None else [_folder(options["path"])]
        elsewhere = [one for one in registry.folders() if one not in folders]
        wrong = list(checks.bad_definitions(folders, beside=checks.readable(elsewhere)))
        for error in wrong:
            for problem in error.problems:
                self.stdout.write(line(error, problem))
        if wrong:
            raise CommandError(f"{_count(sum(len(one.problems) for one in wrong), 'problem')} to mend.")
        if not checks.readable(folders):
            raise CommandError("There is no definition to check: <procedure>/<version>.toml is looked for.")
        self.stdout.write(_all_is_well(folders))


def line(error: BadDefinition, problem: Problem) -> str:
    """`essai/demande/1.toml:28: deadlines[answer].length: 'soon' is not a period; write P6W, P3M, P10Y or P1M10D`"""
    place = f"{error.name}:{problem.line}" if problem.line else error.name
    return f"{place}: {problem.where}: {problem.message}; {problem.mend}"


def _folder(text: str) -> Path:
    folder = Path(text)
    if not text or not folder.is_dir():
        raise CommandError(
            f"«{text}» is no folder: give one that holds <procedure>/<version>.toml files.", returncode=2
        )
    return folder.resolve()


def _all_is_well(folders: Sequence[Path]) -> str:
    read = checks.readable(folders)
    procedures = {key for key, _version in read}
    return f"{_count(len(procedures), 'procedure')}, {_count(len(read), 'version')}: all can be used."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
