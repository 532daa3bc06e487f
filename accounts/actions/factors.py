"""What protects an account: passkeys, the password, and a lost factor that two coordinators take off."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

from accounts import scope
from accounts.access import deciding, is_closed_by_reset, memberships_anywhere, memberships_of, require_settled
from accounts.actions.sessions import end_sessions
from accounts.actions.tokens import revoke_token
from accounts.models import ApiToken, AuditEntry, FactorReset, Membership, PasskeyKind, SignInEnd, User
from accounts.rules.audit import About, AuditKind
from accounts.rules.roles import Right

RESET_LIFE = timedelta(hours=24)


class AlreadyAsked(ValueError):
    """A request about this person waits already."""


class OwnHalf(ValueError):
    """Whoever asked, or is concerned, cannot be the second person."""


class AskerLeft(ValueError):
    """Whoever asked decides about nobody any more."""


@transaction.atomic
def add_passkey(user: User, *, kind: PasskeyKind, made: AuthenticatorData, at: datetime) -> Authenticator:
    """Keep a passkey: its random id and public key, nothing of the browser's own words nor of the device's maker."""
    row = Authenticator(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": kind.value, "count": made.counter, "credential": _bare(made)},
        created_at=at,
    )
    row.save(force_insert=True)
    record_factor_change(user, AuditKind.FACTOR_ADDED, factor=row.type, at=at)
    return row


def _bare(made: AuthenticatorData) -> dict[str, Any]:
    """A registration in the shape that allauth reads, emptied of what only names the device and the moment."""
    kept = made.credential_data
    assert kept is not None  # noqa: S101  access.new_passkey refuses one without
    credential = AttestedCredentialData.create(Aaguid.NONE, kept.credential_id, kept.public_key)
    flags = made.flags & ~AuthenticatorData.FLAG.ED
    data = AuthenticatorData.create(made.rp_id_hash, flags, made.counter, credential)
    client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, b"", "")
    response = AuthenticatorAttestationResponse(
        client_data=client, attestation_object=AttestationObject.create("none", data, {})
    )
    bare = dict(RegistrationResponse(raw_id=kept.credential_id, response=response))
    return {"id": bare["id"], "rawId": bare["rawId"], "response": dict(bare["response"]), "type": "public-key"}


@transaction.atomic
def use_passkey(authenticator: Authenticator, *, count: int) -> bool:
    """Note how often it has signed. False when it has gone back: the answer was played again, or the key copied."""
    row = Authenticator.objects.select_for_update(of=("self",)).get(pk=authenticator.pk)
    before = row.data.get("count", 0)
    if (before or count) and count <= before:
        return False
    row.data["count"] = count
    row.save(update_fields=["data"])
    return True


@transaction.atomic
def remove_factor(authenticator: Authenticator, *, here: UUID | None, at: datetime) -> None:
    """Recovery codes go with the last factor that they stood in for. `here`: the session that does it."""
    mine = Authenticator.objects.filter(user_id=authenticator.user_id)
    if not mine.filter(pk=authenticator.pk).delete()[0]:
        return
    if not mine.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        mine.delete()
    after_removal(authenticator.user, factor=authenticator.type, here=here, at=at)


@transaction.atomic
def after_removal(user: User, *, factor: str, here: UUID | None, at: datetime) -> None:
    """Recorded; and signed out everywhere but `here`: what the factor opened elsewhere may be in other hands."""
    record_factor_change(user, AuditKind.FACTOR_REMOVED, factor=factor, at=at)
    end_sessions(user, end=SignInEnd.ELSEWHERE, at=at, but=here)


def record_factor_change(user: User, kind: AuditKind, *, factor: str, at: datetime) -> None:
    """In the log of each association that this person works for."""
    record_everywhere(user, kind, by=user, at=at, factor=str(factor))


def record_everywhere(
    user: User, kind: AuditKind, *, by: User | None, at: datetime, but: int | None = None, **payload: Any
) -> int:
    """An entry about this person in the log of each of their associations, without `but`; in how many. Needs no scope.

    `by=None` names nobody: the operator, or people of another association.
    """
    mine = [membership for membership in memberships_of(user) if membership.association_id != but]
    for membership in mine:
        with scope.enter(membership.association_id):
            AuditEntry.objects.record(kind, at=at, by=by, about=About.MEMBERSHIP, about_id=membership.pk, **payload)
    return len(mine)


@transaction.atomic
def change_password(user: User, *, password: str, at: datetime) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    record_factor_change(user, AuditKind.PASSWORD_CHANGED, factor="password", at=at)


# A lost factor


@transaction.atomic
def ask_reset(membership: Membership, *, by: User, at: datetime) -> FactorReset:
    """One coordinator's half, good for a day. Needs the scope. Raises AlreadyAsked, TooNew."""
    _require_coordinators(by, at=at)
    Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    if FactorReset.objects.waiting(at).filter(membership=membership).exists():
        raise AlreadyAsked("A request about this person waits already.")
    reset: FactorReset = FactorReset.objects.create(
        association_id=membership.association_id,
        membership=membership,
        asked_by=by,
        asked_at=at,
        expires_at=at + RESET_LIFE,
    )
    _record(AuditKind.RESET_ASKED, reset, by=by, at=at)
    return reset


