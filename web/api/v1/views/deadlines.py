"""Deadlines computed from what is given, for anyone: the engine of the pages, the cases and the commands."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from procedures import registry
from procedures.rules import questions, replies
from procedures.rules.questions import BadQuestion, shown
from procedures.rules.replies import DeadlineReply
from web.api.v1 import serializers
from web.api.v1.views.doors import BadParameter, LengthRequired, QuestionDoor, errors, parameters, refuse_unknown

DATED = {"earliest", "latest", "known_by"}


class Explain(QuestionDoor):
    @extend_schema(
        operation_id="deadlines_explain",
        summary="The deadlines of a procedure, computed from facts and explained",
        description="Nothing is stored. Both dates of each deadline with their reason; null dates while the fact that "
        "starts it is not given. After 120 questions a minute from one network, 429.",
        request=serializers.ExplainQuestion,
        responses={200: serializers.ExplainedDeadline(many=True), **errors(400, 405, 411, 413, 415, 422, 429)},
    )
    def post(self, request: Request) -> Response:
        parameters(request, ())
        if request.headers.get("Transfer-Encoding"):
            raise LengthRequired
        try:
            return Response(_explained(_question(request.data)))
        except BadQuestion as error:
            raise BadParameter(error.said.say(get_language() or "")) from error


def _explained(asked: dict[str, Any]) -> list[DeadlineReply]:
    definition = registry.asked(_text(asked, "procedure"))
    deadline = None if asked.get("deadline") is None else _text(asked, "deadline")
    given = ((kind, _written(kind, value)) for kind, value in _facts(asked).items())
    return replies.explain_deadlines(definition, questions.read_case(given, definition=definition, deadline=deadline))


def _question(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise BadParameter(_("Donnez un objet JSON."))
    refuse_unknown(body, {"procedure", "deadline", "facts"})
    return body


def _facts(asked: dict[str, Any]) -> dict[str, Any]:
    facts = asked.get("facts", {})
    if not isinstance(facts, dict):
        raise BadParameter(_("« facts » est un objet : à chaque sorte de fait, sa date ou sa réponse."))
    return facts


def _written(kind: str, value: object) -> str:
    """As it would be written on one line: `2022-02-03..2022-02-10@postmark`."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        raise BadParameter(
            _("« %(kind)s » : donnez un texte, ou un objet avec « earliest » et « latest ».") % {"kind": shown(kind)}
        )
    refuse_unknown(value, DATED)
    known_by = value.get("known_by")
    known = "" if known_by is None else questions.KNOWN + _text(value, "known_by")
    return _text(value, "earliest") + questions.RANGE + _text(value, "latest") + known


def _text(table: dict[str, Any], name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str):
        raise BadParameter(_("« %(name)s » manque, ou n’est pas un texte.") % {"name": name})
    return value
