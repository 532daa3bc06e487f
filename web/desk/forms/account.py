"""Accepting an invitation: with a new account, or with the account that the address has."""

from types import SimpleNamespace
from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from web.desk.forms.base import DeskForm
from web.parts.forms import HouseForm


class ChooseForm(DeskForm):
    """`association`, as on every form, is the one of the page; `wanted` the one to work for from now on."""

    wanted = forms.IntegerField(widget=forms.HiddenInput)


_LONG_ENOUGH = _(
    "Au moins 12 signes : quatre ou cinq mots font très bien l’affaire. "
    "Ni un mot de passe courant, ni votre nom ou votre adresse."
)


def _new_password(*, label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class PasswordForm(DeskForm):
    """Typed twice, since nobody sees what is typed."""

    password = _new_password(label=_("Votre nouveau mot de passe"), help_text=_LONG_ENOUGH)
    again = _new_password(label=_("Le même, encore une fois"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        typed = {cleaned.get(name) for name in ("password", "again")}
        if not self.errors and len(typed) > 1:
            self.add_error("again", _("Ce n’est pas le même mot de passe. Tapez-le encore."))
        return cleaned


def _pledge() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Je garde pour moi ce que je lis et entends ici, aussi après mon départ."),
        error_messages={"required": _("Sans cet engagement, vous ne pouvez pas rejoindre l’équipe.")},
    )


class _Joining(HouseForm, forms.Form):
    """A page that comes back holds no password: whatever else is wrong, it is to be typed again, and that is said."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors and "password" in cleaned:
            self.add_error("password", _("Tapez-le de nouveau : la page ne garde pas les mots de passe."))
        return cleaned


class NewAccountForm(_Joining):
    """`email`: of the invitation; a password is not made of it."""

    name = forms.CharField(label=_("Prénom et nom"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Votre mot de passe"),
        help_text=_LONG_ENOUGH,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    pledge = _pledge()

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        whoever = SimpleNamespace(name=self.cleaned_data.get("name", ""), email=self.email)
        validate_password(password, cast(User, whoever))
        return password


class KnownAccountForm(_Joining):
    password = forms.CharField(
        label=_("Le mot de passe de votre compte"),
        help_text=_("Cette adresse a déjà un compte ici : vous gardez le même pour cette association."),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    pledge = _pledge()

    def refuse_password(self) -> None:
        self.add_error("password", _("Ce n’est pas le mot de passe de ce compte. Recommencez."))


AcceptForm = NewAccountForm | KnownAccountForm


def fields_of(form: AcceptForm) -> dict[str, Any]:
    """What accepting takes; somebody who has an account keeps their name."""
    return {"password": form.cleaned_data["password"], "name": form.cleaned_data.get("name", "")}
