"""My account: who I am here, what protects me, for which association I work."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.middleware import SESSION_ASSOCIATION
from web.desk.forms.account import ChooseForm
from web.desk.pages.account import account_page
from web.desk.views.doors import DeskRequest, needs, shown


@require_safe
@needs()
def account(request: DeskRequest) -> HttpResponse:
    page = account_page(
        request.membership, factors=access.factors_of(request.user), all_mine=access.memberships_of(request.user)
    )
    return shown(request, "account.html", {"page": page})


@require_POST
@needs()
def choose(request: DeskRequest) -> HttpResponseBase:
    """Work for another of one's own associations, in every tab from now on: older forms then answer 409."""
    form = ChooseForm(request.POST, association_id=request.association.pk, today=request.today)
    mine = {one.association_id: one.association for one in access.memberships_of(request.user)}
    wanted = form.cleaned_data["wanted"] if form.is_valid() else None
    if wanted not in mine:
        raise Http404
    request.session[SESSION_ASSOCIATION] = wanted
    messages.success(request, _("Vous travaillez maintenant pour %(name)s.") % {"name": mine[wanted].name})
    return redirect("desk:now")
