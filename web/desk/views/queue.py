"""«Maintenant», and the overview."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.rules.audit import Why
from accounts.rules.roles import Right
from cases import access
from procedures import registry
from web.desk.pages import overview as overview_page
from web.desk.pages import procedures as procedures_page
from web.desk.pages import queue as page
from web.desk.pages import reminders, unsent
from web.desk.pages.words import REASONS, capped, choices
from web.desk.views.doors import DeskRequest, may_list, needs, shown

AHEAD = timedelta(days=14)
_FAR = date(9999, 12, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """Until when the list looks, and what cannot wait."""

    until: date
    urgent_by: date

    @classmethod
    def of(cls, today: date) -> "Horizon":
        return cls(until=today + AHEAD, urgent_by=today + timedelta(days=1))


@require_safe
@needs()
def now(request: DeskRequest) -> HttpResponse:
    """Eight queries at any size (session, user and membership not counted): two stages of the list, the keys of its
    people and the key of those keys, its deadlines, the counts in one, the mail; the campaigns. An empty list asks two
    more, a page beyond the first three: it is recorded; reminders whose day has come ask two, mails that did
    not leave seven."""
    if not request.membership.may(Right.WORK_OWN):
        lists = access.lists_waiting(request.membership, at=timezone.now())
        return shown(request, "now_without_cases.html", {"title": _("Maintenant"), "lists": lists})
    after = request.GET.get("apres", "")
    if after:
        may_list(request)
    horizon = Horizon.of(request.today)
    counts = access.capped_counts(request.membership, until=horizon.until, today=request.today)
    filters = _filters(request, counts)
    cases, following = access.queue_for(
        request.membership,
        whose=filters.whose,
        reason=filters.reason,
        campaign=filters.campaign,
        urgent_by=horizon.urgent_by,
        until=horizon.until,
        after=after,
    )
    if after:
        access.record_listing(request.membership, found=len(cases), why=Why.QUEUE, at=timezone.now())
    access.load_deadlines(cases)
    context = {
        "reminders": _reminders(request, counts, after=after),
        "unsent": _unsent(request, counts, after=after),
        "unanswered": "" if after or not counts["unanswered"] else capped(counts["unanswered"]),
        "sections": page.sections(cases, today=request.today),
        "segments": page.segments(filters, counts),
        "summary": page.summary(counts, whose=filters.whose),
        "filters": filters,
        "reasons": choices(REASONS, REASONS),
        "campaigns": [(campaign.slug, campaign.title) for campaign in access.campaigns(today=request.today)],
        "next_url": filters.url(apres=following) if following else "",
        "first_url": filters.url() if after else "",
        "empty": "" if cases else _empty(request, filters, counts),
        "open_url": reverse("desk:open") if request.membership.may(Right.OPEN_CASE) else "",
    }
    return shown(request, "now.html", context, counts=_menu_counts(request, counts))


def _menu_counts(request: DeskRequest, counts: dict[str, int]) -> dict[str, str]:
    mails = access.mail_count(request.membership)
    return {"desk:now": capped(counts["mine"])} | ({"desk:inbound": capped(mails)} if mails else {})


def _reminders(request: DeskRequest, counts: dict[str, int], *, after: str) -> list[reminders.ReminderDue]:
    """On the first page; no query where there is none."""
    if after or not counts["reminders"]:
        return []
    return reminders.due(access.reminders_due(request.membership, today=request.today), reader=request.user)


def _unsent(request: DeskRequest, counts: dict[str, int], *, after: str) -> list[unsent.Task]:
    """On the first page; no query where there is none."""
    if after or not counts["unsent"]:
        return []
    return unsent.tasks(access.unsent_for(request.membership), today=request.today)


def _filters(request: DeskRequest, counts: dict[str, int]) -> page.Filters:
    """One's own list first; the team's for whoever has nothing of their own."""
    whose = request.GET.get("qui", "")
    reason = request.GET.get("motif", "")
    return page.Filters(
        whose=whose if whose in page.OWNERS else "mine" if counts["mine"] or not counts["team"] else "team",
        reason=reason if reason in REASONS else "",
        campaign=request.GET.get("campagne", "").replace("\0", "")[:50],  # PostgreSQL takes no NUL
    )


def _empty(request: DeskRequest, filters: page.Filters, counts: dict[str, int]) -> str:
    if filters.reason or filters.campaign:
        return _("Aucun dossier ne répond à ces filtres.")
    coming, _following = access.queue_for(request.membership, whose=filters.whose, until=_FAR, limit=1)
    return page.nothing_waits(counts, whose=filters.whose, coming=coming[0] if coming else None, today=request.today)


@require_safe
@needs(Right.WORK_OWN)
def overview(request: DeskRequest) -> HttpResponse:
    """How the cases stand, each number leading to its list. Three queries."""
    counts = access.overview(request.membership)
    manages = request.membership.may(Right.MANAGE)
    stale = procedures_page.to_read_again(registry.all_current(), today=request.today) if manages else 0
    return shown(request, "overview.html", {"tables": overview_page.tables(counts), "to_read_again": stale})
