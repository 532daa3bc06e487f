"""The typed code of ten minutes, bound to the browser that asked."""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import models

from accounts import crypto
from accounts.models import SignInCode, User

CODE_LIFE = timedelta(minutes=10)
_CODE_SIGNS = "23456789"


def ask_code(user: User | None, *, at: datetime, address_index: str = "") -> tuple[SignInCode, str]:
    """A fresh code of eight digits and its row; also for nobody, so that an unknown address costs the same."""
    code = "".join(secrets.choice(_CODE_SIGNS) for _ in range(8))
    row = SignInCode(user=user, address_index=address_index, asked_at=at, expires_at=at + CODE_LIFE)
    row.code_hash = _code_hash(row.pk, code)
    row.save(force_insert=True)
    return row, code


def check_code(code_id: UUID | str, *, typed: str, at: datetime) -> User | None:
    """The user of a right code, once; None for a wrong, used, expired or worn-out one. Each call costs one try."""
    live = SignInCode.objects.filter(pk=code_id, used_at=None, expires_at__gt=at, tries_left__gt=0)
    if not live.update(tries_left=models.F("tries_left") - 1):
        return None
    row = SignInCode.objects.select_related("user").get(pk=code_id)
    digits = "".join(sign for sign in typed if sign.isalnum())
    if not hmac.compare_digest(row.code_hash, _code_hash(row.pk, digits)):
        return None
    won = SignInCode.objects.filter(pk=code_id, used_at=None).update(used_at=at)
    return row.user if won else None


def _code_hash(code_id: UUID, code: str) -> str:
    return crypto.mac(crypto.derive(settings.SECRET_KEY.encode(), "sign-in code"), f"{code_id}|{code}")


def sweep_codes(*, now: datetime) -> int:
    """Delete codes that expired more than a day ago."""
    count, _ = SignInCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    return count
