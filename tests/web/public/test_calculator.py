"""«Ai-je encore le temps ?»: it is Monday 23 November 2026."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.people import HouseClient
from tests.web.public.test_pages import text_of

PARIS = ZoneInfo("Europe/Paris")

pytestmark = pytest.mark.django_db


def asked(client: HouseClient, day: date | None = None, *, letter_is: str = "sent", **typed: str) -> tuple[int, str]:
    given = {"letter_is": letter_is, **typed}
    if day:
        given |= {"letter_day": str(day.day), "letter_month": str(day.month), "letter_year": str(day.year)}
    response = client.get("/deux-voies/", given)
    page = response.content.decode()
    assert page.count("<h1") == 1
    return response.status_code, text_of(page)


def test_a_letter_of_last_week_leaves_time(client: HouseClient) -> None:
    status, read = asked(client, date(2026, 11, 20))

    assert status == 200
    assert "Oui, jusqu’au vendredi 1 er janvier 2027" in read
    assert "Il vous reste 39 jours." in read
    assert "le dernier appel utile est le jeudi 31 décembre 2026, avant 17 h 30" in read
    assert "Départ : vendredi 20 novembre 2026, jour de l’envoi" in read


def test_the_forty_second_day_still_counts(client: HouseClient) -> None:
    status, read = asked(client, date(2026, 10, 12))

    assert (status, "C’est aujourd’hui le dernier jour." in read) == (200, True)


def test_one_day_later_nothing_is_lost(client: HouseClient) -> None:
    status, read = asked(client, date(2026, 10, 11))

    assert status == 200
    assert "Les six semaines ont pris fin le dimanche 22 novembre 2026" in read
    assert "Rien n’est perdu" in read
    assert "Oui, jusqu’au" not in read


def test_the_line_that_closed_is_not_offered_any_more(client: HouseClient, clock: time_machine.Traveller) -> None:
    clock.move_to(datetime(2026, 11, 23, 17, 30, tzinfo=PARIS))

    read = asked(client, date(2026, 10, 12))[1]

    assert "faites-le en ligne" in read
    assert "dernier appel utile" not in read.split("Pourquoi cette date")[0]


def test_a_day_of_receipt_is_taken_with_prudence(client: HouseClient) -> None:
    read = asked(client, date(2026, 11, 20), letter_is="received")[1]

    assert "Oui, jusqu’au vendredi 18 décembre 2026" in read
    assert "La loi compte depuis l’envoi." in read


def test_no_letter_is_not_an_error(client: HouseClient) -> None:
    status, read = asked(client, letter_is="never")

    assert status == 200
    assert "Sans courrier, pas de date. Et rien n’est perdu." in read
    assert "Voir comment clôturer et faire supprimer" in read


def test_no_letter_makes_whatever_else_was_typed_void(client: HouseClient) -> None:
    assert asked(client, letter_is="never", letter_day="99")[0] == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("31", "2", "2026"), "Février 2026 n’a que 28 jours."),
        (("24", "11", "2026"), "Cette date n’est pas encore arrivée."),
        (("12", "", "2026"), "Il manque le mois."),
        (("", "", ""), "Indiquez la date"),
        (("12", "brumaire", "2026"), "Le mois est un nombre de 1 à 12, ou son nom."),
        (("12", "11", "26"), "Écrivez l’année en quatre chiffres"),
        (("<b>", "11", "2026"), "Le jour est un nombre de 1 à 31."),
    ],
)
def test_an_impossible_date_is_told_and_kept(client: HouseClient, typed: tuple[str, str, str], said: str) -> None:
    names = ("letter_day", "letter_month", "letter_year")
    response = client.get("/deux-voies/", dict(zip(names, typed, strict=True)) | {"letter_is": "sent"})
    page = response.content.decode()

    assert response.status_code == 422
    assert said in text_of(page)
    assert "<b>" not in page
    kept = dict(re.findall(r'name="(letter_(?:day|month|year))" value="([^"]*)"', page))
    assert kept == {name: value.replace("<b>", "&lt;b&gt;") for name, value in zip(names, typed, strict=True) if value}


def test_an_unknown_kind_of_date_is_refused(client: HouseClient) -> None:
    assert asked(client, date(2026, 11, 20), letter_is="dreamt")[0] == 422


def test_other_parameters_ask_nothing(client: HouseClient) -> None:
    response = client.get("/deux-voies/", {"utm": "x"})

    assert response.status_code == 200
    assert "Oui, jusqu’au" not in response.content.decode()


def test_the_answer_is_kept_nowhere(client: HouseClient) -> None:
    response = client.get(
        "/deux-voies/", {"letter_day": "20", "letter_month": "11", "letter_year": "2026", "letter_is": "sent"}
    )

    assert not response.cookies
