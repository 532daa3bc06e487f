"""The preview of a deposit: each page as it would be kept, what the machine hides and why, what a person hid."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from vault.access import own_zones_of, zones_of
from vault.rules.zones import Zone
from web.parts.deposits.pages import Step, steps
from web.parts.deposits.rooms import Room
from web.parts.deposits.words import percent, where, where_among, why_hidden

if TYPE_CHECKING:
    from vault.models import Deposit

BEFORE = "avant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A place that is hidden, drawn around on the page as it came: "0.1,0.2 0.5,0.2 …", fractions of the page."""

    points: str
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page. `outlines` only where it is shown as it came."""

    number: int
    url: str
    alt: str
    outlines: list[Outline]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What the machine hides. `place`: in what it found, for an answer about it. `is_shown`: the person un-hid it."""

    place: int
    why: str
    where: str
    is_certain: bool
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What a person hid, as percents of the page in words, and as fractions for the drawing on the picture."""

    place: int
    name: str
    where: str
    page: int
    box: str
    measures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    url: str
    label: str
    current: bool
    count: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`seen`: what the forms carry, so that nobody confirms another preview than the one that they looked at.

    `said`: what the last choice did, for who hears the page and gets a part of it anew.
    """

    url: str
    seen: str
    said: str
    association_id: int | None
    is_before: bool
    tabs: list[Tab]
    sheets: list[Sheet]
    certain: list[Hidden]
    uncertain: list[Hidden]
    own: list[Own]
    expires_at: datetime
    title: str
    steps: list[Step]
    refresh: int = 0
    again_url: str = ""


def preview(room: Room, *, is_before: bool, said: str = "") -> Preview:
    """`is_before`: the pages as they came. Whoever sees a deposit has sent it."""
    deposit, seen = room.deposit, seen_of(room.deposit)
    hidden = list(_hidden(deposit))
    return Preview(
        url=room.page_url,
        seen=seen,
        said=said,
        association_id=room.association_id,
        is_before=is_before,
        tabs=_tabs(room, is_before=is_before),
        sheets=[_sheet(room, number, is_before=is_before, seen=seen) for number in range(1, deposit.pages + 1)],
        certain=[one for one in hidden if one.is_certain],
        uncertain=[one for one in hidden if not one.is_certain],
        own=list(_own(deposit)),
        expires_at=deposit.expires_at,
        title=_title(hidden),
        steps=steps(2),
    )


def _title(hidden: list[Hidden]) -> str:
    if any(not one.is_shown for one in hidden):
        return _("Vérifiez ce qui est caché.")
    return _("Vérifiez qu’aucun numéro ne se voit.")


def seen_of(deposit: "Deposit") -> str:
    """A short sign of what is hidden now: it changes with every choice."""
    told = json.dumps([deposit.own, deposit.shown], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _tabs(room: Room, *, is_before: bool) -> list[Tab]:
    return [
        Tab(url=room.page_url, label=_("Après, ce qui sera gardé"), current=not is_before),
        Tab(url=f"{room.page_url}?vue={BEFORE}", label=_("Avant, ce que vous avez envoyé"), current=is_before),
    ]


def _sheet(room: Room, number: int, *, is_before: bool, seen: str) -> Sheet:
    """The picture's address changes with what is hidden, so that a browser asks for it anew."""
    words = _("Page %(page)s avant : ce que vous avez envoyé") if is_before else _("Page %(page)s après : ce qui reste")
    name = "deposit_before" if is_before else "deposit_after"
    return Sheet(
        number=number,
        url=f"{room.url(name, number)}?v={seen}",
        alt=words % {"page": number},
        outlines=[_outline(zone) for zone in _on(room.deposit, number)] if is_before else [],
    )


def _on(deposit: "Deposit", number: int) -> Iterator[Zone]:
    """What is hidden on this page now."""
    for place, zone in enumerate(zones_of(deposit)):
        if zone.page == number and place not in deposit.shown:
            yield zone
    yield from (zone for zone in own_zones_of(deposit) if zone.page == number)


def _outline(zone: Zone) -> Outline:
    return Outline(points=" ".join(f"{x:.4f},{y:.4f}" for x, y in zone.polygon), certain=zone.certain)


def _hidden(deposit: "Deposit") -> Iterator[Hidden]:
    zones = zones_of(deposit)
    for place, zone in enumerate(zones):
        yield Hidden(
            place=place,
            why=why_hidden(zone),
            where=where_among(zone, zones),
            is_certain=zone.certain,
            is_shown=place in deposit.shown,
        )


def _own(deposit: "Deposit") -> Iterator[Own]:
    for place, zone in enumerate(own_zones_of(deposit)):
        (left, top), _right_top, (right, bottom), _left_bottom = zone.polygon
        yield Own(
            place=place,
            name=_("Zone %(number)s") % {"number": place + 1},
            where=where(zone),
            page=zone.page,
            box=f"{left:.4f} {top:.4f} {right - left:.4f} {bottom - top:.4f}",
            measures=_("gauche %(left)s %%, haut %(top)s %%, largeur %(width)s %%, hauteur %(height)s %%")
            % {
                "left": percent(left),
                "top": percent(top),
                "width": percent(right - left),
                "height": percent(bottom - top),
            },
        )
