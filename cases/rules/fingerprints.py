"""A fingerprint stands for a file that its owner keeps: SHA-256 of a salt and the file, the salt on the receipt alone.

Without the salt nobody can try guesses of what the file holds; with file and salt anybody can repeat the sum.
"""

import hashlib
import re
from collections.abc import Iterable

SALT_BYTES = 32
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_BETWEEN = re.compile(r"[\s.\-]+")
LONGEST = 20_000


def fingerprint_of(pieces: Iterable[bytes], *, salt: bytes) -> str:
    digest = hashlib.sha256(salt)
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def salts_in(typed: str) -> list[bytes]:
    """What may be the salt in what somebody typed: the salt alone, in groups or not, or the words of a whole receipt.

    A receipt holds the fingerprint too, which is as long: each is one of the answers.
    """
    text = typed[:LONGEST].lower()
    alone = _BETWEEN.sub("", text)
    found = [alone] if _HEX.fullmatch(alone) else _HEX.findall(text)
    return [bytes.fromhex(one) for one in dict.fromkeys(found)]
