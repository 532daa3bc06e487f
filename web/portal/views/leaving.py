"""Out in a hurry: somebody comes into the room."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.middleware import leave_session
from web.parts.headers import QUICK_EXIT_SITE


@csrf_exempt
@require_POST
def quick_exit(request: HttpRequest) -> HttpResponse:
    """Ends the session and shows the weather, always the same site. Works for nobody too, and after any expiry.

    Without a token: the way out must not fail for want of a cookie, and the session's does not come from other sites.
    """
    leave_session(request, at=timezone.now())
    response = HttpResponseRedirect(QUICK_EXIT_SITE)
    response["Referrer-Policy"] = "no-referrer"
    return response
