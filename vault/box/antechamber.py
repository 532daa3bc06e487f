"""The antechamber: what came, sealed under a key of its own until it is kept or destroyed. Nothing plain on a disk."""

import errno
import io
import secrets
from contextlib import closing

from vault.box import store
from vault.box.keys import KeyGone
from vault.rules import stream
from vault.rules.refusals import Code, Refused

ROOM = "sas"
# The blob that holds the result of the analysis, beside the pieces that came.
ANALYSIS = "analyse"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def write(folder: str, name: str, plain: bytes, *, key: bytes, place: bytes) -> None:
    """Seal the bytes into a new blob of the folder. Raises Refused(Code.NO_ROOM)."""
    pieces = stream.seal(io.BytesIO(plain), key=key, place=place, prefix=secrets.token_bytes(stream.PREFIX_BYTES))
    try:
        store.write(f"{folder}/{name}", pieces)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise Refused(Code.NO_ROOM) from error
        raise


def read(folder: str, name: str, *, key: bytes, place: bytes) -> bytes:
    """Raises KeyGone when the blob is gone or is not what the key sealed: it cannot be had back either way."""
    try:
        with closing(store.read(f"{folder}/{name}")) as blob:
            return b"".join(stream.unseal(blob, key=key, place=place))
    except FileNotFoundError:
        raise KeyGone("The blob is gone.") from None
    except stream.Damaged:
        raise KeyGone("The blob does not fit the key.") from None


def remove(folder: str, name: str) -> None:
    store.remove(f"{folder}/{name}")


def empty(folder: str) -> None:
    """Remove every blob of the folder, and the folder where there is one."""
    for name in store.names_in(folder):
        store.remove(f"{folder}/{name}")
    store.remove_folder(folder)
