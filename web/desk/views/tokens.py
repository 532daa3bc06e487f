"""Accesses of programs: made by coordinators for themselves, closed by any of them. The secret is shown once."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, actions
from accounts.actions import SentBefore
from accounts.rules.roles import Right
from web.desk.forms.tokens import TokenForm
from web.desk.pages import tokens as page
from web.desk.views.doors import DeskRequest, form_facts, needs, shown, typed_again

# In the session, which is sealed: the text of a token between the form that made it and the page that shows it.
_TO_SHOW = "token_to_show"


@require_safe
@needs(Right.MANAGE)
def tokens(request: DeskRequest) -> HttpResponse:
    """Shows the secret of the token that was just made, and forgets it: a second look shows the list alone."""
    rows = access.tokens_for(request.membership)
    made = request.session.pop(_TO_SHOW, None) if request.method == "GET" else None
    fresh = made if made and made["id"] in {row.pk for row in rows} else None
    context = {
        "accesses": page.accesses(rows, me=request.membership, now=timezone.now()),
        "secret": fresh["text"] if fresh else "",
    }
    return shown(request, "tokens.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.MANAGE, fresh=True, keeps=True)
def token_new(request: DeskRequest) -> HttpResponseBase:
    form = typed_again(request, TokenForm(request.POST if request.method == "POST" else None, **form_facts(request)))
    if not form.is_valid():
        return shown(request, "token_new.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        token, text = actions.create_token(
            request.membership,
            label=form.cleaned_data["label"],
            scopes=form.chosen,
            networks=form.cleaned_data["networks"],
            days=int(form.cleaned_data["days"]),
            at=timezone.now(),
            form=form.cleaned_data["token"],
        )
    except SentBefore:
        return redirect("desk:tokens")
    request.session[_TO_SHOW] = {"id": token.pk, "text": text}
    return redirect("desk:tokens")


@require_POST
@needs(Right.MANAGE)
def token_revoke(request: DeskRequest, pk: int) -> HttpResponseBase:
    """Closing an access is never made slower by asking for a code again. A second click answers like the first."""
    actions.revoke_token(access.api_token_for(request.membership, pk), by=request.user, at=timezone.now())
    messages.success(request, _("L’accès est fermé. Le logiciel ne peut plus rien lire, dès maintenant."))
    return redirect("desk:tokens")
