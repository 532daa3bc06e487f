"""Procedures and published releases: for anyone, without an account."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from observatory import access
from procedures import registry
from web.api.v1 import serializers
from web.api.v1.views.doors import OpenDoor, errors, parameters


class Procedures(OpenDoor):
    @extend_schema(
        operation_id="procedures_list",
        summary="The newest version of each procedure",
        description="In the order in which the pages show them.",
        responses={200: serializers.ProcedureList, **errors(400)},
    )
    def get(self, request: Request) -> Response:
        parameters(request, ())
        return Response({"results": serializers.ProcedureLine(registry.all_current(), many=True).data})


class OneProcedure(OpenDoor):
    @extend_schema(
        operation_id="procedures_retrieve",
        summary="One procedure: channels, steps, deadlines, outcomes, sources",
        description="The newest version. Every text in French and in English.",
        responses={200: serializers.ProcedureWhole, **errors(400, 404)},
    )
    def get(self, request: Request, key: str) -> Response:
        parameters(request, ())
        try:
            definition = registry.current(key)
        except registry.UnknownProcedure:
            raise Http404 from None
        return Response(serializers.ProcedureWhole(definition).data)


class Releases(OpenDoor):
    @extend_schema(
        operation_id="releases_list",
        summary="Published figures, newest first",
        description="Every published release of this instance. None ever changes.",
        responses={200: serializers.ReleaseList, **errors(400)},
    )
    def get(self, request: Request) -> Response:
        parameters(request, ())
        lines = serializers.ReleaseLine(access.published_releases(), many=True, context={"request": request})
        return Response({"results": lines.data})


class OneRelease(OpenDoor):
    @extend_schema(
        operation_id="releases_retrieve",
        summary="One release: its numbers with their margins, and its method",
        description="A hidden number is null twice, never zero.",
        responses={200: serializers.ReleaseWhole, **errors(400, 404)},
    )
    def get(self, request: Request, slug: str) -> Response:
        parameters(request, ())
        release = access.published_release(slug)
        if release is None:
            raise Http404
        return Response(serializers.ReleaseWhole(release, context={"request": request}).data)
