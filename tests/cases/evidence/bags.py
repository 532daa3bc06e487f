"""An export that somebody got hold of: opened, changed, closed again as if nothing had been."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from cases.rules.bags import Bag
from cases.rules.verifying import Verdict, verify

Files = dict[str, bytes]
Run = Callable[..., tuple[int, str, str]]


def opened(path: Path) -> Files:
    """Content by name, without the one folder."""
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def closed(files: Files, *, folder: str = "preuves") -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}/{name}", content)
    made.seek(0)
    return made


def with_manifests(files: Files) -> Files:
    """As somebody leaves them who knows what a bag is: every checksum right again."""
    payload = {name: content for name, content in files.items() if name.startswith("data/")}
    tags = {name: content for name, content in files.items() if not name.startswith(("data/", "tagmanifest"))}
    tags["manifest-sha256.txt"] = _manifest(payload)
    return {**payload, **tags, "tagmanifest-sha256.txt": _manifest(tags)}


def _manifest(files: Files) -> bytes:
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())
    ).encode()


def verdict_on(files: Files) -> Verdict:
    return verify(Bag(closed(files)))


def changed(files: Files, name: str, change: Callable[[bytes], bytes]) -> Files:
    """With one file changed, and every manifest made anew."""
    return with_manifests({**files, name: change(files[name])})
