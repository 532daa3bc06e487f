"""What is said of a deposit: why a place is hidden, where it lies, what happens now, how to take a better photo."""

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vault.rules.zones import Mark, Zone

_MARKS: dict[Mark, str | Promise] = {
    Mark.NIR: _("Un numéro de sécurité sociale"),
    Mark.KEY: _("La clé d’un numéro de sécurité sociale"),
    Mark.CARD: _("Un numéro de carte Vitale"),
    Mark.CODE: _("Un code provisoire"),
    Mark.BARCODE: _("Un code-barres ou un code carré"),
}
# The same where the machine is not sure.
_DOUBTS: dict[Mark, str | Promise] = {
    Mark.NIR: _("ce qui ressemble à un numéro de sécurité sociale"),
    Mark.KEY: _("ce qui ressemble à la clé d’un numéro"),
    Mark.CARD: _("ce qui ressemble à un numéro de carte Vitale"),
    Mark.CODE: _("ce qui ressemble à un code provisoire"),
    Mark.BARCODE: _("un code-barres ou un code carré"),
}
_PLACES: tuple[str | Promise, ...] = (
    _("en haut de la page %(page)s"),
    _("au milieu de la page %(page)s"),
    _("en bas de la page %(page)s"),
)
# How to take a photo that can be read, in the order in which one does it.
ADVICE: tuple[str | Promise, ...] = (
    _("Mettez-vous près d’une fenêtre, en plein jour. Pas de flash."),
    _("Posez la feuille bien à plat, sur une table sombre."),
    _("Tenez le téléphone juste au-dessus. La feuille entière doit se voir, avec ses quatre coins."),
    _("Attendez que le texte soit net, puis prenez la photo sans bouger."),
)


def why_hidden(zone: Zone) -> str:
    return str(_MARKS[zone.kind] if zone.certain else _DOUBTS.get(zone.kind, _MARKS[zone.kind]))


def where(zone: Zone) -> str:
    """Which third of which page its middle lies in."""
    heights = [y for _x, y in zone.polygon]
    middle = (min(heights) + max(heights)) / 2
    return str(_PLACES[min(2, int(middle * 3))]) % {"page": zone.page}


def where_among(zone: Zone, zones: Sequence[Zone]) -> str:
    """The same, counted from above where several of one kind lie in that third: each is told apart from the others."""
    alike = [one for one in zones if (why_hidden(one), where(one)) == (why_hidden(zone), where(zone))]
    if len(alike) == 1:
        return where(zone)
    number = sorted(alike, key=_from_above).index(zone) + 1
    counted = _("%(where)s, %(number)s sur %(total)s à partir du haut")
    return str(counted) % {"where": where(zone), "number": number, "total": len(alike)}


def _from_above(zone: Zone) -> tuple[float, float]:
    return min(y for _x, y in zone.polygon), min(x for x, _y in zone.polygon)


def percent(fraction: float) -> str:
    """ "12,5" in French: as somebody would type it."""
    value = round(fraction * 100, 1)
    return number_format(value, decimal_pos=0 if value == int(value) else 1)
