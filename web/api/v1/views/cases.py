"""Cases of the association in scope, as far as this volunteer may see them."""

from datetime import datetime
from typing import cast

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.models import Membership, User
from accounts.rules.audit import Why
from accounts.rules.tokens import TokenScope
from cases import access
from cases.access import Access
from cases.models import Case
from cases.rules import references
from cases.rules.lifecycle import State
from procedures import registry
from web.api.v1 import serializers
from web.api.v1.views.doors import (
    BadParameter,
    CaseDoor,
    ListedTooMuch,
    ReadTooMuch,
    ReasonMissing,
    errors,
    membership_of,
    parameters,
)

PAGE = 50


class Cases(CaseDoor):
    scope = TokenScope.CASES_LIST

    @extend_schema(
        operation_id="cases_list",
        summary="Cases, newest first, fifty a page",
        description="Those that the volunteer may see on the desk, without names or text. A page beyond the first is "
        "recorded; after more than 500 rows in an hour of such pages, 429. A token needs `cases:list`.",
        parameters=[
            OpenApiParameter("after", str, description="Reference of the last case of the page before."),
            OpenApiParameter("state", str, enum=[one.value for one in State]),
            OpenApiParameter("procedure", str, description="Key of a procedure."),
        ],
        responses={200: serializers.CasePage, **errors(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        asked = parameters(request, {"after", "state", "procedure"})
        _check(asked)
        reader, at = _reader(request), timezone.now()
        if asked["after"] and not access.may_list_on(reader, factor_at=None, at=at):
            raise ListedTooMuch
        cases, more = _page(reader, asked)
        if asked["after"]:
            access.record_listing(reader, found=len(cases), why=Why.API, at=at)
        return Response({"results": serializers.CaseLine(cases, many=True).data, "next": _next(request, cases, more)})


class OneCase(CaseDoor):
    scope = TokenScope.CASES_READ

    @extend_schema(
        operation_id="cases_retrieve",
        summary="One case with its facts, deadlines and attempts",
        description="The consultation is recorded in the case, where its member sees it. A token needs `cases:read`.",
        responses={200: serializers.CaseWhole, **errors(400, 401, 403, 404, 429)},
    )
    def get(self, request: Request, reference: str) -> Response:
        parameters(request, ())
        case = access.case_for(_reader(request), reference, to=Access.CONSULT)
        reader, at = cast(User, request.user), timezone.now()
        _check_reason(request, case, reader=reader, at=at)
        if not access.may_read_on(case, reader=reader, factor_at=None, at=at):
            raise ReadTooMuch
        access.consult(case, reader=reader, why=Why.API, at=at)
        lists = {
            "facts": serializers.CaseFact(access.facts_of(case), many=True).data,
            "deadlines": serializers.CaseDeadline(access.deadlines_of(case), many=True).data,
            "attempts": serializers.CaseAttempt(access.attempts_of(case), many=True).data,
        }
        return Response({**serializers.CaseLine(case).data, **lists})


def _check_reason(request: Request, case: Case, *, reader: User, at: datetime) -> None:
    """A session is somebody at a browser, who says why on the desk's page; a token is a program, recorded as such."""
    if request.auth is not None or not access.needs_reason(case, reader=reader):
        return
    if not access.said_why(case, reader=reader, at=at):
        raise ReasonMissing


def _reader(request: Request) -> Membership:
    membership = membership_of(request)
    assert membership is not None  # noqa: S101  the door let nobody else in
    return membership


def _page(reader: Membership, asked: dict[str, str]) -> tuple[list[Case], bool]:
    after = _reference(asked["after"])
    try:
        return access.lines_of(reader, state=asked["state"], procedure=asked["procedure"], after=after, limit=PAGE)
    except Http404:
        raise BadParameter(_("« after » ne nomme aucun dossier.")) from None


def _check(asked: dict[str, str]) -> None:
    if asked["state"] and asked["state"] not in tuple(State):
        raise BadParameter(_("État inconnu. Connus : %(known)s.") % {"known": ", ".join(State)})
    known = {definition.key for definition in registry.all_current()}
    if asked["procedure"] and asked["procedure"] not in known:
        raise BadParameter(_("Démarche inconnue. Connues : %(known)s.") % {"known": ", ".join(sorted(known))})


def _reference(after: str) -> str:
    if not after:
        return ""
    try:
        return references.parse(after)
    except references.NotAReference:
        raise BadParameter(_("« after » n’est pas une référence de dossier.")) from None


def _next(request: Request, cases: list[Case], more: bool) -> str | None:
    return replace_query_param(request.build_absolute_uri(), "after", cases[-1].reference) if more else None
