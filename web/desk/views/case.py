"""The case's page, its older events, and the contact details, each reading recorded."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules.roles import Right
from cases import access
from cases.models import Case
from web.desk.pages import case as page
from web.desk.pages.deadlines import deadlines
from web.desk.pages.head import case_head
from web.desk.pages.timeline import items
from web.desk.views.doors import DeskRequest, needs, opened_case, shown, why_of


@require_safe
@needs(Right.WORK_OWN)
def case(request: DeskRequest, reference: str) -> HttpResponse:
    found = opened_case(request, reference)
    stored, files = access.deadlines_of(found), access.justificatifs_of(found)
    tried = access.attempts_of(found)
    events, older = access.timeline(found)
    household = access.cases_of_member(request.membership, found.member)
    standing = access.facts_of(found)
    now = timezone.localtime()
    context = {
        "head": case_head(found, today=request.today),
        "opened_on": found.opened_on,
        "next": page.next_step(found, deadlines=stored, justificatifs=files, now=now),
        "deadlines": deadlines(found, stored, today=request.today),
        "documents": page.documents(found, files),
        "attempts": page.attempts(found, tried),
        "timeline": items(found, events),
        "older_url": _older(found, older),
        "people": page.people(found, reader=request.user),
        "consents": page.consents(access.consents_of(found)),
        "family": page.family(household, but=found),
        "children_first": page.children_first(found, household),
        "ways": page.ways(found, deadlines=stored, attempts=tried),
        "deletion": page.deletion_reminder(found, facts=standing, attempts=tried),
        "menu": page.menu(found),
        "may_open": request.membership.may(Right.OPEN_CASE),
        "is_open": not found.is_closed,
    }
    return shown(request, "case.html", context)


def _older(found: Case, before: int | None) -> str:
    return f"{reverse('desk:events', args=[found.reference])}?avant={before}" if before else ""


@require_safe
@needs(Right.WORK_OWN)
def events(request: DeskRequest, reference: str) -> HttpResponse:
    """Older events, fifty at a time."""
    found = opened_case(request, reference)
    asked = request.GET.get("avant", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    rows, older = access.timeline(found, before=int(asked))
    context = {
        "head": case_head(found, today=request.today),
        "timeline": items(found, rows),
        "older_url": _older(found, older),
    }
    return shown(request, "events.html", context)


@require_safe
@needs(Right.WORK_OWN)
def contact(request: DeskRequest, reference: str) -> HttpResponse:
    """Address and number, with the record that they were read."""
    found = opened_case(request, reference)
    access.consult_contact(found, reader=request.user, why=why_of(request, found), at=timezone.now())
    context = {"head": case_head(found, today=request.today), "member": found.member}
    return shown(request, "contact.html", context)
