"""The mail of the day: that there are news, and how many; never what they are."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Association, Membership
from cases.access.replies import case_of
from cases.models import Case, Member
from cases.notices.readers import to_member, to_user
from notifications.models import Notice
from notifications.registry import NoticeKind
from notifications.rules.kinds import DIGESTS, Audience, Recipient


def _holds_something(notice: Notice) -> bool:
    return bool(Notice.objects.all().held_by(notice.pk).exists())


def _gathered_for_member(notice: Notice) -> Recipient | None:
    """An answer belongs to the case, where all the news are of one."""
    rows = Member.objects.filter(user=notice.subject_ids["user"], email_off_at=None).exclude(email_index="")
    found: Member | None = rows.order_by("pk").first()
    return to_member(found, about=_only_case(notice)) if found else None


def _only_case(notice: Notice) -> Case | None:
    found = {case_of(held) for held in Notice.objects.all().held_by(notice.pk)}
    return found.pop() if len(found) == 1 else None


def _gathered_for_team(notice: Notice) -> Recipient | None:
    """Nobody, when they have left."""
    rows = Membership.objects.active().select_related("user").filter(user=notice.subject_ids["user"])
    found: Membership | None = rows.first()
    return to_user(found.user) if found else None


def _about_gathered(notice: Notice) -> dict[str, Any]:
    """How many news there are, and where they are read."""
    home = "portal:home" if notice.kind == DIGESTS[Audience.MEMBER] else "desk:now"
    return {
        "association": Association.objects.filter(pk=notice.association_id).first(),
        "count": Notice.objects.all().held_by(notice.pk).count(),
        "link": settings.PUBLIC_ORIGIN + reverse(home),
    }


KINDS = (
    NoticeKind(
        key=DIGESTS[Audience.MEMBER],
        templates="cases/mail/digest_member",
        still_holds=_holds_something,
        context=_about_gathered,
        recipient=_gathered_for_member,
    ),
    NoticeKind(
        key=DIGESTS[Audience.TEAM],
        templates="cases/mail/digest_team",
        still_holds=_holds_something,
        context=_about_gathered,
        recipient=_gathered_for_team,
    ),
)
