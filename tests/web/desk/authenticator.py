"""What a telephone's application of codes would show."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from accounts.access import secrets_of
from accounts.models import User

PERIOD = 30


def code_of(secret: str) -> str:
    """The six digits of this moment; each is accepted once."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD)))


def enrol(user: User) -> str:
    """Install an application, in the place of the one that a test's browser stands for; its secret."""
    secret = str(generate_totp_secret())
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    with secrets_of(user):
        TOTP.activate(user, secret)
    return secret


def enrol_recovery(user: User) -> list[str]:
    with secrets_of(user):
        return list(RecoveryCodes.activate(user).get_unused_codes())
