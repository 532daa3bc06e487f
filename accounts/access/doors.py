"""The functions that look past the scope; each returns ids, or rows of one person only."""

from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import Exists, QuerySet

from accounts import crypto, scope
from accounts.access.factors import FACTORS
from accounts.fields import blind_index
from accounts.models import ApiToken, Association, Invitation, Membership, User

EMAIL_COLUMN = "user.email"
CARD_COLUMN = "user.card"
_CARD_SIGNS = str.maketrans("", "", " -")


def user_by_email(email: str) -> User | None:
    """Door: the instance-wide blind index for sign-in."""
    index = blind_index(email, column=EMAIL_COLUMN, association_id=None)
    return User.objects.filter(email_index=index, is_active=True).first() if index else None


def user_by_card(code: str) -> User | None:
    """Door: the user of a printed card's code, typed with or without spaces and dashes."""
    index = blind_index(code.translate(_CARD_SIGNS), column=CARD_COLUMN, association_id=None)
    return User.objects.filter(card_index=index, is_active=True).first() if index else None


def memberships_of(user: User) -> list[Membership]:
    """Door: a person's own memberships in active associations, oldest first, with `is_protected`. One query."""
    with scope.as_user(user.pk):
        rows = Membership._base_manager.filter(user=user, revoked_at=None, association__is_active=True)
        factors = Authenticator.objects.filter(user=user, type__in=FACTORS)
        told = {"is_protected": Exists(factors)}  # the model declares it already
        return list(rows.annotate(**told).select_related("association").order_by("pk"))


def memberships_anywhere(user: User) -> list[Membership]:
    """Door: those that stand, also in an association that is suspended: before an account is closed or stripped."""
    with scope.as_user(user.pk):
        return list(Membership._base_manager.filter(user=user, revoked_at=None).order_by("pk"))


def associations_at_work() -> list[int]:
    """Door: the ids of the active associations, for jobs that then enter each scope."""
    return list(active_associations().values_list("pk", flat=True))


def active_associations() -> QuerySet[Association]:
    """Door: the associations themselves, for a job that needs what they chose."""
    return Association.objects.filter(is_active=True).order_by("pk")


def invitation_ids(token: str) -> tuple[int, int] | None:
    """Door: (association id, invitation id) of a token, whatever its state; None for an unknown one."""
    digest = token_hash(token)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT association_id, id FROM accounts_invitation_by_token(%s)", [digest])
            row: tuple[int, int] | None = cursor.fetchone()
            return row
    return Invitation._base_manager.filter(token_hash=digest).values_list("association_id", "pk").first()


def token_ids(token: str) -> tuple[int, int] | None:
    """Door: (association id, token id) of a program's token, whatever its state; None for an unknown one."""
    digest = token_hash(token)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT association_id, id FROM accounts_token_by_hash(%s)", [digest])
            row: tuple[int, int] | None = cursor.fetchone()
            return row
    return ApiToken._base_manager.filter(token_hash=digest).values_list("association_id", "pk").first()


def token_hash(token: str) -> str:
    return crypto.mac(b"token", token)
