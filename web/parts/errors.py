"""Pages for what went wrong: what happened, that nothing was lost, and the way on. None needs the database."""

import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.fields import NotToBeKept
from web.parts import nowhere

_MACHINES = "/api/"
# Code and sentence, in the shape of web/api/v1/views/doors.py.
_SAID_TO_MACHINES: dict[int, tuple[str, str | Promise]] = {
    400: ("bad_request", _("Cette demande ne peut pas être lue.")),
    403: ("permission_denied", _("Vous n’avez pas ce droit.")),
    404: ("not_found", _("Rien à cette adresse, ou rien que vous puissiez voir.")),
    405: ("method_not_allowed", _("Cette adresse se lit seulement.")),
    409: ("conflict", _("Quelqu’un a été plus rapide.")),
    413: ("too_large", _("C’est trop lourd.")),
    422: (nowhere.CODE, nowhere.NIR),
    426: ("tls_required", _("Demandez cette adresse en https : rien n’a été lu, et rien n’est renvoyé plus loin.")),
    429: ("throttled", _("Trop de demandes. Attendez avant de recommencer.")),
    500: ("server_error", _("Une panne chez nous. Rien n’a changé.")),
    503: ("unavailable", _("Rien ne peut être lu ni enregistré pour l’instant. Recommencez dans une minute.")),
}
# The database is away, full, or too busy to answer in time: waiting heals it.
_AWAY = (OperationalError, InterfaceError)
_AGAIN_IN = "30"  # seconds
_FORM = "application/x-www-form-urlencoded"
# What nobody finds in a page that was left open.
_SECRET = ("password", "code")
_KINDS = {RequestDataTooBig: 413, NotToBeKept: 422}


def _page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    if request.path_info.startswith(_MACHINES):
        return _for_machines(status)
    return render(request, f"{status}.html", context, status=status)


def _for_machines(status: int) -> JsonResponse:
    code, message = _SAID_TO_MACHINES[status]
    return JsonResponse({"error": {"code": code, "message": str(message)}}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A body that the vault's door refuses unread comes here too, and a text that no sealed column takes."""
    return _page(request, next((status for kind, status in _KINDS.items() if isinstance(exception, kind)), 400))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django hands it over
    """What the scope's middleware refused comes with a sentence of ours; other exceptions' words are for nobody."""
    return reserved(request, sentence=str(getattr(request, "refused", "")))


def reserved(request: HttpRequest, *, sentence: str) -> HttpResponse:
    """This session may not pass: why, what to do, and the way out. Answer it from a view."""
    return _page(request, 403, sentence=sentence)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's shape
    """For handler429, which allauth's rate limits ask for."""
    return _page(request, 429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django hands it over
    """For CSRF_FAILURE_VIEW: the page was open for too long, or cookies are refused."""
    return _page(request, 403, expired=True)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django hands it over
    return _page(request, 404)


def conflict(request: HttpRequest, *, back_url: str = "", back_label: str = "", sentence: str = "") -> HttpResponse:
    """A colleague was quicker, or the page was rendered for another association. Answer it from a view.

    `sentence`: the true reason, when nobody was quicker and the step never was possible. `back_label`: what `back_url`
    shows, when it is no case.
    """
    return _page(request, 409, back_url=back_url, back_label=back_label, sentence=sentence)


def too_large(request: HttpRequest, *, back_url: str = "") -> HttpResponse:
    """The file is heavier than what is taken. Answer it from a view."""
    return _page(request, 413, back_url=back_url)


def method_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: an address that was opened like a page, and is none, gets a page all the same; still 405."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content and request.method != "HEAD":
            page = _page(request, 405, back_url=request.path if "GET" in response["Allow"] else "")
            response.content = page.content
            response["Content-Type"] = page["Content-Type"]
        return response

    return answer


def programs_by_tls_only(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a program that asks in plain is refused. Sent on to https, it would go on telling its token."""

    def answer(request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and request.path_info.startswith(_MACHINES) and not request.is_secure():
            return _for_machines(426)
        return get_response(request)

    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the context processors, which may be what failed. Django calls it while it handles the exception."""
    if isinstance(sys.exception(), _AWAY):
        return unavailable(request)
    if request.path_info.startswith(_MACHINES):
        return _for_machines(500)
    return HttpResponse(loader.get_template("500.html").render({}), status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """For a moment only. What was typed stays in the page, to be sent again: a form's token keeps it from being done
    twice."""
    if request.path_info.startswith(_MACHINES):
        response: HttpResponse = _for_machines(503)
    else:
        told = {"path": request.get_full_path(), "again": _sent(request)}
        response = HttpResponse(loader.get_template("503.html").render(told), status=503)
    response["Retry-After"] = _AGAIN_IN
    return response


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a form without files and secrets; none of anything else."""
    if request.method != "POST" or request.content_type != _FORM:
        return []
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except (OSError, BadRequest, SuspiciousOperation):
        return []  # cut off, or refused for its own sake
    is_secret = any(word in name for name, _value in fields for word in _SECRET)
    return [] if is_secret else fields
