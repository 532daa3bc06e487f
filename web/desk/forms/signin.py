"""allauth's forms in the house's words: a label above each box, no text inside it, one sentence per error."""

from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm as FactorForm
from allauth.mfa.base.forms import ReauthenticateForm as FactorAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.models import User
from web.parts.forms import HouseForm

_PASSWORD = _("Mot de passe")
_EMPTY_CODE = _("Tapez le code que montre l’application.")


def _word(form: forms.BaseForm, name: str, *, label: str | Promise, empty: str | Promise, **attrs: str) -> None:
    field = form.fields[name]
    field.label = str(label)
    field.help_text = ""
    field.error_messages |= {"required": str(empty)}
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= attrs


class PasswordSignIn(HouseForm, LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "login", label=_("Adresse e-mail"), empty=_("Tapez votre adresse."), autocomplete="username")
        _word(self, "password", label=_PASSWORD, empty=_("Tapez votre mot de passe."))
        self.fields["login"].error_messages |= {"invalid": str(_("Cette adresse est incomplète. Vérifiez-la."))}


class PasswordAgain(HouseForm, ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password", label=_PASSWORD, empty=_("Tapez votre mot de passe."))


class _Noted:
    """Mixin: a wrong code is noted in the log, by the account's id."""

    user: User

    def _emit_authentication_failed(self, authenticator: Any) -> None:
        super()._emit_authentication_failed(authenticator)  # type: ignore[misc]  # allauth's own
        actions.note_refusal("factor", user_id=self.user.pk)


class FactorSignIn(_Noted, HouseForm, FactorForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", label=_("Votre code"), empty=_EMPTY_CODE, inputmode="numeric")


class FactorAgain(_Noted, HouseForm, FactorAgainForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", label=_("Votre code"), empty=_EMPTY_CODE, inputmode="numeric")


class InstallApp(HouseForm, ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", label=_("Les six chiffres"), empty=_EMPTY_CODE, inputmode="numeric")
