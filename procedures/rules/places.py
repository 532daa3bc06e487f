"""Where in a TOML text a key stands: the parser tells no lines, so the nearest one is sought by the key's path."""

import re
from collections.abc import Iterator

_SEGMENT = re.compile(r"(\w+)(?:\[((?:[^\]]|\](?!\.|$))*)\])?(?:\.|$)")
_HEADER = re.compile(r"\s*\[{1,2}([\w.]+)\]{1,2}")


def line_of(path: str, text: str) -> int | None:
    """The line (from 1) of `deadlines[opposer].length`, or of the nearest table around it; None for the file itself."""
    lines = text.splitlines()
    first, end, found, header = 0, len(lines), None, ""
    for name, identity in _SEGMENT.findall(path):
        header = f"{header}.{name}" if header else name
        candidates = list(_blocks(lines, header, first=first, end=end))
        block = _block_of(lines, candidates, identity)
        if block:
            first, end = block
            found = first
            continue
        inside = _line_with(lines, name, first=first, end=end if found is not None else _root_end(lines))
        if inside is None:
            break
        first, end, found = inside, inside + 1, inside
    return None if found is None else found + 1


def _blocks(lines: list[str], header: str, *, first: int, end: int) -> Iterator[tuple[int, int]]:
    """(first line, end) of each `[header]` or `[[header]]`, its sub-tables included."""
    starts = [number for number in range(first, end) if _header_on(lines[number]) == header]
    for start in starts:
        followers = (number for number in range(start + 1, end) if _leaves(_header_on(lines[number]), header))
        yield start, next(followers, end)


def _block_of(lines: list[str], blocks: list[tuple[int, int]], identity: str) -> tuple[int, int] | None:
    if not identity:
        return blocks[0] if blocks else None
    named = (block for block in blocks if any(f'"{identity}"' in line for line in lines[block[0] : block[1]]))
    counted = blocks[int(identity) - 1 : int(identity)] if identity.isdigit() else []
    return next(named, None) or next(iter(counted), None)


def _line_with(lines: list[str], name: str, *, first: int, end: int) -> int | None:
    key = re.compile(rf"(?:^|[\s{{,.]){re.escape(name)}\s*[.=]")
    return next((number for number in range(first, end) if key.search(lines[number])), None)


def _root_end(lines: list[str]) -> int:
    return next((number for number, line in enumerate(lines) if _header_on(line)), len(lines))


def _header_on(line: str) -> str:
    match = _HEADER.match(line)
    return match[1] if match else ""


def _leaves(found: str, header: str) -> bool:
    return bool(found) and not found.startswith(f"{header}.")
