"""`manage.py check`: every definition file, ours and those of settings.PROCEDURE_FOLDERS, can be used."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from procedures import registry
from procedures.rules.definitions import Definition
from procedures.rules.reading import BadDefinition


@register("procedures")
def check_definitions(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  the signature is Django's
    **kwargs: object,  # noqa: ARG001  Django hands them to every check
) -> list[CheckMessage]:
    return [message for error in bad_definitions(registry.folders()) for message in _messages(error)]


def bad_definitions(folders: Sequence[Path]) -> Iterator[BadDefinition]:
    """Every file that cannot be used, then the links between files that lead nowhere."""
    found: dict[tuple[str, int], Definition] = {}
    for root in folders:
        if not root.is_dir():
            yield registry.bad_place(root, "no such folder", "mend PROCEDURE_FOLDERS")
        for path in registry.files_in(root):
            try:
                definition = registry.read_file(path, root=root)
            except BadDefinition as error:
                yield error
                continue
            if (definition.key, definition.version) in found:
                yield registry.twice(path.relative_to(root))
            found[definition.key, definition.version] = definition
    yield from registry.unknown_neighbours(found.values())


def _messages(error: BadDefinition) -> Iterator[CheckMessage]:
    for problem in error.problems:
        yield Error(str(problem), hint=problem.mend, obj=error.name, id="procedures.E001")
