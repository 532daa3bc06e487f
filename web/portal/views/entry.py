"""In and out. An unknown address gets the same answer, in the same time, as a known one; GET consumes nothing."""

from datetime import datetime
from functools import partial
from typing import TypedDict, cast

from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth import login as sign_in
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access, actions
from accounts.actions import TooManyCodes
from accounts.fields import blind_index
from accounts.middleware import SESSION_ASSOCIATION, begin_session, leave_session
from accounts.models import SignInWay, User
from accounts.rules.addresses import without_tag
from notifications.actions import Letter, send_soon
from notifications.rules.kinds import Recipient
from web.parts.french import clock
from web.portal.forms import CodeForm, EntryForm
from web.portal.views.account import offer_own_card
from web.portal.views.doors import associations_of, own_code_first

PENDING = "sign_in"
CODE_MAIL = "notifications/mail/sign_in_code"
BACKEND = "accounts.adapter.BlindIndexBackend"
UNKNOWN_MAIL = "notifications/mail/sign_in_unknown"
# Codes that are asked for; cards that were wrong. The mails to one address are counted in rows (`actions.ask_code`).
RATES = {"code": "60/h/ip", "card": "20/h/ip"}


class Pending(TypedDict):
    """A code that was asked for, kept in the sealed session: only this browser may type it."""

    id: str
    address: str
    sent_at: str
    next: str


@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("portal:home")
    if request.method != "POST":
        return render(request, "portal/login.html", {"form": EntryForm(initial={"next": request.GET.get("next", "")})})
    form = EntryForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/login.html", {"form": form}, status=422)
    going_on = _own_page(request, form.cleaned_data["next"])
    if form.is_card:
        return _enter_by_card(request, form, going_on=going_on)
    return _ask_code(request, form, going_on=going_on)


def _own_page(request: HttpRequest, url: str) -> str:
    inside = url.startswith(reverse("portal:home")) and url_has_allowed_host_and_scheme(url, request.get_host())
    return url if inside else reverse("portal:home")


def _enter_by_card(request: HttpRequest, form: EntryForm, *, going_on: str) -> HttpResponse:
    """A card's code is long and random: it is enough by itself, for people without an address."""
    if not _may(request, "card", dry_run=True):
        return _too_many(
            request, form, gettext("Trop de codes ont été essayés. Attendez une heure, ou appelez l’association.")
        )
    user = access.user_by_card(form.cleaned_data["who"])
    if user is None:
        _may(request, "card")
        actions.note_refusal("card")
        form.add_error(
            "who", gettext("Ce code de carte ne va pas. Vérifiez chaque signe, ou demandez une autre carte.")
        )
        return render(request, "portal/login.html", {"form": form}, status=422)
    response = _enter(request, user, way=SignInWay.CARD, going_on=going_on)
    if not user.card_is_new:
        return response
    offer_own_card(request, user, going_on=going_on)
    return redirect("portal:card")


def _ask_code(request: HttpRequest, form: EntryForm, *, going_on: str) -> HttpResponse:
    try:
        _send(request, form.cleaned_data["who"], going_on=going_on, trapped=form.is_trapped)
    except _Unsent as unsent:
        return _too_many(request, form, str(unsent))
    return redirect("portal:code")


class _Unsent(Exception):
    """No code left: the sentence that says why."""


def _send(request: HttpRequest, address: str, *, going_on: str, trapped: bool = False) -> None:
    """Raises _Unsent. Whether the address is known makes no difference that can be seen.

    `trapped`: everything but the mail, which then counts for no address.
    """
    if not _may(request, "code"):
        raise _Unsent(gettext("Trop de codes ont été demandés. Attendez une heure, ou appelez l’association."))
    index = blind_index(without_tag(address), column=access.EMAIL_COLUMN, association_id=None)
    now = timezone.now()
    user = access.user_by_email(address)
    try:
        row, typed = actions.ask_code(user, at=now, address_index="" if trapped else index)
    except TooManyCodes:
        raise _Unsent(
            gettext(
                "Trois codes ont déjà été demandés pour cette adresse en un jour, en comptant ceux qui ont servi : "
                "c’est la limite, pour que personne ne remplisse une boîte. Revenez demain, entrez avec le code de "
                "votre carte si vous en avez une, ou appelez l’association."
            )
        ) from None
    write = partial(_letter, user, address=address, language=get_language() or "fr", typed=typed)
    if not trapped and not send_soon(write, unsent=partial(actions.uncount_code, row)):
        actions.forget_code(row)
        raise _Unsent(
            gettext("Votre code n’a pas pu partir : trop de messages attendent. Recommencez dans une minute.")
        )
    pending = Pending(id=str(row.pk), address=address, sent_at=now.isoformat(), next=going_on)
    request.session[PENDING] = pending


