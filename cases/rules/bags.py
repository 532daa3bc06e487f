"""A BagIt bag (RFC 8493, October 2018) in a ZIP: files with the SHA-256 of each, which any tool can check.

The same content gives the same bytes: nothing is compressed, and no entry carries a day or an owner of its own.
"""

import hashlib
import json
import re
import stat
import zipfile
from collections.abc import Iterable, Mapping
from typing import IO

PAYLOAD = "manifest-sha256.txt"
TAGS = "tagmanifest-sha256.txt"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MOST_FILES = 2_000
MOST_BYTES = 2 * 1024**3
LONGEST_TEXT = 32 * 1024**2
_PIECE = 1024 * 1024
_PLAIN_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_KNOWN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class BadBag(ValueError):
    """It cannot be checked at all: the message says why."""


def write_bag(
    target: IO[bytes],
    *,
    name: str,
    payload: Iterable[tuple[str, bytes]],
    info: Mapping[str, str],
    notes: Mapping[str, bytes],
) -> None:
    """Write the bag as a ZIP whose one folder is `name`.

    `payload`: names below data/, taken one at a time; `notes`: further files beside data/.
    """
    kept: dict[str, str] = {}
    size = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, content in payload:
            _add(archive, f"{name}/data/{path}", content)
            kept[f"data/{path}"] = hashlib.sha256(content).hexdigest()
            size += len(content)
        whole = {**info, "Payload-Oxum": f"{size}.{len(kept)}"}
        tags = {
            "bagit.txt": DECLARATION,
            "bag-info.txt": "".join(f"{key}: {whole[key]}\n" for key in sorted(whole)).encode(),
            PAYLOAD: _manifest(kept),
            **notes,
        }
        tags[TAGS] = _manifest({path: hashlib.sha256(content).hexdigest() for path, content in tags.items()})
        for path in sorted(tags):
            _add(archive, f"{name}/{path}", tags[path])


def _add(archive: zipfile.ZipFile, path: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(path, _EPOCH)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | 0o600) << 16
    archive.writestr(entry, content)


def _manifest(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


class Bag:
    """A bag that somebody handed over: nothing is unpacked, and no more is read than was declared.

    Raises BadBag for what is no bag, or is larger, stranger or more nested than any of ours.
    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise BadBag(f"It is no ZIP file: {error}") from None
        entries = [entry for entry in self._archive.infolist() if not entry.is_dir()]
        _refuse_bombs(entries)
        for entry in entries:
            _refuse_strange(entry)
        folders = {entry.filename.split("/", 1)[0] for entry in entries}
        names = [entry.filename.partition("/")[2] for entry in entries]
        if len(folders) != 1 or "" in names:
            raise BadBag("Its files do not lie in one folder.")
        if len(set(names)) < len(names):
            raise BadBag("Two of its files have the same name.")
        self._entries = dict(zip(names, entries, strict=True))

    @property
    def names(self) -> list[str]:
        return sorted(self._entries)

    def read(self, name: str) -> bytes:
        """A small file, whole. Raises KeyError for one that is not there, BadBag for one that cannot be read."""
        entry = self._entries[name]
        if entry.file_size > LONGEST_TEXT:
            raise BadBag(f"{name} is longer than any of its kind.")
        return b"".join(self._pieces(entry))

    def sha256_of(self, name: str) -> str:
        digest = hashlib.sha256()
        for piece in self._pieces(self._entries[name]):
            digest.update(piece)
        return digest.hexdigest()

    def _pieces(self, entry: zipfile.ZipInfo) -> Iterable[bytes]:
        try:
            with self._archive.open(entry) as file:
                while piece := file.read(_PIECE):
                    yield piece
        except Exception as error:  # noqa: BLE001  a decoder of foreign bytes: whatever it stumbles over is damage
            raise BadBag(f"{entry.filename} cannot be read: {type(error).__name__}") from None


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_FILES:
        raise BadBag(f"It holds more than {MOST_FILES} files.")
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise BadBag("It would unpack to more than 2 GiB.")


def _refuse_strange(entry: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if not _PLAIN_NAME.fullmatch(entry.filename):
        raise BadBag("One of its names leads elsewhere, or has signs that ours never have.")
    if kind not in {0, stat.S_IFREG} or entry.flag_bits & 1 or entry.compress_type not in _KNOWN:
        raise BadBag(f"{entry.filename} is no plain file.")


def flaws_of(bag: Bag) -> list[str]:
    """What is not as the manifests say, a line each; [] for a whole bag. Raises BadBag."""
    found = []
    if _text(bag, "bagit.txt") != DECLARATION:
        found.append("bagit.txt: it does not declare a bag of version 1.0")
    payload = [name for name in bag.names if name.startswith("data/")]
    tags = [name for name in bag.names if not name.startswith("data/") and name != TAGS]
    return found + _compared(bag, PAYLOAD, payload) + _compared(bag, TAGS, tags)


def _compared(bag: Bag, manifest: str, names: list[str]) -> list[str]:
    told = _read_manifest(_text(bag, manifest))
    if told is None:
        return [f"{manifest}: missing, empty or malformed"]
    missing = [f"{name}: missing" for name in sorted(told.keys() - set(names))]
    strange = [f"{name}: not in {manifest}" for name in names if name not in told]
    changed = [f"{name}: changed" for name in names if name in told and bag.sha256_of(name) != told[name]]
    return missing + strange + changed


def read_json(raw: bytes) -> object:
    """As json reads it, but ValueError for a name that stands twice in one object: two readers would see two things."""
    return json.loads(raw, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A name stands twice.")
    return found


def _text(bag: Bag, name: str) -> bytes:
    return bag.read(name) if name in bag.names else b""


def _read_manifest(raw: bytes) -> dict[str, str] | None:
    lines = [_LINE.fullmatch(line) for line in raw.decode("utf-8", "replace").splitlines()]
    found = {line[2]: line[1] for line in lines if line}
    return found if found and _manifest(found) == raw else None
