"""A colleague lost what protects their account: one coordinator asks, another one takes it off."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access, actions
from accounts.access import TooNew
from accounts.actions import AlreadyAsked, AskerLeft, OwnHalf
from accounts.models import FactorReset, Membership, User
from accounts.rules.roles import Right
from notifications.actions import send_now
from notifications.rules.kinds import Recipient
from web.desk.forms.base import DeskForm
from web.desk.views.doors import DeskRequest, needs, shown
from web.parts import errors
from web.parts.french import at_hour

ASKED_MAIL = "notifications/mail/factor_reset_asked"
DONE_MAIL = "notifications/mail/factor_reset_done"
_GET_AND_POST = ["GET", "HEAD", "POST"]


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE, fresh=True)
def ask(request: DeskRequest, pk: int) -> HttpResponseBase:
    """Where nobody else could approve, or not yet, the page says so and whom to ask instead, and has no form."""
    colleague = access.colleague_for(request.membership, pk)
    ready_at = _ready_at(request.membership, colleague)
    waits = ready_at is not None and ready_at > timezone.now()
    if request.method != "POST" or waits or ready_at is None:
        context = {
            "form": _form(request),
            "name": colleague.user.name,
            "others": ready_at is not None,
            "waits_until": ready_at if waits else None,
        }
        return shown(request, "reset_ask.html", context, status=200 if request.method != "POST" else 409)
    try:
        actions.ask_reset(colleague, by=request.user, at=timezone.now())
    except AlreadyAsked:
        return errors.conflict(request, back_url=reverse("desk:team"), sentence=_("Une demande attend déjà."))
    _write_to(colleague.user, templates=ASKED_MAIL)
    messages.success(
        request, _("La demande est notée. Une autre personne de la coordination a un jour pour l’accepter.")
    )
    return redirect("desk:team")


def _ready_at(me: Membership, colleague: Membership) -> datetime | None:
    """From when there are two people for it; None where there is one coordinator alone."""
    others = access.others_decide_from(me, colleague)
    return max(others, access.settling([me], Right.MANAGE)[me.pk]) if others else None


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE, fresh=True)
def approve(request: DeskRequest, pk: int) -> HttpResponseBase:
    reset, now = access.reset_for(request.membership, pk), timezone.now()
    refusal = _refusal(request, reset)
    if refusal:
        return errors.conflict(request, back_url=reverse("desk:team"), sentence=refusal)
    if request.method != "POST":
        context = {"form": _form(request), "reset": reset, "person": reset.membership.user, "asker": reset.asked_by}
        return shown(request, "reset_approve.html", context)
    try:
        won = actions.approve_reset(reset, by=request.user, at=now)
    except TooNew as new:
        return errors.conflict(request, back_url=reverse("desk:team"), sentence=_too_new(new.ready_at))
    except (AskerLeft, OwnHalf):
        won = False
    if not won:
        return errors.conflict(request, back_url=reverse("desk:team"))
    _write_to(reset.membership.user, templates=DONE_MAIL)
    messages.success(
        request, _("C’est fait : cette personne entre avec son mot de passe, puis choisit un nouveau deuxième facteur.")
    )
    return redirect("desk:team")


def _refusal(request: DeskRequest, reset: FactorReset) -> str:
    """Why this person cannot be the second one, or nobody can any more."""
    if reset.approved_at or reset.cancelled_at:
        return _("Cette demande est déjà réglée.")
    if reset.expires_at <= timezone.now():
        return _("Cette demande a plus d’un jour : elle ne vaut plus. Elle peut être refaite.")
    if reset.asked_by_id == request.user.pk:
        return _("Vous avez fait cette demande : une autre personne de la coordination doit l’accepter.")
    asker = access.deciding(reset.asked_by_id)
    if asker is None:
        return _("La personne qui a fait cette demande n’est plus à la coordination. Refaites-la vous-même.")
    ready_at = max(access.settling([asker, request.membership], Right.MANAGE).values())
    return _too_new(ready_at) if ready_at > timezone.now() else ""


def _too_new(ready_at: datetime) -> str:
    return _(
        "Il faut deux personnes qui sont à la coordination depuis sept jours : cette demande ne peut être acceptée "
        "qu’à partir du %(day)s. Pour aller plus vite, demandez à qui héberge la plateforme."
    ) % {"day": at_hour(ready_at)}


@require_POST
@needs()
def cancel(request: DeskRequest, pk: int) -> HttpResponseBase:
    """Harmless, so that it asks for no fresh factor. A second click answers like the first."""
    reset = access.reset_to_cancel(request.membership, pk)
    about_me = reset.membership_id == request.membership.pk
    back = "desk:account" if about_me else "desk:team"
    if not actions.cancel_reset(reset, by=request.user, at=timezone.now()) and reset.approved_at:
        return errors.conflict(request, back_url=reverse(back))
    messages.success(request, _("La demande est annulée. Rien n’a changé."))
    return redirect(back)


def _form(request: DeskRequest) -> DeskForm:
    return DeskForm(association_id=request.association.pk, today=request.today)


def _write_to(user: User, *, templates: str) -> None:
    """After the commit; a refused mail changes nothing: the desk says the same at the next sign-in."""
    recipient = Recipient(email=user.email, name=user.name, language=user.language)
    context: dict[str, Any] = {"origin": settings.PUBLIC_ORIGIN}
    if user.email:
        transaction.on_commit(lambda: send_now(recipient, templates=templates, context=context))
