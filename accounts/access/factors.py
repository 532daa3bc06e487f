"""How a session came in, and what protects an account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from accounts.models import User

BY_CODE = "code"
FRESH_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What protects somebody's account beside the password. `codes`: the recovery codes that still work."""

    has_app: bool
    codes: tuple[str, ...]


def was_opened_by_code(request: HttpRequest) -> bool:
    """Was this session opened by the code of a mail or a card, as members do?"""
    return BY_CODE in _methods(request)


def has_second_factor(request: HttpRequest) -> bool:
    """Did this session pass a password and a second factor? One opened by a mail code did not, whatever it enrolled."""
    methods = _methods(request)
    return methods >= {"password", "mfa"} and BY_CODE not in methods


def has_fresh_factor(request: HttpRequest, *, at: datetime) -> bool:
    """Was a second factor given within the last five minutes? What protects others asks for it again."""
    given = [record["at"] for record in get_authentication_records(request, request.user) if record["method"] == "mfa"]
    return has_second_factor(request) and at.timestamp() - max(given) < FRESH_FOR.total_seconds()


def _methods(request: HttpRequest) -> set[str]:
    return {record["method"] for record in get_authentication_records(request, request.user)}


def factors_of(user: User) -> Factors:
    rows = {row.type: row.wrap() for row in Authenticator.objects.filter(user=user)}
    codes = rows.get(Authenticator.Type.RECOVERY_CODES)
    return Factors(
        has_app=Authenticator.Type.TOTP in rows, codes=tuple(codes.get_unused_codes()) if codes is not None else ()
    )


def who_has_factor(users: Iterable[User]) -> set[UUID]:
    """The ids of those who installed an application of codes."""
    rows = Authenticator.objects.filter(user__in=list(users), type=Authenticator.Type.TOTP)
    return set(rows.values_list("user_id", flat=True))
