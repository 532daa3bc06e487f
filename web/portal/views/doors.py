"""Who may pass: somebody signed in, as the member that they are in one association."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext

from accounts import scope
from accounts.middleware import SESSION_ASSOCIATION
from accounts.models import Association, User
from cases.access import members_of
from procedures.rules.clocks import today_for

OWN_CARD = "own_card"


class MemberRequest(HttpRequest):
    """As the middleware and `member_page` leave it."""

    user: User
    today: date
    association: Association
    associations: list[Association]


def member_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Enter the scope of the association that this person is a member of; refuse everybody else."""

    @wraps(view)
    def guarded(plain: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not plain.user.is_authenticated:
            return towards_entry(plain)
        request = cast(MemberRequest, plain)
        if OWN_CARD in request.session:
            return redirect("portal:card")
        request.associations = associations_of(request.user)
        if not request.associations:
            return render(request, "portal/nobody.html", status=200 if request.path == reverse("portal:home") else 404)
        return _enter(view, request, **kwargs)

    return guarded


def own_code_first(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever came in with a card that somebody else printed sees nothing before they have noted a code of their own.

    `member_page` does the same.
    """

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return redirect("portal:card") if OWN_CARD in request.session else view(request, **kwargs)

    return guarded


def towards_entry(request: HttpRequest) -> HttpResponse:
    """What was sent after the session ended is lost: that is said."""
    if request.method == "POST":
        messages.warning(request, gettext("Ce que vous venez d’envoyer n’a pas été gardé. Recommencez une fois entré."))
    return redirect(f"{reverse('portal:login')}?{urlencode({'next': request.path})}")


def _enter(view: Callable[..., HttpResponse], request: MemberRequest, **kwargs: Any) -> HttpResponse:
    chosen = request.session.get(SESSION_ASSOCIATION)
    found = next((one for one in request.associations if one.pk == chosen), None)
    if found is None and len(request.associations) > 1:
        return redirect("portal:choose")
    request.association = found or request.associations[0]
    request.today = today_for(timezone.now(), time_zone=request.association.time_zone)
    if scope.current() == request.association.pk:
        return view(request, **kwargs)
    with scope.enter(request.association.pk):
        return view(request, **kwargs)


def associations_of(user: User) -> list[Association]:
    """The associations that this person is a member of, the oldest membership first. One query."""
    return list({member.association_id: member.association for member in members_of(user)}.values())


def stale(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The form again, with what was typed, over the case as it is now."""
    return render(request, template, {**context, "is_stale": True}, status=409)


def refreshed(data: Any, *, version: int) -> Any:
    """What was posted, to be shown again over a newer version of the case. A new token: it is a new sending."""
    copy = data.copy()
    copy["version"] = str(version)
    copy["token"] = str(uuid4())
    return copy
