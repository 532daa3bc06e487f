"""`manage.py shred case|person REFERENCE --association SLUG [--yes]`: destroy the keys, for good."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import scope
from accounts.models import Association
from cases import actions
from cases.models import Case
from cases.rules import references
from cases.rules.lifecycle import State


class Command(BaseCommand):
    help = "Make a case, or all that is held of its member, unreadable for good: here and in every later backup."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "what", choices=["case", "person"], help="person: every case of the case's member, and them"
        )
        parser.add_argument("reference", help="the reference of the case, or of any case of the person")
        parser.add_argument("--association", required=True, metavar="SLUG", help="whose case it is")
        parser.add_argument("--yes", action="store_true", help="ask nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        association = Association.objects.filter(slug=options["association"]).first()
        if association is None:
            known = ", ".join(Association.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            wanted = options["association"]
            raise CommandError(f"There is no association «{wanted}». Known: {known}.", returncode=2)
        reference = written(options["reference"])
        with scope.enter(association.pk):
            if not Case.objects.filter(reference=reference).exists():
                raise CommandError(f"«{association.slug}» has no case {reference}.", returncode=2)
        if not options["yes"]:
            confirm(options["what"], reference)
        with scope.enter(association.pk):
            case = Case.objects.with_people().get(reference=reference)
            self.stdout.write(shred_person(case) if options["what"] == "person" else shred_case(case))


def written(typed: str) -> str:
    """The reference in its written form, read as everywhere else."""
    try:
        return references.parse(typed)
    except references.NotAReference:
        raise CommandError(f"{typed} is no reference of a case. Nothing was destroyed.", returncode=2) from None


def confirm(what: str, reference: str) -> None:
    """Raises CommandError unless the reference is typed once more."""
    whole = "and every other case of the same member, with their names and addresses, " if what == "person" else ""
    try:
        typed = input(f"{reference} {whole}will be unreadable for good. Type the reference to go on: ")
    except EOFError:
        raise CommandError("\nNobody answered: nothing was destroyed. Give --yes to be asked nothing.") from None
    try:
        is_same = references.parse(typed) == reference
    except references.NotAReference:
        is_same = False
    if not is_same:
        raise CommandError("That is another reference: nothing was destroyed.")


def shred_case(case: Case) -> str:
    if case.state == State.ERASED:
        return f"{case.reference} was erased before: nothing was left to destroy."
    now = timezone.now()
    actions.erase_case(case, today=timezone.localdate(now), at=now, by=None)
    return f"{case.reference} is erased: its key is destroyed, and that of whom no other case needs."


def shred_person(case: Case) -> str:
    now = timezone.now()
    count = actions.erase_person(case.member, today=timezone.localdate(now), at=now, by=None)
    if not count:
        return f"The member of {case.reference} was erased before: no case of theirs still stood."
    return f"The member of {case.reference} is erased, with {count} case{'' if count == 1 else 's'} that still stood."
