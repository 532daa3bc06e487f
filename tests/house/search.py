"""Looking for a text in what the platform keeps: plain, in hex, in base64, in an address, in UTF-8 and in UTF-16."""

import base64
import json
from collections.abc import Collection
from pathlib import Path
from unicodedata import normalize
from urllib.parse import quote

from django.db import connection

from tests import database

SHORTEST = 8


def found_in(haystack: bytes, canaries: Collection[str]) -> list[str]:
    folded = haystack.lower()
    return [canary for canary in canaries if any(form in folded for form in forms_of(canary))]


def forms_of(canary: str) -> set[bytes]:
    """How a text may lie in a dump; lower case, since the dump is compared so. The search is blind to base64's case."""
    spellings = {
        canary,
        canary.lower(),
        canary.upper(),
        normalize("NFD", canary),
        canary.removesuffix("@exemple.invalid"),
    }
    raw = {text.encode(code) for text in spellings for code in ("utf-8", "utf-16-le") if len(text) >= SHORTEST}
    hexed = {one.hex().encode() for one in raw}
    based = {inner for one in raw for shift in range(3) if (inner := _base64_inside(one, shift))}
    quoted = {quote(text, safe="").encode() for text in spellings if len(text) >= SHORTEST}
    escaped = {
        "".join(f"%{byte:02x}" for byte in text.encode()).encode() for text in spellings if len(text) >= SHORTEST
    }
    return {form.lower() for form in raw | hexed | based | quoted | escaped}


def _base64_inside(raw: bytes, shift: int) -> bytes:
    """The part of the base64 text that does not depend on what stands around, `shift` bytes after a triple's start."""
    encoded = base64.b64encode(b"\0" * shift + raw)
    first = -(-shift * 8 // 6)
    return encoded[first : (shift + len(raw)) * 8 // 6]


def dump_of_database() -> bytes:
    return _dump_of_postgres() if database.on_postgres() else _dump_of_sqlite()


def _dump_of_sqlite() -> bytes:
    """Its text, and the bytes of the file and its journals, where deleted and rewritten pages stay."""
    connection.ensure_connection()
    assert connection.connection is not None
    text = "\n".join(connection.connection.iterdump()).encode()
    name = Path(str(connection.settings_dict["NAME"]))
    return text + b"".join(path.read_bytes() for path in name.parent.glob(f"{name.name}*"))


def _dump_of_postgres() -> bytes:
    """Every row of every table as its owner sees it; bytea comes as hex."""
    with database.connect_as_owner() as opened:
        tables = opened.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [
            row[0]
            for (table,) in sorted(tables)
            for row in opened.execute(f"SELECT to_jsonb(t) FROM {table} t".encode()).fetchall()
        ]
    return json.dumps(rows, ensure_ascii=False).encode()
