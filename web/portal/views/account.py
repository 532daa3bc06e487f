"""What protects a member's entry: where they are signed in, and a card's code that is their own alone."""

from typing import TypedDict, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import access, actions
from accounts.middleware import leave_session
from accounts.models import User
from web.parts.sessions import end_what_was_asked, sessions_page
from web.portal.views.doors import OWN_CARD, associations_of, own_code_first, towards_entry


class Offered(TypedDict):
    """A code that waits in the sealed session for its owner to have noted it. `replacing`: the printed one's index."""

    code: str
    replacing: str
    next: str


def offer_own_card(request: HttpRequest, user: User, *, going_on: str) -> None:
    """Somebody else printed the card, and may have kept its code. It works until this one is noted."""
    request.session[OWN_CARD] = Offered(code=actions.new_card_code(), replacing=user.card_index, next=going_on)


@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest) -> HttpResponse:
    """Shown as often as it is asked for, until «J’ai noté mon nouveau code»; then nowhere any more.

    Until then this page stands before every other one of the member's; the printed code opens nothing but it.
    """
    if not request.user.is_authenticated:
        return towards_entry(request)
    offered = cast(Offered | None, request.session.get(OWN_CARD))
    if offered is None:
        return redirect("portal:home")
    if request.method != "POST":
        return render(request, "portal/card.html", _card_page(request.user, offered))
    del request.session[OWN_CARD]
    here, now = access.current_session(request), timezone.now()
    if not actions.keep_own_card(request.user, code=offered["code"], replacing=offered["replacing"], here=here, at=now):
        leave_session(request, at=now)
        told = gettext("La carte a changé entre-temps : ce code-ci ne servira pas. Gardez le plus récent.")
        messages.warning(request, told)
        return redirect("portal:login")
    messages.success(request, gettext("C’est noté. Désormais, vous entrez avec votre nouveau code."))
    return redirect(offered["next"])


def _card_page(user: User, offered: Offered) -> dict[str, str | bool]:
    """The association's name is left out for who is a member of several: the code opens all of them."""
    mine = associations_of(user)
    only = mine[0] if len(mine) == 1 else None
    where = urlsplit(settings.PUBLIC_ORIGIN + reverse("portal:login"))
    return {
        "code": offered["code"],
        "must_note": True,
        "name": only.name if only else "Opposable",
        "phone": only.contact_phone if only else "",
        "address": f"{where.netloc}{where.path}",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@own_code_first
def sessions(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return towards_entry(request)
    if request.method == "POST":
        end_what_was_asked(request, request.user)
        return redirect("portal:sessions")
    return render(request, "portal/sessions.html", {"page": sessions_page(request, request.user)})
