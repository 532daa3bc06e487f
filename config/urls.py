"""Every address of the platform."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from config.health import PROBES
from web.desk.urls import account_urlpatterns, invitation_urlpatterns

handler400 = "web.parts.errors.bad_request"
handler403 = "web.parts.errors.permission_denied"
handler404 = "web.parts.errors.not_found"
handler429 = "web.parts.errors.too_many"
handler500 = "web.parts.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("web.public.urls")),
    path("espace/", include("web.portal.urls")),
    path("desk/", include("web.desk.urls")),
    path("invitation/", include(invitation_urlpatterns)),
    path("api/v1/", include("web.api.v1.urls")),
    path("compte/", include(account_urlpatterns)),
    # The middleware answers them before; here stand their names, and the 404 of whoever may not ask.
    *(path(address.removeprefix("/"), probe, name=address.removeprefix("/")) for address, probe in PROBES.items()),
    # Without a token: a public page would need a cookie for it, and all that a foreign page could change is a language.
    path("langue/", csrf_exempt(set_language), name="set_language"),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("web.demo.urls")))
