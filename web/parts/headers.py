"""Headers of every answer, whoever gives it: a page, an error, a file, a redirect of another middleware.

The policy for scripts, frames and referrers is django-csp's and Django's own (config/settings/base.py).
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
# Where members land who leave in a hurry; the only other site that a form of ours may lead to.
QUICK_EXIT_SITE = "https://www.meteofrance.com/"
MEMBERS = "/espace/"
# Of a person's file: nothing in it may run, whatever a browser takes it for.
FILE_POLICY = "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox"
_PRIVATE = ("/desk/", MEMBERS, "/compte/", "/invitation/", "/demo/")
_FORGET = '"cache", "storage"'


def every_answer(get_response: GetResponse) -> GetResponse:
    """Middleware around all that may answer by themselves. Asks no database."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(MEMBERS):
            # A browser checks where a form is redirected to, too.
            response._csp_update = {"form-action": [QUICK_EXIT_SITE]}  # type: ignore[attr-defined]  # django-csp's own
        response.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), browsing-topics=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if is_of_somebody(request, response):
            response["Cache-Control"] = "no-store"
        if has_ended_session(request, response):
            response["Clear-Site-Data"] = _FORGET
        return response

    return answer


def is_of_somebody(request: HttpRequest, response: HttpResponse) -> bool:
    """No page of somebody who may be signed in is kept by a browser or a proxy, nor an invitation, which names one."""
    if request.path_info.startswith(_PRIVATE) or "Authorization" in request.headers:
        return True
    name = settings.SESSION_COOKIE_NAME
    return (name in request.COOKIES or name in response.cookies) and not request.path_info.startswith(
        settings.STATIC_URL
    )


def has_ended_session(request: HttpRequest, response: HttpResponse) -> bool:
    """The browser came with a session and leaves without, or as nobody with a new one: signed out or timed out."""
    before, after = (jar.get(settings.SESSION_COOKIE_NAME) for jar in (request.COOKIES, response.cookies))
    if not before or after is None or getattr(after, "value", "") == before:
        return False
    user = getattr(request, "user", None)
    return user is None or not user.is_authenticated
