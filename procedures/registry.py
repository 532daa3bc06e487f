"""The definitions, read once per process from our folder and from those named in settings.PROCEDURE_FOLDERS."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from django.conf import settings

from procedures.rules.definitions import Definition
from procedures.rules.loading import read_definition
from procedures.rules.places import line_of
from procedures.rules.questions import BadQuestion, shown
from procedures.rules.reading import BadDefinition, Problem

OURS = Path(__file__).resolve().parent / "definitions"

Shelf = Mapping[str, Mapping[int, Definition]]


class UnknownProcedure(LookupError):
    """No procedure of that key, or no such version of it."""


def current(key: str) -> Definition:
    """The newest version. It may be retired: ask `can_be_opened(today)` before opening a case."""
    versions = _versions(key)
    return versions[max(versions)]


def asked(key: str) -> Definition:
    """The newest version of what a program names. Raises BadQuestion, with the known ones."""
    try:
        return current(key)
    except UnknownProcedure:
        known = ", ".join(one.key for one in all_current())
        raise BadQuestion(
            f"« {shown(key)} » n’est pas une démarche connue : {known}.",
            f"«{shown(key)}» is not a known procedure: use one of {known}.",
        ) from None


def version(key: str, version: int) -> Definition:
    """The version that a case pins; old versions stay readable."""
    try:
        return _versions(key)[version]
    except KeyError as error:
        raise UnknownProcedure(f"{key} has no version {version}") from error


def all_current() -> list[Definition]:
    """The newest version of each procedure, in the order in which pages show them."""
    newest = (current(key) for key in _shelf(folders()))
    return sorted(newest, key=lambda definition: (definition.position, definition.key))


def folders() -> tuple[Path, ...]:
    return OURS, *(Path(folder) for folder in getattr(settings, "PROCEDURE_FOLDERS", ()))


def files_in(folder: Path) -> list[Path]:
    """`<folder>/<key>/<version>.toml`, sorted."""
    return sorted(folder.rglob("*.toml"))


def read_file(path: Path, *, root: Path) -> Definition:
    """Raises BadDefinition, named by the path below `root`."""
    place = path.relative_to(root)
    if not path.stem.isascii() or not path.stem.isdigit() or len(place.parts) < 2:
        raise bad_place(
            place, "the place does not name a version", "name it <procedure>/<version>.toml, like dmp/1.toml"
        )
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise bad_place(place, f"not TOML: {error}", "mend the line named") from error
    try:
        return read_definition(table, key=place.parent.as_posix(), version=int(path.stem))
    except BadDefinition as error:
        placed = [replace(problem, line=line_of(problem.where, text)) for problem in error.problems]
        raise BadDefinition(placed, name=str(place)) from error


def unknown_neighbours(definitions: Iterable[Definition]) -> list[BadDefinition]:
    """Definitions that send people to a procedure that is not on the shelf."""
    definitions = list(definitions)
    known = {definition.key for definition in definitions}
    wrong = ((one, [name for name in _names_in(one) if name not in known]) for one in definitions)
    return [
        bad_place(
            Path(one.key) / f"{one.version}.toml",
            f"unknown procedure {names[0]!r}",
            f"use one of: {', '.join(sorted(known))}",
        )
        for one, names in wrong
        if names
    ]


def _names_in(definition: Definition) -> list[str]:
    names = [definition.follows_on_miss, *(link.procedure for link in definition.links)]
    return [name for name in (*names, *(rule.on_miss_procedure for rule in definition.deadlines)) if name]


def _versions(key: str) -> Mapping[int, Definition]:
    try:
        return _shelf(folders())[key]
    except KeyError as error:
        raise UnknownProcedure(key) from error


@cache
def _shelf(places: tuple[Path, ...]) -> Shelf:
    shelf: dict[str, dict[int, Definition]] = {}
    for root in places:
        for path in files_in(root):
            definition = read_file(path, root=root)
            versions = shelf.setdefault(definition.key, {})
            if definition.version in versions:
                raise twice(path.relative_to(root))
            versions[definition.version] = definition
    return shelf


def twice(place: Path) -> BadDefinition:
    return bad_place(place, "this version is already in another folder", "give it a higher number")


def bad_place(place: Path, message: str, mend: str) -> BadDefinition:
    return BadDefinition([Problem(where="file", message=message, mend=mend)], name=str(place))
