"""Opening a case: find the member or take a new one, then one page of questions."""

from contextlib import suppress
from uuid import uuid5

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules.audit import Why
from accounts.rules.roles import Right
from cases import access, actions
from cases.actions import AlreadyDone, NotAdmitted
from cases.models import Case, Member
from procedures import registry
from web.desk.forms.opening import SOMEBODY_ELSE, OpenForm
from web.desk.pages import opening as page
from web.desk.pages.deadlines import first_day
from web.desk.pages.refusals import not_admitted
from web.desk.views.doors import DeskRequest, case_url, may_list, needs, opened_case, shown, stamp
from web.parts.french import plain_words


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.OPEN_CASE)
def open_case(request: DeskRequest) -> HttpResponseBase:
    """`?member=<reference>`: for the member of that case, with their household."""
    reference = request.GET.get("member", "")
    before = opened_case(request, reference, why=Why.PERMANENCE) if reference else None
    if request.method != "POST":
        return _page(request, _form(request, before), before)
    if "chercher" in request.POST:
        return _found(request, before)
    return _receive(request, before)


def _form(request: DeskRequest, before: Case | None, *, typed: bool = False) -> OpenForm:
    campaigns = access.campaigns(today=request.today)
    offered = {key for campaign in campaigns for key in campaign.procedures}
    standing = [one for one in registry.all_current() if one.can_be_opened(request.today)]
    return OpenForm(
        request.POST if typed else None,
        association_id=request.association.pk,
        today=request.today,
        campaigns=campaigns,
        definitions=[one for one in standing if one.key in offered],
        known=access.beneficiaries_of(before.member) if before else None,
    )


def _receive(request: DeskRequest, before: Case | None) -> HttpResponseBase:
    form = _form(request, before, typed=True)
    same = [] if before else access.known_members(request.membership, at=timezone.now(), **form.contacts())
    if same or (not before and request.POST.get("same_as", SOMEBODY_ELSE) != SOMEBODY_ELSE):
        form.ask_whether_same([(str(member.pk), page.known_as(member)) for member in same])
    if not form.is_valid():
        return _page(request, form, before, status=422)
    chosen = form.cleaned_data.get("same_as", SOMEBODY_ELSE)
    member = before.member if before else next((one for one in same if str(one.pk) == chosen), None)
    try:
        case = _open(request, form, member)
    except NotAdmitted as refused:
        form.add_error(_PLACES.get(refused.code, "procedure"), not_admitted(refused.code))
        return _page(request, form, before, status=422)
    _tell_opened(request, case)
    return redirect(case_url(case))


_PLACES = {"ground": "ground", "disagreement": "ground"}


def _open(request: DeskRequest, form: OpenForm, member: Member | None) -> Case:
    typed, who = form.cleaned_data, stamp(request)
    told = {
        "campaign": form.campaigns[typed["campaign"]],
        "procedure": typed["procedure"],
        "beneficiary": form.beneficiary(),
        "facts": form.facts(),
        "consents": form.consents(),
        "token": typed["token"],
        **who,
    }
    if member:
        case = actions.open_case_for(member, **told)
    else:
        case = actions.open_case(told.pop("campaign"), member=form.member(), **told)
    if typed["note"]:
        with suppress(AlreadyDone):
            token = uuid5(typed["token"], "note")
            actions.add_note(case, text=typed["note"], token=token, **who)
    return case


def _tell_opened(request: DeskRequest, case: Case) -> None:
    """What the volunteer reads at once: the date, that it is past, or why there is none."""
    day = first_day(access.deadlines_of(case))
    if day is None:
        messages.success(request, _("Le dossier est ouvert. Aucune date limite n’est connue : la page dit pourquoi."))
    elif day < request.today:
        told = _("Le dossier est ouvert. Le dernier jour était le %(day)s : une clôture reste possible.")
        messages.warning(request, told % {"day": plain_words(day)})
    else:
        messages.success(request, _("Le dossier est ouvert. Dernier jour : %(day)s.") % {"day": plain_words(day)})


def _found(request: DeskRequest, before: Case | None) -> HttpResponse:
    """Members by reference, name, address or number; each leads to this page, filled with their household."""
    query = request.POST.get("q", "").strip()[:120]
    if query:
        may_list(request)
    cases = access.search(request.membership, query, why=Why.PERMANENCE, at=timezone.now()) if query else []
    return _page(request, _form(request, before), before, found=page.members(cases), query=query)


def _page(
    request: DeskRequest,
    form: OpenForm,
    before: Case | None,
    *,
    status: int = 200,
    found: list[page.Known] | None = None,
    query: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "member": page.known_as(before.member) if before else "",
        "asks_same": "same_as" in form.fields,
        "found": found or [],
        "searched": found is not None,
        "query": query,
        "has_campaign": bool(form.campaigns),
    }
    return shown(request, "open.html", context, status=status)
