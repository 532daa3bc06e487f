"""What the machine noticed on a document, said to whoever checks it: hints, never verdicts."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_DOUBTS: dict[str, str | Promise] = {
    "ailleurs": _("Le même document est déjà dans un autre dossier de l’association. Est-ce bien le sien ?"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HintLine:
    icon: str
    text: str | Promise


def hints(codes: Collection[str]) -> list[HintLine]:
    """One line each, of those that are known."""
    return [HintLine(icon="alert", text=_DOUBTS[code]) for code in codes if code in _DOUBTS]
