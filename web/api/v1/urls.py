"""The API's addresses, version 1."""

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularJSONAPIView

app_name = "api"

urlpatterns: list[URLPattern] = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
]
