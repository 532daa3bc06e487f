"""A PDF written by hand, object by object, so that each trick is exactly what it says; the same bytes every time."""

import zlib
from collections.abc import Iterable, Mapping


class Objects:
    """Numbered objects; 1 is the catalog, 2 the page tree, both filled in at the end."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = [b"", b""]
        self.catalog: dict[str, str] = {}
        self.info: dict[str, str] = {}

    def add(self, body: str | bytes) -> str:
        """The reference of a new object."""
        self._bodies.append(body if isinstance(body, bytes) else body.encode("latin-1"))
        return f"{len(self._bodies)} 0 R"

    def replace(self, reference: str, body: str) -> None:
        self._bodies[int(reference.split(maxsplit=1)[0]) - 1] = body.encode("latin-1")

    def stream(self, data: bytes, entries: str = "", *, flate: bool = True) -> str:
        if flate:
            data, entries = zlib.compress(data, 6), f"/Filter /FlateDecode {entries}"
        head = f"<< /Length {len(data)} {entries} >>\nstream\n".encode("latin-1")
        return self.add(head + data + b"\nendstream")

    def written(self, pages: Iterable[str]) -> bytes:
        """The whole file, with these pages."""
        kids = list(pages)
        self._bodies[0] = dictionary({"Type": "/Catalog", "Pages": "2 0 R", **self.catalog}).encode("latin-1")
        self._bodies[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode("latin-1")
        info = self.add(dictionary(self.info)) if self.info else ""
        return assembled(self._bodies, trailer=f"/Root 1 0 R{' /Info ' + info if info else ''}")


def dictionary(entries: Mapping[str, str]) -> str:
    return f"<< {' '.join(f'/{key} {value}' for key, value in entries.items())} >>"


def text_of(value: str) -> str:
    """A literal string."""
    return "(" + value.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"


def wide_text_of(value: str) -> str:
    """A string in UTF-16, as form fields and bookmarks hold it."""
    return f"<FEFF{value.encode('utf-16-be').hex().upper()}>"


def assembled(bodies: Iterable[bytes], *, trailer: str) -> bytes:
    """Header, objects from 1 on, cross-reference table and trailer."""
    parts, places, at = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"], [], 15
    for number, body in enumerate(bodies, start=1):
        part = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        places.append(at)
        parts.append(part)
        at += len(part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    end = f"trailer\n<< /Size {count} {trailer} >>\nstartxref\n{at}\n%%EOF\n".encode("latin-1")
    return b"".join([*parts, b"xref\n0 %d\n0000000000 65535 f \n" % count, table, end])
