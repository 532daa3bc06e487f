"""Words into messages, and messages to the server. The server's answers become three promises: see the exceptions."""

import re
import smtplib
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from notifications.rules.kinds import Recipient, Words

PER_CONNECTION = 100
_LOSSES_IN_A_ROW = 3
_CLOSING = 421
# "Sign in first", and what servers say of a policy, of relaying, of our name or of our sender (RFC 3463 class 7, 5.1.7
# and 5.1.8): about us, not about the address.
_SIGN_IN = frozenset({530, 534, 535, 538})
_DENIALS = re.compile(
    r"(?<![\w.@-])5\.(7\.\d|1\.[78](?!\d))|\brelay(ing)? (access )?(is )?(denied|prohibited|not (permitted|allowed))|"
    r"\b(helo command|sender address|client host) rejected|\bsender (address )?verif(y|ication) failed",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\w.@-])5\.(?P<subject>\d{1,3}\.\d{1,3})(?!\d|\.\d)")
# No such mailbox, domain or road to it; a mailbox that is closed; and the codes that say so by themselves.
_OF_ADDRESS = re.compile(r"1\.([1-6]|10)|2\.1|4\.[0-4]")
# Those, a mailbox that takes nothing now, a mail that is too large or of a kind that it does not take.
_OF_THIS_MAIL = re.compile(r"1\.([1-6]|10)|2\.\d+|3\.4|4\.[0-4]|6\.\d+")
_UNKNOWN = frozenset({550, 551, 553})


class Undelivered(Exception):
    """The server did not take the message; `code` names why, without a personal datum."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unreachable(Undelivered):
    """No connection: says nothing about the message."""


class Deferred(Undelivered):
    """Not now: try again later."""


class Denied(Deferred):
    """The server does not serve us, or not so: most likely our own set-up, so that mending it sends everything."""


class Lost(Deferred):
    """The connection broke: the server may have taken the message, or not."""


class Rejected(Undelivered):
    """The server said 5xx to this address or this content, and nothing of us.

    `explained`: by a status of RFC 3463 that speaks of this address or this mail.
    """

    def __init__(self, code: str, *, explained: bool = False) -> None:
        super().__init__(code)
        self.explained = explained


class NoSuchAddress(Rejected):
    """The server knows no such mailbox, which it says of the address alone."""


def new_message_id() -> str:
    """A random one at the instance's domain; a notice keeps its own for all its tries."""
    return f"<{uuid4().hex}@{urlsplit(settings.PUBLIC_ORIGIN).hostname or 'localhost'}>"


def words_of(templates: str, *, language: str, context: Mapping[str, Any]) -> Words:
    """Render the three templates of a folder. The subject becomes one line."""
    with translation.override(language):
        subject = _rendered(f"{templates}/subject.{language}.txt", context)
        text = _rendered(f"{templates}/body.{language}.txt", context)
        html = _rendered(f"{templates}/body.{language}.html", context)
    return Words(" ".join(subject.split()), text.strip() + "\n", html)


def _rendered(name: str, context: Mapping[str, Any]) -> str:
    """Only HTML is escaped: « l'accueil » must not read « l&#x27;accueil » in plain text."""
    template: Any = get_template(name)
    return str(template.template.render(Context(dict(context), autoescape=name.endswith(".html"))))


def message(words: Words, recipient: Recipient, *, message_id: str) -> EmailMultiAlternatives:
    """Text with an HTML alternative, no name beside the address, no attachment."""
    headers = {
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": recipient.language,
    }
    reply_to = [recipient.reply_to] if recipient.reply_to else None
    built = EmailMultiAlternatives(words.subject, words.text, to=[recipient.email], reply_to=reply_to, headers=headers)
    built.attach_alternative(words.html, "text/html")
    return built


def written(
    recipient: Recipient, *, templates: str, context: Mapping[str, Any], message_id: str
) -> EmailMultiAlternatives:
    """The mail of a folder of templates, in its reader's language."""
    spoken = {"recipient": recipient, "language": recipient.language, **context}
    words = words_of(templates, language=recipient.language, context=spoken)
    return message(words, recipient, message_id=message_id)


class Courier:
    """Carries messages over one connection per hundred, opened at the first. Use as a context manager."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None
        self._carried = 0
        self._losses = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> BaseEmailBackend:
        """Raises Unreachable."""
        if self._connection is None:
            if self._losses >= _LOSSES_IN_A_ROW:
                raise Unreachable("connection_lost")
            self._connection = _connected()
            self._carried = 0
        return self._connection

    def carry(self, message: EmailMessage) -> None:
        """Returns when the server has answered 250. Raises Unreachable, Deferred (Denied, Lost) or Rejected."""
        connection = self.open()
        try:
            connection.send_messages([message])
        except smtplib.SMTPException as error:
            raise self._refusal(error) from error
        except OSError as error:
            raise self._lost(type(error).__name__) from error
        self._losses = 0
        self._carried += 1
        if self._carried >= PER_CONNECTION:
            self.close()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):  # SMTPException is one
                connection.close()

    def _refusal(self, error: smtplib.SMTPException) -> Undelivered:
        code, words = _answer_of(error)
        if code is None or code == _CLOSING:
            return self._lost(f"smtp_{code}" if code else type(error).__name__)
        self._losses = 0
        if code < 500:
            return Deferred(f"smtp_{code}")
        if isinstance(error, smtplib.SMTPSenderRefused) or code in _SIGN_IN or _DENIALS.search(words):
            return Denied(f"denied_{code}")
        is_of_address = isinstance(error, smtplib.SMTPRecipientsRefused) and _is_unknown(code, words)
        kind = NoSuchAddress if is_of_address else Rejected
        status = _STATUS.search(words)
        is_explained = status is not None and _OF_THIS_MAIL.fullmatch(status["subject"]) is not None
        return kind(f"smtp_{code}", explained=is_explained)

    def _lost(self, code: str) -> Lost:
        """The connection is of no use any more. The message may be the cause, so it counts as a try."""
        self._losses += 1
        self.close()
        return Lost(code)


def _connected() -> BaseEmailBackend:
    connection: BaseEmailBackend = get_connection()
    try:
        connection.open()
    except OSError as error:  # SMTPException is one
        raise Unreachable(type(error).__name__) from error
    return connection


def _is_unknown(code: int, words: str) -> bool:
    """By the status of RFC 3463 where the server gives one: it may be a full box that it speaks of."""
    status = _STATUS.search(words)
    return bool(_OF_ADDRESS.fullmatch(status["subject"])) if status else code in _UNKNOWN


def _answer_of(error: smtplib.SMTPException) -> tuple[int | None, str]:
    """The server's code, None for none, and its words. They may hold the address: they are looked at, never kept."""
    answers: list[tuple[int, bytes | str]] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    code, words = min(answers, default=(None, ""), key=lambda answer: answer[0])
    return code, words.decode("utf-8", "replace") if isinstance(words, bytes) else words
