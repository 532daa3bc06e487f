"""Reading sealed files, and proving that they are all there. Who may read one is decided by who hands the row over."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from accounts import scope
from accounts.models import Association
from vault.box import store
from vault.box.antechamber import ROOM
from vault.models import SealedFile
from vault.rules import stream


class BlobMissing(LookupError):
    """The row stands, its blob does not: restore it from a backup (`manage.py verify_vault` lists all)."""


@dataclass(frozen=True, slots=True)
class Unsound:
    """A sealed file to restore: its row, whose it is, and its blob's path in the store."""

    id: int
    flaw: str
    association: str
    path: str


@dataclass(slots=True)
class Verification:
    """Ids of sealed files by what was found, each told in `unsound`; `orphans` counts blobs without a row.

    These may also lie in nobody's folder, or at the top of the store.
    """

    checked: int = 0
    damaged: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    orphans: int = 0
    unsound: list[Unsound] = field(default_factory=list)
    orphan_paths: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.unsound


def open_plain(sealed: SealedFile) -> Iterator[bytes]:
    """Plain chunks of 64 KiB, each verified before it is given.

    The key is fetched now, so the result may be read after the scope has ended. Raises KeyDestroyed and BlobMissing
    now; stream.Damaged while reading (a cut end shows only at the end: join the chunks before answering).
    """
    key = sealed.file_key()
    try:
        blob = store.read(sealed.stored_name)
    except FileNotFoundError:
        raise BlobMissing(f"The blob of sealed file {sealed.pk} is not in the store.") from None
    return _closing(blob, stream.unseal(blob, key=key, place=sealed.place))


def _closing(blob: object, chunks: Iterator[bytes]) -> Iterator[bytes]:
    with closing(blob):  # type: ignore[type-var]  # a file
        yield from chunks


def verify() -> Verification:
    """Door: every association's files, re-hashed without a key. Reads the disk outside transactions."""
    found = Verification()
    owners = dict(Association.objects.order_by("pk").values_list("pk", "slug"))
    for association_id, slug in owners.items():
        with scope.enter(association_id):
            rows = list(SealedFile.objects.order_by("pk").values_list("pk", "stored_name", "sha256_cipher"))
        for pk, name, digest in rows:
            _check(found, pk, name=name, digest=digest, slug=slug)
        found.orphan_paths += sorted(set(store.names_of(association_id)) - {name for _, name, _ in rows})
    for folder in sorted(set(store.folders()) - {str(pk) for pk in owners} - {ROOM}):
        found.orphan_paths += store.names_of(folder)
    found.orphan_paths += store.strays()
    found.orphans = len(found.orphan_paths)
    return found


def flaw_of(name: str, *, digest: str) -> str:
    """ "damaged", "missing" or "unreadable"; "" for a blob that is there, byte for byte."""
    try:
        return "" if store.sha256_of(name) == digest else "damaged"
    except FileNotFoundError:
        return "missing"
    except OSError:  # no right to it, a folder in its place, a disk that fails: the others are checked all the same
        return "unreadable"


def _check(found: Verification, pk: int, *, name: str, digest: str, slug: str) -> None:
    found.checked += 1
    flaw = flaw_of(name, digest=digest)
    if flaw:
        ids = {"damaged": found.damaged, "missing": found.missing, "unreadable": found.unreadable}
        ids[flaw].append(pk)
        found.unsound.append(Unsound(id=pk, flaw=flaw, association=slug, path=name))
