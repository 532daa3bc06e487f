"""A document on its way: sent in pieces, analysed, looked at and confirmed by the volunteer who deposits it."""

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import vault.actions
from accounts.rules.roles import Right
from cases import access
from cases.access import Access
from cases.models import Case
from cases.rules.lifecycle import EventKind, Impossible, State, may
from web.desk.forms.base import DeskForm
from web.desk.forms.justificatifs import UploadForm
from web.desk.pages.head import case_head
from web.desk.pages.words import definition_of
from web.desk.views.doors import CaseAction, DeskRequest, form_facts, needs, opened_case, reread_case, shown
from web.parts.deposits import answers, pieces
from web.parts.deposits.pages import panel
from web.parts.deposits.rooms import Room

if TYPE_CHECKING:
    from vault.models import Deposit


class Upload(CaseAction):
    event = EventKind.JUSTIFICATIF_RECEIVED
    form_class = UploadForm
    template = "upload.html"
    title = gettext_lazy("Déposer un justificatif")
    button = gettext_lazy("Envoyer ce document")
    intro = gettext_lazy(
        "La machine cache les numéros, vous vérifiez à la place de la personne, et seules les pages cachées sont "
        "gardées. Ce que vous envoyez est détruit."
    )
    takes_file = True

    def asks(self) -> dict[str, Any]:
        return {"definition": definition_of(self.case)}

    def more(self, _form: DeskForm) -> dict[str, Any]:
        return {"panel": panel(reverse("desk:deposit_begin", args=[self.case.reference]), get_language() or "fr")}

    def act(self, form: UploadForm) -> str | HttpResponseBase:
        _refuse_unless_taken(self.case)
        deposit = vault.actions.receive(form.parts, **_about(self.request, self.case, form))
        return answers.towards(_room(self.request, self.case, deposit))


@require_POST
@needs(Right.WORK_OWN)
def begin(request: DeskRequest, reference: str) -> HttpResponse:
    """The same, in pieces."""
    case = reread_case(request, reference)
    facts = form_facts(request)
    form = UploadForm(request.POST, definition=definition_of(case), in_pieces=True, **facts)
    if not form.is_valid():
        return pieces.refused(form.errors)
    try:
        _refuse_unless_taken(case)
    except Impossible:
        return pieces.not_now(_("Ce dossier ne prend pas de document en ce moment."))
    about = _about(request, case, form)
    return pieces.guarded(lambda: pieces.begun(_room(request, case, vault.actions.begin(**about))))


@require_POST
@needs(Right.WORK_OWN)
def piece(request: DeskRequest, reference: str, pk: int) -> HttpResponse:
    return pieces.add(_room_of(request, reference, pk), request)


@require_POST
@needs(Right.WORK_OWN)
def finish(request: DeskRequest, reference: str, pk: int) -> HttpResponse:
    return pieces.finish(_room_of(request, reference, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.WORK_OWN)
def deposit(request: DeskRequest, reference: str, pk: int) -> HttpResponse:
    """What a page that waits asks again by itself is no opening of the case."""
    read = reread_case if "etat" in request.GET else opened_case
    case = read(request, reference, to=Access.WORK)
    head = case_head(case, today=request.today)

    def draw(context: dict[str, Any], status: int) -> HttpResponse:
        return shown(request, "deposit.html", {**context, "head": head}, status=status)

    return answers.answer(_room(request, case, access.deposit_for(case, pk, by=request.user, team=True)), request, draw)


@require_safe
@needs(Right.WORK_OWN)
def page_before(request: DeskRequest, reference: str, pk: int, number: int) -> HttpResponse:
    return answers.before(_room_of(request, reference, pk), number)


@require_safe
@needs(Right.WORK_OWN)
def page_after(request: DeskRequest, reference: str, pk: int, number: int) -> HttpResponse:
    return answers.after(_room_of(request, reference, pk), number)


def _refuse_unless_taken(case: Case) -> None:
    """Raises Impossible."""
    state = State(case.state)
    if not may(state, EventKind.JUSTIFICATIF_RECEIVED):
        raise Impossible(state, EventKind.JUSTIFICATIF_RECEIVED)


def _about(request: DeskRequest, case: Case, form: UploadForm) -> dict[str, Any]:
    return {
        "subject": case.subject,
        "label": form.cleaned_data["kind"],
        "token": form.cleaned_data["token"],
        "by": request.user,
        "at": timezone.now(),
    }


def _room_of(request: DeskRequest, reference: str, pk: int) -> Room:
    case = reread_case(request, reference)
    return _room(request, case, access.deposit_for(case, pk, by=request.user, team=True))


def _room(request: DeskRequest, case: Case, deposit: "Deposit") -> Room:
    return Room(
        space="desk",
        reference=case.reference,
        deposit=deposit,
        reader=request.user,
        at=timezone.now(),
        takes_more=may(State(case.state), EventKind.JUSTIFICATIF_RECEIVED),
        association_id=request.association.pk,
    )
