"""Justificatifs that are kept: opened, checked."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

import vault.access
from accounts.rules.roles import Right
from cases import access, actions
from cases.models import Justificatif
from cases.rules.lifecycle import EventKind
from web.desk.forms.base import DeskForm
from web.desk.forms.justificatifs import CheckForm
from web.desk.pages import case as page
from web.desk.pages.hints import hints
from web.desk.views import fingerprints
from web.desk.views.doors import CaseAction, DeskRequest, Stop, case_url, needs, opened_case, stamp, why_of
from web.parts import errors
from web.parts.deposits.answers import picture
from web.parts.headers import FILE_POLICY


@require_safe
@needs(Right.WORK_OWN)
def file(request: DeskRequest, reference: str, pk: int) -> HttpResponse:
    """The document as an attachment under a neutral name; its opening is recorded. Whole before a byte leaves."""
    case = opened_case(request, reference)
    found = access.justificatif_for(case, pk)
    sealed = access.file_of(found)
    content = b"".join(vault.access.open_plain(sealed))
    access.consult_file(case, found, reader=request.user, why=why_of(request, case), at=timezone.now())
    return HttpResponse(
        content,
        content_type=sealed.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="document{sealed.suffix}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": FILE_POLICY,
            "Cache-Control": "no-store",
        },
    )


@require_safe
@needs(Right.WORK_OWN)
def sheet(request: DeskRequest, reference: str, pk: int, number: int) -> HttpResponse:
    """A page of the sealed document as a picture; looking at it is recorded like opening it."""
    case = opened_case(request, reference)
    found = access.justificatif_for(case, pk)
    try:
        content = vault.access.sheet_of(access.file_of(found), number)
    except IndexError:
        raise Http404 from None
    access.consult_sheets(case, found, reader=request.user, why=why_of(request, case), at=timezone.now())
    return picture(content)


class Check(CaseAction):
    event = EventKind.JUSTIFICATIF_ACCEPTED
    form_class = CheckForm
    template = "check.html"
    title = gettext_lazy("Vérifier le justificatif")
    button = gettext_lazy("Enregistrer la vérification")
    justificatif: Justificatif

    def prepare(self) -> None:
        self.justificatif = access.justificatif_for(self.case, self.kwargs["pk"])
        if self.justificatif.accepted is not None and self.request.method != "POST":
            told = _("Ce justificatif est déjà vérifié.")
            raise Stop(errors.conflict(self.request, back_url=case_url(self.case), sentence=told))

    def more(self, form: DeskForm) -> dict[str, Any]:
        [document] = page.documents(self.case, [self.justificatif])
        told = {"document": document, "sheets": self.sheets(), "hints": hints(self.justificatif.hints)}
        if not self.justificatif.fingerprint:
            return told
        proof = fingerprints.proof_form(self.request)
        return told | fingerprints.proof(self.justificatif, proof) | {"form": form, "proof": proof}

    def sheets(self) -> list[str]:
        """The addresses of its pages; none of a file that was destroyed, or stayed with its owner."""
        if not self.justificatif.sealed_file_id:
            return []
        count = vault.access.count_sheets(access.file_of(self.justificatif))
        args = [self.case.reference, self.justificatif.pk]
        return [reverse("desk:sheet", args=[*args, number]) for number in range(1, count + 1)]

    def act(self, form: CheckForm) -> str:
        won = actions.check_justificatif(
            self.justificatif, accepted=not form.refusal, refusal=form.refusal, **stamp(self.request)
        )
        if not won:
            return _("Ce document avait déjà été vérifié : rien n’a changé.")
        return _("Le justificatif est à redemander.") if form.refusal else _("Le justificatif est accepté.")
