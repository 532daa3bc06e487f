"""All cases: newest first, filtered, or searched."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules.audit import Why
from accounts.rules.roles import Right
from cases import access
from procedures import registry
from web.desk.pages import cases as page
from web.desk.pages.words import OUTCOMES, STATES, choices, say
from web.desk.views.doors import DeskRequest, may_list, needs, shown


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.WORK_OWN)
def cases(request: DeskRequest) -> HttpResponse:
    """GET lists; POST searches: what is looked for tells who somebody is, and must not stand in a URL.

    What is shown beyond the first page is recorded by its number, and slowed down when it is much.
    """
    query = request.POST.get("q", "").strip()[:120]
    filters = _filters(request)
    if query or filters.before:
        may_list(request)
    if query:
        found, following = access.search(request.membership, query, at=timezone.now()), None
    else:
        found, following = access.all_cases(
            request.membership,
            state=filters.state,
            outcome=filters.outcome,
            procedure=filters.procedure,
            before=filters.before,
        )
        if filters.before:
            access.record_listing(request.membership, found=len(found), why=Why.SEARCH, at=timezone.now())
    context = {
        "rows": [page.row(case, reader=request.user.pk, today=request.today) for case in found],
        "query": query,
        "filters": filters,
        "states": [(code, words) for code, words in STATES.items() if code != "erased"],
        "outcomes": choices(OUTCOMES, OUTCOMES),
        "procedures": [(one.key, say(one.short)) for one in registry.all_current()],
        "next_url": filters.url(avant=str(following)) if following else "",
        "first_url": filters.url(avant="") if filters.before else "",
        "empty": _empty(query),
        "asks_lists": request.membership.may(Right.EXPORT_ASK),
    }
    return shown(request, "cases.html", context)


def _filters(request: DeskRequest) -> page.Filters:
    state, outcome = request.GET.get("etat", ""), request.GET.get("issue", "")
    before = request.GET.get("avant", "")
    return page.Filters(
        state=state if state in STATES else "",
        outcome=outcome if outcome in OUTCOMES else "",
        procedure=request.GET.get("demarche", "").replace("\0", "")[:80],  # PostgreSQL takes no NUL
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )


def _empty(query: str) -> str:
    if not query:
        return _("Aucun dossier ne répond à ces filtres.")
    return _(
        "Vérifiez l’orthographe, ou essayez le courriel ou le téléphone en entier : "
        "les deux sont cherchés à l’identique."
    )
