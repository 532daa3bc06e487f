"""Public pages: they read procedures and published releases, nothing else. No account, nothing stored."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from observatory import access
from procedures import registry
from web.parts.ways import two_ways as ways_of
from web.public.forms import TimeForm
from web.public.pages.calculator import answer, example_grid
from web.public.pages.figures import release_line, release_page
from web.public.pages.procedure import LARGE, procedure_line, procedure_page
from web.public.pages.ways import CHILD, CLOSURE, OPPOSITION, way

PAGES = {"home": pgettext_lazy("page", "Accueil"), "procedures": _("Démarches"), "figures": _("Chiffres")}
EXAMPLE_SENT = timedelta(days=3)
# Which procedure the answer is about.
OPPOSITIONS = {"self": OPPOSITION, "child": CHILD, "represented": OPPOSITION}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    today = _today(request)
    newest = next(iter(access.published_releases()), None)
    context = {
        "grid": example_grid(registry.current(OPPOSITION), sent_on=today - EXAMPLE_SENT, today=today),
        "example_sent_on": today - EXAMPLE_SENT,
        "newest": release_line(newest) if newest else None,
        "child_key": CHILD,
    }
    return render(request, "public/home.html", context)


@require_safe
def two_ways(request: HttpRequest) -> HttpResponse:
    context = {
        "refuse": way(registry.current(OPPOSITION)),
        "close": way(registry.current(CLOSURE)),
        "child_key": CHILD,
    }
    return render(request, "public/two_ways.html", context)


@csrf_exempt  # nothing is changed and nobody is looked up: a token would only set a cookie
@require_http_methods(["GET", "HEAD", "POST"])
def calculator(request: HttpRequest) -> HttpResponse:
    """Answers by POST, so that no date stands in an address, a history or a log. 422 keeps what was typed."""
    asked = request.method == "POST"
    form = TimeForm(request.POST if asked else None, today=_today(request))
    if not form.is_valid():
        return render(request, "public/calculator.html", {"form": form}, status=422 if asked else 200)
    definition = registry.current(OPPOSITIONS[form.cleaned_data["whom"]])
    today = _today(request)
    context = {
        "form": form,
        "answer": answer(definition, fact=form.fact, answers=form.answers, today=today, at=timezone.now()),
        "ways": ways_of(definition),
        "close": way(registry.current(CLOSURE)),
        "today": today,
    }
    return render(request, "public/calculator.html", context)


@require_safe
def procedures(request: HttpRequest) -> HttpResponse:
    lines = [procedure_line(definition, today=_today(request)) for definition in registry.all_current()]
    return render(request, "public/procedures.html", {"lines": lines})


@require_safe
def procedure(request: HttpRequest, key: str) -> HttpResponse:
    """Whole, or with `?moyen=phone` one channel alone, as a sheet to take along; `?taille=grand` in large type."""
    sheet = request.GET.get("moyen", "")
    try:
        page = procedure_page(registry.current(key), today=_today(request), at=timezone.now(), sheet=sheet)
    except LookupError:
        raise Http404 from None
    template = "public/sheet.html" if sheet else "public/procedure.html"
    is_large = request.GET.get("taille") == LARGE
    return render(request, template, {"page": page, "is_large": is_large, "trail": _trail("home", "procedures")})


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
