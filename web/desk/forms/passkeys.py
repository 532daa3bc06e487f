"""Passkeys: the browser's answer in a hidden box; what a passkey lives in, from a closed list."""

from typing import Any

from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import access, actions
from accounts.access import Ceremony, PasskeyRefused
from accounts.models import PasskeyKind, User
from web.desk.forms.base import radios
from web.parts.forms import HouseForm

LONGEST_ANSWER = 20_000
NOT_KNOWN = _("Cette clé d’accès n’a pas été reconnue. Recommencez, ou choisissez une autre façon.")
NOT_MADE = _("La clé d’accès n’a pas pu être créée. Recommencez, et acceptez ce que demande votre appareil.")


class CredentialField(forms.JSONField):
    """Too long, or nested too deep, is as broken as no JSON at all."""

    def to_python(self, value: Any) -> Any:
        try:
            if len(value or "") <= LONGEST_ANSWER:
                return super().to_python(value)
        except (RecursionError, forms.ValidationError):
            pass
        raise forms.ValidationError(str(NOT_KNOWN), code="invalid")


def _credential() -> CredentialField:
    """What the browser answered. A broken answer is a sentence, never the name of a hidden box."""
    return CredentialField(
        widget=forms.HiddenInput({"data-passkey-credential": ""}),
        required=False,
        error_messages={"invalid": NOT_KNOWN},
    )


class AddPasskey(HouseForm, forms.Form):
    kind = radios(
        label=_("Où sera cette clé d’accès ?"),
        choices=PasskeyKind.choices,
        error_messages={"required": _("Dites où sera cette clé d’accès.")},
    )
    credential = _credential()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                cleaned["made"] = access.new_passkey(cleaned["credential"], user=self.user)
            except PasskeyRefused as refused:
                raise forms.ValidationError(str(NOT_MADE), code="refused") from refused
        return cleaned


class _Answers(HouseForm, AuthenticateWebAuthnForm):
    """A passkey's signature, checked; its count is noted, so that no answer is taken twice."""

    ceremony = Ceremony.SECOND_FACTOR
    credential = _credential()

    def clean_credential(self) -> Authenticator:
        # Whoever is not known yet is not counted: a stranger could lock them out.
        forget = check_rate_limit(self.user) if self.user else None
        try:
            answer = access.answer_of(self.cleaned_data["credential"], ceremony=self.ceremony, user=self.user)
        except PasskeyRefused as refused:
            actions.note_refusal("passkey", user_id=self.user.pk if self.user else "unknown")
            raise forms.ValidationError(str(NOT_KNOWN), code="refused") from refused
        if not actions.use_passkey(answer.authenticator, count=answer.count):
            actions.note_refusal("passkey used before", user_id=answer.authenticator.user_id)
            raise forms.ValidationError(str(NOT_KNOWN), code="refused")
        if forget:
            forget()
        self.authenticator = answer.authenticator
        return answer.authenticator


class PasskeySignIn(_Answers):
    ceremony = Ceremony.SIGN_IN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=None, **kwargs)


class PasskeySecond(_Answers):
    pass


class PasskeyAgain(_Answers):
    ceremony = Ceremony.CONFIRM
    reauthenticated = True
