"""Addresses for the tests of the parts: only what the layouts link to."""

from allauth.account import views as account
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.i18n import set_language

from accounts.fields import NotToBeKept
from web.parts import errors, styleguide


def desk_page(request: HttpRequest) -> HttpResponse:
    return render(request, "base_desk.html")


def member_page(request: HttpRequest) -> HttpResponse:
    return render(request, "base_member.html")


def kept_nowhere(request: HttpRequest) -> HttpResponse:
    raise NotToBeKept


desk = ([path("", desk_page, name="now"), path("cases/", desk_page, name="cases")], "desk")
portal = ([path("", member_page, name="home")], "portal")
public = ([path("", styleguide.styleguide, name="home")], "public")

urlpatterns = [
    path("", include(public)),
    path("bureau/", include(desk)),
    path("adherent/", include(portal)),
    path("styleguide/", styleguide.styleguide),
    path("langue/", set_language, name="set_language"),
    path("connexion/", account.login, name="account_login"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("confirmer/", account.reauthenticate, name="account_reauthenticate"),
    path("facteur/", include("allauth.mfa.urls")),
    path("conflict/", lambda request: errors.conflict(request, back_url="/bureau/")),
    path("large/", errors.too_large),
    path("expired/", errors.csrf_failure),
    path("kept-nowhere/", kept_nowhere),
    path("api/kept-nowhere/", kept_nowhere),
    path("refused/", errors.permission_denied),
]
handler400 = "web.parts.errors.bad_request"
handler403 = "web.parts.errors.permission_denied"
handler404 = "web.parts.errors.not_found"
handler500 = "web.parts.errors.server_error"
