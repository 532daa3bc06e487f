"""Joining a team by the link of a mail. GET shows and consumes nothing: scanners open links before people do."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import access, actions, scope
from accounts.actions import PLEDGE_VERSION, AlreadyUsed, InvitationClosed
from accounts.middleware import SESSION_ASSOCIATION, leave_session
from accounts.models import Invitation, User
from web.desk.forms.account import AcceptForm, KnownAccountForm, NewAccountForm, fields_of
from web.desk.pages.team import role_labels

RATES = {"accept": "10/5m/key,60/h/ip"}


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def accept(request: HttpRequest, token: str) -> HttpResponseBase:
    """404 for an unknown token, 410 for one that was used or revoked or has expired: the same page."""
    ids = access.invitation_ids(token)
    if ids is None:
        return _closed(request, status=404)
    association_id, invitation_id = ids
    with scope.enter(association_id):
        answer = _answer(request, invitation_id, token=token)
    if isinstance(answer, User):
        return _signed_in(request, answer, association_id=association_id)
    return answer


def _answer(request: HttpRequest, invitation_id: int, *, token: str) -> HttpResponse | User:
    """A page, or whoever just joined."""
    invitation = access.open_invitation(invitation_id, now=timezone.now())
    if invitation is None or not invitation.association.is_active:
        return _closed(request, status=410)
    if request.user.is_authenticated and request.user != access.user_by_email(invitation.email):
        return _somebody_else(request)
    form = _form(request, invitation)
    if request.method != "POST":
        return _page(request, invitation, form)
    if not ratelimit.consume(request, app="web.desk", action="accept", config=RATES, key=token):
        form.add_error(None, _("Trop d’essais. Attendez cinq minutes, puis recommencez."))
        return _page(request, invitation, form, status=429)
    if not form.is_valid():
        return _page(request, invitation, form, status=422)
    return _joined(request, invitation, form)


def _somebody_else(request: HttpRequest) -> HttpResponse:
    """The invitation is for one address, and this browser is somebody else's: nothing is consumed."""
    return render(request, "desk/invitation_other.html", status=409)


def _form(request: HttpRequest, invitation: Invitation) -> AcceptForm:
    data = request.POST if request.method == "POST" else None
    user = access.user_by_email(invitation.email)
    if user and user.has_usable_password():
        return KnownAccountForm(data)
    return NewAccountForm(data, email=invitation.email, initial={"name": invitation.name})


def _joined(request: HttpRequest, invitation: Invitation, form: AcceptForm) -> HttpResponse | User:
    try:
        return actions.accept_invitation(
            invitation, at=timezone.now(), pledged_version=PLEDGE_VERSION, **fields_of(form)
        )
    except InvitationClosed:
        return _closed(request, status=410)
    except AlreadyUsed:
        if isinstance(form, KnownAccountForm):
            form.refuse_password()
            return _page(request, invitation, form, status=422)
        return _page(request, invitation, KnownAccountForm(), status=409)


def _signed_in(request: HttpRequest, user: User, *, association_id: int) -> HttpResponseBase:
    """They have just typed their password: it counts as such. The desk then leads to the second factor."""
    leave_session(request, at=timezone.now())
    request.session[SESSION_ASSOCIATION] = association_id
    record_authentication(request, user, method="password", reauthenticated=True)
    response: HttpResponseBase = perform_login(request, Login(user=user, redirect_url=reverse("desk:now")))
    return response


def _page(request: HttpRequest, invitation: Invitation, form: AcceptForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "association_name": invitation.association.name,
        "roles": role_labels(invitation.roles),
        "email": invitation.email,
    }
    return render(request, "desk/invitation.html", context, status=status)


def _closed(request: HttpRequest, *, status: int) -> HttpResponse:
    return render(request, "desk/invitation_closed.html", status=status)
