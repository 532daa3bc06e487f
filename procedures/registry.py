"""The definitions, read once per process from our folder and from those named in settings.PROCEDURE_FOLDERS."""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from django.conf import settings

from procedures.rules.definitions import Definition, LinkKind
from procedures.rules.loading import read_definition
from procedures.rules.places import line_of
from procedures.rules.questions import BadQuestion, shown
from procedures.rules.reading import BadDefinition, Problem

_VERSION = re.compile(r"[1-9][0-9]{0,3}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
OURS = Path(__file__).resolve().parent / "definitions"

_AT_LINE = re.compile(r"at line (\d+)")

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


def versions_of(key: str) -> list[int]:
    return sorted(_versions(key))


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
    if not _VERSION.fullmatch(path.stem) or not all(map(_NAME.fullmatch, place.parts[:-1])) or len(place.parts) < 2:
        raise bad_place(
            place,
            "the place does not name a version of a procedure",
            "name it <procedure>/<version>.toml, like dmp/1.toml: small letters, digits and dashes, then a number",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise bad_place(place, f"cannot be read: {error.strerror}", "let this user read it") from error
    except UnicodeDecodeError as error:
        raise bad_place(place, f"not TOML: {error}", "save it as UTF-8") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(place, error, text=text) from error
    try:
        return read_definition(table, key=place.parent.as_posix(), version=int(path.stem))
    except BadDefinition as error:
        raise placed(error.problems, path=path, root=root) from error


def _not_toml(place: Path, error: tomllib.TOMLDecodeError, *, text: str) -> BadDefinition:
    at = _AT_LINE.search(str(error))
    problem = Problem(
        where="file",
        message=f"not TOML: {error}",
        mend="mend that line, or the one before it",
        line=int(at[1]) if at else len(text.splitlines()),
    )
    return BadDefinition([problem], name=str(place))


def placed(problems: Iterable[Problem], *, path: Path, root: Path) -> BadDefinition:
    """The problems of one file, each with its line."""
    text = path.read_text(encoding="utf-8")
    found = [replace(problem, line=line_of(problem.where, text)) for problem in problems]
    return BadDefinition(found, name=str(path.relative_to(root)))


def leads_nowhere(definition: Definition, *, known: Collection[str]) -> list[Problem]:
    """Where it sends people to a procedure that does not exist, or in a circle."""
    return [
        Problem(where=where, message=f"unknown procedure {name!r}", mend=f"use one of: {', '.join(sorted(known))}")
        for where, name in _names_in(definition)
        if name and name not in known
    ] + [
        Problem(where=where, message="names the procedure itself", mend="name another one, or leave it out")
        for where, name in _names_in(definition)
        if name == definition.key
    ]


def _names_in(definition: Definition) -> Iterator[tuple[str, str | None]]:
    """(place in the file, procedure named there)."""
    yield "follows_on_miss", definition.follows_on_miss
    for rule in definition.deadlines:
        yield f"deadlines[{rule.key}].on_miss_procedure", rule.on_miss_procedure
    for kind in LinkKind:
        links = (link for link in definition.links if link.kind is kind)
        for number, link in enumerate(links, start=1):
            yield f"{kind}s[{link.url or number}].procedure", link.procedure


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
