"""How a session came in, and what protects an account."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import get_pending_stage
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from accounts.models import User

BY_CODE = "code"
FRESH_FOR = timedelta(minutes=5)
FEW_CODES = 3
# What may stand beside or instead of a password; recovery codes alone protect nothing.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """`kind`: a PasskeyKind. `used_at` is None until it has opened something."""

    id: int
    kind: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What protects somebody's account beside the password. `codes`: the recovery codes that still work."""

    app_since: datetime | None
    passkeys: tuple[Passkey, ...]
    codes: tuple[str, ...]

    @property
    def has_app(self) -> bool:
        return self.app_since is not None

    @property
    def has_any(self) -> bool:
        return self.has_app or bool(self.passkeys)

    @property
    def codes_are_few(self) -> bool:
        return self.has_any and len(self.codes) <= FEW_CODES


def was_opened_by_code(request: HttpRequest) -> bool:
    """Was this session opened by the code of a mail or a card, as members do?"""
    return BY_CODE in _methods(request)


def was_opened_by_passkey(request: HttpRequest, user: Any = None) -> bool:
    """By a passkey alone, which has checked its holder: it counts as password and second factor.

    `user`: while the session is being opened, and is still nobody's.
    """
    return any(record.get("passwordless") for record in get_authentication_records(request, user or request.user))


def has_second_factor(request: HttpRequest) -> bool:
    """Did this session pass a password and a second factor, or a passkey that counts as both?

    One opened by a mail code did not, whatever it enrolled.
    """
    methods = _methods(request)
    return BY_CODE not in methods and (methods >= {"password", "mfa"} or was_opened_by_passkey(request))


def has_fresh_factor(request: HttpRequest, *, at: datetime) -> bool:
    """Was a second factor given within the last five minutes? What protects others asks for it again."""
    return has_second_factor(request) and _is_fresh(factor_given_at(request), at=at)


def factor_given_at(request: HttpRequest) -> datetime | None:
    """When this session's last second factor was given; None when it was opened without one."""
    return _given_at(request, "mfa")


def has_fresh_proof(request: HttpRequest, *, at: datetime) -> bool:
    """Like has_fresh_factor; whoever has no factor yet has nothing but the password to give again."""
    if has_factor(request.user):
        return has_fresh_factor(request, at=at)
    return _is_fresh(_given_at(request, "password"), at=at)


def _given_at(request: HttpRequest, method: str) -> datetime | None:
    given = [record["at"] for record in get_authentication_records(request, request.user) if record["method"] == method]
    return datetime.fromtimestamp(max(given), tz=UTC) if given else None


def _is_fresh(given: datetime | None, *, at: datetime) -> bool:
    return given is not None and at - given < FRESH_FOR


def _methods(request: HttpRequest) -> set[str]:
    return {record["method"] for record in get_authentication_records(request, request.user)}


def has_factor(user: Any) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


_whose: ContextVar[UUID | None] = ContextVar("whose", default=None)


@contextmanager
def secrets_of(user: User) -> Iterator[None]:
    """Say whose secrets allauth seals and opens, where no request of that person says it."""
    token = _whose.set(user.pk)
    try:
        yield
    finally:
        _whose.reset(token)


def whose_secret() -> UUID:
    """The account that a factor's secret is sealed for: the one told, who is signed in, or who is about to be.

    allauth's adapter is given a text and nobody's name. Raises LookupError when there is nobody.
    """
    request = context.request
    if told := _whose.get():
        return told
    user = request.user if request is not None else None
    if user is not None and not user.is_authenticated:
        stage = get_pending_stage(request)
        user = stage.login.user if stage else None
    if user is None:
        raise LookupError("Nobody is known whose secret this could be: wrap the work in `secrets_of(user)`.")
    return UUID(str(user.pk))


def factors_of(user: User) -> Factors:
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    app = next((row for row in rows if row.type == Authenticator.Type.TOTP), None)
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    with secrets_of(user):
        unused = tuple(codes.wrap().get_unused_codes()) if codes else ()
    return Factors(
        app_since=app.created_at if app else None,
        passkeys=tuple(_passkey(row) for row in rows if row.type == Authenticator.Type.WEBAUTHN),
        codes=unused,
    )


def _passkey(row: Authenticator) -> Passkey:
    return Passkey(id=row.pk, kind=row.data["name"], made_at=row.created_at, used_at=row.last_used_at)


def who_has_factor(users: Iterable[User]) -> set[UUID]:
    """The ids of those who installed an application of codes or a passkey."""
    rows = Authenticator.objects.filter(user__in=list(users), type__in=FACTORS)
    return set(rows.values_list("user_id", flat=True))
