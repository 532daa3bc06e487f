"""Pages for what went wrong: what happened, that nothing was lost, and the way on. None needs the database."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader


def _page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    return render(request, f"{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A body that the vault's door refuses unread comes here too: its page is the one of files that are too heavy."""
    return _page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


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


def conflict(request: HttpRequest, *, back_url: str = "") -> HttpResponse:
    """A colleague was quicker, or the page was rendered for another association. Answer it from a view."""
    return _page(request, 409, back_url=back_url)


def too_large(request: HttpRequest, *, back_url: str = "") -> HttpResponse:
    """The file is heavier than what is taken. Answer it from a view."""
    return _page(request, 413, back_url=back_url)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django hands it over
    """Without the context processors, which may be what failed."""
    return HttpResponse(loader.get_template("500.html").render({}), status=500)
