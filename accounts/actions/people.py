"""Associations and accounts. One function is one transaction."""

import secrets
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from accounts import crypto, scope
from accounts.access import CARD_COLUMN, EMAIL_COLUMN, user_by_email
from accounts.actions.keys import create_keys, destroy_keys
from accounts.fields import blind_index, wrap
from accounts.models import Association, DataKey, KeyKind, User

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


def close_account(user: User) -> None:
    """Nobody signs in with it any more, and what it held is unreadable and cannot be found."""
    User.objects.filter(pk=user.pk).update(is_active=False, email_index="", card_index="")
    destroy_keys([user.subject])


def renew_card_code(user: User) -> str:
    """A new code for the printed card, shown once: three groups of four signs. The old one stops working."""
    code = "".join(secrets.choice(_CARD_LETTERS) for _ in range(12))
    set_card_code(user, code=code)
    return "-".join((code[:4], code[4:8], code[8:]))


def set_card_code(user: User, *, code: str) -> None:
    user.card_index = blind_index(code.replace("-", ""), column=CARD_COLUMN, association_id=None)
    user.save(update_fields=["card_index"])
