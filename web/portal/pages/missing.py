"""« Je ne l’ai pas reçu »: what may still come, and what can be done, in order."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext

from procedures.rules.definitions import Definition
from web.parts.french import plain_words
from web.portal.pages import steps
from web.portal.pages.timeline import language

NO_PROOF = "NO_PROOF_GIVEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    title: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPage:
    reference: str
    may_still_come: str
    papers: list[Paper]
    way_out: str
    ways: list[str]
    say: str
    call: steps.Call | None
    upload_url: str
    report_url: str


def missing_page(
    definition: Definition, *, reference: str, due: date | None, today: date, now: datetime, is_open: bool
) -> MissingPage:
    phone = next((channel for channel in definition.channels if channel.phone), None)
    asked = next((step for step in phone.steps if step.key == "justificatif"), None) if phone else None
    obstacle = next((one for one in definition.obstacles if one.code == NO_PROOF), None)
    report = reverse("portal:report", args=[reference]) + (f"?moyen={phone.key}" if phone else "")
    return MissingPage(
        reference=reference,
        may_still_come=_may_still_come(due, today),
        papers=[
            Paper(title=one.title.say(language()), how=one.how.say(language())) for one in definition.justificatifs
        ],
        way_out=obstacle.way_out.say(language()) if obstacle else "",
        ways=[way.say(language()) for way in definition.escalation],
        say=asked.say.say(language()) if asked and asked.say else "",
        call=steps.call(phone, now) if phone else None,
        upload_url=reverse("portal:upload", args=[reference]) if is_open else "",
        report_url=report if is_open else "",
    )


def _may_still_come(due: date | None, today: date) -> str:
    if due is None or due < today:
        return ""
    return gettext("Il peut encore arriver jusqu’au %(day)s.") % {"day": plain_words(due)}
