"""«Ai-je encore le temps ?»: it is Monday 23 November 2026."""

import re
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from procedures import registry
from procedures.rules import deadlines
from procedures.rules.facts import StartFact
from tests.factories import CHILD, OPPOSITION
from tests.people import HouseClient
from tests.web.public.test_pages import text_of
from tests.whole import WHOLE
from web.public.forms import TimeForm
from web.public.pages.calculator import State, answer
from web.public.views import OPPOSITIONS

PARIS = ZoneInfo("Europe/Paris")
HERE = "/calculateur/"

pytestmark = pytest.mark.django_db


def in_boxes(name: str, day: date) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def asked(client: Client, day: date | None = None, /, **typed: str) -> tuple[int, str]:
    given = {"told": "letter", "known": "written", "whom": "self"}
    given |= in_boxes("letter", day) if day else {}
    response = client.post(HERE, given | typed)
    page = response.content.decode()
    assert page.count("<h1") == 1
    return response.status_code, text_of(page)


def test_it_asks_three_questions_and_no_more(client: HouseClient) -> None:
    page = client.get(HERE).content.decode()

    assert re.findall(r"(\d)\. [A-Z]", text_of(page)) == ["1", "2", "3"]
    boxes = set(re.findall(r'<input[^>]*name="([^"]+)"', page[page.index("<main") : page.index("</main>")]))
    assert {name.partition("_")[0] for name in boxes} == {"told", "known", "letter", "until", "whom"}


def test_a_letter_of_last_week_leaves_time(client: HouseClient) -> None:
    status, read = asked(client, date(2026, 11, 20))

    assert status == 200
    assert "Oui, jusqu’au vendredi 1 er janvier 2027" in read
    assert "Il vous reste 39 jours." in read
    assert (
        "Par téléphone, au 34 22 : jeudi 31 décembre 2026, avant 17 h 30. Personne ne répond le dernier jour." in read
    )
    assert "En ligne, sur monespacesante.fr : vendredi 1er janvier 2027, jusqu’à minuit." in read
    assert "Ouvert maintenant, jusqu’à 17 h 30" in read
    assert "Départ : vendredi 20 novembre 2026, jour de l’envoi, d’après la date écrite sur la lettre" in read
    assert "CSP R. 1111-28" in read


def test_the_two_ways_stand_side_by_side_in_the_answer(client: HouseClient) -> None:
    read = asked(client, date(2026, 11, 20))[1]

    for said in (
        "Six semaines après l’envoi du courrier",
        "À tout moment, sans motif, même sans courrier.",
        "L’espace n’est pas créé. Rien n’est archivé.",
        "tout est effacé en trois mois au plus. Sans elle : tout reste archivé dix ans",
        "c’est la voie la plus sûre",
    ):
        assert said in read


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ({"told": "email"}, "d’après l’en-tête du courriel"),
        ({"known": "postmark"}, "d’après le cachet de la poste"),
        ({"told": "unknown"}, "jour de l’envoi. "),
    ],
)
def test_the_answer_says_how_the_day_is_known(client: HouseClient, typed: dict[str, str], known: str) -> None:
    assert known in asked(client, date(2026, 11, 20), **typed)[1]


def test_the_forty_second_day_still_counts(client: HouseClient) -> None:
    status, read = asked(client, date(2026, 10, 12))

    assert (status, "C’est aujourd’hui le dernier jour." in read) == (200, True)


def test_one_day_later_nothing_is_lost(client: HouseClient) -> None:
    status, read = asked(client, date(2026, 10, 11))

    assert status == 200
    assert "Non, les six semaines ont pris fin le dimanche 22 novembre 2026" in read
    assert "Rien n’est perdu" in read
    assert "Oui, jusqu’au" not in read
    assert "dernier moment utile" in read.split("Pourquoi cette date")[1]
    assert "Ouvert maintenant" not in read


def test_a_letter_of_years_ago_says_that_the_space_is_open(client: HouseClient) -> None:
    read = asked(client, date(2024, 3, 1))[1]

    assert "l’espace est sans doute déjà ouvert" in read
    assert "Vérifiez l’année." not in read


