"""Where my account is open, and how it was entered lately."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from web.desk.views.doors import DeskRequest, needs, shown
from web.parts.sessions import end_what_was_asked, sessions_page


@require_http_methods(["GET", "HEAD", "POST"])
@needs()
def sessions(request: DeskRequest) -> HttpResponseBase:
    if request.method == "POST":
        end_what_was_asked(request, request.user)
        return redirect("desk:sessions")
    return _page(request)


def _page(request: DeskRequest) -> HttpResponse:
    return shown(request, "sessions.html", {"page": sessions_page(request, request.user)})
