from django.utils import translation

from vault.rules.zones import Mark, Zone
from web.parts.deposits.words import where, where_among


def band(top: float, *, left: float = 0.1, kind: Mark = Mark.BARCODE) -> Zone:
    corners = ((left, top), (left + 0.1, top), (left + 0.1, top + 0.02), (left, top + 0.02))
    return Zone(1, corners, kind, certain=False)


def test_a_place_alone_in_its_third_is_not_counted() -> None:
    zones = [band(0.05), band(0.9), band(0.06, kind=Mark.NIR)]

    assert [where_among(one, zones) for one in zones] == [where(one) for one in zones]


def test_places_of_one_kind_in_one_third_are_counted_from_above() -> None:
    lower, upper, beside = band(0.2), band(0.05), band(0.05, left=0.5)
    zones = [lower, upper, beside]

    with translation.override("fr"):
        told = [where_among(one, zones) for one in zones]

    assert told == [f"en haut de la page 1, {number} sur 3 à partir du haut" for number in (3, 1, 2)]
