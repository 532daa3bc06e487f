"""Every address of the platform."""

from django.urls import include, path

urlpatterns = [
    path("", include("web.urls")),
]
