"""Mail that came in: what waits to be classified, what is on a case, and addresses that take none."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules.roles import Right
from cases import access, actions
from cases.access import Access
from cases.models import Case, InboundMail
from cases.rules.lifecycle import EventKind, Impossible
from web.desk.forms.inbound import AddressForm, MailForm
from web.desk.pages import inbound as page
from web.desk.pages.words import capped
from web.desk.views.doors import CaseAction, DeskRequest, form_facts, needs, shown, stamp
from web.parts import errors


@require_safe
@needs(Right.WORK_OWN)
def mails(request: DeskRequest) -> HttpResponse:
    """Three lists; eight queries at any size."""
    count = access.mail_count(request.membership)
    context = {
        "waiting": [page.waiting(mail) for mail in access.mails_waiting(request.membership)],
        "filed": page.filed(access.mails_to_read(request.membership)),
        "off": page.off(access.cases_without_mail(request.membership)),
    }
    return shown(request, "inbound.html", context, counts={"desk:inbound": capped(count)} if count else None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.WORK_OWN)
def mail(request: DeskRequest, pk: int) -> HttpResponseBase:
    """One that waits: its words, and where it may belong. That somebody reads it is recorded."""
    if request.method != "POST":
        found = access.mail_for(request.membership, pk, at=timezone.now())
        return _mail_page(request, found, _form(request, found))
    found = access.waiting_mail_for(request.membership, pk)
    if "discard" in request.POST:
        done = actions.discard_mail(found, at=timezone.now(), by=request.user)
        return _done(request, _("Le message est écarté : il n’en reste rien.")) if done else _too_late(request)
    form = _form(request, found)
    case = _case_of(request, form) if form.is_valid() else None
    if case is None:  # its words are shown again, which is a reading like any other
        found = access.mail_for(request.membership, pk, at=timezone.now())
        return _mail_page(request, found, form, status=422)
    return _attach(request, found, case)


def _attach(request: DeskRequest, found: InboundMail, case: Case) -> HttpResponseBase:
    try:
        done = actions.attach_mail(found, case, **stamp(request))
    except Impossible:
        raise Http404 from None
    except actions.AlreadyDone:
        return _too_late(request)
    if not done:
        return _too_late(request)
    return _done(request, _("Le message est classé dans le dossier %(reference)s.") % {"reference": case.reference})


def _case_of(request: DeskRequest, form: MailForm) -> Case | None:
    """What this volunteer may not reach is not there; the form says so."""
    try:
        return access.case_for(request.membership, form.cleaned_data["chosen"], to=Access.WORK)
    except Http404:
        form.add_error("reference", _("Aucun dossier n’a cette référence ici. Vérifiez-la, lettre par lettre."))
        return None


def _form(request: DeskRequest, found: InboundMail) -> MailForm:
    suggested = page.choices(access.suggestions_of(request.membership, found))
    return MailForm(request.POST if request.method == "POST" else None, suggested=suggested, **form_facts(request))


def _mail_page(request: DeskRequest, found: InboundMail, form: MailForm, *, status: int = 200) -> HttpResponse:
    return shown(request, "inbound_mail.html", {"mail": page.waiting(found), "form": form}, status=status)


def _done(request: DeskRequest, sentence: str) -> HttpResponseBase:
    messages.success(request, sentence)
    return redirect("desk:inbound")


def _too_late(request: DeskRequest) -> HttpResponseBase:
    sentence = _("Un collègue vient de classer ou d’écarter ce message.")
    return errors.conflict(request, back_url=reverse("desk:inbound"), sentence=sentence)


@require_POST
@needs(Right.WORK_OWN)
def mail_read(request: DeskRequest, pk: int) -> HttpResponseBase:
    """One on a case leaves the list; twice does no harm."""
    found = access.filed_mail_for(request.membership, pk)
    actions.mark_read(found, at=timezone.now(), by=request.user)
    return redirect("desk:inbound")


class Address(CaseAction):
    event = EventKind.ADDRESS_CORRECTED
    form_class = AddressForm
    title = gettext_lazy("Corriger l’adresse de courriel")
    button = gettext_lazy("Enregistrer l’adresse")
    intro = gettext_lazy(
        "La personne n’entrera plus avec l’ancienne adresse, ni avec une carte imprimée. Si la même adresse marche de "
        "nouveau, écrivez-la encore une fois : les envois reprennent."
    )

    def act(self, form: AddressForm) -> str:
        done: dict[str, Any] = {"email": form.cleaned_data["email"], "version": form.cleaned_data["version"]}
        actions.correct_address(self.case, **done, **stamp(self.request))
        return _("L’adresse est corrigée, les envois reprennent.")
