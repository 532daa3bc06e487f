"""Whom a mail goes to. The address is read when it is sent."""

from accounts.fields import load_keys
from accounts.models import User
from cases.access.replies import reply_address
from cases.models import Case, Deadline, Member
from notifications.models import Notice
from notifications.rules.kinds import DIGESTS, Audience, Recipient

TO_MEMBER = frozenset({"deadline_missed", "deadline_near", "case_expires", DIGESTS[Audience.MEMBER]})
TO_WHOM_IT_BINDS = "deadline_moved"


def to_member(member: Member, *, about: Case | None) -> Recipient | None:
    """Nobody, where mails come back. `about`: the case that an answer belongs to; None for no single one."""
    load_keys([member.subject])
    if not member.takes_mail:
        return None
    return Recipient(
        email=member.email,
        name=member.first_name,
        language=member.language,
        reply_to=reply_address(about) if about else "",
        user=member.user_id,
        audience=Audience.MEMBER,
    )


def to_user(user: User, *, about: Case | None = None) -> Recipient | None:
    """`about` as above; whoever leaves keeps the address, which is why it is not the member's."""
    load_keys([user.subject])
    if not user.email:
        return None
    return Recipient(
        email=user.email,
        name=user.name,
        language=user.language,
        reply_to=reply_address(about, of=Audience.TEAM) if about else "",
        user=user.pk,
    )


def is_for_member(notice: Notice) -> bool:
    """Whether it goes to the member, rather than to the team."""
    if notice.kind != TO_WHOM_IT_BINDS:
        return notice.kind in TO_MEMBER
    return bool(Deadline.objects.filter(pk=notice.subject_ids["deadline"], bound="member").exists())
