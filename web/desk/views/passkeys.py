"""Passkeys: made, taken off, and the way in by one alone."""

import json
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.mfa.recovery_codes.internal.flows import auto_generate_recovery_codes
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_http_methods

from accounts import access, actions
from accounts.access import Ceremony
from accounts.models import PasskeyKind, User
from web.desk.forms.passkeys import AddPasskey, PasskeySignIn
from web.desk.forms.signin import PasswordSignIn
from web.desk.views.signin import asks_again, drop_factor_of_session, for_volunteers, show_codes_for_a_while

_GET_AND_POST = ["GET", "HEAD", "POST"]


class SignInByPasskey(View):
    """GET gives a script the challenge, and sends anybody else to the page of the button; POST signs in."""

    http_method_names = ("get", "head", "post")

    @method_decorator(ratelimit.decorator(app="allauth.mfa", action="webauthn_login", limit_get=True))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect(get_login_redirect_url(request))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if not get_adapter().is_ajax(request):
            return redirect("account_login")
        return JsonResponse(access.request_options(Ceremony.SIGN_IN))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = PasskeySignIn(request.POST)
        if not form.is_valid():
            return _sign_in_again(request, form)
        login = Login(user=form.authenticator.user, redirect_url=get_next_redirect_url(request))
        response: HttpResponse = perform_passwordless_login(request, form.authenticator, login)
        return response


def _sign_in_again(request: HttpRequest, form: PasskeySignIn) -> HttpResponse:
    context = {
        "form": PasswordSignIn(request=request),
        "refused": form.error_lines()[0].text,
        "following": get_next_redirect_url(request) or "",
    }
    return render(request, "account/login.html", context, status=422)


@require_http_methods(_GET_AND_POST)
@for_volunteers
@asks_again
def add(request: HttpRequest) -> HttpResponseBase:
    """Whoever has just made one has shown it to us: the session has passed the second factor."""
    user: Any = request.user
    form = AddPasskey(request.POST if request.method == "POST" else None, user=user)
    if not form.is_valid():
        # Made after the form was checked: a challenge is gone with its answer.
        context = {"form": form, "options": json.dumps(access.creation_options(user))}
        return render(request, "mfa/webauthn/add_form.html", context, status=422 if form.is_bound else 200)
    return _added(request, user, form)


def _added(request: HttpRequest, user: User, form: AddPasskey) -> HttpResponse:
    kind = PasskeyKind(form.cleaned_data["kind"])
    row = actions.add_passkey(user, kind=kind, made=form.cleaned_data["made"], at=timezone.now())
    record_authentication(request, user, method="mfa", type=row.type, id=row.pk)
    messages.success(request, _("La clé d’accès est en place : vous pouvez entrer avec elle seule."))
    if auto_generate_recovery_codes(request) is None:
        return redirect("mfa_index")
    show_codes_for_a_while(request)
    return redirect("mfa_view_recovery_codes")


@require_http_methods(_GET_AND_POST)
@for_volunteers
@asks_again
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    user: Any = request.user
    authenticator = access.passkey_for(user, pk)
    if request.method != "POST":
        factors = access.factors_of(user)
        [passkey] = [one for one in factors.passkeys if one.id == pk]
        is_last = not factors.has_app and len(factors.passkeys) == 1
        context = {"passkey": passkey, "kind": PasskeyKind(passkey.kind).label, "is_last": is_last}
        return render(request, "mfa/webauthn/authenticator_confirm_delete.html", context)
    actions.remove_factor(authenticator, here=access.current_session(request), at=timezone.now())
    drop_factor_of_session(request)
    told = _("La clé d’accès est retirée : elle n’ouvre plus rien ici. Vous êtes déconnecté partout ailleurs.")
    messages.success(request, told)
    return redirect("mfa_index")
