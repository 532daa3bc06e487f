"""`manage.py reset_password < address`: let somebody choose another password, by a mail to their own address."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.management.commands.reset_factor import AboutVolunteer
from accounts.models import Invitation
from notifications.actions import send_now
from notifications.rules.kinds import Recipient

MAIL = "notifications/mail/invitation"


class Command(AboutVolunteer):
    help = (
        "End an account's sessions and its password, and send its own address a link to choose another one: once, "
        "within three days. The second factor stays. Asks for the account's address on standard input."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        user = self.asked_volunteer(options["address"])
        invitation, token = actions.invite_anew(user, at=timezone.now())
        if not send_link(invitation, token, language=user.language):
            raise CommandError(
                f"The old password is off, but the mail could not be sent: user {user.pk}. Look at the mail server, "
                "then run this again."
            )
        self.stdout.write(
            f"The old password is off, its sessions are ended, and the link is on its way: user {user.pk}."
        )


def send_link(invitation: Invitation, token: str, *, language: str) -> bool:
    recipient = Recipient(email=invitation.email, name=invitation.name, language=language)
    link = settings.PUBLIC_ORIGIN + reverse("invitation", args=[token])
    context = {"association_name": invitation.association.name, "roles": [], "link": link}
    return send_now(recipient, templates=MAIL, context=context)
