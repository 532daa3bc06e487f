"""What an archive says of itself, counted while it was written: compared after writing and after restoring."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field

from config.copies.refused import Refused

FORMAT = 1
_SUM = 2**256


@dataclass(frozen=True, slots=True)
class Table:
    """How many rows, and a sum over the hashes of each: their order does not matter."""

    rows: int
    digest: str


@dataclass(slots=True)
class Sum:
    """Things counted, their bytes, and a sum over their hashes in whatever order they came."""

    count: int = 0
    size: int = 0
    total: int = 0

    def add(self, content: bytes, *, size: int = 0) -> None:
        self.count += 1
        self.size += size
        self.total = (self.total + int.from_bytes(hashlib.sha256(content).digest(), "big")) % _SUM

    @property
    def digest(self) -> str:
        return f"{self.total:064x}"


@dataclass(slots=True)
class Listed:
    """Things counted, their bytes, and one hash over all of theirs in this order.

    No sum: whoever may choose many things finds others with the same one.
    """

    count: int = 0
    size: int = 0
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, content: bytes, *, size: int) -> None:
        self.count += 1
        self.size += size
        self._hash.update(hashlib.sha256(content).digest())

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


class Measured:
    """Pieces on their way, hashed and counted."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._digest.update(piece)
            self.size += len(piece)
            yield piece

    def exhaust(self) -> None:
        for _ in self:
            pass

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`gone`: blobs that were removed between the database's snapshot and their turn; `damaged`: not what their row
    says, kept as they are. `destroyed`: ids of the destroyed keys that were known then. `migrations`: "app.name".
    `proof`: see `config.copies.proof`."""

    made_at: str
    engine: str
    migrations: list[str]
    tables: dict[str, Table]
    database_bytes: int
    database_sha256: str
    blobs: int
    blob_bytes: int
    blobs_digest: str
    destroyed: list[str]
    proof: str = ""
    gone: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def written(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


def read(raw: bytes) -> Manifest:
    try:
        told = json.loads(raw)
        if told["format"] != FORMAT:
            raise Refused("The archive is of a format that this version does not know: use a newer one.")
        tables = {name: Table(**table) for name, table in told.pop("tables").items()}
        return Manifest(tables=tables, **told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("The manifest of this archive is none that this version knows. Nothing was touched.") from error


def differences(wanted: Mapping[str, Table], found: Mapping[str, Table]) -> list[str]:
    """Tables that are not alike, with what was wanted and what is there; [] when all are."""
    unlike = [name for name in sorted({*wanted, *found}) if wanted.get(name) != found.get(name)]
    return [f"{name} ({_told(wanted.get(name))}; found: {_told(found.get(name))})" for name in unlike]


def _told(table: Table | None) -> str:
    return f"{table.rows} rows" if table else "none"
