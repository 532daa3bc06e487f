"""What surrounds every request: the session and its end, today, the association in scope; no write on a safe method."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth import logout as flush
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from accounts import actions, scope
from accounts.access import (
    SESSION_SIGN_IN,
    bearer_of,
    current_session,
    has_factor,
    has_second_factor,
    is_closed_by_reset,
    live_token,
    memberships_of,
)
from accounts.fields import forget_keys
from accounts.models import ApiToken, Membership, SignInEnd, SignInWay, User

GetResponse = Callable[[HttpRequest], HttpResponse]
SESSION_ASSOCIATION = "association_id"
# The association that the session's row names; a member's choice changes the one above, not this.
SESSION_AT_WORK = "at_work_for"
_SAFE = {"GET", "HEAD", "OPTIONS"}
# A case's own page: the ones below it may take a form only. «nouveau» is a page by itself.
_OF_CASE = re.compile(r"/desk/dossiers/[^/]+/")
# Searched, not matched: a write may stand behind WITH. SQL holds placeholders only, so no text of people is read here.
_WRITE = re.compile(
    r"\b(?:(?:INSERT(?:\s+OR\s+\w+)?|REPLACE|MERGE)\s+INTO|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?|UPDATE(?=\s+\S+\s+SET\b))"
    r'\s+(?:ONLY\s+)?"?(\w+)"?',
    re.IGNORECASE,
)
# What a safe method may write: the session, and the record that somebody opened a person's file.
_WRITTEN_BY_READING = {"django_session", "cases_caseevent", "accounts_auditentry"}
# Of these tables one column, and nothing else: a token's day of use, once a day; whose desk a session opened last.
_ONE_COLUMN = re.compile(r'UPDATE "accounts_(?:apitoken" SET "used_on"|signin" SET "works_for_id") = \S+ WHERE ')

# Said where somebody was at work in private, and nowhere else: a public page does not tell that there was a session.
SIGNED_IN_PAGES = ("/desk/", "/espace/", "/compte/")
_WHY_ENDED: dict[SignInEnd, str | Promise] = {
    SignInEnd.LEFT: gettext_lazy("Votre connexion a pris fin. Entrez de nouveau."),
    SignInEnd.ELSEWHERE: gettext_lazy("Cette connexion a été fermée depuis un autre appareil. Entrez de nouveau."),
    SignInEnd.IDLE: gettext_lazy("Vous êtes resté un moment sans rien faire. Pour votre sécurité, entrez de nouveau."),
    SignInEnd.EXPIRED: gettext_lazy(
        "Vous étiez entré depuis plusieurs heures. Pour votre sécurité, entrez de nouveau."
    ),
    SignInEnd.REVOKED: gettext_lazy("Votre accès de bénévole a été retiré."),
    SignInEnd.RESET: gettext_lazy(
        "Votre deuxième code a été réinitialisé. Entrez de nouveau, avec votre mot de passe."
    ),
    SignInEnd.CARD: gettext_lazy("Le code de votre carte a changé. Entrez avec le plus récent."),
    SignInEnd.TEAM: gettext_lazy("La coordination de votre association a fermé cette connexion. Entrez de nouveau."),
    SignInEnd.PASSWORD: gettext_lazy(
        "Votre mot de passe a été réinitialisé. Choisissez-en un autre par le lien que vous avez reçu par e-mail."
    ),
}


class WriteOnRead(RuntimeError):
    """A safe method tried to change a table."""


class SessionMiddleware:
    """A session lasts as long as its row is open and within its limits; then the request goes on as nobody's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY not in request.session:
            return self.get_response(request)
        now, session_id = timezone.now(), current_session(request)
        as_member = request.path_info.startswith("/espace/")
        ended = actions.check_session(session_id, user_id=request.session[SESSION_KEY], as_member=as_member, at=now)
        if ended:
            flush(request)
            if request.path_info.startswith(SIGNED_IN_PAGES):
                messages.info(request, str(_WHY_ENDED[ended]))
            return self.get_response(request)
        response = self.get_response(request)
        actions.see_session(session_id, since=now, at=timezone.now())
        return response


def begin_session(request: HttpRequest, user: User, *, way: SignInWay, at: datetime) -> None:
    """After Django has signed them in: the row that this browser's session stands on from now on."""
    actions.end_session(current_session(request), end=SignInEnd.LEFT, at=at)
    row = actions.open_session(user, way=way, user_agent=request.headers.get("User-Agent", ""), at=at)
    request.session[SESSION_SIGN_IN] = str(row.pk)
    request.session.pop(SESSION_AT_WORK, None)


def leave_session(request: HttpRequest, *, at: datetime) -> None:
    """At the person's own wish, in this browser."""
    actions.end_session(current_session(request), end=SignInEnd.LEFT, at=at)
    flush(request)


