"""Where an archive may lie: nowhere that what opens it lies too, and nowhere in what it is a copy of."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from config.copies.keys import PRIVATE
from config.copies.refused import Refused

# Mounted secrets: NAME_FILE names the file that holds NAME.
_MOUNTED = "_FILE"
_KEYS = {"SECRET_KEY", "VAULT_KEKS", "MIGRATE_PASSWORD", "DATABASE_PASSWORD", "PURGE_PASSWORD", "STATS_PASSWORD"}


def refuse_place(out: Path, *, secrets: Iterable[Path]) -> None:
    """`secrets`: the files that open this archive. Raises Refused."""
    if out.exists():
        raise Refused(f"{out} is there already, and was not written over: choose another name.")
    if not out.parent.is_dir():
        raise Refused(f"There is no folder {out.parent}: make it, closed to others (install -d -m 700).")
    beside = [path for path in secrets if path.resolve().parent == out.parent.resolve()]
    beside += [path for path in out.parent.iterdir() if path.is_file() and _is_private_key(path)]
    closed = [holds for folder, holds in _closed_places() if _is_within(out.parent, folder)]
    for holds in [*closed, *(f"{path.name}, which opens it," for path in beside)]:
        raise Refused(
            f"{out.parent} is where {holds} lies. Whoever took that folder would have both the archive and what opens "
            "it: write it elsewhere."
        )


def _is_private_key(path: Path) -> bool:
    """Did `manage.py backup_key` write it? What cannot be read opens nothing for whoever is here."""
    try:
        with path.open("rb") as file:
            return file.read(len(PRIVATE)) == PRIVATE.encode()
    except OSError:
        return False


def _closed_places() -> Iterator[tuple[Path, str]]:
    yield settings.VAR_DIR / "keys", "the demo's master key"
    for name in sorted(_KEYS):
        mounted = os.environ.get(f"{name}{_MOUNTED}")
        if mounted:
            yield Path(mounted).parent, name
    yield settings.VAR_DIR / "sealed", "the store of sealed files"


def _is_within(inner: Path, outer: Path) -> bool:
    return inner.resolve().is_relative_to(outer.resolve())
