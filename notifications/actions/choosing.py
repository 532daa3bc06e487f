"""How people want the mails of an association."""

from accounts import scope
from accounts.models import User
from notifications.models import MailChoice
from notifications.rules.kinds import Audience
from notifications.rules.modes import Choice


def choose(user: User, *, audience: Audience, choice: Choice) -> None:
    """How this person wants the mails of the association in scope, also those that wait already."""
    wanted = {name: getattr(choice, name) for name in ("mode", "digest_at", "quiet_from", "quiet_until")}
    MailChoice.objects.update_or_create(association_id=scope.required(), user=user, audience=audience, defaults=wanted)


def forget_choice(user: User, *, audience: Audience) -> None:
    """The row tells that this person reads mails of this association: it goes with them."""
    MailChoice.objects.filter(user=user, audience=audience).delete()


def pass_on_choice(former: User, *, to: User, audience: Audience) -> None:
    """To the account under which the same person reads now, unless something was chosen there already."""
    row = MailChoice.objects.filter(user=former, audience=audience).first()
    if row and not MailChoice.objects.filter(user=to, audience=audience).exists():
        choose(to, audience=audience, choice=row.plain)
