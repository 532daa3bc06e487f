"""A member takes a copy with them, has it kept for longer, or erases everything."""

import io

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import memberships_anywhere
from accounts.middleware import leave_session
from accounts.models import User
from cases import access, actions
from cases.access import Access
from cases.rules import bags
from vault.access import BlobMissing
from vault.rules.stream import Damaged
from web.parts import errors
from web.portal.forms import EraseForm
from web.portal.pages.letting_go import erase_page
from web.portal.views.doors import MemberRequest, associations_of, member_page


@require_POST
@member_page
def copy(request: MemberRequest, reference: str) -> HttpResponse:
    """All of one case as a ZIP under a neutral name; never on a disk. That it was taken stands in the timeline."""
    case = access.case_for(request.user, reference, to=Access.WORK)
    found = actions.export_evidence(case, with_names=True, today=request.today, at=timezone.now(), by=request.user)
    whole = io.BytesIO()
    try:
        bags.write_bag(whole, name=found.name, payload=found.payload, info=found.info, notes=found.notes)
    except (BlobMissing, Damaged):
        told = gettext("Un de vos documents ne peut pas être lu. Prévenez l’association : elle peut le retrouver.")
        return errors.conflict(request, back_url=reverse("portal:case", args=[case.reference]), sentence=told)
    response = HttpResponse(whole.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="copie.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@member_page
def keep(request: MemberRequest, reference: str) -> HttpResponse:
    """A second click answers like the first."""
    case = access.case_for(request.user, reference, to=Access.WORK)
    if actions.keep_longer(case, today=request.today, at=timezone.now(), by=request.user):
        messages.success(request, gettext("Votre dossier est gardé : l’association peut de nouveau y travailler."))
    return redirect("portal:case", reference=case.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def erase(request: MemberRequest) -> HttpResponse:
    """Everything that this association holds of the member and of those they act for; a copy is offered first."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _erase(request)
    held = access.held_by_complaint(request.user)
    context = {"form": form, "page": erase_page(access.household(request.user), held)}
    return render(request, "portal/erase.html", context, status=422 if form.is_bound else 200)


def _erase(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    actions.erase_own(request.user, today=request.today, at=now)
    if associations_of(request.user):
        told = gettext("C’est effacé. Reste ce sur quoi une plainte s’appuie, et ce qu’une autre association garde.")
        messages.success(request, told)
        return redirect("portal:home")
    told = _what_is_left(request.user)
    leave_session(request, at=now)
    messages.success(request, told)
    response = redirect("portal:login")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _what_is_left(user: User) -> str:
    """A suspended association has no page here, and holds what it held; whoever works in one has an account."""
    if access.is_member_anywhere(user):
        return gettext(
            "C’est effacé. Restent votre compte, et ce que garde encore une association qui n’est plus active ici."
        )
    if memberships_anywhere(user):
        return gettext("C’est effacé. Reste votre compte : il vous sert à travailler dans une association.")
    return gettext("Tout est effacé. Rien de vous n’est plus gardé ici.")
