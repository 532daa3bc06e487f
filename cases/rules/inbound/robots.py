"""Was it a machine that wrote? Such a message is read by nobody and never answered.

RFC 3834 (Auto-Submitted), RFC 2076 (Precedence), and what servers wrote before or write beside them.
"""

import re

from cases.rules.inbound.headers import Headers, Part

_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply"})
_MARKS = ("x-autoreply", "x-autorespond", "x-autoresponder", "list-id", "list-unsubscribe", "feedback-id")
_VACATION = re.compile(
    r"(?:(?:re|tr|fw|fwd|aw|sv) ?: ?)?"
    r"(?:r[ée]ponse automatique|message (?:automatique|d.absence)|absen(?:ce|te?)\b(?: du| de | jusqu| :|$)|"
    r"je suis (?:actuellement )?absente?|en (?:cong[ée]s|vacances)\b|notification d.absence|"
    r"auto(?:matic|matische)?[ -]?(?:reply|response|antwort)|out of (?:the )?office|vacation (?:reply|message)|"
    r"i am (?:currently )?(?:away|out of)|abwesenheit|respuesta autom[áa]tica|risposta automatica|fuori ufficio)",
    re.IGNORECASE,
)
_OWN_REPORTS = frozenset({"disposition-notification", "feedback-report"})


def wrote(message: Part, headers: Headers) -> bool:
    submitted = headers.one("auto-submitted").split(";")[0].split("(")[0].strip().lower()
    return bool(
        submitted not in {"", "no"}
        or headers.one("precedence").lower() in _PRECEDENCE
        or any(headers.one(name) for name in _MARKS)
        or headers.has_no_sender
        or _reports(message)
        or _VACATION.match(headers.words("subject"))
    )


def _reports(message: Part) -> bool:
    """A read receipt, or a complaint that a provider passes on."""
    kind = message.get_param("report-type")
    return message.get_content_type() == "multipart/report" and str(kind or "").lower() in _OWN_REPORTS
