"""The format of a definition file, key by key. Adding a key here is the only way to make it readable."""

import re
from collections.abc import Mapping, Sequence

from procedures.rules.calendars import ZONES
from procedures.rules.clocks import is_time_zone
from procedures.rules.definitions import (
    Beneficiaries,
    Bound,
    Certainty,
    Channel,
    Choice,
    Condition,
    DeadlineRule,
    Definition,
    ExpectedJustificatif,
    Fallback,
    Link,
    LinkKind,
    Obstacle,
    Option,
    Outcome,
    OutcomeClass,
    RuleFamily,
    Source,
    Step,
    Waiver,
    answers_to,
)
from procedures.rules.facts import FactKind
from procedures.rules.hours import Hours, Slot
from procedures.rules.periods import Period
from procedures.rules.reading import BadDefinition, Problem, Reader

JUSTIFICATIF = "justificatif"
FACTS = tuple(FactKind)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TELLING = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]{3}")
_KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", re.ASCII)


def read_definition(table: Mapping[str, object], *, key: str, version: int) -> Definition:
    """Raises BadDefinition with every mistake found. The key and the version come from the file's place."""
    problems: list[Problem] = []
    reader = Reader(table, "", problems)
    definition = _definition(reader, key=key, version=version)
    reader.done()
    if problems:
        raise BadDefinition(problems, name=f"{key} {version}")
    return definition


def _definition(reader: Reader, *, key: str, version: int) -> Definition:
    options = reader.tables("options", _option)
    justificatifs = reader.tables("justificatifs", _justificatif)
    answers = answers_to(options)
    definition = Definition(
        key=key,
        version=version,
        position=reader.integer("position", default=100),
        title=reader.text("title"),
        short=reader.text("short"),
        summary=reader.text("summary"),
        addressee=reader.text("addressee"),
        eligibility=reader.text("eligibility"),
        leaves=reader.text("leaves"),
        successor=reader.text_or_none("successor"),
        note=reader.text_or_none("note"),
        children_first=reader.boolean("children_first", default=False),
        advice=reader.texts("advice"),
        beneficiaries=tuple(Beneficiaries(one) for one in reader.some_of("beneficiaries", tuple(Beneficiaries))),
        channels=reader.tables("channels", _channel),
        deadlines=reader.tables("deadlines", lambda row: _deadline(row, answers=answers, justificatifs=justificatifs)),
        justificatifs=justificatifs,
        outcomes=reader.tables("outcomes", _outcome),
        obstacles=reader.tables("obstacles", _obstacle, named_by="code"),
        options=options,
        escalation=reader.texts("escalation"),
        links=tuple(link for kind in LinkKind for link in _links(reader, kind)),
        sources=reader.tables("sources", _source, named_by="url"),
        legal_basis=reader.strings("legal_basis"),
        certainty=reader.choice("certainty", Certainty),
        checked_on=reader.day("checked_on"),
        valid_from=reader.day("valid_from"),
        valid_to=reader.day_or_none("valid_to"),
        follows_on_miss=reader.string_or_none("follows_on_miss"),
    )
    _need_the_essential(reader, definition)
    return definition


def _need_the_essential(reader: Reader, definition: Definition) -> None:
    reader.need("beneficiaries", definition.beneficiaries, 'write beneficiaries = ["self"] or more')
    reader.need("channels", definition.channels, "add at least one [[channels]]")
    reader.need("outcomes", definition.outcomes, "add at least one [[outcomes]]")
    reader.need("sources", definition.sources, "add a [[sources]] with title, url and read_on")
    reader.need("legal_basis", definition.legal_basis, 'write legal_basis = ["CSP R. 1111-28"] or the like')
    if definition.valid_to and definition.valid_to < definition.valid_from:
        reader.note("valid_to", "is before valid_from", "give the last day on which a case may be opened")


def _key(reader: Reader) -> str:
    value = reader.string("key")
    if value and not _KEY.fullmatch(value):
        reader.note("key", f"{value!r} is not a key", "use small letters, digits, - and _ only")
    return value


def _channel(reader: Reader) -> Channel:
    channel = Channel(
        key=_key(reader),
        title=reader.text("title"),
        summary=reader.text("summary"),
        at_hand=reader.texts("at_hand"),
        never_store=reader.texts("never_store"),
        steps=reader.tables("steps", _step),
        certainty=reader.choice("certainty", Certainty, default=Certainty.HIGH),
        hours=reader.table_of("hours", _hours),
        phone=reader.string_or_none("phone"),
        url=reader.url_or_none("url"),
        address=reader.string_or_none("address"),
    )
    reader.need("steps", channel.steps, "add at least one [[channels.steps]]")
    return channel


def _step(reader: Reader) -> Step:
    return Step(
        key=_key(reader),
        title=reader.text("title"),
        detail=reader.text("detail"),
        say=reader.text_or_none("say"),
        checks=reader.texts("checks"),
    )


def _hours(reader: Reader) -> Hours:
    found = Hours(
        slots=reader.tables("slots", _slot, named_by="days"),
        closed_on_holidays=reader.boolean("closed_on_holidays", default=True),
        zone=reader.one_of("zone", ZONES, default=ZONES[0]),
        time_zone=reader.string("time_zone"),
    )
    reader.need("slots", found.slots, "add at least one slot with days, opens and closes")
    if found.time_zone and not is_time_zone(found.time_zone):
        reader.note("time_zone", f"{found.time_zone!r} is not a time zone", 'write it like "Europe/Paris"')
    return found


