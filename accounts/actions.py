"""Every write to users, associations and keys. One function is one transaction."""

import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, models, transaction

from accounts import crypto, scope
from accounts.access import CARD_COLUMN, EMAIL_COLUMN, token_hash, user_by_email
from accounts.fields import blind_index, forget_keys, wrap
from accounts.models import Association, DataKey, Invitation, KeyKind, Membership, SignInCode, User
from accounts.rules.roles import Role

CODE_LIFE = timedelta(minutes=10)
INVITATION_LIFE = timedelta(hours=72)
PLEDGE_VERSION = 1
_CODE_SIGNS = "23456789"
_CARD_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


class AlreadyUsed(ValueError):
    """The address has an account already."""


class InvitationClosed(ValueError):
    """The invitation was accepted, revoked or has expired."""


class LastCoordinator(ValueError):
    """Nobody would be left to invite, or to change roles."""


def create_keys(association_id: int | None, *, kind: KeyKind, count: int = 1) -> list[UUID]:
    """New key rows under the association's root (None: the instance's). Returns their subjects, in one insert."""
    rows = [DataKey(subject=uuid4(), association_id=association_id, kind=kind) for _ in range(count)]
    for row in rows:
        wrap(row, crypto.new_key())
    DataKey.objects.bulk_create(rows, batch_size=500)
    return [row.subject for row in rows]


def destroy_keys(subjects: Iterable[UUID]) -> int:
    """Crypto-shredding: what these keys sealed is gone for good."""
    count, _ = DataKey.objects.filter(subject__in=list(subjects)).delete()
    forget_keys()
    return count


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


def join(association_id: int, *, user: User, roles: Iterable[Role], at: datetime) -> Membership:
    with scope.enter(association_id):
        membership: Membership = Membership.objects.create(
            association_id=association_id, user=user, roles=sorted(roles), joined_at=at
        )
        return membership


@transaction.atomic
def invite(
    association_id: int, *, email: str, name: str, roles: Iterable[Role], by: User, at: datetime
) -> tuple[Invitation, str]:
    """An invitation and its token, which is kept only as a hash. Needs the scope."""
    [subject] = create_keys(association_id, kind=KeyKind.PERSON)
    token = secrets.token_urlsafe(24)
    invitation: Invitation = Invitation.objects.create(
        association_id=association_id,
        subject=subject,
        token_hash=token_hash(token),
        email=email.strip(),
        name=name.strip(),
        roles=sorted(roles),
        invited_by=by,
        sent_at=at,
        expires_at=at + INVITATION_LIFE,
    )
    return invitation, token


def renew_invitation(invitation: Invitation, *, at: datetime) -> str | None:
    """A fresh token, and three more days; the old link stops working. None when it was accepted or revoked first."""
    token = secrets.token_urlsafe(24)
    renewed = Invitation.objects.unanswered().filter(pk=invitation.pk)
    changed = renewed.update(token_hash=token_hash(token), sent_at=at, expires_at=at + INVITATION_LIFE)
    return token if changed else None


def revoke_invitation(invitation: Invitation, *, at: datetime) -> bool:
    """False when it was accepted or revoked first."""
    return bool(Invitation.objects.unanswered().filter(pk=invitation.pk).update(revoked_at=at))


@transaction.atomic
def accept_invitation(
    invitation: Invitation, *, password: str, name: str, at: datetime, pledged_version: int = 0
) -> User:
    """Make the account (or use the address's one after its password was checked) and the membership.

    `pledged_version`: the pledge of confidentiality that was accepted with it. Raises InvitationClosed, and AlreadyUsed
    when the address has an account with another password.
    """
    if not Invitation.objects.open(at).filter(pk=invitation.pk).update(accepted_at=at):
        raise InvitationClosed("The invitation can no longer be accepted.")
    user = _account_for(invitation, password=password, name=name)
    if not Membership.objects.filter(user=user, revoked_at=None).exists():
        Membership.objects.create(
            association_id=invitation.association_id,
            user=user,
            roles=invitation.roles,
            joined_at=at,
            pledged_version=pledged_version,
        )
    return user


def _account_for(invitation: Invitation, *, password: str, name: str) -> User:
    user = user_by_email(invitation.email)
    if user is None:
        return create_user(email=invitation.email, name=name, password=password)
    if not user.has_usable_password():
        user.set_password(password)
        user.name = name
        user.save(update_fields=["password", "name"])
        return user
    if not user.check_password(password):
        raise AlreadyUsed("This address has an account with another password.")
    return user


@transaction.atomic
def revoke_membership(membership: Membership, *, at: datetime) -> bool:
    """Out at the next request. False when it was revoked first. Raises LastCoordinator."""
    _keep_a_coordinator(without=membership)
    return bool(Membership.objects.active().filter(pk=membership.pk).update(revoked_at=at))


@transaction.atomic
def change_roles(membership: Membership, *, roles: Iterable[Role]) -> None:
    """True at the next request. Raises LastCoordinator."""
    wanted = sorted(roles)
    if Role.COORDINATOR not in wanted:
        _keep_a_coordinator(without=membership)
    membership.roles = wanted
    membership.save(update_fields=["roles"])


def _keep_a_coordinator(*, without: Membership) -> None:
    """Locks the whole team, in one order: two coordinators who take the other's role away at once leave one."""
    team = list(Membership.objects.active().select_for_update(of=("self",)).order_by("pk"))
    coordinators = {colleague.pk for colleague in team if Role.COORDINATOR in colleague.roles}
    if coordinators == {without.pk}:
        raise LastCoordinator("The association's last coordinator stays.")


def ask_code(user: User | None, *, at: datetime) -> tuple[SignInCode, str]:
    """A fresh code of eight digits and its row; also for nobody, so that an unknown address costs the same."""
    code = "".join(secrets.choice(_CODE_SIGNS) for _ in range(8))
    row = SignInCode(user=user, expires_at=at + CODE_LIFE)
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
