"""What every endpoint shares: who may come in, and one shape for what went wrong."""

import json
from collections.abc import Callable, Collection, Iterable
from typing import Any, ClassVar

from allauth.core.internal import ratelimit
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, status
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle
from rest_framework.views import APIView
from rest_framework.views import exception_handler as framework_handler

from accounts.access import bearer_of
from accounts.actions import note_refusal
from accounts.models import ApiToken, Membership, User
from accounts.rules.roles import Right
from accounts.rules.tokens import TokenScope
from procedures.rules.questions import shown
from vault.rules.detector import Seen, seen_in
from web.api.v1 import serializers
from web.parts import nowhere

MOST_BYTES = 16 * 1024


class BadParameter(exceptions.APIException):
    """A parameter that is unknown, or a value that it does not take."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "bad_parameter"


class PersonalNumber(exceptions.APIException):
    """A number of social security, a card's or a code: nobody sends them here, and they are not told back."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = nowhere.CODE

    def __init__(self, seen: Seen) -> None:
        super().__init__(nowhere.sentence(seen))


class ReasonMissing(exceptions.APIException):
    """The case is assigned to somebody else, and this reader did not say why they open it."""

    status_code = status.HTTP_403_FORBIDDEN
    default_code = "reason_missing"
    default_detail = gettext_lazy(
        "Ce dossier est confié à quelqu’un d’autre. Ouvrez-le d’abord sur son écran, où la raison est demandée."
    )


class ReadTooMuch(exceptions.APIException):
    """Sixty cases within an hour: an alert was raised, and a program cannot say who sits before it."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "read_too_much"
    default_detail = gettext_lazy(
        "Soixante dossiers ont été lus en une heure. La coordination en est avertie. Attendez une heure, puis reprenez."
    )


class ListedTooMuch(ReadTooMuch):
    """More than five hundred rows of lists within an hour, beyond the first pages."""

    default_code = "listed_too_much"
    default_detail = gettext_lazy(
        "Plus de cinq cents lignes ont été lues en une heure. La coordination en est avertie. "
        "Attendez une heure, puis reprenez."
    )


class TooLarge(exceptions.APIException):
    """More than any question needs."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class LengthRequired(exceptions.APIException):
    """A body in pieces, which no server behind a gateway reads to its end."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_code = "length_required"
    default_detail = gettext_lazy(
        "Dites la longueur de la question : envoyez « Content-Length », pas un corps en morceaux."
    )


class PostOnly(exceptions.MethodNotAllowed):
    """A question that is asked by POST, and changes nothing."""

    default_detail = gettext_lazy("Cette adresse ne prend que POST.")


class ScopeMissing(exceptions.APIException):
    """The token is good, but not for this."""

    status_code = status.HTTP_403_FORBIDDEN
    default_code = "scope_missing"

    def __init__(self, scope: TokenScope) -> None:
        super().__init__(_("Cet accès de logiciel n’a pas le droit « %(scope)s ».") % {"scope": scope.value})


class ProgramToken(BaseAuthentication):
    """`Authorization: Bearer opp_…`. One answer for every token that does not stand, whatever it lacks.

    Asked before the session: a request with both acts as the token. Its challenge also makes nobody's request 401.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        if bearer_of(request._request) is None:
            return None
        token: ApiToken | None = getattr(request._request, "api_token", None)
        if token is None:
            note_refusal("token")
            raise exceptions.AuthenticationFailed
        return token.membership.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ProgramTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its registry
    """How the schema describes it."""

    target_class = ProgramToken
    name = "programToken"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token that a coordinator made for a program. It acts with its owner's rights, narrowed "
            "to its scopes: `cases:list` (the list of cases), `cases:read` (one case). "
            "Each operation names the scope that it needs.",
        }


class PerToken(SimpleRateThrottle):
    """How often one token may ask; sessions are not counted here."""

    scope = "token"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        token = request.auth
        return f"api-token-{token.pk}" if isinstance(token, ApiToken) else None


class PerAddress(BaseThrottle):
    """How often one network address may ask what costs us more than a reading."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        asked = ratelimit.consume(request._request, app="web.api", action="question", config={"question": "120/m/ip"})
        return asked is not None

    def wait(self) -> float:
        return 60


class SmallJson(JSONParser):
    """JSON of a few lines, each name once in an object: of two, one would silently be lost.

    Python reads more than JSON has: no number is «NaN» or endless, and half a surrogate is no sign of any text.
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise TooLarge(_("Pas plus de %(bytes)s octets.") % {"bytes": MOST_BYTES})
        try:
            asked = json.loads(content.decode(), object_pairs_hook=_each_once)
            written = json.dumps(asked, ensure_ascii=False, allow_nan=False)
            written.encode()
        except (ValueError, RecursionError):
            raise BadParameter(_("Ce n’est pas du JSON.")) from None
        refuse_numbers(written)
        return asked


