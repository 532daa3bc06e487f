"""Who works here: invite, give roles, let go."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import cases.actions
from accounts import access, actions
from accounts.actions import LastCoordinator
from accounts.crypto import normalised
from accounts.models import Invitation
from accounts.rules.roles import Right
from notifications.actions import send_now
from notifications.rules.kinds import Recipient
from web.desk.forms.base import DeskForm
from web.desk.forms.team import InviteForm, RevokeForm, RolesForm
from web.desk.pages import team as page
from web.desk.views.doors import DeskRequest, form_facts, needs, shown, typed_again
from web.parts import errors

INVITATION_MAIL = "notifications/mail/invitation"
_GET_AND_POST = ["GET", "HEAD", "POST"]


@require_safe
@needs(Right.MANAGE)
def team(request: DeskRequest) -> HttpResponse:
    """As many queries at any size: four lists, and some for the keys of their names."""
    now = timezone.now()
    people = access.team_for(request.membership)
    with_factor = access.who_has_factor(one.user for one in people)
    context = {
        "colleagues": page.colleagues(people, me=request.membership, with_factor=with_factor),
        "waiting": page.waiting(access.invitations_for(request.membership), now=now),
        "resets": page.resets(access.waiting_resets(request.membership, now=now), me=request.membership),
    }
    return shown(request, "team.html", context)


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE, fresh=True, keeps=True)
def invite(request: DeskRequest) -> HttpResponseBase:
    form = typed_again(request, InviteForm(request.POST if request.method == "POST" else None, **form_facts(request)))
    if not (form.is_valid() and _is_new(request, form)):
        return shown(request, "invite.html", {"form": form}, status=422 if form.is_bound else 200)
    invitation, token = actions.invite(
        request.association.pk,
        email=form.cleaned_data["email"],
        name=form.cleaned_data["name"],
        roles=form.chosen,
        by=request.user,
        at=timezone.now(),
    )
    _send_after_commit(request, invitation, token)
    return redirect("desk:team")


def _is_new(request: DeskRequest, form: InviteForm) -> bool:
    """Or why this address needs no invitation: only what the team's page shows, nothing about other associations."""
    address = normalised(form.cleaned_data["email"])
    if any(normalised(one.user.email) == address for one in access.team_for(request.membership)):
        form.add_error("email", _("Cette personne est déjà dans l’équipe."))
    elif any(normalised(one.email) == address for one in access.invitations_for(request.membership)):
        form.add_error("email", _("Une invitation attend déjà à cette adresse. Renvoyez-la, ou annulez-la d’abord."))
    return not form.errors


def _send_after_commit(request: DeskRequest, invitation: Invitation, token: str) -> None:
    """The link leaves when its row stands; if the mail is refused, the row stays and the page says so."""
    recipient = Recipient(email=invitation.email, name=invitation.name, language=request.user.language)
    with translation.override(recipient.language):
        roles = page.role_labels(invitation.roles)
    link = settings.PUBLIC_ORIGIN + reverse("invitation", args=[token])
    context = {"association_name": request.association.name, "roles": roles, "link": link}
    transaction.on_commit(lambda: _send(request, recipient, context))


def _send(request: DeskRequest, recipient: Recipient, context: dict[str, Any]) -> None:
    if send_now(recipient, templates=INVITATION_MAIL, context=context):
        messages.success(request, _("L’invitation est partie. Elle vaut trois jours."))
        return
    messages.error(
        request,
        _("L’invitation n’a pas pu partir : le serveur de courrier l’a refusée. Vérifiez l’adresse et renvoyez-la."),
    )


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE, fresh=True)
def invitation_again(request: DeskRequest, pk: int) -> HttpResponseBase:
    """The list has a button for it; the page is for whoever had to give their factor first."""
    invitation, now = access.invitation_for(request.membership, pk), timezone.now()
    if request.method != "POST" and not invitation.accepted_at and not invitation.revoked_at:
        roles = page.role_labels(invitation.roles)
        context = {"form": DeskForm(**form_facts(request)), "name": invitation.name, "roles": roles}
        return shown(request, "invitation_again.html", context)
    token = actions.renew_invitation(invitation, by=request.user, at=now) if request.method == "POST" else None
    if token is None:
        too_old = _("Cette invitation a expiré depuis plus de trente jours. Annulez-la, puis invitez de nouveau.")
        sentence = too_old if page.is_too_old(invitation, now=now) else ""
        return errors.conflict(request, back_url=reverse("desk:team"), sentence=sentence)
    _send_after_commit(request, invitation, token)
    return redirect("desk:team")


@require_POST
@needs(Right.MANAGE)
def invitation_revoke(request: DeskRequest, pk: int) -> HttpResponseBase:
    """A second click answers like the first; one that was accepted meanwhile is a conflict."""
    invitation = access.invitation_for(request.membership, pk)
    if not actions.revoke_invitation(invitation, by=request.user, at=timezone.now()) and invitation.accepted_at:
        return errors.conflict(request, back_url=reverse("desk:team"))
    messages.success(request, _("L’invitation est annulée. Son lien ne marche plus."))
    return redirect("desk:team")


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE, fresh=True, keeps=True)
def member_roles(request: DeskRequest, pk: int) -> HttpResponseBase:
    if pk == request.membership.pk:
        return errors.reserved(request, sentence=_("Vos propres rôles : un collègue de la coordination les change."))
    colleague = access.colleague_for(request.membership, pk)
    posted = request.POST if request.method == "POST" else None
    form = typed_again(request, RolesForm(posted, initial={"roles": colleague.roles}, **form_facts(request)))
    if posted is not None and form.is_valid():
        try:
            actions.change_roles(colleague, roles=form.chosen, by=request.user, at=timezone.now())
        except LastCoordinator:
            form.add_error("roles", _("Quelqu’un doit garder la coordination. Donnez-la d’abord à une autre personne."))
        else:
            messages.success(request, _("Les rôles sont changés, dès maintenant."))
            return redirect("desk:team")
    context = {"form": form, "name": colleague.user.name}
    return shown(request, "member_roles.html", context, status=422 if form.is_bound else 200)


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE, fresh=True)
def member_revoke(request: DeskRequest, pk: int) -> HttpResponseBase:
    if pk == request.membership.pk:
        return errors.reserved(request, sentence=_("Personne ne retire son propre accès : un collègue le fait."))
    if access.has_left(request.membership, pk):
        gone = _("Cette personne n’a déjà plus accès : il n’y a rien à faire.")
        return errors.conflict(request, back_url=reverse("desk:team"), sentence=gone)
    colleague = access.colleague_for(request.membership, pk)
    form = RevokeForm(request.POST if request.method == "POST" else None, **form_facts(request))
    if not form.is_bound:
        return shown(request, "member_revoke.html", {"form": form, "name": colleague.user.name})
    closes = form.data.get("closes_account") == "on"
    try:
        cases.actions.let_go(colleague, closes_account=closes, by=request.user, at=timezone.now())
    except LastCoordinator:
        return errors.conflict(request, back_url=reverse("desk:team"))
    messages.success(request, _("Cette personne n’a plus accès à rien ici, dès maintenant."))
    return redirect("desk:team")
