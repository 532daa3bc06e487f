"""The guided steps of a channel, one step a page, in the order of the definition."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext

from procedures.rules.definitions import Channel, Definition
from procedures.rules.hours import last_useful
from web.parts import deletion
from web.parts.french import clock, plain_words
from web.parts.lines import LineStatus, line_status
from web.portal.pages.timeline import language


class Progress(TypedDict):
    """How far somebody is, as the session keeps it: the step's number and the ticks of each step."""

    channel: str
    number: int
    ticks: dict[str, list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer of components/choice.html."""

    value: str
    label: str
    help: str
    checked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    label: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The number to call, and whether the line is open now."""

    number: str
    url: str
    status: LineStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    title: str
    value: str
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPage:
    reference: str
    number: int
    total: int
    title: str
    detail: str
    say: str
    say_title: str
    ticks: list[Tick]
    never: list[str]
    phases: list[Phase]
    call: Call | None
    site: str
    address: str
    until: str
    back_url: str
    report_url: str
    is_last: bool


def options(definition: Definition, *, now: datetime, chosen: str) -> list[Option]:
    return [
        Option(
            value=channel.key,
            label=channel.title.say(language()),
            help=" ".join(filter(None, [channel.summary.say(language()), _status(channel, now)])),
            checked=channel.key == chosen,
        )
        for channel in definition.channels
    ]


def _status(channel: Channel, now: datetime) -> str:
    found = line_status(channel, at=now)
    return f"{found.text}." if found else ""


def step_page(
    channel: Channel, *, reference: str, number: int, progress: Progress, due: date | None, now: datetime
) -> StepPage:
    """Page 0 says what will be asked for; pages 1 to n are the steps."""
    step = channel.steps[number - 1] if number else None
    checks = step.checks if step else channel.at_hand
    return StepPage(
        reference=reference,
        number=number,
        total=len(channel.steps),
        title=step.title.say(language()) if step else gettext("Ce que l’on va vous demander"),
        detail=step.detail.say(language()) if step else gettext("Rassemblez tout avant de commencer."),
        say=step.say.say(language()) if step and step.say else "",
        say_title=gettext("Ce que vous dites") if channel.phone else gettext("Ce que vous écrivez"),
        ticks=_ticks([text.say(language()) for text in checks], ticked=progress["ticks"].get(str(number), [])),
        never=[text.say(language()) for text in channel.never_store] if not step else [],
        phases=phases(channel, current=1 if number else 0),
        call=call(channel, now),
        site=channel.url or "",
        address=channel.address or "",
        until=_until(channel, due),
        back_url=_back(channel, reference, number),
        report_url=f"{reverse('portal:report', args=[reference])}?moyen={channel.key}",
        is_last=number == len(channel.steps),
    )


def _ticks(checks: list[str], *, ticked: Collection[int]) -> list[Tick]:
    return [Tick(title=capfirst(text), value=str(place), checked=place in ticked) for place, text in enumerate(checks)]


def phases(channel: Channel | None, *, current: int) -> list[Phase]:
    """Where one is: 0 preparing, 1 acting, 2 noting, 3 receiving."""
    names = [gettext("Préparer"), _act(channel), gettext("Noter"), gettext("Recevoir")]
    states = ["done"] * current + ["current"] + ["todo"] * (3 - current)
    return [Phase(label=name, state=state) for name, state in zip(names, states, strict=True)]


def _act(channel: Channel | None) -> str:
    writing = gettext("Écrire")
    acts = {"web": gettext("En ligne"), "phone": gettext("Appeler"), "letter": writing, "email": writing}
    return acts.get(channel.key if channel else "", gettext("Agir"))


def call(channel: Channel, now: datetime) -> Call | None:
    status = line_status(channel, at=now)
    if not channel.phone or status is None:
        return None
    digits = "".join(sign for sign in channel.phone if sign.isdigit() or sign == "+")
    return Call(number=channel.phone, url=f"tel:{digits}", status=status)


def forgets_deletion(channel: Channel, *, number: int, ticked: Collection[int]) -> bool:
    """Is this the step of the deletion box, left without its tick?"""
    step = channel.steps[number - 1] if number else None
    return step is not None and step.key == deletion.STEP and len(ticked) < len(step.checks)


def _until(channel: Channel, due: date | None) -> str:
    """« Vous avez jusqu’au jeudi 26 novembre 2026, avant 17 h 30. »"""
    if due is None:
        return ""
    last = last_useful(channel.hours, due) if channel.hours else None
    if last:
        values = {"day": plain_words(last.date()), "hour": clock(last.time())}
        return gettext("Vous avez jusqu’au %(day)s, avant %(hour)s.") % values
    return gettext("Vous avez jusqu’au %(day)s.") % {"day": plain_words(due)}


def _back(channel: Channel, reference: str, number: int) -> str:
    if number == 0:
        return reverse("portal:channel", args=[reference])
    return reverse("portal:step", args=[reference, channel.key, number - 1])


def resume_url(reference: str, progress: Progress | None) -> str:
    return reverse("portal:step", args=[reference, progress["channel"], progress["number"]]) if progress else ""
