"""Static files as they are served: hashed names, and the one sheet in one piece.

In the source, css/opposable.css only imports; served like that, a first visit would ask for fifty files. Collecting
writes each import out as a layer block, which means the same to a browser.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

SHEET = "css/opposable.css"
_IMPORT = re.compile(r'@import url\("(?P<url>[^"]+)"\) layer\((?P<layer>\w+)\);')
_CHARSET = re.compile(r'^@charset "[^"]*";', re.IGNORECASE)


class BundledStorage(ManifestStaticFilesStorage):
    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if SHEET in paths and not dry_run:
            Path(self.path(SHEET)).write_text(_bundled(paths), encoding="utf-8")
            paths = {**paths, SHEET: (self, SHEET)}
        yield from super().post_process(paths, dry_run=dry_run, **options)


def _bundled(paths: dict[str, Any]) -> str:
    def block(found: re.Match[str]) -> str:
        text = _CHARSET.sub("", _read(paths, _from_sheet(found["url"])))
        return f"@layer {found['layer']} {{\n{text}}}"

    return _IMPORT.sub(block, _read(paths, SHEET))


def _from_sheet(url: str) -> str:
    """The file's name among the static files, for an address relative to css/."""
    return url.removeprefix("../") if url.startswith("../") else f"css/{url}"


def _read(paths: dict[str, Any], name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as source:
        return bytes(source.read()).decode()
