"""Pages for anyone: no account, no tenant's data."""

from django.conf import settings
from django.urls import URLPattern, path

from web.parts.styleguide import styleguide
from web.public import views

app_name = "public"

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("deux-voies/", views.two_ways, name="two_ways"),
    path("calculateur/", views.calculator, name="calculator"),
    path("demarches/", views.procedures, name="procedures"),
    path("demarches/<path:key>/", views.procedure, name="procedure"),
    path("chiffres/", views.figures, name="figures"),
    path("chiffres/<slug:slug>/", views.release, name="release"),
    path("chiffres/<slug:slug>/<str:name>", views.release_file, name="release_file"),
    path("confidentialite/", views.privacy, name="privacy"),
    path("accessibilite/", views.accessibility, name="accessibility"),
]

if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