def _slot(reader: Reader) -> Slot:
    days = reader.some_of("days", DAYS)
    opens, closes = reader.clock("opens"), reader.clock("closes")
    reader.need("days", days, 'write days = ["mon", "tue"]')
    if opens >= closes:
        reader.note("closes", "is not after opens", "give the hour at which it closes on the same day")
    return Slot(weekdays=tuple(sorted(DAYS.index(day) for day in days)), opens=opens, closes=closes)


def _deadline(
    reader: Reader, *, answers: Mapping[str, tuple[str, ...]], justificatifs: Sequence[ExpectedJustificatif]
) -> DeadlineRule:
    proofs = (JUSTIFICATIF, *(f"{JUSTIFICATIF}:{one.key}" for one in justificatifs))
    bound = reader.choice("bound", Bound)
    extension = reader.period_or_none("extension")
    if extension is not None and reader.table["extension"] == "P0D":
        reader.note("extension", "adds nothing", "leave it out, or write P2M or the like")
    return DeadlineRule(
        key=_key(reader),
        title=reader.text("title"),
        start_fact=reader.one_of("start_fact", FACTS),
        length=reader.period("length"),
        rule=reader.choice("rule", RuleFamily),
        bound=bound,
        article=reader.string("article"),
        article_url=reader.url("article_url"),
        checked_on=reader.day("checked_on"),
        certainty=reader.choice("certainty", Certainty, default=Certainty.HIGH),
        met_by=reader.some_of("met_by", (*FACTS, *proofs)),
        on_miss=reader.text("on_miss"),
        without_start=reader.text("without_start"),
        zone=reader.one_of("zone", ZONES, default=ZONES[0]),
        good_friday=reader.boolean("good_friday", default=False),
        rolls=reader.boolean("rolls", default=bound is not Bound.INFO),
        extension=extension,
        pausable=reader.boolean("pausable", default=False),
        restarts=reader.boolean("restarts", default=False),
        condition=reader.table_of("condition", lambda row: _condition(row, answers=answers)),
        waivers=reader.tables("waivers", lambda row: _waiver(row, answers=answers), named_by="value"),
        fallback=reader.table_of("fallback", _fallback),
        on_miss_procedure=reader.string_or_none("on_miss_procedure"),
        note=reader.text_or_none("note"),
    )


def _condition(reader: Reader, *, answers: Mapping[str, tuple[str, ...]]) -> Condition:
    answer = reader.one_of("answer", tuple(answers))
    return Condition(
        answer=answer,
        value=reader.one_of("value", answers[answer]),
        otherwise=reader.text("otherwise"),
        unknown=reader.text("unknown"),
    )


def _waiver(reader: Reader, *, answers: Mapping[str, tuple[str, ...]]) -> Waiver:
    answer = reader.one_of("answer", tuple(answers))
    return Waiver(answer=answer, value=reader.one_of("value", answers[answer]), because=reader.text("because"))


def _fallback(reader: Reader) -> Fallback:
    fallback = Fallback(
        fact=reader.one_of("fact", FACTS),
        earlier=reader.period_or_none("earlier") or Period(),
        later=reader.period_or_none("later") or Period(),
        because=reader.text("because"),
    )
    for key, length in (("earlier", fallback.earlier), ("later", fallback.later)):
        if length.all_months:
            reader.note(key, "must be in weeks or days", "write P14D or P2W")
    return fallback


def _justificatif(reader: Reader) -> ExpectedJustificatif:
    return ExpectedJustificatif(
        key=_key(reader),
        title=reader.text("title"),
        how=reader.text("how"),
        after=reader.text_or_none("after"),
        words=_words(reader),
    )


def _words(reader: Reader) -> tuple[str, ...]:
    """What a machine looks for on a document: less than three letters in a row are found anywhere."""
    words = reader.strings("words")
    for word in dict.fromkeys(words):
        if not _TELLING.search(word):
            reader.note("words", f"{word!r} is too short to be looked for", "write words of three letters or more")
        if words.count(word) > 1:
            reader.note("words", f"{word!r} stands there twice", "keep one of them")
    return words


def _outcome(reader: Reader) -> Outcome:
    return Outcome(key=_key(reader), title=reader.text("title"), class5=reader.choice("class5", OutcomeClass))


def _obstacle(reader: Reader) -> Obstacle:
    return Obstacle(code=reader.string("code"), title=reader.text("title"), way_out=reader.text("way_out"))


def _option(reader: Reader) -> Option:
    option = Option(
        key=_key(reader),
        question=reader.text("question"),
        choices=reader.tables("choices", _choice, named_by="value"),
    )
    if len(option.choices) < 2:
        reader.note("choices", "needs two choices or more", "add [[options.choices]]")
    return option


def _choice(reader: Reader) -> Choice:
    return Choice(value=reader.string("value"), title=reader.text("title"), consequence=reader.text("consequence"))


def _links(reader: Reader, kind: LinkKind) -> tuple[Link, ...]:
    """`[[explanations]]` and `[[neighbours]]`."""
    return reader.tables(f"{kind}s", lambda row: _link(row, kind=kind), named_by="url")


def _link(reader: Reader, *, kind: LinkKind) -> Link:
    return Link(
        kind=kind,
        title=reader.text("title"),
        text=reader.text("text"),
        url=reader.url_or_none("url"),
        procedure=reader.string_or_none("procedure"),
    )


def _source(reader: Reader) -> Source:
    return Source(title=reader.text("title"), url=reader.url_or_none("url"), read_on=reader.day("read_on"))