@transaction.atomic
def approve_reset(reset: FactorReset, *, by: User, at: datetime) -> bool:
    """The other half: the factors go and every session ends. False when it was decided or has expired. Needs the scope.

    Where another association had the factors taken off before this was asked, those that were enrolled since stay: the
    desk of this association opens again, and that is all. What was asked earlier was about the factors of that time:
    whoever enrolled since may be somebody else. Raises OwnHalf, AskerLeft, TooNew.
    """
    if by.pk in {reset.asked_by_id, reset.membership.user_id}:
        raise OwnHalf("It takes another coordinator.")
    if not deciding(reset.asked_by_id):
        raise AskerLeft("Whoever asked is no coordinator any more.")
    _require_coordinators(reset.asked_by, by, at=at)
    user = User.objects.select_for_update(of=("self",)).get(pk=reset.membership.user_id)
    only_agrees = is_closed_by_reset(reset.membership, user=user) and _asked_since(reset, user.factors_reset_at)
    here = Membership.objects.active().filter(pk=reset.membership_id).exists()
    waiting = FactorReset.objects.waiting(at).filter(pk=reset.pk)
    if not (here and waiting.update(approved_by=by, approved_at=at)):
        return False
    if not only_agrees:
        take_off_factors(user, association_id=reset.association_id, at=at)
        record_everywhere(user, AuditKind.FACTOR_REMOVED, by=None, at=at, but=reset.association_id)
    _record(AuditKind.RESET_APPROVED, reset, by=by, at=at)
    return True


def _require_coordinators(*users: User, at: datetime) -> None:
    """Raises TooNew where one of them is a coordinator since less than seven days."""
    people = [found for user in users if (found := deciding(user.pk))]
    require_settled(*people, right=Right.MANAGE, at=at)


def _asked_since(reset: FactorReset, moment: datetime | None) -> bool:
    return moment is not None and reset.asked_at >= moment


def cancel_reset(reset: FactorReset, *, by: User, at: datetime) -> bool:
    """False when it was decided or has expired. Needs the scope."""
    with transaction.atomic():
        cancelled = FactorReset.objects.waiting(at).filter(pk=reset.pk).update(cancelled_at=at)
        if cancelled:
            _record(AuditKind.RESET_CANCELLED, reset, by=by, at=at)
        return bool(cancelled)


def _record(kind: AuditKind, reset: FactorReset, *, by: User, at: datetime) -> None:
    AuditEntry.objects.record(kind, at=at, by=by, about=About.RESET, about_id=reset.pk, membership=reset.membership_id)


@transaction.atomic
def take_off_factors(user: User, *, association_id: int | None, at: datetime) -> None:
    """Only the password is left: no session, no program's token. Other desks stay closed until they agree too.

    `association_id=None`: by the platform's operator, for all of them.
    """
    Authenticator.objects.filter(user=user).delete()
    user.factors_reset_at, user.factors_reset_in_id = at, association_id
    user.save(update_fields=["factors_reset_at", "factors_reset_in"])
    end_sessions(user, end=SignInEnd.RESET, at=at)
    for membership in memberships_anywhere(user):
        with scope.enter(membership.association_id):
            for token in ApiToken.objects.filter(membership=membership, revoked_at=None).order_by("pk"):
                revoke_token(token, by=None, at=at)


@transaction.atomic
def reset_by_operator(user: User, *, at: datetime) -> int:
    """For an association with one coordinator. Recorded, by nobody, in each of theirs; how many these are."""
    take_off_factors(user, association_id=None, at=at)
    return record_everywhere(user, AuditKind.RESET_APPROVED, by=None, at=at)
