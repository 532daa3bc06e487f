"""The addresses that answers about a case come to, and which case an answer is about.

An address holds the ids of the association and the case, disguised under a key of the instance: nobody guesses one,
nobody reads one, and no table is asked. That of an erased case leads nowhere. The team has another than the member:
whoever has left it knows the member's address too, and must not write in their name.
"""

import base64
import binascii
import struct
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from accounts import crypto
from accounts.fields import root_key
from cases.models import Case, Deadline, Justificatif, Reminder
from cases.rules.inbound.addresses import with_plus
from cases.rules.lifecycle import State
from notifications.models import Notice
from notifications.rules.kinds import DIGESTS, Audience

_PLACES = {Audience.MEMBER: b"reply-address", Audience.TEAM: b"reply-address-of-the-team"}
_IDS = struct.Struct(">IQ")
# The rows that a notice may name, as the ids of their cases; made here, asked in the scope of whoever asks.
_NAMED: Mapping[str, QuerySet[Any, int]] = {
    "case": Case.objects.values_list("pk", flat=True),
    "deadline": Deadline.objects.values_list("case", flat=True),
    "reminder": Reminder.objects.values_list("case", flat=True),
    "justificatif": Justificatif.objects.values_list("case", flat=True),
}


def reply_address(case: Case, *, of: Audience = Audience.MEMBER) -> str:
    """`reponse+<45 signs>@exemple.org`; "" where the platform takes no mail (REPLY_ADDRESS)."""
    if not settings.REPLY_ADDRESS:
        return ""
    disguised = crypto.disguise(_IDS.pack(case.association_id, case.pk), _key(), _PLACES[of])
    return with_plus(settings.REPLY_ADDRESS, base64.b32encode(disguised).decode().rstrip("=").lower())


def reply_ids(tag: str) -> tuple[int, int, Audience] | None:
    """Door: (association id, case id, whose) of what stands after the «+»; None for what this platform never wrote."""
    try:
        disguised = base64.b32decode(tag.upper() + "=" * (-len(tag) % 8))
    except (binascii.Error, ValueError):
        return None
    return next(filter(None, (_revealed(disguised, of) for of in Audience)), None)


def _revealed(disguised: bytes, of: Audience) -> tuple[int, int, Audience] | None:
    try:
        association_id, case_id = _IDS.unpack(crypto.reveal(disguised, _key(), _PLACES[of]))
    except (ValueError, struct.error):  # crypto.Tampered is a ValueError
        return None
    return association_id, case_id, of


def _key() -> bytes:
    return crypto.derive(root_key(None), "reply-address")


def case_of_digest(notice: Notice) -> Case | None:
    """The newest case of the member whose mail of the day this is."""
    if notice.kind != DIGESTS[Audience.MEMBER]:
        return None
    rows = Case.objects.select_related("member").filter(member__user=notice.subject_ids["user"])
    case: Case | None = rows.exclude(state=State.ERASED).order_by("-pk").first()
    return case


def case_of(notice: Notice) -> Case | None:
    """The case that a notice of the association in scope is about, with its member."""
    rows = [_NAMED[name].filter(pk=pk) for name, pk in notice.subject_ids.items() if name in _NAMED]
    case: Case | None = Case.objects.select_related("member").filter(pk__in=rows[0]).first() if rows else None
    return case
