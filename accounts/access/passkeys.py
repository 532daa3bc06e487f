"""Passkeys: what the browser is asked for, and whether its answer holds.

allauth keeps the rows, fido2 checks the signatures. A challenge serves one ceremony of one person for five minutes, and
is gone with the first answer, right or wrong. The holder's fingerprint, face or PIN is always required: a passkey that
was only touched opens nothing.
"""

import struct
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.http import Http404
from fido2.cose import CoseKey
from fido2.webauthn import (
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.access.factors import FRESH_FOR
from accounts.models import User

# What fido2's readers raise at something that is none of what they read.
_UNREADABLE = (AttributeError, LookupError, RuntimeError, TypeError, ValueError, struct.error)
_LONGEST_ID = 1023  # bytes; WebAuthn's own limit


class Ceremony(StrEnum):
    """What a challenge is good for."""

    ENROL = "enrol"
    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    CONFIRM = "confirm"


class PasskeyRefused(ValueError):
    """The browser's answer proves nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A passkey that answered. `count`: how often it has signed, by its own account; 0 from those that do not count."""

    authenticator: Authenticator
    count: int


def creation_options(user: User) -> dict[str, Any]:
    """For `navigator.credentials.create`: a passkey that finds its account by itself and checks its holder."""
    options, state = auth.get_server().register_begin(
        auth.build_user_payload(user),
        credentials=auth.get_credentials(user),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _keep(state, ceremony=Ceremony.ENROL, user=user)
    return dict(options)


def request_options(ceremony: Ceremony, user: User | None = None) -> dict[str, Any]:
    """For `navigator.credentials.get`. Without `user`, any passkey of this site may answer."""
    options, state = auth.get_server().authenticate_begin(
        credentials=auth.get_credentials(user) if user else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _keep(state, ceremony=ceremony, user=user)
    return dict(options)


def new_passkey(credential: Any, *, user: User) -> AuthenticatorData:
    """What is to be kept of a passkey that was just made. Raises PasskeyRefused."""
    try:
        state = _take(Ceremony.ENROL, user)
        made = RegistrationResponse.from_dict(credential)
        _require_origin(made.response.client_data)
        kept = made.response.attestation_object.auth_data.credential_data
        if kept is None or kept.public_key.get(3) not in CoseKey.supported_algorithms():
            raise PasskeyRefused("What the passkey signs could not be checked here.")
        data: AuthenticatorData = auth.get_server().register_complete(state, made)
    except _UNREADABLE as error:
        raise PasskeyRefused("This is no passkey of this ceremony.") from error
    if not data.is_user_verified() or len(kept.credential_id) > _LONGEST_ID:
        raise PasskeyRefused("The passkey does not check its holder.")
    return data


def answer_of(credential: Any, *, ceremony: Ceremony, user: User | None = None) -> Answer:
    """The passkey that signed this challenge: one of `user`, else of whomever it names. Raises PasskeyRefused."""
    try:
        state = _take(ceremony, user)
        given = AuthenticationResponse.from_dict(credential)
        holder = user or _named_by(given)
        _require_origin(given.response.client_data)
        data = given.response.authenticator_data
        known = auth.get_server().authenticate_complete(state, auth.get_credentials(holder), given)
    except _UNREADABLE as error:
        raise PasskeyRefused("This answers no challenge of this ceremony.") from error
    authenticator = auth.get_authenticator_by_credential_id(holder, known.credential_id)
    if authenticator is None or not data.is_user_verified():
        raise PasskeyRefused("The passkey has not checked its holder.")
    authenticator.user = holder
    return Answer(authenticator, data.counter)


def passkey_for(user: User, pk: int) -> Authenticator:
    """One of this person's own. Http404 for anybody else's."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _keep(state: dict[str, Any], *, ceremony: Ceremony, user: User | None) -> None:
    until = time.time() + FRESH_FOR.total_seconds()
    auth.set_state({**state, "ceremony": ceremony.value, "user": str(user.pk) if user else "", "until": until})


def _take(ceremony: Ceremony, user: User | None) -> dict[str, Any]:
    """The challenge of this session, once."""
    state = auth.get_state() or {}
    auth.clear_state()
    expected = (ceremony.value, str(user.pk) if user else "")
    if (state.get("ceremony"), state.get("user")) != expected or state["until"] < time.time():
        raise PasskeyRefused("No challenge of this ceremony is open.")
    return state


def _named_by(given: AuthenticationResponse) -> User:
    """The account's own random id is all that a passkey knows of it."""
    user = User.objects.filter(pk=UUID(bytes=given.response.user_handle or b""), is_active=True).first()
    if user is None:
        raise PasskeyRefused("Nobody has this passkey.")
    return user


def _require_origin(client: CollectedClientData) -> None:
    """fido2 admits every name below the site's own; only the site itself asked."""
    if client.cross_origin or urlsplit(client.origin).hostname != auth.get_server().rp.id:
        raise PasskeyRefused("Another site asked.")
