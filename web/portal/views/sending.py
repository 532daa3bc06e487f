"""The justificatif: sent from a phone, and given back to whom it belongs."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

import vault.actions
from cases import access
from cases.access import Access, Why
from cases.models import Case
from cases.rules.lifecycle import EventKind, State, may
from procedures import registry
from vault.access import open_plain
from vault.rules.refusals import Code, Refused
from web.parts.headers import FILE_POLICY
from web.portal.forms import UploadForm
from web.portal.pages.cases import contact_of
from web.portal.pages.timeline import language
from web.portal.views.doors import MemberRequest, member_page


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def upload(request: MemberRequest, reference: str) -> HttpResponse:
    case = access.case_for(request.user, reference, to=Access.ADD_JUSTIFICATIF)
    if not may(State(case.state), EventKind.JUSTIFICATIF_RECEIVED):
        return redirect("portal:case", reference=case.reference)
    if not settings.VAULT_UPLOADS:
        return _closed(request, case)
    if request.method != "POST":
        return _page(request, case, UploadForm(kinds=_kinds(case)))
    form = UploadForm(request.POST, request.FILES, kinds=_kinds(case))
    if not form.is_valid():
        return _page(request, case, form, status=422)
    return _receive(request, case, form)


def _receive(request: MemberRequest, case: Case, form: UploadForm) -> HttpResponse:
    try:
        vault.actions.receive(
            [form.upload],
            subject=case.subject,
            label=form.cleaned_data["kind"],
            token=form.sent_token,
            at=timezone.now(),
            by=request.user,
        )
    except Refused as refusal:
        form.add_error("file" if "file" in request.FILES else "photo", refusal.say(language()))
        return _page(request, case, form, status=refusal.status)
    messages.success(request, gettext("Votre document est bien arrivé, et il est mis à l’abri."))
    return redirect("portal:case", reference=case.reference)


def _kinds(case: Case) -> list[tuple[str, str]]:
    definition = registry.version(case.procedure, case.procedure_version)
    return [(one.key, one.title.say(language())) for one in definition.justificatifs]


def _page(request: MemberRequest, case: Case, form: UploadForm, *, status: int = 200) -> HttpResponse:
    return render(request, "portal/upload.html", {"form": form, "reference": case.reference}, status=status)


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
