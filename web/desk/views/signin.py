"""allauth's pages with the house's answers: 422 for a mistake, 429 for too many, and factors kept by who holds them."""

import json
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
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts import access, actions
from accounts.access import Ceremony
from accounts.models import User
from accounts.rules.audit import AuditKind
from web.desk.forms.passkeys import PasskeyAgain
from web.desk.pages.account import passkey_lines
from web.desk.pages.stepup import reason_for
from web.desk.views.stepup import confirm_first
from web.parts import errors

SESSION_CODES_UNTIL = "recovery_codes_until"
CODES_SHOWN_FOR = 300
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
            sentence = _(
                "Déconnectez-vous, puis revenez avec votre clé d’accès, ou votre mot de passe et votre deuxième code."
            )
            return errors.reserved(request, sentence=sentence)
        return view(request, *args, **kwargs)

    return guarded


def _skips_factor(request: HttpRequest) -> bool:
    """Another browser enrolled a factor meanwhile: this one has to show it."""
    return access.has_factor(request.user) and not access.has_second_factor(request)


def asks_again(view: Answer) -> Answer:
    """What protects an account changes after a factor that was given within five minutes; the first one after the
    password.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if access.has_fresh_proof(request, at=timezone.now()):
            return view(request, *args, **kwargs)
        return confirm_first(request)

    return guarded


class SignIn(_Says, LoginView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"refused": "", "following": context["redirect_field_value"] or ""}


class GiveFactor(_Says, AuthenticateView):
    """A code of the application, a recovery code, or a passkey: whatever the person has."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | _ways(self.stage.login.user, Ceremony.SECOND_FACTOR)

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _say_codes_left(self.request, form)
        return response


def _ways(user: User, ceremony: Ceremony) -> dict[str, Any]:
    """What this person can answer with; a challenge for those who have a passkey."""
    factors = access.factors_of(user)
    options = json.dumps(access.request_options(ceremony, user)) if factors.passkeys else ""
    return {"factors": factors, "options": options}


def _say_codes_left(request: HttpRequest, form: Any) -> None:
    """Each recovery code that is used is one less."""
    if form.authenticator.type != form.authenticator.Type.RECOVERY_CODES:
        return
    left = len(access.factors_of(form.authenticator.user).codes)
    used = ngettext(
        "Ce code de secours a servi : il vous en reste %(left)s.",
        "Ce code de secours a servi : il vous en reste %(left)s.",
        left,
    )
    text = used % {"left": left}
    if left <= access.FEW_CODES:
        text += " " + _("Faites-en de nouveaux dans « Mon compte ».")
    messages.warning(request, text)


@method_decorator(for_volunteers, name="dispatch")
class ConfirmByPassword(_Says, ReauthenticateView):
    pass


@method_decorator(for_volunteers, name="dispatch")
class ConfirmByFactor(_Says, FactorReauthenticateView):
    """Whatever the person has, on one page, which says what it is asked for."""

    def get_form_class(self) -> type[forms.BaseForm]:
        given: type[forms.BaseForm] = super().get_form_class()
        return PasskeyAgain if "credential" in self.request.POST else given

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["refused"] = []
        if isinstance(context["form"], PasskeyAgain):
            context |= {
                "refused": context["form"].error_lines(),
                "form": super().get_form_class()(user=self.request.user),
            }
        reason = reason_for(context["redirect_field_value"] or "")
        return context | {"reason": reason} | _ways(self.request.user, Ceremony.CONFIRM)

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _say_codes_left(self.request, form)
        return response


@method_decorator(for_volunteers, name="dispatch")
class Factors(IndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        factors = access.factors_of(self.request.user)
        return {"factors": factors, "passkeys": passkey_lines(factors)}


@method_decorator([for_volunteers, asks_again], name="dispatch")
class Install(_Says, ActivateTOTPView):
    """Whoever has just proved the application to us has passed the second factor in this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp")
        actions.record_factor_change(self.request.user, AuditKind.FACTOR_ADDED, factor="totp", at=timezone.now())
        show_codes_for_a_while(self.request)
        return response


@method_decorator([for_volunteers, asks_again], name="dispatch")
class Remove(_Says, DeactivateTOTPView):
    """Without another factor, the desk is closed at once, in this browser too."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        passkeys = access.factors_of(self.request.user).passkeys
        return {**super().get_context_data(**kwargs), "has_passkey": bool(passkeys)}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        here = access.current_session(self.request)
        actions.after_removal(self.request.user, factor="totp", here=here, at=timezone.now())
        drop_factor_of_session(self.request)
        return response


@method_decorator([for_volunteers, asks_again], name="dispatch")
class NewCodes(_Says, GenerateRecoveryCodesView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        actions.record_factor_change(
            self.request.user, AuditKind.CODES_RENEWED, factor="recovery_codes", at=timezone.now()
        )
        show_codes_for_a_while(self.request)
        return response


def drop_factor_of_session(request: HttpRequest) -> None:
    """After the last factor is gone, what it once proved in this browser is gone too."""
    if access.has_factor(request.user):
        return
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    kept = [record for record in records if record["method"] != "mfa"]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept


def show_codes_for_a_while(request: HttpRequest) -> None:
    request.session[SESSION_CODES_UNTIL] = time.time() + CODES_SHOWN_FOR


@require_safe
@for_volunteers
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """In sight for five minutes in the browser that made them, so that a reload loses nothing; then only their number.

    allauth's own page notes on GET that it was seen, which is a write.
    """
    factors = access.factors_of(request.user)  # type: ignore[arg-type]  # signed in
    if not factors.has_any:
        raise Http404
    fresh = request.session.get(SESSION_CODES_UNTIL, 0) > time.time()
    fresh = fresh and access.has_fresh_factor(request, at=timezone.now())
    context = {
        "codes": factors.codes if fresh else (),
        "left": len(factors.codes),
        "total": settings.MFA_RECOVERY_CODE_COUNT,
    }
    return render(request, "mfa/recovery_codes/index.html", context)
