"""Numbers that must be written nowhere: the NIR, the Vitale card's serial number, Mon espace santé's codes.

`find` for who hides them on a page, `seen_in` for who refuses a text, `mask` for who cannot send a text back. What a
number is made of is neither kept nor told. docs/reference/detector.md says what is recognised and what stays.
"""

from vault.rules.detector.find import find, holds_certainly, mask, seen_in
from vault.rules.detector.hits import Hit, Seen

__all__ = ["Hit", "Seen", "find", "holds_certainly", "mask", "seen_in"]