def test_a_letter_older_than_the_service_asks_to_check_the_year(client: HouseClient) -> None:
    assert "Vérifiez l’année. À cette date" in asked(client, date(1986, 11, 20))[1]


def test_the_line_that_closed_is_not_offered_any_more(client: HouseClient, clock: time_machine.Traveller) -> None:
    clock.move_to(datetime(2026, 11, 23, 17, 30, tzinfo=PARIS))

    read = asked(client, date(2026, 10, 12))[1]

    assert "Par téléphone, au 34 22 : personne ne répondra plus d’ici là." in read
    assert "lundi 23 novembre 2026, jusqu’à minuit" in read


def test_a_day_of_receipt_is_taken_with_prudence(client: HouseClient) -> None:
    read = asked(client, date(2026, 11, 20), known="received")[1]

    assert "Oui, jusqu’au vendredi 18 décembre 2026" in read
    assert "La loi compte depuis l’envoi." in read
    assert "Pour un courrier reçu le vendredi 20 novembre 2026" in read


def test_two_possible_days_are_counted_from_the_first(client: HouseClient) -> None:
    read = asked(client, date(2026, 11, 2), **in_boxes("until", date(2026, 11, 20)))[1]

    assert "Oui, jusqu’au lundi 14 décembre 2026" in read
    assert "Pour un courrier parti entre le lundi 2 novembre 2026 et le vendredi 20 novembre 2026" in read
    assert "Au plus large, si le courrier est parti plus tard : vendredi 1er janvier 2027" in read


def test_when_the_safe_day_alone_is_over_it_says_perhaps(client: HouseClient) -> None:
    read = asked(client, date(2026, 10, 5), **in_boxes("until", date(2026, 10, 20)))[1]

    assert "Peut-être : le dernier jour sûr était le lundi 16 novembre 2026" in read
    assert "vous avez jusqu’au mardi 1 er décembre 2026" in read
    assert "Voir comment s’opposer" in read
    assert "Voir comment clôturer et faire supprimer" in read


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"told": "never"}, "Aucun courrier n’est arrivé"), ({"known": "unknown"}, "Ce jour n’est pas encore connu")],
)
def test_without_a_date_there_is_no_last_day_and_no_error(
    client: HouseClient, typed: dict[str, str], said: str
) -> None:
    status, read = asked(client, letter_day="99", until_month="x", **typed)

    assert status == 200
    assert "Sans date d’envoi, pas de dernier jour. Et rien n’est perdu." in read
    assert said in read
    assert "Ouvert maintenant, jusqu’à 17 h 30" in read
    assert "Voir comment clôturer et faire supprimer" in read


@pytest.mark.parametrize(("whom", "key"), [("self", OPPOSITION), ("child", CHILD), ("represented", OPPOSITION)])
def test_each_person_is_led_to_their_own_procedure(client: HouseClient, whom: str, key: str) -> None:
    page = client.post(
        HERE, {"told": "letter", "whom": whom, **in_boxes("letter", date(2026, 11, 20))}
    ).content.decode()

    assert f'class="button button--primary button--large" href="/demarches/{key}/"' in page
    assert registry.current(key).advice[0].fr in page


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
    response = client.post(HERE, dict(zip(names, typed, strict=True)) | {"told": "email", "whom": "child"})
    page = response.content.decode()

    assert response.status_code == 422
    assert said in text_of(page)
    assert "<b>" not in page
    kept = dict(re.findall(r'name="(letter_(?:day|month|year))" value="([^"]*)"', page))
    assert kept == {name: value.replace("<b>", "&lt;b&gt;") for name, value in zip(names, typed, strict=True) if value}
    assert len(re.findall(r'value="(?:email|child)"[^>]* checked', page)) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"told": ""}, "Répondez à cette question."),
        ({"told": "pigeon"}, "choix"),
        ({"known": "dreamt"}, "choix"),
        ({"whom": "neighbour"}, "choix"),
        (in_boxes("until", date(2026, 11, 1)), "Cette date doit suivre la première."),
        (in_boxes("until", date(2026, 12, 1)), "Cette date n’est pas encore arrivée."),
    ],
)
def test_a_wrong_answer_is_refused_in_words(client: HouseClient, typed: dict[str, str], said: str) -> None:
    status, read = asked(client, date(2026, 11, 20), **typed)

    assert status == 422
    assert said in read


