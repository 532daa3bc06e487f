"""The security of my account: what protects it, where it is open, for which association I work."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, actions
from accounts.middleware import SESSION_ASSOCIATION
from accounts.models import Membership, SignInEnd, User
from web.desk.forms.account import ChooseForm, PasswordForm
from web.desk.pages.account import account_page, other_associations
from web.desk.views.doors import DeskRequest, needs, shown


@require_safe
@needs()
def account(request: DeskRequest) -> HttpResponse:
    now, mine = timezone.now(), access.memberships_of(request.user)
    page = account_page(
        request.membership,
        factors=access.factors_of(request.user),
        sessions=access.sessions_of(request.user, at=now),
        others=other_associations(mine, here=request.membership, closed=_closed(request.user, mine)),
        resets=access.resets_of(request.membership, now=now),
    )
    return shown(request, "account.html", {"page": page})


def _closed(user: User, mine: list[Membership]) -> frozenset[int]:
    return frozenset(one.pk for one in mine if access.is_closed_by_reset(one, user=user))


@require_POST
@needs()
def choose(request: DeskRequest) -> HttpResponseBase:
    """Work for another of one's own associations, in every tab from now on: older forms then answer 409."""
    form = ChooseForm(request.POST, association_id=request.association.pk, today=request.today)
    mine = {one.association_id: one for one in access.memberships_of(request.user)}
    wanted = form.cleaned_data["wanted"] if form.is_valid() else None
    if wanted not in mine or _closed(request.user, [mine[wanted]]):
        raise Http404
    request.session[SESSION_ASSOCIATION] = wanted
    here = access.current_session(request)
    actions.record_sign_in(request.user, session_id=here, association_id=wanted, at=timezone.now())
    messages.success(request, _("Vous travaillez maintenant pour %(name)s.") % {"name": mine[wanted].association.name})
    return redirect("desk:now")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "again")
@needs(fresh=True)
def password(request: DeskRequest) -> HttpResponseBase:
    """The factor that was just given stands for the old password, which may be the one that is forgotten."""
    posted = request.POST if request.method == "POST" else None
    form = PasswordForm(posted, association_id=request.association.pk, today=request.today, user=request.user)
    if not form.is_valid():
        return shown(request, "password.html", {"form": form}, status=422 if form.is_bound else 200)
    now = timezone.now()
    actions.change_password(request.user, password=form.cleaned_data["password"], at=now)
    update_session_auth_hash(request, request.user)
    actions.end_sessions(request.user, end=SignInEnd.ELSEWHERE, at=now, but=access.current_session(request))
    messages.success(request, _("Le mot de passe est changé. Vous êtes déconnecté partout ailleurs."))
    return redirect("desk:account")
