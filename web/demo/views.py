"""What a stranger needs to try the demo. It exists only where settings.DEMO is on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from web.demo import pages


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/home.html", {"page": pages.home()})
