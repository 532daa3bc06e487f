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
    ("text", "number", "certain"),
    [
        ("285 057 800 608 441 12", "285 057 800 608 441", False),
        ("12 285 057 800 608 441 12", "285 057 800 608 441", False),
        ("Réf 1 285 057 800 608 441 12,50 EUR", "285 057 800 608 441", False),
        ("28 50 57 80 06 08 44 1 12", "28 50 57 80 06 08 44 1", False),
        ("12 28 50 57 80 06 08 441 12", "28 50 57 80 06 08 441", False),
        ("7 28505 78006 08441 33", "28505 78006 08441", True),
        ("28505 78006 08441 75011", "28505 78006 08441", True),
        ("NIR 75011 33000 285 057 800 608 441 12", "285 057 800 608 441", True),
        ("00285057800608441", "285057800608441", True),
        ("0285057800608441", "285057800608441", True),
        ("28505780060844101", "285057800608441", True),
        ("00028505780060844101", "285057800608441", True),
        ("002 85 05 78 006 084 41", "2 85 05 78 006 084 41", True),
        ("Matricule 28505780060844101", "285057800608441", True),
        ("N° SS 285057800608441001", "285057800608441", True),
        ("CAF 0285057800608441", "285057800608441", True),
        ("CAF 9285057800608441", "285057800608441", False),
        ("n° SS 12285057800608441375", "285057800608441", False),
        ("+2 85 05 78 006 084 41", "2 85 05 78 006 084 41", True),
        ("NIR : +2 85 05 78 006 084 41", "2 85 05 78 006 084 41", True),
        ("+33 1 23 45 67 89 / 2 85 05 78 006 084 41", "2 85 05 78 006 084 41", True),
        ("(2)(85)(05)(78)(006)(084)(41)", "2)(85)(05)(78)(006)(084)(41", True),
        ("2 85 05 78 (006) 084 41", "2 85 05 78 (006) 084 41", True),
        ("²⁸⁵⁰⁵⁷⁸⁰⁰⁶⁰⁸⁴⁴¹", "²⁸⁵⁰⁵⁷⁸⁰⁰⁶⁰⁸⁴⁴¹", True),
        ("2 85 05 78 006 084 41¹", "2 85 05 78 006 084 41", True),
        ("②⑧⑤⓪⑤⑦⑧⓪⓪⑥⓪⑧④④①", "②⑧⑤⓪⑤⑦⑧⓪⓪⑥⓪⑧④④①", True),
        ("2%2085%2005%2078%20006%20084%2041", "2%2085%2005%2078%20006%20084%2041", True),
        ("?q=%20285057800608441%0A", "285057800608441", True),
        ("%2028505780060844101", "285057800608441", True),
        ("%32%3850578006084%34%31", "%32%3850578006084%34%31", True),
        ("2+85+05+78+006+084+41", "2+85+05+78+006+084+41", True),
        ("2 85 05\n> 78 006 084 41", "2 85 05\n> 78 006 084 41", True),
        ("> 2 85 05\r\n>> 78 006 084 41", "2 85 05\r\n>> 78 006 084 41", True),
    ],
)
def test_a_right_key_gives_it_away_in_its_exact_place_among_other_digits(text: str, number: str, certain: bool) -> None:
    assert [(text[hit.start : hit.end], hit.certain) for hit in find(text)] == [(number, certain)]


@pytest.mark.parametrize(
    "text",
    [
        "200 300 285 057 800 608 441 12",
        "200\n285\n057\n800\n608\n441\n120",
        "20000\n28505\n78006\n08441\n12000",
        "20000 28505 78006 08441 12000",
        "01 28 50 57 80 06 08 44 1",
        "1 2 8 5 0 5 7 8 0 0 6 0 8 4 4 1",
        "9285057800608441",
        "285057800608441375",
    ],
)
def test_where_a_right_key_may_be_chance_a_word_before_makes_up_for_it(text: str) -> None:
    assert seen_in(text) is None
    assert seen_in(f"NIR : {text}") is Seen.NIR


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
        "9285057800608441",
        "285057800608441375",
        "200 300 285 057 800 608 441 12",
        "01 28 50 57 80 06 08 44 1",
        "+2 85 05 78 006 084",
        "remise de 50%20 ans après, page (2) (85)",
        "> le 5 mai\n> 2026",
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


def _table(drawn: random.Random, width: int) -> str:
    """Two to five rows of seven to nine numbers."""
    rows, cells = drawn.randrange(2, 6), drawn.randrange(7, 10)
    return "\n".join(_row(drawn, width, cells) for _ in range(rows))


def _row(drawn: random.Random, width: int, cells: int) -> str:
    return " ".join(f"{drawn.randrange(10**width):0{width}d}" for _ in range(cells))


@pytest.mark.parametrize("width", [2, 3, 4, 5])
def test_of_tables_at_random_one_in_a_hundred_is_taken_for_one_at_most(width: int) -> None:
    drawn = random.Random(7)

    assert sum(bool(find(_table(drawn, width))) for _ in range(600)) <= 6


@pytest.mark.parametrize("width", [2, 3, 4, 5])
def test_of_rows_at_random_one_in_a_hundred_is_taken_for_one_at_most(width: int) -> None:
    drawn = random.Random(9)

    assert sum(bool(find(_row(drawn, width, drawn.randrange(4, 11)))) for _ in range(2000)) <= 20


@pytest.mark.parametrize("width", [2, 3, 4, 5])
@pytest.mark.parametrize("sign", ["\n", "\t"])
def test_of_columns_at_random_one_in_a_hundred_is_taken_for_one_at_most(width: int, sign: str) -> None:
    drawn = random.Random(13)

    taken = sum(bool(find(_row(drawn, width, drawn.randrange(6, 13)).replace(" ", sign))) for _ in range(1000))

    assert taken <= 10


@pytest.mark.parametrize("length", [16, 17, 18, 19, 20])
def test_of_longer_rows_of_digits_at_random_one_in_five_hundred_is_taken_for_one_at_most(length: int) -> None:
    drawn = random.Random(11)

    assert sum(bool(find(f"Référence {drawn.randrange(10**length):0{length}d}")) for _ in range(2000)) <= 4


def test_a_masked_text_keeps_its_other_words() -> None:
    assert mask("Je suis 2 85 05 78 006 084 41.\nMerci") == f"Je suis {'•' * 21}.\nMerci"
    assert mask("Bonjour") == "Bonjour"
