"""`manage.py redact_file IN... --out DIR [--json]`: hide the NIR in files, and keep nothing of what came."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import CommandError, CommandParser

from procedures.management.program import ASKED_WRONGLY, ProgramCommand
from vault.box.frames import Spent
from vault.redaction import pipeline
from vault.rules.refusals import Code, Refused
from vault.rules.zones import ZoneDict

MAX_BYTES = 25 * 1024 * 1024
PROCESSES = 2
SEALED, TO_REVIEW, REFUSED = "SCELLE", "A_REVOIR", "REFUSE"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one file. `sealed`: the new PDF, or nothing."""

    file: str
    verdict: str
    code: str
    pages: int
    hidden: list[ZoneDict]
    cpu_s: float
    sealed: bytes = b""

    def line(self) -> str:
        told = {name: getattr(self, name) for name in ("file", "verdict", "code", "pages", "hidden", "cpu_s")}
        return json.dumps(told, ensure_ascii=False)


class Command(ProgramCommand):
    help = (
        "Hide social security numbers in documents: each becomes a new PDF rebuilt from pixels (NAME.pdf), or a file "
        "that says why not (NAME.refused). The originals are left alone. A folder stands for all files in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("IN", nargs="+", type=Path, help="files, or folders of files")
        parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder for the results")
        parser.add_argument("--json", action="store_true", help="one line of JSON for each file on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        files = list(_files(options["IN"]))
        folder = _prepared(options["out"], files)
        walls = os.environ.get("VAULT_ISOLATION", "")
        lack = pipeline.missing(walls)
        if lack:
            raise CommandError(f"Nothing can be analysed here: {lack}.", returncode=1)
        for done, verdict in enumerate(_verdicts(files, walls), start=1):
            _write(folder, verdict)
            if options["json"]:
                self.stdout.write(verdict.line())
                self.stdout.flush()
            self._progress(done, len(files), verdict, shown=not options["json"])

    def _progress(self, done: int, count: int, verdict: Verdict, *, shown: bool) -> None:
        if self.stderr.isatty():
            bar = "█" * (30 * done // count)
            self.stderr.write(f"\r{bar:<30} {done}/{count}", ending="\n" if done == count else "")
        if shown:
            self.stdout.write(f"{verdict.file}: {verdict.verdict}{f' ({verdict.code})' if verdict.code else ''}")


def _files(given: Sequence[Path]) -> Iterator[Path]:
    """Raises CommandError for what is not there."""
    for path in given:
        if path.is_dir():
            yield from sorted(inner for inner in path.iterdir() if inner.is_file())
        elif path.is_file():
            yield path
        else:
            raise CommandError(f"{path} is neither a file nor a folder.", returncode=ASKED_WRONGLY)


def _prepared(folder: Path, files: Sequence[Path]) -> Path:
    """Raises CommandError when two results would have one name, or no result can be written."""
    names = [path.name for path in files]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise CommandError(f"Two files are called {min(twice)}: give them in two runs.", returncode=ASKED_WRONGLY)
    if not files:
        raise CommandError("There is no file to work on.", returncode=ASKED_WRONGLY)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{folder} cannot be made: {error.strerror}.", returncode=ASKED_WRONGLY) from error
    return folder


def _verdicts(files: Sequence[Path], walls: str) -> Iterator[Verdict]:
    """In the order given. A process that dies takes no file with it: what it had not finished begins anew, alone."""
    waiting = list(files)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for verdict in _until_broken(pool.map(judge, waiting, [walls] * len(waiting))):
            waiting.pop(0)
            yield verdict
    for path in waiting:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            alone = list(_until_broken(pool.map(judge, [path], [walls])))
        yield alone[0] if alone else Verdict(path.name, REFUSED, Code.ANALYSIS.value, 0, [], 0.0)


def _until_broken(verdicts: Iterator[Verdict]) -> Iterator[Verdict]:
    with contextlib.suppress(BrokenProcessPool):
        yield from verdicts


def judge(path: Path, walls: str) -> Verdict:
    """Analyse and rebuild one file; whatever happens, there is a verdict."""
    spent, began = Spent(), time.process_time()
    pages, hidden, sealed, code = 0, [], b"", ""
    try:
        analysis = pipeline.analyse([_read(path)], walls=walls, spent=spent)
        pages, hidden = len(analysis.pages), [zone.to_json() for zone in analysis.found]
        sealed = pipeline.rebuild(analysis, own=(), shown=()).pdf
    except Refused as refusal:
        code = refusal.code.value
    except MemoryError:
        code = Code.TOO_LONG.value
    except Exception as error:  # noqa: BLE001  the other files are not to wait for what nobody thought of
        print(f"{type(error).__name__} on a file: it is refused.", file=sys.stderr)  # noqa: T201  a command speaks
        sealed, code = b"", Code.ANALYSIS.value
    verdict = SEALED if sealed else TO_REVIEW if code == Code.TO_REVIEW else REFUSED
    cpu = round(time.process_time() - began + spent.cpu, 3)
    return Verdict(path.name, verdict, code, pages, hidden if sealed else [], cpu, sealed)


def _read(path: Path) -> bytes:
    """Raises Refused."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        raise Refused(Code.DAMAGED) from None
    if len(data) > MAX_BYTES:
        raise Refused(Code.TOO_HEAVY)
    if not data:
        raise Refused(Code.EMPTY)
    return data


def _write(folder: Path, verdict: Verdict) -> None:
    """Whole or not at all; what an earlier run said of the same file goes."""
    suffix, other = (".pdf", ".refused") if verdict.sealed else (".refused", ".pdf")
    target, temporary = folder / f"{verdict.file}{suffix}", folder / f".{uuid4().hex}.tmp"
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        written.write(verdict.sealed or f"{verdict.code}\n".encode())
    temporary.rename(target)
    (folder / f"{verdict.file}{other}").unlink(missing_ok=True)
