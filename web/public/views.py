"""Public pages: they read procedures and published releases, nothing else."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from observatory import access
from procedures import registry


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "public/home.html")


@require_safe
def two_ways(request: HttpRequest) -> HttpResponse:
    return render(request, "public/two_ways.html")


@require_safe
def procedures(request: HttpRequest) -> HttpResponse:
    return render(request, "public/procedures.html", {"procedures": registry.all_current()})


@require_safe
def procedure(request: HttpRequest, key: str) -> HttpResponse:
    try:
        definition = registry.current(key)
    except registry.UnknownProcedure:
        raise Http404 from None
    return render(request, "public/procedure.html", {"definition": definition})


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    return render(request, "public/figures.html", {"releases": access.published_releases()})


@require_safe
def release(request: HttpRequest, slug: str) -> HttpResponse:
    found = access.published_release(slug)
    if found is None:
        raise Http404
    return render(request, "public/release.html", {"release": found})


@require_safe
def release_file(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    file = access.published_file(slug)
    if file is None or file.name != name:
        raise Http404
    return HttpResponse(file.content, content_type="text/csv; charset=utf-8")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "public/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "public/accessibility.html")
