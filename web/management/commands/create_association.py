"""`manage.py create_association SLUG --name NAME < address`: an association and its first coordinator."""

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email, validate_slug
from django.db import transaction
from django.utils import timezone

from accounts import actions
from accounts.management.commands.reset_factor import typed_line
from accounts.models import Association, User
from accounts.rules.roles import Role
from web.management.commands.reset_password import send_link


class Command(BaseCommand):
    help = (
        "Make an association, and send its first coordinator a link to choose a password: once, within three days. "
        "Asks for their address on standard input, so that it stands in no shell history."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name in small letters, digits and dashes; it never changes")
        parser.add_argument("--name", required=True, help="as people read it")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, name = known_good(options["slug"]), options["name"].strip()
        if not name:
            raise CommandError("The association needs a name. Nothing was changed.", returncode=2)
        if Association.objects.filter(slug=slug).exists():
            raise CommandError("There is an association with this short name. Nothing was changed.")
        association, user = make(slug, name=name, address=self._asked_address())
        if user.has_usable_password():
            self.stdout.write(f"Association {association.pk} is there; user {user.pk} enters with their own password.")
            return
        self._invite(user, association)

    def _asked_address(self) -> str:
        if sys.stdin.isatty():
            self.stderr.write("Address of its first coordinator: ", ending="")
        address = typed_line()
        try:
            validate_email(address)
        except ValidationError:
            raise CommandError("This is no address. Nothing was changed.", returncode=2) from None
        return address

    def _invite(self, user: User, association: Association) -> None:
        invitation, token = actions.invite_anew(user, at=timezone.now())
        if not send_link(invitation, token, language=user.language):
            raise CommandError(
                f"Association {association.pk} is there, but the mail to user {user.pk} could not be sent. Look at the "
                "mail server, then run `manage.py reset_password` with the same address."
            )
        self.stdout.write(f"Association {association.pk} is there, and the link is on its way: user {user.pk}.")


def known_good(slug: str) -> str:
    try:
        validate_slug(slug)
    except ValidationError:
        slug = ""
    if not slug or slug != slug.lower() or "_" in slug:
        raise CommandError("Give a short name of small letters, digits and dashes. Nothing was changed.", returncode=2)
    return slug


@transaction.atomic
def make(slug: str, *, name: str, address: str) -> tuple[Association, User]:
    association = actions.create_association(name, slug=slug)
    user = actions.user_for_address(email=address)
    actions.join(association.pk, user=user, roles=[Role.COORDINATOR], at=timezone.now())
    return association, user
