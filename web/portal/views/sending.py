"""The justificatif: sent from a phone, looked at before it is kept, and given back to whom it belongs."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import vault.actions
from cases import access
from cases.access import Access, Why
from cases.models import Case
from cases.rules.lifecycle import EventKind, State, may
from procedures import registry
from vault.access import open_plain
from vault.rules.refusals import Code, Refused
from web.parts.deposits import answers, pieces
from web.parts.deposits.pages import panel
from web.parts.deposits.rooms import Room
from web.parts.headers import FILE_POLICY
from web.portal.forms import UploadForm
from web.portal.pages.cases import contact_of
from web.portal.pages.timeline import language
from web.portal.views.doors import MemberRequest, member_page

if TYPE_CHECKING:
    from vault.models import Deposit


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def upload(request: MemberRequest, reference: str) -> HttpResponse:
    case = _case(request, reference)
    if not _is_taken_now(case):
        return redirect("portal:case", reference=case.reference)
    if not settings.VAULT_UPLOADS:
        return _closed(request, case)
    if request.method != "POST":
        return _form(request, case, UploadForm(kinds=_kinds(case)))
    form = UploadForm(request.POST, request.FILES, kinds=_kinds(case))
    if not form.is_valid():
        return _form(request, case, form, status=422)
    try:
        deposit = vault.actions.receive(form.parts, **_about(request, case, form))
    except Refused as refusal:
        form.add_error("file", refusal.say(language()))
        return _form(request, case, form, status=refusal.status)
    return answers.towards(_room(request, case, deposit))


@require_POST
@member_page
def begin(request: MemberRequest, reference: str) -> HttpResponse:
    """The same, in pieces."""
    case = _case(request, reference)
    form = UploadForm(request.POST, kinds=_kinds(case), in_pieces=True)
    if not form.is_valid():
        return pieces.refused(form.errors)
    if not _is_taken_now(case):
        return pieces.not_now(gettext("Ce dossier ne prend pas de document en ce moment."))
    about = _about(request, case, form)
    return pieces.guarded(lambda: pieces.begun(_room(request, case, vault.actions.begin(**about))))


@require_POST
@member_page
def piece(request: MemberRequest, reference: str, pk: int) -> HttpResponse:
    return pieces.add(_room_of(request, reference, pk), request)


@require_POST
@member_page
def finish(request: MemberRequest, reference: str, pk: int) -> HttpResponse:
    return pieces.finish(_room_of(request, reference, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def deposit(request: MemberRequest, reference: str, pk: int) -> HttpResponse:
    room = _room_of(request, reference, pk)

    def draw(context: dict[str, Any], status: int) -> HttpResponse:
        whole = {**context, "reference": room.reference, "contact": contact_of(request.association)}
        return render(request, "portal/deposit.html", whole, status=status)

    return answers.answer(room, request, draw)


@require_safe
@member_page
def page_before(request: MemberRequest, reference: str, pk: int, number: int) -> HttpResponse:
    return answers.before(_room_of(request, reference, pk), number)


@require_safe
@member_page
def page_after(request: MemberRequest, reference: str, pk: int, number: int) -> HttpResponse:
    return answers.after(_room_of(request, reference, pk), number)


def _case(request: MemberRequest, reference: str) -> Case:
    return access.case_for(request.user, reference, to=Access.ADD_JUSTIFICATIF)


def _is_taken_now(case: Case) -> bool:
    return may(State(case.state), EventKind.JUSTIFICATIF_RECEIVED)


def _about(request: MemberRequest, case: Case, form: UploadForm) -> dict[str, Any]:
    return {
        "subject": case.subject,
        "label": form.cleaned_data["kind"],
        "token": form.sent_token,
        "by": request.user,
        "at": timezone.now(),
    }


def _room_of(request: MemberRequest, reference: str, pk: int) -> Room:
    """Of a document that this member sent: what a volunteer deposits for them is shown once it is kept."""
    case = _case(request, reference)
    return _room(request, case, access.deposit_for(case, pk, by=request.user))


def _room(request: MemberRequest, case: Case, deposit: "Deposit") -> Room:
    return Room(
        space="portal",
        reference=case.reference,
        deposit=deposit,
        reader=request.user,
        at=timezone.now(),
        takes_more=may(State(case.state), EventKind.JUSTIFICATIF_RECEIVED),
    )


def _kinds(case: Case) -> list[tuple[str, str]]:
    definition = registry.version(case.procedure, case.procedure_version)
    return [(one.key, one.title.say(language())) for one in definition.justificatifs]


def _form(request: MemberRequest, case: Case, form: UploadForm, *, status: int = 200) -> HttpResponse:
    begin_url = reverse("portal:deposit_begin", args=[case.reference])
    context = {"form": form, "reference": case.reference, "panel": panel(begin_url, language())}
    return render(request, "portal/upload.html", context, status=status)


def _closed(request: MemberRequest, case: Case) -> HttpResponse:
    context = {
        "reference": case.reference,
        "sentence": Refused(Code.CLOSED).say(language()),
        "contact": contact_of(request.association),
    }
    return render(request, "portal/upload_closed.html", context, status=503)


@require_safe
@member_page
def file(request: MemberRequest, reference: str, pk: int) -> HttpResponse:
    """An attachment under a neutral name, in which nothing may run. Joined first: damage shows only at the end."""
    case = access.case_for(request.user, reference, to=Access.CONSULT)
    found = access.justificatif_for(case, pk)
    access.consult_file(case, found, reader=request.user, why=Why.OWN, at=timezone.now())
    sealed, number = access.file_of(found), sum(row.pk <= found.pk for row in access.justificatifs_of(case))
    response = HttpResponse(b"".join(open_plain(sealed)), content_type=sealed.media_type)
    response["Content-Disposition"] = f'attachment; filename="document-{number}{sealed.suffix}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = FILE_POLICY
    response["Cache-Control"] = "no-store"
    return response