def _letter(user: User | None, *, address: str, language: str, typed: str) -> Letter:
    """Written beside the request: reading what is sealed costs time for a known address only.

    The code goes to the address on file, never to the one that was typed: two spellings of one address to us may be
    two mailboxes to their providers. Both mails are in the language of the page: the other one would tell who is known.
    """
    if user is None:
        return Letter(Recipient(email=address, language=language), UNKNOWN_MAIL, {})
    return Letter(Recipient(email=user.email, name=user.name, language=language), CODE_MAIL, {"code": typed})


def _may(request: HttpRequest, action: str, *, dry_run: bool = False) -> bool:
    """Counts one more, unless `dry_run` only asks."""
    return ratelimit.consume(request, app="web.portal", action=action, config=RATES, dry_run=dry_run) is not None


def _too_many(request: HttpRequest, form: EntryForm, sentence: str) -> HttpResponse:
    form.add_error(None, sentence)
    return render(request, "portal/login.html", {"form": form}, status=429)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """GET shows the form and consumes nothing; each POST with a code costs one try."""
    pending = cast(Pending | None, request.session.get(PENDING))
    if request.user.is_authenticated:
        return redirect("portal:home")
    if pending is None:
        return redirect("portal:login")
    if request.method != "POST":
        return _code_page(request, CodeForm(), pending)
    if "again" in request.POST:
        return _send_again(request, pending)
    form = CodeForm(request.POST)
    return _check(request, form, pending) if form.is_valid() else _code_page(request, form, pending, status=422)


def _send_again(request: HttpRequest, pending: Pending) -> HttpResponse:
    try:
        _send(request, pending["address"], going_on=pending["next"])
    except _Unsent as unsent:
        form = CodeForm(request.POST)
        form.errors.clear()
        form.add_error(None, str(unsent))
        return _code_page(request, form, pending, status=429)
    messages.success(request, gettext("Un nouveau code est parti. Les codes d’avant ne servent plus."))
    return redirect("portal:code")


def _check(request: HttpRequest, form: CodeForm, pending: Pending) -> HttpResponse:
    user = actions.check_code(pending["id"], typed=form.cleaned_data["code"], at=timezone.now())
    if user:
        return _enter(request, user, way=SignInWay.CODE, going_on=pending["next"])
    left = access.tries_left(pending["id"], at=timezone.now())
    if left:
        form.add_error("code", _wrong(left))
    return _code_page(request, form, pending, status=422)


def _wrong(left: int) -> str:
    return ngettext(
        "Ce code ne va pas. Regardez le message le plus récent. Il vous reste %(left)s essai.",
        "Ce code ne va pas. Regardez le message le plus récent. Il vous reste %(left)s essais.",
        left,
    ) % {"left": left}


def _code_page(request: HttpRequest, form: CodeForm, pending: Pending, *, status: int = 200) -> HttpResponse:
    """A code that can no longer work leaves only the button for a new one."""
    is_dead = access.tries_left(pending["id"], at=timezone.now()) == 0
    context = {
        "form": form,
        "is_dead": is_dead,
        "hint": _hint(pending["address"]),
        "sent_at": clock(datetime.fromisoformat(pending["sent_at"])),
    }
    return render(request, "portal/code.html", context, status=status)


def _hint(address: str) -> tuple[str, str]:
    """The beginning and the end of what was typed, so that a slip shows; a passer-by does not read the whole."""
    name, _, domain = address.strip().rpartition("@")
    return name[:2], domain


def _enter(request: HttpRequest, user: User, *, way: SignInWay, going_on: str) -> HttpResponse:
    """Without allauth's stages: a second factor passed here would open the desk to a session made by a code."""
    request.session.pop(PENDING, None)
    sign_in(request, user, backend=BACKEND)
    record_authentication(request, user, method="code")
    begin_session(request, user, way=way, at=timezone.now())
    mine = associations_of(user)
    if len(mine) == 1:
        request.session[SESSION_ASSOCIATION] = mine[0].pk
    return redirect(going_on)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    leave_session(request, at=timezone.now())
    messages.success(request, gettext("Vous êtes sorti de votre dossier."))
    response = redirect("portal:login")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@own_code_first
def choose(request: HttpRequest) -> HttpResponse:
    """For whoever is a member of several associations."""
    if not request.user.is_authenticated:
        return redirect("portal:login")
    mine = associations_of(request.user)
    if request.method != "POST":
        return render(request, "portal/choose.html", {"associations": mine})
    chosen = next((one for one in mine if str(one.pk) == request.POST.get("association")), None)
    if chosen is None:
        return render(request, "portal/choose.html", {"associations": mine, "is_wrong": True}, status=422)
    request.session[SESSION_ASSOCIATION] = chosen.pk
    return redirect("portal:home")
