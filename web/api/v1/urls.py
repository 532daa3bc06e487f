"""The API's addresses, version 1."""

from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from web.api.v1.views import cases, deadlines, doors, open_data
from web.api.v1.views.index import index

app_name = "api"

urlpatterns: list[URLPattern] = [
    path("", index, name="index"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("cases/", cases.Cases.as_view(), name="cases"),
    path("cases/<str:reference>/", cases.OneCase.as_view(), name="case"),
    path("procedures/", open_data.Procedures.as_view(), name="procedures"),
    path("procedures/<path:key>/", open_data.OneProcedure.as_view(), name="procedure"),
    path("deadlines/explain/", deadlines.Explain.as_view(), name="explain"),
    path("releases/", open_data.Releases.as_view(), name="releases"),
    path("releases/<slug:slug>/", open_data.OneRelease.as_view(), name="release"),
    re_path(r"^.+/$", doors.nothing_here, name="nothing"),
]
