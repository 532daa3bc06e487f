"""The page that lists the endpoints, for people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "api/index.html", {"base": request.build_absolute_uri(request.path)})