def test_a_second_date_that_is_wrong_is_shown_unfolded(client: HouseClient) -> None:
    wrong = {"told": "letter", **in_boxes("letter", date(2026, 11, 20)), "until_day": "32"}

    assert '<details class="why" open>' in client.post(HERE, wrong).content.decode()
    assert '<details class="why">' in client.get(HERE).content.decode()


def test_no_date_stands_in_an_address_and_nothing_is_kept(client: HouseClient) -> None:
    outside = Client(enforce_csrf_checks=True)

    response = outside.post(HERE, {"told": "letter", **in_boxes("letter", date(2026, 11, 20))})

    assert response.status_code == 200
    assert not response.cookies
    assert "Oui, jusqu’au" not in client.get(HERE, in_boxes("letter", date(2026, 11, 20))).content.decode()


def test_the_answer_is_said_in_english(client: HouseClient) -> None:
    client.cookies["django_language"] = "en"

    read = asked(client, date(2026, 11, 20))[1]

    assert "Yes, until Friday 1 January 2027" in read
    assert "Thursday 31 December 2026, before 17:30" in read
    assert "Open now, until 17:30" in read


# The same engine as the cases'.


def some_fact(dice: Random, today: date) -> StartFact | None:
    if dice.random() < 0.1:
        return None
    last = today - timedelta(days=dice.choice((dice.randrange(120), dice.randrange(40_000))))
    first = last - timedelta(days=dice.choice((0, 0, dice.randrange(60))))
    return StartFact(dice.choice(("sent", "received")), first, last, dice.choice(("", "letter", "memory")))


def test_drawn_answers_are_the_engine_s_own(today: date, now: datetime) -> None:
    dice = Random(20261123)
    states = set()
    for _ in range(10_000 if WHOLE else 1_000):
        key, fact = dice.choice((OPPOSITION, CHILD)), some_fact(dice, today)
        answers = {"notified_by": dice.choice(("letter", "email", "never", "unknown"))}

        shown = answer(registry.current(key), fact=fact, answers=answers, today=today, at=now)

        facts = {fact.kind: fact} if fact else {}
        [expected] = [
            one
            for one in deadlines.compute(registry.current(key), facts=facts, answers=answers)
            if one.key == "opposer"
        ]
        assert (shown.due, shown.latest or shown.due) == (expected.due, expected.due_latest)
        assert shown.reasons == tuple(one.fr for one in expected.reasons[: -1 if expected.due else 0])
        assert shown.none == ("" if expected.due else expected.explanation.fr)
        states.add(shown.state)
    assert states == set(State)


def test_a_sample_of_pages_shows_what_the_engine_computes(client: HouseClient, today: date) -> None:
    dice = Random(42)
    for _ in range(60):
        last = today - timedelta(days=dice.randrange(200))
        first = last - timedelta(days=dice.randrange(20))
        typed = {"told": dice.choice(("letter", "email", "unknown")), "whom": dice.choice(tuple(OPPOSITIONS))}
        typed |= {"known": dice.choice(("written", "postmark", "received"))}
        typed |= in_boxes("letter", first) | in_boxes("until", last)
        form = TimeForm(typed, today=today)  # type: ignore[arg-type]  # any mapping of texts
        assert form.is_valid()
        fact = form.fact
        assert fact

        page = client.post(HERE, typed).content.decode()

        definition = registry.current(OPPOSITIONS[typed["whom"]])
        found = deadlines.compute(definition, facts={fact.kind: fact}, answers=form.answers)[0]
        assert found.due
        assert f'<mark><time datetime="{found.due.isoformat()}">' in page
