"""Numbers that must be written nowhere. All of them are made up: the key is what makes them look right."""

import pytest

from vault.rules.detector import Seen, seen_in


@pytest.mark.parametrize(
    "text",
    [
        "2 85 05 78 006 084 41",
        "2-85-05-78-006-084-91 et carte demandée",
        "2850578006084 41",
        "Mme Trucmuche 285057800608441",
        "2.85.05.78.006.084 / 41",
        "2\u00a085\u00a005\u00a078\u202f006\u00a0084",
        "n° SS 2850578006084.",
        "2 85 05 78 006 084 91",
        "né le 5/05/1985, 2 85 05 78 006 084",
        "2 85 13 78 006 084 72",
        "1 85 05 2A 006 084",
        "1 85 05 2b 006 084",
        "7 85 20 78 006 084",
        "8 85 99 78 006 084",
    ],
)
def test_a_number_of_social_security_is_seen(text: str) -> None:
    assert seen_in(text) is Seen.NIR


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("carte Vitale 80250000001234567890", Seen.CARD),
        ("Numéro de série : 12 34 56 78", Seen.CARD),
        ("son code provisoire est 123456", Seen.CODE),
        ("code confidentiel : 12345678", Seen.CODE),
    ],
)
def test_a_card_and_a_code_are_seen_by_the_word_before(text: str, seen: Seen) -> None:
    assert seen_in(text) is seen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "06 12 34 56 78",
        "+33 6 12 34 56 78, puis 01 23 45 67 89",
        "0033612345678",
        "SIRET 362 521 879 00034",
        "SIRET 36252187900034",
        "FR76 3000 6000 0112 3456 7890 189",
        "FR7630006000011234567890189",
        "le 5 mai 2026, 24/11/2026, 2026-11-24",
        "du 2026-11-24 au 2026-12-24",
        "1/11/2026 24/12/2026",
        "FR52 1112 3456 1112 3456 7890 189",
        "2 85 13 78 006 084",
        "carte Vitale perdue le 24/11",
        "le code provisoire n’est pas venu",
        "dossier n° 123456",
        "OPP-7K3D-9Q2M",
        "5850578006084",
    ],
)
def test_what_is_no_such_number_passes(text: str) -> None:
    assert seen_in(text) is None
