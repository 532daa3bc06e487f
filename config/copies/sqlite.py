"""The embedded database: copied by its online backup, which waits for nobody and lets everybody go on."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from config.copies import leftovers
from config.copies.manifest import Sum, Table
from config.copies.refused import Refused

_PIECE = 1024 * 1024


class SqliteSource:
    """A file that nobody else writes."""

    engine: ClassVar[str] = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened = sqlite3.connect(path)

    def rows(self, statement: str) -> Iterator[tuple[Any, ...]]:
        yield from self._opened.execute(statement)

    def tables(self) -> dict[str, Table]:
        return {name: self._counted(name) for (name,) in self.rows(_TABLES)}

    def filled(self) -> list[str]:
        return [name for (name,) in list(self.rows(_TABLES)) if self._is_filled(name)]

    def _is_filled(self, name: str) -> bool:
        return bool(next(self.rows(f'SELECT EXISTS (SELECT 1 FROM "{name}")'))[0])  # noqa: S608  a name from the catalogue

    def _counted(self, name: str) -> Table:
        found = Sum()
        for row in self.rows(f'SELECT * FROM "{name}"'):  # noqa: S608  a name from the catalogue
            found.add(repr(row).encode())
        return Table(found.count, found.digest)

    def dump(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    def destroy_keys(self, subjects: Collection[UUID]) -> int:
        """How many of these keys stood here."""
        with self._opened:
            done = [self._opened.execute(_DESTROY, [subject.hex]).rowcount for subject in subjects]
        return sum(done)

    def is_sound(self) -> bool:
        """Every page and index; not the constraints, which call functions of Django's."""
        self._opened.execute("PRAGMA ignore_check_constraints = ON")
        return next(self.rows("PRAGMA integrity_check")) == ("ok",)

    def put_over(self, live: Path) -> None:
        """In one transaction of the live database: whoever reads it sees all of the old one, or all of the new one."""
        with closing(sqlite3.connect(live, timeout=20)) as target:
            self._opened.backup(target)

    def close(self) -> None:
        self._opened.close()


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
_DESTROY = "DELETE FROM accounts_datakey WHERE subject = ?"


@contextmanager
def snapshot(live: Path) -> Iterator[SqliteSource]:
    """A copy beside the live database (its own folder, mode 0700), removed at the end. Needs as much room again."""
    with beside(live) as copy:
        address = f"{live.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as opened, closing(sqlite3.connect(copy)) as target:
            opened.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        with closing(SqliteSource(copy)) as source:
            yield source


@contextmanager
def unpacked(pieces: Iterator[bytes], *, live: Path) -> Iterator[SqliteSource]:
    """What an archive holds, as a file beside the live database. Raises Refused when it is no sound database."""
    with beside(live) as copy:
        with copy.open("wb") as file:
            file.writelines(pieces)
        with closing(SqliteSource(copy)) as source:
            try:
                is_sound = source.is_sound()
            except sqlite3.DatabaseError:
                is_sound = False
            if not is_sound:
                raise Refused("The database in this archive is not sound: take an older one. Nothing was touched.")
            yield source


@contextmanager
def beside(live: Path) -> Iterator[Path]:
    live.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with leftovers.folder_in(live.parent) as folder:
        yield folder / "opposable.sqlite3"


def filled(live: Path) -> list[str]:
    """Tables with a row; [] where there is no database yet."""
    if not live.exists():
        return []
    with closing(SqliteSource(live)) as source:
        return source.filled()


def tables_of(live: Path) -> dict[str, Table]:
    """{} where there is no database yet."""
    if not live.exists():
        return {}
    with closing(SqliteSource(live)) as source:
        return source.tables()
