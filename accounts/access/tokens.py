"""Programs that ask in somebody's name: which token is this, and which ones stand."""

import hmac
from datetime import datetime

from django.http import Http404, HttpRequest

from accounts import scope
from accounts.access.doors import token_hash, token_ids
from accounts.access.team import require
from accounts.fields import load_keys
from accounts.models import ApiToken, Membership
from accounts.rules import tokens
from accounts.rules.roles import Right


def bearer_of(request: HttpRequest) -> str | None:
    """What the request gives as a token, "" for nothing; None when it speaks of none."""
    scheme, _, text = request.headers.get("Authorization", "").strip().partition(" ")
    return text.strip() if scheme.casefold() == "bearer" else None


def live_token(text: str, *, ip: str, at: datetime) -> ApiToken | None:
    """The token with its membership, user and association, while all of them stand and `ip` may use it.

    It stands while its owner decides about tokens. None does not tell which of these is missing. Needs no scope.
    """
    found = token_ids(text) if tokens.is_shaped(text) else None
    if found is None:
        return None
    association_id, pk = found
    with scope.enter(association_id):
        rows = ApiToken.objects.all().live(at).select_related("membership__user", "membership__association")
        token: ApiToken | None = rows.filter(pk=pk).first()
    if token is None or not hmac.compare_digest(token.token_hash, token_hash(text)):
        return None
    owner = token.membership
    stands = owner.association.is_active and owner.user.is_active and owner.may(Right.MANAGE)
    return token if stands and tokens.is_within(ip, token.networks) else None


def tokens_for(membership: Membership) -> list[ApiToken]:
    """Every token of the association, newest first, with its owner. PermissionDenied without MANAGE."""
    require(membership, Right.MANAGE)
    rows = list(ApiToken.objects.select_related("membership__user").order_by("-pk"))
    load_keys(row.subject for row in rows)
    return rows


def count_of_tokens(membership: Membership, *, at: datetime) -> int:
    """How many of the association's tokens work now. PermissionDenied without MANAGE."""
    require(membership, Right.MANAGE)
    return ApiToken.objects.all().live(at).count()


def api_token_for(membership: Membership, pk: int) -> ApiToken:
    """A token to revoke. Http404 outside the association; PermissionDenied without MANAGE."""
    require(membership, Right.MANAGE)
    token: ApiToken | None = ApiToken.objects.select_related("membership__user").filter(pk=pk).first()
    if token is None:
        raise Http404
    return token
