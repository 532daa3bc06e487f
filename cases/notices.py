"""What the cases tell people. Ids go in; words are rendered at sending, when the notice still holds."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.fields import load_keys
from accounts.models import Membership
from cases.models import Deadline
from notifications.models import Notice
from notifications.registry import NoticeKind, Recipient
from notifications.registry import register as register_kind


def register() -> None:
    """Called once, at start-up."""
    register_kind(
        NoticeKind(
            key="deadline_missed",
            templates="cases/mail/deadline_missed",
            still_holds=_still_missed,
            context=_for_member,
            recipient=_member,
        )
    )
    register_kind(
        NoticeKind(
            key="answer_overdue",
            templates="cases/mail/answer_overdue",
            still_holds=_still_missed,
            context=_for_volunteer,
            recipient=_volunteer,
        )
    )


def _deadline(notice: Notice) -> Deadline | None:
    rows = Deadline.objects.select_related("case__member", "case__assigned_to", "association")
    found: Deadline | None = rows.filter(pk=notice.subject_ids["deadline"]).first()
    return found


def _still_missed(notice: Notice) -> bool:
    deadline = _deadline(notice)
    return bool(deadline and deadline.is_missed and not deadline.case.is_closed)


def _member(notice: Notice) -> Recipient | None:
    deadline = _deadline(notice)
    if deadline is None:
        return None
    member = deadline.case.member
    load_keys([member.subject])
    return Recipient(email=member.email, name=member.first_name, language=member.language) if member.email else None


def _volunteer(notice: Notice) -> Recipient | None:
    """Nobody, when whoever follows the case has left: nothing of it goes to an ex-volunteer."""
    deadline = _deadline(notice)
    user = deadline.case.assigned_to if deadline else None
    if user is None or not Membership.objects.active().filter(user=user).exists():
        return None
    load_keys([user.subject])
    return Recipient(email=user.email, name=user.name, language=user.language) if user.email else None


def _for_member(notice: Notice) -> dict[str, Any]:
    return _context(notice, path=reverse("portal:home"))


def _for_volunteer(notice: Notice) -> dict[str, Any]:
    deadline = _deadline(notice)
    return _context(notice, path=reverse("desk:case", args=[deadline.case.reference]) if deadline else "/desk/")


def _context(notice: Notice, *, path: str) -> dict[str, Any]:
    deadline = _deadline(notice)
    return {
        "association": deadline.association if deadline else None,
        "reference": deadline.case.reference if deadline else "",
        "link": settings.PUBLIC_ORIGIN + path,
    }
