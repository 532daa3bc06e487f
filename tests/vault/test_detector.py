"""Numbers that must be written nowhere. All of them are made up: the key is what makes them look right."""

import random

import pytest

from vault.rules.detector import Hit, Seen, find, mask, seen_in


@pytest.mark.parametrize(
    "text",
    [
        "2 85 05 78 006 084 41",
        "2-85-05-78-006-084-41 et carte demandée",
        "2850578006084 41",
        "Mme Trucmuche 285057800608441",
        "NIR285057800608441",
        "285057800608441Mme",
        "SS285057800608441",
        "S1285057800608441S2JEANNE",
        "2.85.05.78.006.084 / 41",
        "28 50 57 80 06 08 44 1",
        "2\u00a085\u00a005\u00a078\u202f006\u00a0084",
        "2 85 05 78 006 084 91",
        "né le 5/05/1985, 2 85 05 78 006 084",
        "2 85 13 78 006 084 72",
        "1 85 05 2A 006 084",
        "1 85 05 2b 006 084",
        "7 85 20 78 006 084",
        "8 85 99 78 006 084",
        "2 85 05 78 OO6 O84",
        "l 85 O5 2B OO6 O84",
        "Z 85 05 78 006 084 41",
        "2 85 05 7B 006 084 41",
        "2850578006084 clé 41",
        "2850578006084 (41)",
        "NIR 2,85,05,78,006,084",
        "Dossier 4512 2 85 05 78 006 084 41 du 3/4/2026",
        "4512 285057800608441 75011",
        "Tél. 01 23 45 67 89 - 2 85 05 78 006 084",
        "Page 1/2\n2 85 05 78 006 084 41\n2/2",
    ],
)
def test_a_number_of_social_security_is_seen(text: str) -> None:
    assert seen_in(text) is Seen.NIR


@pytest.mark.parametrize(
    "label",
    [
        "N° de sécurité sociale :",
        "N° de sécurité sociale\n\n",
        "Sécurite socia1e:",
        "SÉCURITÉ\nSOCIALE\n",
        "Se\u0301curite\u0301 sociale",
        "s é c u r i t é  s o c i a l e",
        "numéro de sécu",
        "n°SS:",
        "Numéro SS",
        "N.I.R.",
        "N1R :",
        "NIA :",
        "INS",
        "INSEE",
        "Matricule INS :",
        "assuré(e)",
        "assurée :",
        "immatri-\nculation",
        "Irnmatriculation",
        "Votre n° d’immatriculation :",
        "carte Vitale au nom de Mme Trucmuche,",
        "Sécurité sociale, à rappeler dans tous vos courriers et appels :",
    ],
)
@pytest.mark.parametrize("number", ["2850578006084", "2 8505 7800 6084", "285057800608499"])
def test_a_word_before_makes_up_for_groups_and_key(label: str, number: str) -> None:
    text = f"{label} {number}"

    assert [(text[hit.start : hit.end], hit.certain) for hit in find(text)] == [(number, False)]
    assert [hit.end - hit.start for hit in find(number, context=label)] == [len(number)]


@pytest.mark.parametrize(
    "text",
    [
        "NIR : 2 85 05 78 06 084 41",
        "N° de sécurité sociale : 285057800608",
        "n° SS 2850578006084411",
    ],
)
def test_a_slip_of_one_sign_hides_nothing_right_behind_its_name(text: str) -> None:
    assert seen_in(text) is Seen.NIR


def test_the_key_on_the_next_line_is_a_hit_of_its_own() -> None:
    text = "2 85 05 78 006 084\nClé : 41"

    assert find(text) == [Hit(0, 18, Seen.NIR, certain=True), Hit(25, 27, Seen.KEY, certain=True)]


def test_a_wrong_key_with_its_word_is_hidden_too_but_proves_nothing() -> None:
    text = "2 85 05 78 006 084, clé 17"

    assert find(text) == [Hit(0, 18, Seen.NIR, certain=False), Hit(24, 26, Seen.KEY, certain=False)]


def test_only_a_right_key_makes_it_certain() -> None:
    assert [hit.certain for hit in find("2 85 05 78 006 084 41")] == [True]
    assert [hit.certain for hit in find("2 85 05 78 006 084 42")] == [False]
    assert [hit.certain for hit in find("2 85 05 78 006 084")] == [False]


def test_two_numbers_one_after_the_other_are_two() -> None:
    assert [(hit.start, hit.end) for hit in find("2 85 05 78 006 084 41 2 85 05 78 006 084 41")] == [(0, 21), (22, 43)]


def test_a_number_that_begins_in_the_words_before_is_not_of_this_text() -> None:
    assert find("78 006 084 41", context="2 85 05") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "06 12 34 56 78",
        "+33 6 12 34 56 78, puis 01 23 45 67 89",
        "0033612345678",
        "SIRET 362 521 879 00034",
        "NIR absent. SIRET 732 829 320 00074",
        "sécurité sociale : 732 829 320 00074",
        "732 829 320 00074 - 2 rue de la Paix",
        "FR76 3000 6000 0112 3456 7890 189",
        "FR7630006000011234567890189",
        "le 5 mai 2026, 24/11/2026, 2026-11-24",
        "du 2026-11-24 au 2026-12-24",
        "1/11/2026 24/12/2026",
        "FR52 1112 3456 1112 3456 7890 189",
        "2026-11-24T10:15:30.123456+01:00",
        "2 85 13 78 006 084",
        "dossier n° 123456",
        "OPP-7K3D-9Q2M",
        "5850578006084",
        "2850578006084",
        "liste 2,85,05,78,006,084",
        "3017620422003",
        "commande n° 2850578006084",
        "assurée, lettre recommandée n° 1A 170 123 4567 8",
        "assurée : 06 12 34 56 78",
        "tableau 1 200 300 400 500 600",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
        "Total 1 234,56 2 345,67 3 456,78",
        "4970 1012 3456 7890",
        "IMEI 352099001761481",
        "8 rue de la Paix 75002 Paris 01 42 60 00 00",
        "Numéro fiscal 30 94 473 206 751",
        "CS 12345 - 75123 PARIS CEDEX 15",
        "285a5780-0608-4410-8123-285057800608",
        "R. 1111-26 à R. 1111-39 du code de la santé publique",
    ],
)
def test_what_is_no_such_number_passes(text: str) -> None:
    assert seen_in(text) is None


def test_of_fifteen_digits_at_random_one_in_a_hundred_is_taken_for_one_at_most() -> None:
    drawn = random.Random(5)

    taken = sum(bool(find(f"Référence {drawn.randrange(10**15):015d}")) for _ in range(4000))

    assert 0 < taken <= 40


def test_a_masked_text_keeps_its_other_words() -> None:
    assert mask("Je suis 2 85 05 78 006 084 41.\nMerci") == f"Je suis {'•' * 21}.\nMerci"
    assert mask("Bonjour") == "Bonjour"
