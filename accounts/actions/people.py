"""Associations and accounts. One function is one transaction."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from accounts import crypto, scope
from accounts.access import CARD_COLUMN, EMAIL_COLUMN, user_by_email
from accounts.actions.keys import create_keys, destroy_keys
from accounts.actions.sessions import end_sessions
from accounts.fields import blind_index, wrap
from accounts.models import Association, DataKey, KeyKind, SignInCode, SignInEnd, SignInWay, User

_CARD_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


class AlreadyUsed(ValueError):
    """The address has an account already."""


@transaction.atomic
def create_association(
    name: str, *, slug: str, is_demo: bool = False, contact_phone: str = "", contact_email: str = ""
) -> Association:
    association = Association.objects.create(
        name=name, slug=slug, is_demo=is_demo, contact_phone=contact_phone, contact_email=contact_email
    )
    with scope.enter(association.pk):
        row = DataKey(association=association, kind=KeyKind.ASSOCIATION)
        wrap(row, crypto.new_key())
        row.save(force_insert=True)
    return association


@transaction.atomic
def create_user(*, email: str = "", name: str = "", language: str = "fr", password: str | None = None) -> User:
    """Raises AlreadyUsed when the address has an account."""
    [subject] = create_keys(None, kind=KeyKind.USER)
    user = User(subject=subject, email=email.strip(), name=name.strip(), language=language)
    user.email_index = blind_index(email, column=EMAIL_COLUMN, association_id=None)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyUsed("This address has an account.") from error
    return user


@transaction.atomic
def create_users(people: Sequence[tuple[str, str]]) -> dict[str, User]:
    """Accounts without a password for many (e-mail, name) that have none; all of theirs by e-mail. Three queries."""
    wanted = {blind_index(email, column=EMAIL_COLUMN, association_id=None): (email, name) for email, name in people}
    found = {user.email_index: user for user in User.objects.filter(email_index__in=wanted)}
    missing = {index: person for index, person in wanted.items() if index not in found}
    subjects = create_keys(None, kind=KeyKind.USER, count=len(missing))
    for (index, (email, name)), subject in zip(missing.items(), subjects, strict=True):
        found[index] = User(subject=subject, email=email.strip(), name=name.strip(), email_index=index)
        found[index].set_unusable_password()
    User.objects.bulk_create([found[index] for index in missing], batch_size=500)
    return {email: found[index] for index, (email, _) in wanted.items()}


def user_for_address(*, email: str, name: str = "", language: str = "fr") -> User:
    """The account of an address, made when there is none; one that sleeps or that somebody has just made is it too."""
    try:
        return user_by_email(email) or create_user(email=email, name=name, language=language)
    except AlreadyUsed:
        return User.objects.get(email_index=blind_index(email, column=EMAIL_COLUMN, association_id=None))


@transaction.atomic
def close_account(user: User, *, at: datetime) -> None:
    """Nobody signs in with it any more, and what it held is unreadable and cannot be found; its factors are gone."""
    user.set_unusable_password()
    User.objects.filter(pk=user.pk).update(is_active=False, email_index="", card_index="", password=user.password)
    end_sessions(user, end=SignInEnd.REVOKED, at=at)
    SignInCode.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    destroy_keys([user.subject])


def renew_card_code(user: User, *, is_new: bool = False, at: datetime) -> str:
    """A new code for the printed card, shown once: three groups of four signs. The old one and its sessions end.

    `is_new`: somebody else prints it, so that its owner gets one of their own at its first use.
    """
    code = new_card_code()
    set_card_code(user, code=code, is_new=is_new, at=at)
    return code


def new_card_code() -> str:
    """«7K4M-2PQX-9BCD», kept nowhere."""
    code = "".join(secrets.choice(_CARD_LETTERS) for _ in range(12))
    return "-".join((code[:4], code[4:8], code[8:]))


@transaction.atomic
def set_card_code(user: User, *, code: str, is_new: bool = False, at: datetime) -> None:
    """What the card before this one opened is shut: it may be in somebody else's hands."""
    user.card_index, user.card_is_new = _card_index(code), is_new
    user.save(update_fields=["card_index", "card_is_new"])
    end_sessions(user, end=SignInEnd.CARD, at=at, way=SignInWay.CARD)


@transaction.atomic
def keep_own_card(user: User, *, code: str, replacing: str, here: UUID | None, at: datetime) -> bool:
    """The code that its owner noted takes the place of the printed one, whose index is `replacing`.

    Whatever else that one opened ends, but the session `here`. False when it no longer works: another card was
    printed, or another browser was faster.
    """
    printed = User.objects.filter(pk=user.pk, card_index=replacing, card_is_new=True)
    if not printed.update(card_index=_card_index(code), card_is_new=False):
        return False
    end_sessions(user, end=SignInEnd.CARD, at=at, but=here, way=SignInWay.CARD)
    return True


def _card_index(code: str) -> str:
    return blind_index(code.replace("-", ""), column=CARD_COLUMN, association_id=None)
