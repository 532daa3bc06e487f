"""Every address of the platform."""

from allauth.account import views as account
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from web.desk.urls import invitation_urlpatterns

handler400 = "web.parts.errors.bad_request"
handler403 = "web.parts.errors.permission_denied"
handler404 = "web.parts.errors.not_found"
handler500 = "web.parts.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("web.public.urls")),
    path("espace/", include("web.portal.urls")),
    path("desk/", include("web.desk.urls")),
    path("invitation/", include(invitation_urlpatterns)),
    path("api/v1/", include("web.api.v1.urls")),
    path("compte/connexion/", account.login, name="account_login"),
    path("compte/deconnexion/", account.logout, name="account_logout"),
    path("compte/confirmer/", account.reauthenticate, name="account_reauthenticate"),
    path("compte/facteur/", include("allauth.mfa.urls")),
    path("langue/", set_language, name="set_language"),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("web.demo.urls")))