class ScopeMiddleware:
    """Sets `request.today`, `request.association`, `request.membership` and enters the association's scope."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.today = timezone.localdate()  # type: ignore[attr-defined]  # today enters here, once
        request.membership = request.association = None  # type: ignore[attr-defined]  # our own
        audience = request.path_info.removeprefix("/").partition("/")[0]  # «OPTIONS *» has no slash
        with ExitStack() as stack:
            stack.callback(forget_keys)
            if request.method in _SAFE:
                stack.enter_context(connection.execute_wrapper(refuse_writes))
            try:
                refusal = self._enter(request, audience, stack)
            except PermissionDenied as refused:
                request.refused = refused  # type: ignore[attr-defined]  # our own
                refusal = None
            return refusal or self._respond(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        refused = getattr(request, "refused", None)
        if refused:
            raise refused

    def _respond(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code >= 500 and connection.in_atomic_block:
            transaction.set_rollback(True)
        return response

    def _enter(self, request: HttpRequest, audience: str, stack: ExitStack) -> HttpResponse | None:
        if audience == "desk":
            return self._enter_desk(request, stack)
        if audience == "api":
            _enter_api(request, stack)
            return None
        if audience == "espace" and request.user.is_authenticated:
            association_id = request.session.get(SESSION_ASSOCIATION)
            if association_id:
                stack.enter_context(scope.enter(association_id))
        return None

    def _enter_desk(self, request: HttpRequest, stack: ExitStack) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return _towards_sign_in(request)
        if not has_second_factor(request):
            return _towards_factor(request)
        membership = _chosen(request)
        if membership is None:
            raise PermissionDenied(_why_nowhere(request))
        if not membership.is_protected:  # the factor that this session gave is no more
            return _towards_factor(request)
        _work_for(request, membership, stack)
        return None


def _enter_api(request: HttpRequest, stack: ExitStack) -> None:
    """By the token when there is one, whatever session comes along; else by the session of the desk.

    Whoever may not come in goes on as nobody: the endpoint answers, in its own shape.
    """
    given = bearer_of(request)
    if given is not None:
        token = live_token(given, ip=get_client_ip(request) or "", at=timezone.now())
        if token:
            _work_by_token(request, token, stack)
        return
    if request.user.is_authenticated and has_second_factor(request):
        membership = _chosen(request)
        if membership and membership.is_protected:
            _work_for(request, membership, stack)


def _work_by_token(request: HttpRequest, token: ApiToken, stack: ExitStack) -> None:
    request.api_token, request.membership = token, token.membership  # type: ignore[attr-defined]  # our own
    request.association = token.membership.association  # type: ignore[attr-defined]  # our own
    stack.enter_context(scope.enter(token.association_id))
    actions.note_use(token, today=request.today)  # type: ignore[attr-defined]  # our own


def _towards_sign_in(request: HttpRequest) -> HttpResponse:
    """What was typed after the session ended is lost: that is said, and the way back leads to the case."""
    if request.method != "POST":
        return redirect_to_login(request.path)
    messages.warning(request, gettext("Votre session a pris fin : ce que vous venez d’écrire n’a pas été gardé."))
    of_case = _OF_CASE.match(request.path)
    return redirect_to_login(of_case[0] if of_case else request.path)


def _towards_factor(request: HttpRequest) -> HttpResponse:
    if not memberships_of(request.user):  # type: ignore[arg-type]  # signed in
        raise PermissionDenied(gettext("Cette partie est réservée aux bénévoles."))
    if has_factor(request.user):
        raise PermissionDenied(
            gettext(
                "Déconnectez-vous, puis revenez avec votre clé d’accès, ou votre mot de passe et votre deuxième code."
            )
        )
    return redirect("mfa_index")


def _chosen(request: HttpRequest) -> Membership | None:
    """The membership that this session works under: the chosen one, else the person's first.

    Never one whose association has not agreed to factors that another one had taken off.
    """
    user: Any = request.user
    mine = [one for one in memberships_of(user) if not is_closed_by_reset(one, user=user)]
    chosen = request.session.get(SESSION_ASSOCIATION)
    return next((one for one in mine if one.association_id == chosen), mine[0] if mine else None)


def _why_nowhere(request: HttpRequest) -> str:
    if memberships_of(request.user):  # type: ignore[arg-type]  # signed in
        return gettext(
            "Votre deuxième code a été réinitialisé ailleurs. Ici, deux personnes de la coordination doivent encore "
            "donner leur accord : demandez-le-leur. Rien n’est perdu."
        )
    return gettext("Vous n’êtes bénévole d’aucune association. Demandez une invitation à la vôtre.")


def _work_for(request: HttpRequest, membership: Membership, stack: ExitStack) -> None:
    request.membership, request.association = membership, membership.association  # type: ignore[attr-defined]  # our own
    if request.session.get(SESSION_ASSOCIATION) != membership.association_id:
        request.session[SESSION_ASSOCIATION] = membership.association_id
    if request.session.get(SESSION_AT_WORK) != membership.association_id:
        actions.work_for(current_session(request), association_id=membership.association_id)
        request.session[SESSION_AT_WORK] = membership.association_id
    stack.enter_context(scope.enter(membership.association_id))


def refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """GET changes nothing."""
    for table in _WRITE.findall(sql):
        if table not in _WRITTEN_BY_READING and not _ONE_COLUMN.match(sql):
            raise WriteOnRead(f"A safe method writes to {table}.")
    return execute(sql, params, many, context)
