"""Who is known already, on the page that opens a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case, Member
from web.parts.french import plain_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A member found by searching: `about` is the case that leads to them."""

    who: str
    about: str
    url: str


def known_as(member: Member) -> str:
    values = {"who": member.short_name or _("Sans prénom"), "day": plain_words(member.joined_on)}
    return _("%(who)s, connu depuis le %(day)s") % values


def members(cases: Sequence[Case]) -> list[Known]:
    """One line a person, by their first case found; ten at most."""
    first: dict[int, Case] = {}
    for case in cases:
        first.setdefault(case.member_id, case)
    return [
        Known(
            who=known_as(case.member),
            about=case.reference,
            url=f"{reverse('desk:open')}?{urlencode({'member': case.reference})}",
        )
        for case in list(first.values())[:10]
    ]
