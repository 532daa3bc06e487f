"""`manage.py export_evidence CASE --out X.zip`: all that proves a case, for whoever has to judge it."""

import os
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import scope
from accounts.fields import KeyDestroyed, MasterKeyMissing
from accounts.models import Association
from cases import actions
from cases.models import Case
from cases.rules import bags, references, verifying
from cases.rules.bags import Bag
from cases.rules.lifecycle import Impossible
from vault.access import BlobMissing
from vault.rules.stream import Damaged

ASKED_WRONGLY = 2


class Command(BaseCommand):
    help = (
        "Write a ZIP (BagIt) with a case's documents IN PLAIN, its journal, deadlines, proofs and time-stamps. The "
        "export is recorded: the person sees it. Ends with 1 when the case is erased or what was written is not sound."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", metavar="CASE", help="the reference of the case")
        parser.add_argument("--out", required=True, metavar="X.zip", type=Path, help="a file that is not there yet")
        parser.add_argument("--association", default="", metavar="SLUG", help="where two have a case of this reference")
        parser.add_argument("--names", action="store_true", help="with the names of the member and the beneficiary")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        association = _whose(_written(options["case"]), slug=options["association"])
        if out.exists() or not out.parent.is_dir():
            why = "is there already" if out.exists() else "lies in no folder"
            raise CommandError(f"{out} {why}: nothing was written.", returncode=ASKED_WRONGLY)
        try:
            found = _prepared(association, _written(options["case"]), with_names=options["names"])
            flaws = _write_new(out, lambda file: _fill(file, association, found))
        except (Impossible, KeyDestroyed) as error:
            raise CommandError("The case is erased: nothing is left to be proved.") from error
        except MasterKeyMissing as error:
            raise CommandError(f"{error} Nothing was written: put it back, then run this again.") from error
        except (BlobMissing, Damaged) as error:
            raise CommandError(f"A document cannot be read, and nothing was written: {error}") from error
        except OSError as error:
            raise CommandError(f"{out} could not be written: {error.strerror}.") from error
        self.stdout.write(f"{out}: written. It holds documents in plain: keep it as you would keep papers.")
        if flaws:
            raise CommandError("It is written, and not sound:\n" + "\n".join(flaws))


def _prepared(association: Association, reference: str, *, with_names: bool) -> actions.Evidence:
    """The record stands before a byte is written."""
    now = timezone.now()
    with scope.enter(association.pk):
        case = Case.objects.with_people().get(reference=reference)
        return actions.export_evidence(case, with_names=with_names, today=timezone.localdate(now), at=now, by=None)


def _fill(file: IO[bytes], association: Association, found: actions.Evidence) -> list[str]:
    """Write the bag, and read it again as somebody else would; what is wrong with it."""
    with scope.enter(association.pk):
        bags.write_bag(file, name=found.name, payload=found.payload, info=found.info, notes=found.notes)
    return verifying.verify(Bag(file)).flaws


def _written(typed: str) -> str:
    try:
        return references.parse(typed)
    except references.NotAReference:
        raise CommandError(f"{typed} is no reference of a case.", returncode=ASKED_WRONGLY) from None


def _whose(reference: str, *, slug: str) -> Association:
    """The association that has a case of this reference."""
    asked = Association.objects.filter(slug=slug) if slug else Association.objects.all()
    found = [one for one in asked.order_by("slug") if _has(one, reference)]
    if len(found) > 1:
        slugs = ", ".join(one.slug for one in found)
        raise CommandError(f"{reference} is a case of {slugs}: say --association.", returncode=ASKED_WRONGLY)
    if not found:
        where = f"«{slug}» has" if slug else "There is"
        raise CommandError(f"{where} no case {reference}.", returncode=ASKED_WRONGLY)
    return found[0]


def _has(association: Association, reference: str) -> bool:
    with scope.enter(association.pk):
        return bool(Case.objects.filter(reference=reference).exists())


def _write_new(out: Path, fill: Callable[[IO[bytes]], list[str]]) -> list[str]:
    """Make the file, whole or not at all, for its owner's eyes; what `fill` gave. FileExistsError when it came first.

    Its name is taken with an empty file, which the whole one replaces once the disk has it.
    """
    os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            told = fill(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except BaseException:
        for path in (part, out):
            with suppress(OSError):
                path.unlink()
        raise
    folder = os.open(out.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return told
