"""Where somebody is signed in, and since when: the same list for members and at the desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import access, actions
from accounts.models import SignIn, User


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """`id`: of a session that may be ended from here. `end` is empty while it is open."""

    id: str
    device: str
    way: str
    opened_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    end: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsPage:
    """`open`: this browser's own first."""

    open: list[SessionRow]
    ended: list[SessionRow]

    @property
    def has_others(self) -> bool:
        return any(not row.is_here for row in self.open)


def sessions_page(request: HttpRequest, user: User) -> SessionsPage:
    found, here = access.sessions_of(user, at=timezone.now()), access.current_session(request)
    mine = sorted(_rows(found.open, here=here), key=lambda row: not row.is_here)
    return SessionsPage(open=mine, ended=_rows(found.ended, here=here))


def _rows(sessions: Iterable[SignIn], *, here: UUID | None) -> list[SessionRow]:
    return [
        SessionRow(
            id=str(row.pk),
            device=row.device or _("Appareil inconnu"),
            way=row.get_way_display(),
            opened_at=row.opened_at,
            seen_at=row.seen_at,
            ended_at=row.ended_at,
            end=row.get_end_display(),
            is_here=row.pk == here,
        )
        for row in sessions
    ]


def end_what_was_asked(request: HttpRequest, user: User) -> None:
    """One of one's own sessions, or all the others. Http404 for anybody else's, and for none."""
    if "others" in request.POST:
        here = access.current_session(request)
        actions.sign_out_elsewhere(user, keep=here, at=timezone.now())
        messages.success(request, _("Les autres connexions sont fermées. Celle-ci reste ouverte."))
        return
    row = access.session_for(user, request.POST.get("session", ""))
    actions.sign_out_of(row, at=timezone.now())
    messages.success(request, _("La connexion est fermée."))
