"""Public pages: they read procedures and published releases, nothing else. No account, nothing stored."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from observatory import access
from procedures import registry
from procedures.rules.definitions import Definition
from web.public.forms import LetterForm
from web.public.pages.calculator import Answer, answer, example_grid
from web.public.pages.figures import release_line, release_page
from web.public.pages.procedure import procedure_line, procedure_page
from web.public.pages.ways import CHILD, CLOSURE, OPPOSITION, way

PARIS = ZoneInfo("Europe/Paris")
PAGES = {"home": pgettext_lazy("page", "Accueil"), "procedures": _("Démarches"), "figures": _("Chiffres")}
EXAMPLE_SENT = timedelta(days=3)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    today = _today(request)
    newest = next(iter(access.published_releases()), None)
    context = {
        "form": LetterForm(today=today),
        "grid": example_grid(registry.current(OPPOSITION), sent_on=today - EXAMPLE_SENT, today=today),
        "example_sent_on": today - EXAMPLE_SENT,
        "newest": release_line(newest) if newest else None,
        "child_key": CHILD,
    }
    return render(request, "public/home.html", context)


@require_safe
def two_ways(request: HttpRequest) -> HttpResponse:
    """With a date in the query, its answer comes first. 422 for an impossible one, with what was typed kept."""
    opposition, closure = registry.current(OPPOSITION), registry.current(CLOSURE)
    asked = any(name.startswith("letter") for name in request.GET)
    form = LetterForm(request.GET if asked else None, today=_today(request))
    found = _answered(form, opposition, today=_today(request)) if asked else None
    context = {
        "form": form,
        "answer": found,
        "refuse": way(opposition),
        "close": way(closure),
        "child_key": CHILD,
        "today": _today(request),
    }
    return render(request, "public/two_ways.html", context, status=422 if asked and found is None else 200)


def _answered(form: LetterForm, definition: Definition, *, today: date) -> Answer | None:
    if not form.is_valid():
        return None
    return answer(definition, fact=form.fact, answers=form.answers, today=today, at=timezone.localtime(timezone=PARIS))


@require_safe
def procedures(request: HttpRequest) -> HttpResponse:
    lines = [procedure_line(definition, today=_today(request)) for definition in registry.all_current()]
    return render(request, "public/procedures.html", {"lines": lines})


@require_safe
def procedure(request: HttpRequest, key: str) -> HttpResponse:
    """Whole, or with `?moyen=phone` one channel alone, as a sheet to take along."""
    sheet = request.GET.get("moyen", "")
    at = timezone.localtime(timezone=PARIS)
    try:
        page = procedure_page(registry.current(key), today=_today(request), at=at, sheet=sheet)
    except LookupError:
        raise Http404 from None
    template = "public/sheet.html" if sheet else "public/procedure.html"
    return render(request, template, {"page": page, "trail": _trail("home", "procedures")})


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    lines = [release_line(release) for release in access.published_releases()]
    return render(request, "public/figures.html", {"lines": lines})


@require_safe
def release(request: HttpRequest, slug: str) -> HttpResponse:
    found = access.published_release(slug)
    if found is None:
        raise Http404
    return render(request, "public/release.html", {"page": release_page(found), "trail": _trail("home", "figures")})


@require_safe
def release_file(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """The file as it was published; it never changes, so it may be kept for ever."""
    file = access.published_file(slug)
    if file is None or file.name != name:
        raise Http404
    etag = f'"{file.sha256}"'
    response = HttpResponse(file.content, content_type="text/csv; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return get_conditional_response(request, etag=etag, response=response) or response


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "public/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "public/accessibility.html")


def _trail(*names: str) -> list[dict[str, str]]:
    return [{"url": reverse(f"public:{name}"), "label": str(PAGES[name])} for name in names]


def _today(request: HttpRequest) -> date:
    today: date = request.today  # type: ignore[attr-defined]  # set by ScopeMiddleware
    return today
