"""Whom a mail goes to. The address is read when it is sent."""

from accounts.fields import load_keys
from accounts.models import User
from cases.models import Member
from notifications.rules.kinds import Audience, Recipient


def to_member(member: Member) -> Recipient | None:
    load_keys([member.subject])
    if not member.email:
        return None
    return Recipient(
        email=member.email,
        name=member.first_name,
        language=member.language,
        user=member.user_id,
        audience=Audience.MEMBER,
    )


def to_user(user: User) -> Recipient | None:
    load_keys([user.subject])
    return Recipient(email=user.email, name=user.name, language=user.language, user=user.pk) if user.email else None
