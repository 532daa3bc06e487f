"""The JSON Schema of the format and the loader say the same: same tables, keys and enums, and they refuse the same."""

import copy
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from procedures import registry
from procedures.rules.loading import read_definition
from procedures.rules.reading import BadDefinition, Reader
from tests.config.processes import ROOT
from tests.procedures.definition_text import KEY, RIGHT, with_deadline_lines

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs/reference/procedure.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
OURS = registry.files_in(registry.OURS)
BOTH = '{ fr = "Un", en = "One" }'
MORE_OF_A_DEADLINE = f"""
certainty = "low"
met_by = ["answered", "justificatif"]
zone = "FR-974"
good_friday = false
rolls = true
extension = "P2M"
pausable = true
on_miss_procedure = "essai/suite"
note = {BOTH}
condition = {{ answer = "deletion_requested", value = "yes", otherwise = {BOTH}, unknown = {BOTH} }}
waivers = [{{ answer = "notified_by", value = "never", because = {BOTH} }}]
fallback = {{ fact = "acted", earlier = "P2W", later = "P7D", because = {BOTH} }}
"""
MORE = f"""
position = 7
valid_to = 2027-01-01
children_first = true
successor = {BOTH}
note = {BOTH}
follows_on_miss = "essai/suite"
advice = [{BOTH}]
escalation = [{BOTH}]
justificatifs = [{{ key = "a", title = {BOTH}, how = {BOTH}, after = {BOTH}, words = ["Un mot"] }}]
obstacles = [{{ code = "A", title = {BOTH}, way_out = {BOTH} }}]
explanations = [{{ title = {BOTH}, text = {BOTH}, url = "https://example/", procedure = "a" }}]
neighbours = [{{ title = {BOTH}, text = {BOTH}, url = "https://example/", procedure = "a" }}]
"""
SLOT = '{ days = ["mon"], opens = 08:00:00, closes = 09:00:00 }'
MORE_OF_A_CHANNEL = f"""
at_hand = [{BOTH}]
never_store = [{BOTH}]
certainty = "low"
phone = "34 22"
url = "https://example/"
address = "Ici"
hours = {{ time_zone = "Europe/Paris", zone = "FR", closed_on_holidays = true, slots = [{SLOT}] }}
"""


def whole() -> dict[str, Any]:
    """A right definition that holds every key of the format."""
    text = MORE + with_deadline_lines(MORE_OF_A_DEADLINE)
    text = text.replace(
        '[[channels.steps]]\nkey = "write"',
        f'{MORE_OF_A_CHANNEL}[[channels.steps]]\nkey = "write"\nsay = {BOTH}\nchecks = [{BOTH}]',
    )
    table = tomllib.loads(text)
    choice = {"title": {"fr": "Un", "en": "One"}, "consequence": {"fr": "Un", "en": "One"}}
    choices = [choice | {"value": value} for value in ("yes", "no")]
    return table | {"options": [{"key": "deletion_requested", "question": choice["title"], "choices": choices}]}


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date | time) else value


def schema_refuses(table: dict[str, Any]) -> bool:
    return not VALIDATOR.is_valid(as_json(table))


def loader_refuses(table: dict[str, Any]) -> bool:
    try:
        read_definition(table, key=KEY, version=1)
    except BadDefinition:
        return True
    return False


def places_in(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every key, as deep as they go."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*place, key)
        yield from places_in(item, (*place, key))


def at(table: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        table = table[key]
    return table


def changed(place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    table = copy.deepcopy(WHOLE)
    at(table, place[:-1])[place[-1]] = value
    return table


WHOLE = whole()
PLACES = list(places_in(WHOLE))
KEYS = [place for place in PLACES if isinstance(place[-1], str)]


def test_the_schema_itself_is_sound() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.parent.name)
def test_our_definitions_pass(path: Any) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))

    assert [error.message for error in VALIDATOR.iter_errors(as_json(table))] == []


def test_the_smallest_and_the_whole_pass_both() -> None:
    for table in (tomllib.loads(RIGHT), WHOLE):
        assert not schema_refuses(table)
        assert not loader_refuses(table)


@pytest.mark.parametrize("place", KEYS, ids=str)
def test_a_missing_key_is_refused_by_both_or_by_neither(place: tuple[str | int, ...]) -> None:
    table = copy.deepcopy(WHOLE)
    del at(table, place[:-1])[place[-1]]

    assert schema_refuses(table) == loader_refuses(table)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_value_of_another_kind_is_refused_by_both(place: tuple[str | int, ...]) -> None:
    table = changed(place, 1.5)

    assert schema_refuses(table)
    assert loader_refuses(table)


@pytest.mark.parametrize("place", [place for place in PLACES if isinstance(at(WHOLE, place), list)], ids=str)
def test_an_empty_list_is_refused_by_both_or_by_neither(place: tuple[str | int, ...]) -> None:
    table = changed(place, [])

    assert schema_refuses(table) == loader_refuses(table)


@pytest.mark.parametrize("place", [(), *(place for place in PLACES if isinstance(at(WHOLE, place), dict))], ids=str)
def test_an_unknown_key_is_refused_by_both(place: tuple[str | int, ...]) -> None:
    table = changed((*place, "nothing"), "x")

    assert schema_refuses(table)
    assert loader_refuses(table)


@pytest.mark.parametrize("place", [place for place in PLACES if isinstance(at(WHOLE, place), str)], ids=str)
def test_an_impossible_text_is_refused_by_both_or_by_neither(place: tuple[str | int, ...]) -> None:
    """An empty one; which answers and justificatifs exist is not a matter of structure."""
    table = changed(place, "")

    assert schema_refuses(table) == loader_refuses(table)


def test_both_know_the_same_tables_and_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, set[str]] = {}
    done = Reader.done

    def noted(reader: Reader) -> None:
        done(reader)
        asked.setdefault(re.sub(r"\[.*?\](?=\.|$)", "", reader.where), set()).update(reader.asked)

    monkeypatch.setattr(Reader, "done", noted)
    read_definition(WHOLE, key=KEY, version=1)

    assert asked == dict(_tables(SCHEMA, ""))


def _tables(node: dict[str, Any], where: str) -> Iterator[tuple[str, set[str]]]:
    node = _resolved(node)
    if node.get("type") == "array":
        yield from _tables(node["items"], where)
    elif "properties" in node and set(node["properties"]) != {"fr", "en"}:
        yield where, set(node["properties"])
        for key, inner in node["properties"].items():
            yield from _tables(inner, f"{where}.{key}".lstrip("."))


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    return SCHEMA["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def test_both_take_the_same_words() -> None:
    """Every word of every enum, wherever a word of one stands now."""
    words = {word for found in _enums(SCHEMA) for word in found}
    places = [place for place in PLACES if str(at(WHOLE, place)) in words and not _is_reference(place)]

    assert len(places) > 10
    for place in places:
        for word in words:
            table = changed(place, word)
            assert schema_refuses(table) == loader_refuses(table), (place, word)


def _enums(node: Any) -> Iterator[list[str]]:
    if isinstance(node, dict):
        if "enum" in node:
            yield node["enum"]
        for inner in node.values():
            yield from _enums(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _enums(inner)


def _is_reference(place: tuple[str | int, ...]) -> bool:
    """Which answers an option offers, and their values, are for the loader alone."""
    return bool({"condition", "waivers", "options"} & set(map(str, place)))
