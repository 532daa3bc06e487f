"""What a member reads: the home of the household, one case, what to do when nothing comes."""

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases import access
from cases.access import Access, Why
from cases.models import Case
from procedures import registry
from procedures.rules.definitions import Bound
from web.parts.deposits.standing import Underway, underway
from web.portal.pages import steps
from web.portal.pages.cases import Found, case_page, contact_of
from web.portal.pages.documents import document_title
from web.portal.pages.missing import missing_page
from web.portal.views.doors import MemberRequest, member_page
from web.portal.views.progress import progress_of


@require_safe
@member_page
def home(request: MemberRequest) -> HttpResponse:
    """The case that comes first in the household."""
    household = access.household(request.user)
    if not household:
        return render(request, "portal/empty.html", {"contact": contact_of(request.association)})
    return _show(request, household[0].reference, household=household)


@require_safe
@member_page
def case(request: MemberRequest, reference: str) -> HttpResponse:
    return _show(request, reference)


def _show(request: MemberRequest, reference: str, *, household: list[Case] | None = None) -> HttpResponse:
    shown = access.case_for(request.user, reference, to=Access.CONSULT)
    now = timezone.now()
    access.consult(shown, reader=request.user, why=Why.OWN, at=now)
    chain = access.chain_of(request.user, shown, at=now)
    events, older = access.timeline(shown, joined=chain.joined, before=_before(request))
    former = access.former_on(events, but=shown)
    access.consult_all([(one, Why.OWN) for one in former], reader=request.user, at=now)
    found = Found(
        case=shown,
        definition=registry.version(shown.procedure, shown.procedure_version),
        deadlines=access.deadlines_of(shown),
        attempts=access.attempts_of(shown),
        justificatifs=access.justificatifs_of(shown),
        facts=access.facts_of(shown),
        household=household if household is not None else access.household(request.user),
        chain=chain,
        association=request.association,
        user=request.user,
        today=request.today,
        resume_url=steps.resume_url(shown.reference, progress_of(request, shown.reference)),
    )
    context = {
        "page": case_page(found, events=events, older=older),
        "underway": _underway(request, found),
        "several": len(request.associations) > 1,
    }
    return render(request, "portal/case.html", context)


def _underway(request: MemberRequest, found: Found) -> list[Underway]:
    """What this member sent, and is not kept yet."""
    rows = access.standing_of(found.case, at=timezone.now(), by=request.user)
    titled = partial(document_title, found.definition)
    return underway(found.case, rows, space="portal", reader=request.user, titled=titled)


def _before(request: MemberRequest) -> int | None:
    typed = request.GET.get("avant", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        raise Http404
    return int(typed)


@require_safe
@member_page
def missing(request: MemberRequest, reference: str) -> HttpResponse:
    shown = access.case_for(request.user, reference, to=Access.CONSULT)
    rows = [one for one in access.deadlines_of(shown) if one.bound == Bound.ADDRESSEE and one.is_running and one.due]
    page = missing_page(
        registry.version(shown.procedure, shown.procedure_version),
        reference=shown.reference,
        due=rows[0].due if rows else None,
        today=request.today,
        now=timezone.now(),
        is_open=not shown.is_closed,
    )
    return render(request, "portal/missing.html", {"page": page, "contact": contact_of(request.association)})
