"""allauth's pages with the house's answers: 422 for a mistake, 429 for too many, and factors kept by who holds them."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as FactorReauthenticateView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import access
from web.parts import errors

SESSION_CODES_UNTIL = "recovery_codes_until"
CODES_SHOWN_FOR = 600
_TOO_MANY = {"too_many_login_attempts", "rate_limited"}
Answer = Callable[..., HttpResponseBase]


def status_of(form: forms.BaseForm) -> int:
    codes = {error.code for errors_of in form.errors.as_data().values() for error in errors_of}
    return 429 if codes & _TOO_MANY else 422


class _Says:
    """A form that is refused says so in the status too."""

    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # the view's own
        response.status_code = status_of(form)
        return response


def for_volunteers(view: Answer) -> Answer:
    """Only sessions that a password opened, with the second factor of whoever has one."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if access.was_opened_by_code(request) or _skips_factor(request):
            sentence = _("Déconnectez-vous, puis revenez avec votre mot de passe et votre deuxième code.")
            return errors.reserved(request, sentence=sentence)
        return view(request, *args, **kwargs)

    return guarded


def _skips_factor(request: HttpRequest) -> bool:
    """Another browser enrolled a factor meanwhile: this one has to show it."""
    return access.factors_of(request.user).has_app and not access.has_second_factor(request)  # type: ignore[arg-type]  # signed in


class SignIn(_Says, LoginView):
    pass


class GiveFactor(_Says, AuthenticateView):
    pass


@method_decorator(for_volunteers, name="dispatch")
class ConfirmByPassword(_Says, ReauthenticateView):
    pass


@method_decorator(for_volunteers, name="dispatch")
class ConfirmByFactor(_Says, FactorReauthenticateView):
    pass


@method_decorator(for_volunteers, name="dispatch")
class Factors(IndexView):
    pass


@method_decorator(for_volunteers, name="dispatch")
class Install(_Says, ActivateTOTPView):
    """Whoever has just proved the application to us has passed the second factor in this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp")
        _show_codes_for_a_while(self.request)
        return response


@method_decorator(for_volunteers, name="dispatch")
class Remove(_Says, DeactivateTOTPView):
    """The desk is closed at once, in this browser too."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        records = self.request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        kept = [record for record in records if record["method"] != "mfa"]
        self.request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept
        return response


@method_decorator(for_volunteers, name="dispatch")
class NewCodes(_Says, GenerateRecoveryCodesView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _show_codes_for_a_while(self.request)
        return response


def _show_codes_for_a_while(request: HttpRequest) -> None:
    request.session[SESSION_CODES_UNTIL] = time.time() + CODES_SHOWN_FOR


@require_safe
@for_volunteers
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """In sight for ten minutes in the browser that made them, so that a reload loses nothing; then only their number.

    allauth's own page notes on GET that it was seen, which is a write.
    """
    factors = access.factors_of(request.user)  # type: ignore[arg-type]  # signed in
    if not factors.has_app:
        raise Http404
    fresh = request.session.get(SESSION_CODES_UNTIL, 0) > time.time()
    context = {
        "codes": factors.codes if fresh else (),
        "left": len(factors.codes),
        "total": settings.MFA_RECOVERY_CODE_COUNT,
    }
    return render(request, "mfa/recovery_codes/index.html", context)
