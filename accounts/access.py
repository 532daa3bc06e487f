"""Who may come in. The functions marked «door» look past the scope; each returns ids or rows of one person only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest

from accounts import crypto, scope
from accounts.fields import blind_index, load_keys
from accounts.models import Association, Invitation, Membership, SignInCode, User
from accounts.rules.roles import Right

EMAIL_COLUMN = "user.email"
CARD_COLUMN = "user.card"
BY_CODE = "code"
_CARD_SIGNS = str.maketrans("", "", " -")


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What protects somebody's account beside the password. `codes`: the recovery codes that still work."""

    has_app: bool
    codes: tuple[str, ...]


def user_by_email(email: str) -> User | None:
    """Door: the instance-wide blind index for sign-in."""
    index = blind_index(email, column=EMAIL_COLUMN, association_id=None)
    return User.objects.filter(email_index=index, is_active=True).first() if index else None


def user_by_card(code: str) -> User | None:
    """Door: the user of a printed card's code, typed with or without spaces and dashes."""
    index = blind_index(code.translate(_CARD_SIGNS), column=CARD_COLUMN, association_id=None)
    return User.objects.filter(card_index=index, is_active=True).first() if index else None


def memberships_of(user: User) -> list[Membership]:
    """Door: a person's own memberships in active associations, oldest first. One query."""
    with scope.as_user(user.pk):
        rows = Membership._base_manager.filter(user=user, revoked_at=None, association__is_active=True)
        return list(rows.select_related("association").order_by("pk"))


def associations_at_work() -> list[int]:
    """Door: the ids of the active associations, for jobs that then enter each scope."""
    return list(Association.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True))


def invitation_ids(token: str) -> tuple[int, int] | None:
    """Door: (association id, invitation id) of a token, whatever its state; None for an unknown one."""
    digest = token_hash(token)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT association_id, id FROM accounts_invitation_by_token(%s)", [digest])
            row: tuple[int, int] | None = cursor.fetchone()
            return row
    return Invitation._base_manager.filter(token_hash=digest).values_list("association_id", "pk").first()


def open_invitation(invitation_id: int, *, now: datetime) -> Invitation | None:
    """The invitation in scope, while it can still be accepted."""
    return Invitation.objects.open(now).select_related("association").filter(pk=invitation_id).first()


def tries_left(code_id: str, *, at: datetime) -> int:
    """How often a sign-in code may still be typed: 0 when it was used, has expired or is worn out."""
    live = SignInCode.objects.filter(pk=code_id, used_at=None, expires_at__gt=at)
    return live.values_list("tries_left", flat=True).first() or 0


def token_hash(token: str) -> str:
    return crypto.mac(b"token", token)


def was_opened_by_code(request: HttpRequest) -> bool:
    """Was this session opened by the code of a mail or a card, as members do?"""
    return BY_CODE in _methods(request)


def has_second_factor(request: HttpRequest) -> bool:
    """Did this session pass a password and a second factor? One opened by a mail code did not, whatever it enrolled."""
    methods = _methods(request)
    return methods >= {"password", "mfa"} and BY_CODE not in methods


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


def team_for(membership: Membership) -> list[Membership]:
    """Everybody at work in the association in scope, with their names at hand; PermissionDenied without MANAGE."""
    _require(membership, Right.MANAGE)
    team = list(Membership.objects.active().select_related("user").order_by("joined_at", "pk"))
    load_keys(colleague.user.subject for colleague in team)
    return team


def colleague_for(membership: Membership, pk: int) -> Membership:
    """A colleague to decide about. Http404 outside the team; PermissionDenied without MANAGE, and for oneself."""
    _require(membership, Right.MANAGE)
    colleague: Membership | None = Membership.objects.active().select_related("user").filter(pk=pk).first()
    if colleague is None:
        raise Http404
    if colleague.user_id == membership.user_id:
        raise PermissionDenied
    return colleague


def invitations_for(membership: Membership) -> list[Invitation]:
    """Those that wait for an answer, expired ones too, newest first. PermissionDenied without MANAGE."""
    _require(membership, Right.MANAGE)
    waiting = list(Invitation.objects.unanswered().order_by("-sent_at", "-pk"))
    load_keys(invitation.subject for invitation in waiting)
    return waiting


def invitation_for(membership: Membership, pk: int) -> Invitation:
    """An invitation to revoke or to send again. Http404 outside the association; PermissionDenied without MANAGE."""
    _require(membership, Right.MANAGE)
    invitation: Invitation | None = Invitation.objects.filter(pk=pk).first()
    if invitation is None:
        raise Http404
    return invitation


def _require(membership: Membership, right: Right) -> None:
    if not membership.may(right):
        raise PermissionDenied
