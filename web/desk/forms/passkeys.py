"""Passkeys: the browser's answer in a hidden box; what a passkey lives in, from a closed list."""

from typing import Any

from allauth.core import context
from allauth.mfa.base.internal.flows import check_rate_limit, post_authentication
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import access, actions
from accounts.access import Ceremony, PasskeyRefused
from accounts.models import PasskeyKind, User
from web.desk.forms.base import radios
from web.parts.forms import HouseForm

NOT_KNOWN = _("Cette clé d’accès n’a pas été reconnue. Recommencez, ou choisissez une autre façon.")
NOT_MADE = _("La clé d’accès n’a pas pu être créée. Recommencez, et acceptez ce que demande votre appareil.")


class _Credential(HouseForm, forms.Form):
    """What the browser answered. A broken answer is a sentence, never the name of a hidden box."""

    credential = forms.JSONField(required=False, widget=forms.HiddenInput(attrs={"data-passkey-credential": ""}))

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["credential"].error_messages |= {"invalid": str(NOT_KNOWN)}


class AddPasskey(_Credential):
    kind = radios(
        label=_("Où sera cette clé d’accès ?"),
        choices=PasskeyKind.choices,
        error_messages={"required": _("Dites où sera cette clé d’accès.")},
    )
    field_order = ("kind", "credential")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and self.user:
            try:
                cleaned["made"] = access.new_passkey(cleaned["credential"], user=self.user)
            except PasskeyRefused as refused:
                raise forms.ValidationError(str(NOT_MADE), code="refused") from refused
        return cleaned


class _AnswerForm(_Credential):
    """A passkey's signature, checked; its count is noted, so that no answer is taken twice."""

    ceremony = Ceremony.SECOND_FACTOR

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        # Whoever is not known yet is not counted: a stranger could lock them out.
        forget = check_rate_limit(self.user) if self.user else None
        try:
            answer = access.answer_of(cleaned["credential"], ceremony=self.ceremony, user=self.user)
        except PasskeyRefused as refused:
            raise forms.ValidationError(str(NOT_KNOWN), code="refused") from refused
        if not actions.use_passkey(answer.authenticator, count=answer.count):
            raise forms.ValidationError(str(NOT_KNOWN), code="refused")
        if forget:
            forget()
        self.authenticator = answer.authenticator
        return cleaned


class PasskeySignIn(_AnswerForm):
    ceremony = Ceremony.SIGN_IN


class PasskeySecond(_AnswerForm):
    def save(self) -> None:
        post_authentication(context.request, self.authenticator)


class PasskeyAgain(_AnswerForm):
    ceremony = Ceremony.CONFIRM

    def save(self) -> None:
        post_authentication(context.request, self.authenticator, reauthenticated=True)
