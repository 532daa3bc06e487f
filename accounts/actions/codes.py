"""The typed code of ten minutes, bound to the browser that asked."""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import models

from accounts import crypto
from accounts.actions.sessions import note_refusal
from accounts.models import SignInCode, User

CODE_LIFE = timedelta(minutes=10)
A_DAY = timedelta(days=1)
CODES_A_DAY = 3
_CODE_SIGNS = "23456789"


class TooManyCodes(ValueError):
    """This address had its mails of the day."""


def ask_code(user: User | None, *, at: datetime, address_index: str = "") -> tuple[SignInCode, str]:
    """A fresh code of eight digits and its row; also for nobody, so that an unknown address costs the same.

    With an `address_index`, its mails of one day are counted, in rows: raises TooManyCodes at the fourth. Counting
    after writing, so that of many at once too few pass rather than too many.
    """
    code = "".join(secrets.choice(_CODE_SIGNS) for _ in range(8))
    row = SignInCode(user=user, address_index=address_index, asked_at=at, expires_at=at + CODE_LIFE)
    row.code_hash = _code_hash(row.pk, code)
    row.save(force_insert=True)
    of_today = SignInCode.objects.filter(address_index=address_index, asked_at__gt=at - A_DAY)
    if address_index and of_today.count() > CODES_A_DAY:
        row.delete()
        raise TooManyCodes("Three mails a day for one address.")
    return row, code


def forget_code(row: SignInCode) -> None:
    """Its mail did not leave: it counts for nothing, and opens nothing."""
    row.delete()


def uncount_code(row: SignInCode) -> None:
    """Its mail did not leave, as showed after the browser's answer: it is none of its address's mails of a day."""
    SignInCode.objects.filter(pk=row.pk).update(address_index="")


def check_code(code_id: UUID | str, *, typed: str, at: datetime) -> User | None:
    """The user of a right code, once; None for a wrong, used, expired or worn-out one. Each call costs one try."""
    live = SignInCode.objects.filter(pk=code_id, used_at=None, expires_at__gt=at, tries_left__gt=0)
    if not live.update(tries_left=models.F("tries_left") - 1):
        return None
    row = SignInCode.objects.select_related("user").get(pk=code_id)
    digits = "".join(sign for sign in typed if sign.isalnum())
    if not hmac.compare_digest(row.code_hash, _code_hash(row.pk, digits)):
        note_refusal("code")
        return None
    won = SignInCode.objects.filter(pk=code_id, used_at=None).update(used_at=at)
    return row.user if won else None


def _code_hash(code_id: UUID, code: str) -> str:
    return crypto.mac(crypto.derive(settings.SECRET_KEY.encode(), "sign-in code"), f"{code_id}|{code}")


def sweep_codes(*, now: datetime) -> int:
    """Delete codes that expired more than a day ago."""
    count, _ = SignInCode.objects.filter(expires_at__lt=now - A_DAY).delete()
    return count
