"""Bare pages behind the real middleware, so that its doors are tested without the product's pages."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from accounts import scope
from accounts.models import Association, Membership


def whereabouts(request: Any) -> JsonResponse:
    """What the request was given."""
    return JsonResponse(
        {
            "scope": scope.current(),
            "association": request.association and request.association.pk,
            "membership": request.membership and request.membership.pk,
            "today": request.today.isoformat(),
            "seen": Membership.objects.count() if scope.current() else None,
        }
    )


@csrf_exempt
def writes(request: Any) -> HttpResponse:
    Association.objects.create(name="x", slug="x")
    return HttpResponse("written")


def breaks(request: Any) -> HttpResponse:
    Association.objects.create(name="x", slug="x")
    return HttpResponse("half done", status=500)


# The names that every page of the house asks for.
_DESK = [path("", whereabouts, name="now"), path("writes/", writes), path("breaks/", csrf_exempt(breaks))]
_ESPACE = [path("", whereabouts, name="home")]

urlpatterns = [
    path("", whereabouts),
    path("compte/", include("allauth.urls")),
    path("desk/", include((_DESK, "desk"))),
    path("espace/", include((_ESPACE, "portal"))),
    path("api/v1/", whereabouts),
]