def refuse_numbers(text: str) -> None:
    seen = seen_in(text)
    if seen:
        raise PersonalNumber(seen)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name in found if sum(name == other for other, value in pairs) > 1)
        raise BadParameter(_("Donné deux fois : %(name)s.") % {"name": shown(twice)})
    return found


class VolunteerSession(SessionAuthentication):
    """The session of the desk, when no token is given."""


class VolunteerSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its registry
    """How the schema describes it."""

    target_class = VolunteerSession
    name = "volunteerSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The session of a volunteer who signed in with the second factor.",
        }


class AtWork(BasePermission):
    """A volunteer who signed in with the second factor and may consult cases."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        membership = membership_of(request)
        return membership is not None and bool({Right.WORK_OWN, Right.WORK_ALL} & membership.rights)


class InScope(BasePermission):
    """A token does what its scopes name; a session whatever its owner may."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        needed: TokenScope = getattr(view, "scope")  # noqa: B009  every CaseDoor has one
        if isinstance(request.auth, ApiToken) and needed not in request.auth.scopes:
            raise ScopeMissing(needed)
        return True


def membership_of(request: Request) -> Membership | None:
    """Set by ScopeMiddleware after the second factor, else None."""
    found: Membership | None = getattr(request, "membership", None)
    return found


class Door(APIView):
    """An endpoint. A method that it does not have is 405 before anybody is asked who they are."""

    not_allowed: ClassVar[type[exceptions.MethodNotAllowed]] = exceptions.MethodNotAllowed

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if not hasattr(self, (request.method or "").lower()):
            raise self.not_allowed(request.method or "")
        super().initial(request, *args, **kwargs)

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return as_error


class OpenDoor(Door):
    """For anyone: reads no tenant's data."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class QuestionDoor(OpenDoor):
    """For anyone, by POST: what is asked stands in no address and is kept nowhere."""

    parser_classes = (SmallJson,)
    throttle_classes = (PerAddress,)
    not_allowed = PostOnly


class CaseDoor(Door):
    """For volunteers and their programs; a token needs `scope`."""

    authentication_classes = (ProgramToken, VolunteerSession)
    permission_classes = (AtWork, InScope)
    throttle_classes = (PerToken,)
    scope: ClassVar[TokenScope]


_MESSAGES: dict[int, tuple[str, Callable[[], str]]] = {
    401: ("not_authenticated", lambda: _("Entrez avec votre second facteur, ou donnez un accès de logiciel valable.")),
    403: (
        "permission_denied",
        lambda: _("Réservé aux bénévoles entrés avec leur second facteur, et à leurs logiciels."),
    ),
    404: ("not_found", lambda: _("Rien à cette adresse, ou rien que vous puissiez voir.")),
    405: ("method_not_allowed", lambda: _("Cette adresse se lit seulement.")),
    429: ("too_many_requests", lambda: _("Trop de demandes à la suite. Attendez une minute, puis reprenez.")),
    415: ("unsupported_media_type", lambda: _("Envoyez du JSON, avec « Content-Type: application/json ».")),
    406: ("not_acceptable", lambda: _("Cette interface ne parle que JSON.")),
}


def as_error(exception: Exception, context: dict[str, Any]) -> Response | None:
    """`{"error": {"code", "message"}}`. None for what is a fault of ours: it is logged and answers 500."""
    response = framework_handler(exception, context)
    if response is None:
        return None
    response.data = _body(response.status_code, exception)
    return response


def _body(code: int, exception: Exception) -> dict[str, dict[str, str]]:
    said_itself = isinstance(exception, ReasonMissing | ScopeMissing | ReadTooMuch | PostOnly)
    if isinstance(exception, Http404 | PermissionDenied) or (code in _MESSAGES and not said_itself):
        name, message = _MESSAGES[code]
        return {"error": {"code": name, "message": message()}}
    said = exception if isinstance(exception, exceptions.APIException) else exceptions.APIException()
    return {"error": {"code": str(said.get_codes()), "message": str(said.detail)}}


def nothing_here(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  Django hands it over
    """Any other address below the API."""
    return JsonResponse(_body(404, Http404()), status=404)


def errors(*codes: int) -> dict[tuple[int, str], type[serializers.Error]]:
    """For the schema: these statuses answer in the one shape of errors."""
    return {(code, "application/json"): serializers.Error for code in codes}


def parameters(request: Request, known: Collection[str]) -> dict[str, str]:
    """The query, each name once. An unknown or doubled one is refused: a mistyped filter would silently give all."""
    refuse_numbers(" ; ".join(text for name, values in request.query_params.lists() for text in (name, *values)))
    refuse_unknown(request.query_params, known)
    for name, values in request.query_params.lists():
        if len(values) > 1:
            raise BadParameter(_("Paramètre donné deux fois : %(name)s.") % {"name": name})
    return {name: request.query_params.get(name, "") for name in known}


def refuse_unknown(names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            listed = ", ".join(sorted(known)) or "-"
            told = {"name": shown(name), "known": listed}
            raise BadParameter(_("Paramètre inconnu : %(name)s. Connus : %(known)s.") % told)
