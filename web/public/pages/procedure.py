"""A procedure as its page shows it: whole, or one channel on a sheet to take along."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from procedures.rules import hours
from procedures.rules.definitions import (
    Beneficiaries,
    Bound,
    Certainty,
    Channel,
    DeadlineRule,
    Definition,
    Link,
    LinkKind,
    Source,
    Step,
)
from procedures.rules.facts import FACT_SAID, FactKind
from web.parts.lines import LineStatus, line_status
from web.parts.ways import TwoWays, two_ways
from web.public.pages.words import all_said, capital, language, said

LARGE = "grand"
ICONS = {"web": "inbox", "phone": "phone", "letter": "mail", "email": "send"}
_BEFORE_ACTING = {FactKind.SENT, FactKind.RECEIVED}

BENEFICIARIES: dict[Beneficiaries, str | Promise] = {
    Beneficiaries.SELF: _("pour soi-même"),
    Beneficiaries.CHILD: _("pour son enfant"),
    Beneficiaries.REPRESENTED: _("pour l’adulte que l’on représente"),
}
BOUND: dict[Bound, str | Promise] = {
    Bound.MEMBER: _("C’est à vous d’agir."),
    Bound.ADDRESSEE: _("C’est au destinataire d’agir."),
    Bound.INFO: _("Pour information."),
}
RIGHT: dict[Certainty, tuple[str, str, str | Promise]] = {
    Certainty.HIGH: ("done", "check", _("Droit : certain")),
    Certainty.MEDIUM: ("soon", "info", _("Droit : à confirmer")),
    Certainty.LOW: ("soon", "info", _("Droit : incertain")),
}
DOUBT: dict[Certainty, str | Promise] = {
    Certainty.HIGH: "",
    Certainty.MEDIUM: _("Cette partie n’a pas pu être vérifiée en entier : le détail peut différer."),
    Certainty.LOW: _("Aucune source sûre pour cette partie : à prendre comme un repère."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipView:
    kind: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """`say`: words to say aloud or to copy, "" when there are none."""

    title: str
    detail: str
    say: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """`sheet_url`: this channel alone, on one A4; `large_url`: the same in large type. `hours`: "" without them."""

    key: str
    icon: str
    title: str
    summary: str
    hours: str
    status: LineStatus | None
    url: str
    address: str
    at_hand: tuple[str, ...]
    never_store: tuple[str, ...]
    steps: tuple[StepView, ...]
    doubt: str
    sheet_url: str
    large_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineView:
    """`length`: « six semaines »; `start`: « jour de l’envoi »."""

    key: str
    title: str
    length: str
    start: str
    bound: str
    binds_reader: bool
    article: str
    article_url: str
    checked_on: date
    on_miss: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    title: str
    text: str
    url: str
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line with its second line; either may be empty."""

    title: str
    text: str
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    title: str
    url: str
    read_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedurePage:
    """`retired`: no new case can be opened. `sheet`: the channel that the page is limited to, "" for all.

    `successor`: what took its place, "" while it stands or when nobody wrote it.
    `ways`: the choice that the calculator is about, None for what knows no such choice.
    """

    key: str
    url: str
    large_url: str
    sheet: str
    title: str
    short: str
    summary: str
    addressee: str
    eligibility: str
    beneficiaries: tuple[str, ...]
    leaves: str
    advice: tuple[str, ...]
    chips: tuple[ChipView, ...]
    ways: TwoWays | None
    version: int
    checked_on: date
    note: str
    retired: bool
    successor: str
    channels: tuple[ChannelView, ...]
    first: DeadlineView | None
    deadlines: tuple[DeadlineView, ...]
    justificatifs: tuple[Entry, ...]
    outcomes: tuple[str, ...]
    obstacles: tuple[Entry, ...]
    escalation: tuple[str, ...]
    neighbours: tuple[LinkView, ...]
    explanations: tuple[LinkView, ...]
    sources: tuple[SourceView, ...]
    legal_basis: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureLine:
    """One procedure of the list."""

    url: str
    title: str
    summary: str
    eligibility: str
    deadline: str
    retired: bool


def procedure_line(definition: Definition, *, today: date) -> ProcedureLine:
    first = _first_deadline(definition)
    return ProcedureLine(
        url=procedure_url(definition.key),
        title=said(definition.title),
        summary=said(definition.summary),
        eligibility=said(definition.eligibility),
        deadline=first.length if first else "",
        retired=not definition.can_be_opened(today),
    )


