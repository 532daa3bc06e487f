"""Figures before they are everybody's: noisy tables, what they cost, how far each has come. Nothing here is exact."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Membership
from accounts.rules.roles import Right
from observatory.access import Account, Offer, ReviewView, RowView
from observatory.rules.lifecycle import State
from observatory.rules.review import Light
from web.desk.pages.head import Chip
from web.desk.pages.words import say
from web.parts import bars

LIGHTS: dict[Light, tuple[str | Promise, str, str]] = {
    Light.GREEN: (gettext_lazy("Marges faibles"), "check", "done"),
    Light.AMBER: (gettext_lazy("Marges moyennes"), "glass", "soon"),
    Light.RED: (gettext_lazy("Marges fortes"), "alert", "late"),
}
STATES: dict[State, tuple[str, str]] = {
    State.DRAFT: ("pen", ""),
    State.MEASURED: ("eye", "check"),
    State.REVIEWED: ("send", "soon"),
    State.PUBLISHED: ("check", "done"),
    State.REJECTED: ("x", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A bar of what a campaign has spent."""

    id: str
    campaign: str
    text: str
    value: float
    cap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    title: str
    campaign: str
    epsilon: str
    ready: bool
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    title: str
    campaign: str
    state: Chip
    light: Chip
    hidden: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """None = hidden, never zero."""

    label: str
    value: int | None
    margin: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePage:
    """`review_url`, `publish_url`, `reject_url` are empty when that is not the next step, or not this person's."""

    title: str
    campaign: str
    period: str
    state: Chip
    light: Chip
    hidden: str
    ledger: Ledger
    rows: list[Row]
    total: Row | None
    chart: bars.Bars
    shows_nothing: bool
    uncounted: list[str]
    method: str
    file_name: str
    sha256: str
    published_at: datetime | None
    public_url: str
    review_url: str
    publish_url: str
    reject_url: str
    waits_for_delegate: bool


def ledger(campaign: str, *, key: int | str, spent: Fraction, cap: Fraction) -> Ledger:
    words = {"campaign": campaign, "spent": _decimal(spent), "cap": _decimal(cap)}
    return Ledger(
        id=f"ledger-{key}",
        campaign=campaign,
        text=_("%(campaign)s : %(spent)s dépensé sur %(cap)s") % words,
        value=float(spent),
        cap=float(cap),
    )


def ledgers(accounts: Iterable[Account]) -> list[Ledger]:
    return [ledger(one.campaign, key=one.plan_id, spent=one.spent, cap=one.cap) for one in accounts]


def offer_lines(offers: Iterable[Offer]) -> list[OfferLine]:
    return [offer_line(offer) for offer in offers]


def offer_line(offer: Offer) -> OfferLine:
    return OfferLine(
        title=say(offer.title),
        campaign=offer.campaign,
        epsilon=_decimal(offer.epsilon),
        ready=offer.ready,
        url=reverse("desk:figures_measure", args=[offer.plan_id, offer.table, offer.period]),
    )


def release_lines(reviews: Iterable[ReviewView]) -> list[ReleaseLine]:
    return [
        ReleaseLine(
            title=say(one.release.title),
            campaign=one.release.campaign,
            state=_state(one),
            light=_light(one),
            hidden=_hidden(one),
            url=reverse("desk:release", args=[one.release.slug]),
        )
        for one in reviews
    ]


def release_page(view: ReviewView, *, membership: Membership) -> ReleasePage:
    release = view.release
    rows = [_row(row) for row in release.rows]
    return ReleasePage(
        title=say(release.title),
        campaign=release.campaign,
        period=release.period,
        state=_state(view),
        light=_light(view),
        hidden=_hidden(view),
        ledger=ledger(release.campaign, key=release.slug, spent=view.spent, cap=view.cap),
        rows=rows,
        total=_row(release.total) if release.total and release.total.value is not None else None,
        chart=bars.bars([_bar(row, number) for number, row in enumerate(rows)]),
        shows_nothing=all(row.value is None for row in rows),
        uncounted=[say(one) for one in view.uncounted],
        method=say(release.method),
        file_name=release.file_name,
        sha256=release.sha256,
        published_at=release.published_at,
        public_url=reverse("public:release", args=[release.slug]) if view.state is State.PUBLISHED else "",
        review_url=_step(view, membership, "desk:release_review", State.MEASURED),
        publish_url=_step(view, membership, "desk:release_publish", State.REVIEWED),
        reject_url=_step(view, membership, "desk:release_reject", State.MEASURED, State.REVIEWED),
        waits_for_delegate=not membership.may(Right.FIGURES_REVIEW) and view.state in {State.MEASURED, State.REVIEWED},
    )


def _step(view: ReviewView, membership: Membership, name: str, *states: State) -> str:
    open_to = view.state in states and membership.may(Right.FIGURES_REVIEW)
    return reverse(name, args=[view.release.slug]) if open_to else ""


def _state(view: ReviewView) -> Chip:
    icon, kind = STATES[view.state]
    return Chip(text=say(view.state_label), icon=icon, kind=kind)


def _light(view: ReviewView) -> Chip:
    text, icon, kind = LIGHTS[view.light]
    return Chip(text=str(text), icon=icon, kind=kind)


def _hidden(view: ReviewView) -> str:
    counts = {"hidden": view.hidden_cells, "cells": view.cells}
    return (
        ngettext(
            "%(hidden)s nombre masqué sur %(cells)s", "%(hidden)s nombres masqués sur %(cells)s", view.hidden_cells
        )
        % counts
    )


def _row(row: RowView) -> Row:
    return Row(label=say(row.label), value=row.value, margin=row.margin or 0)


def _bar(row: Row, number: int) -> bars.Value:
    return bars.Value(label=row.label, value=row.value, margin=row.margin, tone=number % 3 + 1)


def _decimal(amount: Fraction) -> str:
    return str(number_format(float(amount), decimal_pos=2))
