"""Fingerprint only: the file stays with the member, its receipt is shown once, and the file is proved later."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from cases import access, actions
from cases.access import Access
from cases.actions import AlreadyDone
from cases.models import Case, Justificatif
from cases.rules.fingerprints import SALT_BYTES
from cases.rules.lifecycle import EventKind, Impossible, State, may
from procedures import registry
from vault.rules.refusals import Refused
from web.parts import errors
from web.parts.deposits import pieces
from web.parts.fingerprints import ProofForm, groups
from web.parts.french import plain_words
from web.portal.forms import FingerprintForm
from web.portal.pages.documents import document_title
from web.portal.pages.receipts import Receipt, blank
from web.portal.pages.timeline import language
from web.portal.views.doors import MemberRequest, member_page

_GET_AND_POST = ["GET", "HEAD", "POST"]
AS_FILE = "fichier"


@require_http_methods(_GET_AND_POST)
@member_page
def fingerprint(request: MemberRequest, reference: str) -> HttpResponse:
    """A script posts the sum alone and gets JSON; a form without one posts the file, and gets the receipt."""
    case = access.case_for(request.user, reference, to=Access.ADD_JUSTIFICATIF)
    if not may(State(case.state), EventKind.JUSTIFICATIF_RECEIVED):
        return redirect("portal:case", reference=case.reference)
    if request.method != "POST":
        return _form(request, case, FingerprintForm(kinds=_kinds(case)))
    form = FingerprintForm(request.POST, request.FILES, kinds=_kinds(case))
    if form.is_from_script:
        return _note(request, case, form)
    if not form.is_valid():
        return _form(request, case, form, status=form.status)
    return _hash_and_drop(request, case, form)


def _kinds(case: Case) -> list[tuple[str, str]]:
    definition = registry.version(case.procedure, case.procedure_version)
    return [(one.key, one.title.say(language())) for one in definition.justificatifs]


def _form(request: MemberRequest, case: Case, form: FingerprintForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "reference": case.reference,
        "receipt": Receipt(reference=case.reference),
        "text": blank(case.reference).text,
    }
    return render(request, "portal/fingerprint.html", context, status=status)


def _note(request: MemberRequest, case: Case, form: FingerprintForm) -> JsonResponse:
    if not form.is_valid():
        return pieces.refused(form.errors)
    return pieces.guarded(lambda: _noted(request, case, form))


def _noted(request: MemberRequest, case: Case, form: FingerprintForm) -> JsonResponse:
    try:
        found = _record(request, case, form, fingerprint=form.cleaned_data["fingerprint"])
    except (AlreadyDone, Impossible):
        return pieces.not_now(gettext("Ce dossier ne prend pas cette empreinte. Rechargez la page, et recommencez."))
    return JsonResponse({"document": _title(found), "recorded_on": plain_words(found.received_on)})


def _hash_and_drop(request: MemberRequest, case: Case, form: FingerprintForm) -> HttpResponse:
    """The salt lives until the answer is made; nothing keeps it."""
    salt = secrets.token_bytes(SALT_BYTES)
    try:
        found = _record(request, case, form, fingerprint=form.hashed(salt=salt))
    except AlreadyDone:
        messages.warning(
            request,
            gettext(
                "Cette empreinte est déjà notée, et son sel n’est montré qu’une fois. Si vous n’avez pas gardé le "
                "reçu, recommencez avec le même fichier : une nouvelle empreinte sera notée."
            ),
        )
        return redirect("portal:fingerprint", reference=case.reference)
    except Impossible:
        return errors.conflict(request, back_url=reverse("portal:case", args=[case.reference]))
    except Refused as refusal:
        form.add_error(None, refusal.say(language()))
        return _form(request, case, form, status=refusal.status)
    receipt = Receipt(
        reference=case.reference,
        document=_title(found),
        recorded_on=plain_words(found.received_on),
        fingerprint=found.fingerprint,
        salt=salt.hex(),
    )
    if request.POST.get("as") == AS_FILE:
        headers = {"Content-Disposition": 'attachment; filename="recu.txt"', "Cache-Control": "no-store"}
        return HttpResponse(receipt.text, content_type="text/plain; charset=utf-8", headers=headers)
    return render(request, "portal/receipt.html", {"receipt": receipt, "reference": case.reference})


def _record(request: MemberRequest, case: Case, form: FingerprintForm, *, fingerprint: str) -> Justificatif:
    return actions.record_fingerprint(
        case,
        fingerprint,
        kind=form.cleaned_data["kind"],
        token=form.sent_token,
        today=request.today,
        at=timezone.now(),
        by=request.user,
    )


def _title(found: Justificatif) -> str:
    definition = registry.version(found.case.procedure, found.case.procedure_version)
    return document_title(definition, found.kind)


@require_http_methods(_GET_AND_POST)
@member_page
def prove(request: MemberRequest, reference: str, pk: int) -> HttpResponse:
    """Is this the file whose fingerprint was noted? Asked of the browser, or of us; nothing of it is kept."""
    case = access.case_for(request.user, reference, to=Access.CONSULT)
    found = access.fingerprint_for(case, pk)
    form = ProofForm(request.POST, request.FILES) if request.method == "POST" else ProofForm()
    context: dict[str, Any] = {
        "reference": case.reference,
        "form": form,
        "title": _title(found),
        "day": found.received_on,
        "fingerprint": found.fingerprint,
        "groups": groups(found.fingerprint),
        "may_redo": may(State(case.state), EventKind.JUSTIFICATIF_RECEIVED),
        "outcome": "",
    }
    if not form.is_bound:
        return render(request, "portal/prove.html", context)
    if not form.is_valid():
        return render(request, "portal/prove.html", context, status=form.status)
    context["outcome"] = "yes" if form.proves(found.fingerprint) else "no"
    return render(request, "portal/prove.html", context)
