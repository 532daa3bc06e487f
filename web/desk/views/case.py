"""The case's page, its older events, and the contact details, each reading recorded."""

from functools import partial

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules.roles import Right
from cases import access
from cases.models import Case, CaseEvent
from web.desk.pages import case as page
from web.desk.pages import family, inbound, reminders
from web.desk.pages.deadlines import deadlines
from web.desk.pages.facts import facts
from web.desk.pages.head import case_head
from web.desk.pages.timeline import items
from web.desk.pages.words import definition_of
from web.desk.views.doors import DeskRequest, needs, opened_case, shown, why_of
from web.parts import keeping
from web.parts.deposits.standing import Underway, underway
from web.parts.families import waits_for_children


@require_safe
@needs(Right.WORK_OWN)
def case(request: DeskRequest, reference: str) -> HttpResponse:
    found = opened_case(request, reference)
    stored, files = access.deadlines_of(found), access.justificatifs_of(found)
    tried = access.attempts_of(found)
    chain = access.chain_of(request.membership, found, at=timezone.now())
    events, older = _timeline(request, found, chain)
    household = access.cases_of_member(request.membership, found.member)
    standing = access.facts_of(found)
    now = timezone.localtime()
    context = {
        "head": case_head(found, today=request.today),
        "opened_on": found.opened_on,
        "next": page.next_step(found, deadlines=stored, justificatifs=files, now=now),
        "deadlines": deadlines(found, stored, today=request.today),
        "facts": facts(access.fact_history(found)),
        "underway": _underway(request, found),
        "documents": page.documents(found, files),
        "attempts": page.attempts(found, tried),
        "reminders": reminders.of_case(found, access.reminders_of(found)),
        "timeline": items(found, events),
        "older_url": _older(found, older),
        "ties": family.ties(chain),
        "people": page.people(found, reader=request.user),
        "consents": page.consents(access.consents_of(found)),
        "family": family.family(household, but=found),
        "children_first": waits_for_children(found, household),
        "ways": page.ways(found, deadlines=stored, attempts=tried),
        "deletion": page.deletion_reminder(found, facts=standing, attempts=tried),
        "menu": page.menu(found),
        "trouble": inbound.trouble(found, access.bounces_of(found.member)),
        "may_open": request.membership.may(Right.OPEN_CASE),
        "is_open": found.is_at_work,
        "is_archived": found.archived_on is not None,
        "kept": keeping.say(access.keeping_of(found, terms=access.terms_of(request.association), today=request.today)),
    }
    return shown(request, "case.html", context)


def _timeline(
    request: DeskRequest, found: Case, chain: access.Chain, *, before: int | None = None
) -> tuple[list[CaseEvent], int | None]:
    """A page of the joined timeline; that former cases of which it shows something were opened is recorded."""
    events, older = access.timeline(found, joined=chain.joined, before=before)
    opened = [(former, why_of(request, former)) for former in access.former_on(events, but=found)]
    access.consult_all(opened, reader=request.user, at=timezone.now())
    return events, older


def _underway(request: DeskRequest, found: Case) -> list[Underway]:
    """Documents that are not kept yet: whom each waits for."""
    rows = access.standing_of(found, at=timezone.now())
    titled = partial(page.justificatif_title, definition_of(found))
    return underway(found, rows, space="desk", reader=request.user, titled=titled)


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
    chain = access.chain_of(request.membership, found, at=timezone.now())
    rows, older = _timeline(request, found, chain, before=int(asked))
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
