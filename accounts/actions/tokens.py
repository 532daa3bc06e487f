"""Tokens for programs: made, revoked, and the day on which they were last used."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.access import token_hash
from accounts.models import ApiToken, AuditEntry, Membership, User
from accounts.rules.audit import About, AuditKind
from accounts.rules.tokens import PREFIX, TokenScope

_RANDOM_BYTES = 32


class SentBefore(ValueError):
    """This very form was received before: nothing is made twice."""


@transaction.atomic
def create_token(
    membership: Membership,
    *,
    label: str,
    scopes: Iterable[TokenScope],
    networks: Iterable[str],
    days: int,
    at: datetime,
    form: UUID | None = None,
) -> tuple[ApiToken, str]:
    """A token and its text, which is kept only as a hash. Needs the scope. Raises SentBefore for a form sent twice."""
    text = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    token = ApiToken(
        seal_id=form or uuid4(),
        association_id=membership.association_id,
        subject=membership.user.subject,
        membership=membership,
        label=label,
        token_hash=token_hash(text),
        scopes=sorted(scopes),
        networks=list(networks),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    try:
        with transaction.atomic():
            token.save(force_insert=True)
    except IntegrityError as error:
        raise SentBefore("This form was received before.") from error
    AuditEntry.objects.record(
        AuditKind.TOKEN_CREATED,
        at=at,
        by=membership.user,
        about=About.TOKEN,
        about_id=token.pk,
        scopes=token.scopes,
        days=days,
        networks=len(token.networks),
    )
    return token, text


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User | None, at: datetime) -> bool:
    """Refused from the next request on. `by=None`: with the owner's lost factor. False when it was revoked first."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        return False
    AuditEntry.objects.record(AuditKind.TOKEN_REVOKED, at=at, by=by, about=About.TOKEN, about_id=token.pk)
    return True


def note_use(token: ApiToken, *, today: date) -> None:
    """Its last day of use: written once a day, however often it asks. Needs the scope."""
    if token.used_on is None or token.used_on < today:
        ApiToken.objects.filter(Q(used_on=None) | Q(used_on__lt=today), pk=token.pk).update(used_on=today)