def procedure_page(definition: Definition, *, today: date, at: datetime, sheet: str = "") -> ProcedurePage:
    """`at`: aware, for the lines' status. `sheet`: the only channel to show; LookupError when there is none."""
    shown = (definition.channel(sheet),) if sheet else definition.channels
    deadlines = tuple(deadline_view(rule) for rule in definition.deadlines)
    return ProcedurePage(
        key=definition.key,
        url=procedure_url(definition.key),
        large_url=f"{procedure_url(definition.key)}?taille={LARGE}",
        sheet=sheet,
        title=said(definition.title),
        short=said(definition.short),
        summary=said(definition.summary),
        addressee=said(definition.addressee),
        eligibility=said(definition.eligibility),
        beneficiaries=tuple(str(BENEFICIARIES[one]) for one in definition.beneficiaries),
        leaves=said(definition.leaves),
        advice=all_said(definition.advice),
        chips=_chips(definition),
        ways=two_ways(definition),
        version=definition.version,
        checked_on=definition.checked_on,
        note=said(definition.note) if definition.note else "",
        retired=not definition.can_be_opened(today),
        successor=said(definition.successor) if definition.successor else "",
        channels=tuple(channel_view(channel, key=definition.key, at=at) for channel in shown),
        first=_first_deadline(definition),
        deadlines=deadlines,
        justificatifs=tuple(
            Entry(title=said(one.title), text=said(one.how), more=said(one.after) if one.after else "")
            for one in definition.justificatifs
        ),
        outcomes=tuple(said(one.title) for one in definition.outcomes),
        obstacles=tuple(Entry(title=said(one.title), text=said(one.way_out)) for one in definition.obstacles),
        escalation=all_said(definition.escalation),
        neighbours=_links(definition, LinkKind.NEIGHBOUR),
        explanations=_links(definition, LinkKind.EXPLANATION),
        sources=tuple(_source(one) for one in definition.sources),
        legal_basis=definition.legal_basis,
    )


def channel_view(channel: Channel, *, key: str, at: datetime) -> ChannelView:
    sheet_url = f"{procedure_url(key)}?moyen={channel.key}"
    return ChannelView(
        key=channel.key,
        icon=ICONS.get(channel.key, "doc"),
        title=said(channel.title),
        summary=said(channel.summary),
        hours=capital(said(hours.say_hours(channel.hours))) if channel.hours else "",
        status=line_status(channel, at=at),
        url=channel.url or "",
        address=channel.address or "",
        at_hand=all_said(channel.at_hand),
        never_store=all_said(channel.never_store),
        steps=tuple(_step(step) for step in channel.steps),
        doubt=_doubt(channel),
        sheet_url=sheet_url,
        large_url=f"{sheet_url}&taille={LARGE}",
    )


def deadline_view(rule: DeadlineRule) -> DeadlineView:
    doubt = str(DOUBT[rule.certainty]) if rule.certainty is Certainty.LOW and rule.note is None else ""
    return DeadlineView(
        key=rule.key,
        title=said(rule.title),
        length=rule.length.say(language()),
        start=said(FACT_SAID[rule.start_fact]),
        bound=str(BOUND[rule.bound]),
        binds_reader=rule.bound is Bound.MEMBER,
        article=rule.article,
        article_url=rule.article_url,
        checked_on=rule.checked_on,
        on_miss=said(rule.on_miss),
        note=said(rule.note) if rule.note else doubt,
    )


def procedure_url(key: str) -> str:
    return reverse("public:procedure", args=[key])


def _first_deadline(definition: Definition) -> DeadlineView | None:
    """The one that the reader must keep to begin: an appeal against an answer comes later, and stands further down."""
    kept = (rule for rule in definition.deadlines if rule.bound is Bound.MEMBER and rule.start_fact in _BEFORE_ACTING)
    return next(map(deadline_view, kept), None)


def _chips(definition: Definition) -> tuple[ChipView, ...]:
    kind, icon, text = RIGHT[definition.certainty]
    right = ChipView(kind=kind, icon=icon, text=str(text))
    doubtful = [channel for channel in definition.channels if channel.certainty is not Certainty.HIGH]
    if not doubtful:
        return (right,)
    names = ", ".join(channel_name(channel.key) for channel in doubtful)
    return right, ChipView(kind="soon", icon="info", text=gettext("À confirmer : %(names)s") % {"names": names})


def channel_name(key: str) -> str:
    """The channel in one or two words."""
    names = {
        "web": pgettext("channel", "en ligne"),
        "phone": pgettext("channel", "par téléphone"),
        "letter": pgettext("channel", "par lettre"),
        "email": pgettext("channel", "par courriel"),
    }
    return names.get(key, key)


def _doubt(channel: Channel) -> str:
    if channel.key == "web" and channel.certainty is Certainty.MEDIUM:
        return gettext("Ces écrans n’ont pas pu être vérifiés par nous : les mots exacts peuvent différer.")
    return str(DOUBT[channel.certainty])


def _step(step: Step) -> StepView:
    return StepView(
        title=said(step.title),
        detail=said(step.detail),
        say=said(step.say) if step.say else "",
        checks=all_said(step.checks),
    )


def _links(definition: Definition, kind: LinkKind) -> tuple[LinkView, ...]:
    return tuple(_link(link) for link in definition.links if link.kind is kind)


def _link(link: Link) -> LinkView:
    url = procedure_url(link.procedure) if link.procedure else link.url or ""
    return LinkView(title=said(link.title), text=said(link.text), url=url, is_ours=bool(link.procedure))


def _source(source: Source) -> SourceView:
    return SourceView(title=said(source.title), url=source.url or "", read_on=source.read_on)
