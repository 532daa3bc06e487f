"""Codes and serial numbers, that only the words beside them give away."""

import pytest

from vault.rules.detector import Seen, find, seen_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("code provisoire : 123456", "123456"),
        ("son code provisoire est 123456", "123456"),
        ("Code provisoire A1B2C3D4", "A1B2C3D4"),
        ("Votre code provisoire :\nX7K9-PQ2M", "X7K9-PQ2M"),
        ("votre code provisoire est le suivant : AB12CD34", "AB12CD34"),
        ("codes provisoires : 123456", "123456"),
        ("code confidentiel n° 1234", "1234"),
        ("code confidentiel : 12345678", "12345678"),
        ("CODE A USAGE UNIQUE: 12 34 56", "12 34 56"),
        ("mon code secret c’est 4821", "4821"),
        ("code d’activation « 789456 »", "789456"),
        ("code reçu par SMS : 482 913", "482 913"),
        ("le code temporaire KX82PL", "KX82PL"),
        ("code provisoire du portail, tapé hier : 482913", "482913"),
        ("123456 est votre code provisoire", "123456"),
        ("1234 (code confidentiel)", "1234"),
        ("mot de passe : soleil12", "soleil12"),
    ],
)
def test_a_code_is_seen_by_the_words_beside_it(text: str, number: str) -> None:
    assert [(hit.kind, text[hit.start : hit.end], hit.certain) for hit in find(text)] == [(Seen.CODE, number, False)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("carte Vitale 80250000001234567890", "80250000001234567890"),
        ("carte Vitale n° 8025000012", "8025000012"),
        ("Carte Vitale\n8025000012", "8025000012"),
        ("Numéro de série : 12 34 56 78", "12 34 56 78"),
        ("Numéro de série de la carte Vitale : 8025000012", "8025000012"),
        ("N° série Vitale 8025000012", "8025000012"),
        ("n° de série : 8A25F01234", "8A25F01234"),
        ("80250000120001 (n° de série)", "80250000120001"),
    ],
)
def test_a_card_is_seen_by_the_words_beside_it(text: str, number: str) -> None:
    assert [(hit.kind, text[hit.start : hit.end]) for hit in find(text)] == [(Seen.CARD, number)]


def test_words_known_to_stand_before_count_too() -> None:
    assert [hit.kind for hit in find("123456", context="Code provisoire")] == [Seen.CODE]
    assert find("123456", context="Dossier") == []


def test_a_number_of_social_security_after_the_card_s_name_is_what_it_is() -> None:
    assert seen_in("carte Vitale n° 2 85 05 78 006 084 41") is Seen.NIR


@pytest.mark.parametrize(
    "text",
    [
        "carte Vitale perdue le 24/11",
        "carte Vitale : appelez le 01 23 45 67 89",
        "Numéro de série perdu",
        "le code provisoire n’est pas venu",
        "le code confidentiel n’est pas venu en 2026",
        "code provisoire reçu le 24/11/2026",
        "code provisoire valable 10 minutes",
        "code provisoire (2026)",
        "J’ai reçu 2 codes provisoires",
        "Covid19 code provisoire",
        "votre code personnel sera envoyé sous 15 jours",
        "code provisoire du dossier OPP-7K3D-9Q2M",
        "mot de passe oublié",
        "code postal 75011, code APE 9499Z",
    ],
)
def test_words_of_codes_and_cards_alone_pass(text: str) -> None:
    assert seen_in(text) is None
