"""`manage.py check`: every definition file, ours and those of settings.PROCEDURE_FOLDERS, can be used."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from procedures import registry
from procedures.rules.definitions import Definition
from procedures.rules.reading import BadDefinition

# By key and version.
Read = Mapping[tuple[str, int], Definition]


@register("procedures")
def check_definitions(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  the signature is Django's
    **kwargs: object,  # noqa: ARG001  Django hands them to every check
) -> list[CheckMessage]:
    return [message for error in bad_definitions(registry.folders()) for message in _messages(error)]


def bad_definitions(folders: Sequence[Path], *, beside: Read | None = None) -> Iterator[BadDefinition]:
    """Every file that cannot be used, or that leads nowhere.

    `beside`: definitions that stand elsewhere: known as neighbours, and not to be given a second text.
    """
    others, found = beside or {}, dict[tuple[str, int], Definition]()
    known = {key for key, _version in others} | {key for root in folders for key in _keys_in(root)}
    for root in folders:
        if not root.is_dir():
            yield registry.bad_place(root, "no such folder", "mend PROCEDURE_FOLDERS")
        for path in registry.files_in(root):
            try:
                definition = registry.read_file(path, root=root)
            except BadDefinition as error:
                yield error
                continue
            place = definition.key, definition.version
            if place in found or others.get(place, definition) != definition:
                yield registry.twice(path.relative_to(root))
            found[place] = definition
            nowhere = registry.leads_nowhere(definition, known=known)
            if nowhere:
                yield registry.placed(nowhere, path=path, root=root)


def readable(folders: Sequence[Path]) -> Read:
    """What can be read there; the rest is left to `bad_definitions`."""
    found = {}
    for root in folders:
        for path in registry.files_in(root):
            try:
                definition = registry.read_file(path, root=root)
            except BadDefinition:
                continue
            found[definition.key, definition.version] = definition
    return found


def _keys_in(root: Path) -> Iterator[str]:
    """By their place, so that a file with a mistake is not unknown to its neighbours too."""
    for path in registry.files_in(root):
        yield path.relative_to(root).parent.as_posix()


def _messages(error: BadDefinition) -> Iterator[CheckMessage]:
    for problem in error.problems:
        yield Error(str(problem), hint=problem.mend, obj=error.name, id="procedures.E001")
