"""The demo page: accounts with their current codes, cards, and the mails that the platform sent."""

import email.policy
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings

from accounts.models import ROLE_LABELS
from accounts.rules.roles import Role
from web.demo.people import credentials
from web.demo.seed import CARDS, NEW_CARD
from web.demo.stories import FAMILY_EMAIL

_PERIOD = 30
_MAILS = 20
_FILES = 60


@dataclass(frozen=True, slots=True)
class Volunteer:
    association: str
    role: str
    name: str
    email: str
    password: str
    code: str
    secret: str
    recovery_codes: list[str]


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    sent_at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class Home:
    """`seconds_left`: how long the codes shown still work."""

    volunteers: list[Volunteer]
    seconds_left: int
    cards: tuple[str, ...]
    new_card: str
    member_email: str
    mails: list[Mail]


def home() -> Home:
    now = int(time.time())
    volunteers = [
        Volunteer(
            association=one["association"],
            role=_said(one["role"]),
            name=one["name"],
            email=one["email"],
            password=one["password"],
            code=format_hotp_value(hotp_value(one["totp_secret"], now // _PERIOD)),
            secret=one["totp_secret"],
            recovery_codes=one["recovery_codes"],
        )
        for one in credentials()
    ]
    return Home(volunteers, _PERIOD - now % _PERIOD, CARDS, NEW_CARD, FAMILY_EMAIL, _mails())


def _said(roles: str) -> str:
    """« accueil, delegue » in words."""
    return ", ".join(str(ROLE_LABELS[Role(role)]) for role in roles.split(", "))


def _mails() -> list[Mail]:
    """The newest first, from the files of the demo's mail folder; none where a real server is set."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", "") or "missing")
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True) if folder.is_dir() else []
    parsed = [mail for path in files[:_FILES] for mail in reversed(_parsed(path))]
    return parsed[:_MAILS]


def _parsed(path: Path) -> list[Mail]:
    """One file holds the mails of one connection, each ended by a line of 79 dashes."""
    parts = path.read_bytes().split(b"-" * 79)
    return [_mail(part.strip()) for part in parts if part.strip()]


def _sent_at(message: Message) -> datetime | None:
    """An instant, whatever clock the mail server writes; None for a mail without a date."""
    try:
        sent_at = parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return None
    return sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)  # «-0000»: of no known clock


def _mail(raw: bytes) -> Mail:
    message = BytesParser(policy=email.policy.default).parsebytes(raw)
    body = message.get_body(("plain",))
    text = str(body.get_content()).strip() if body else ""
    return Mail(str(message["To"]), str(message["Subject"]), _sent_at(message), text)
