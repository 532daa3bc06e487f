"""What anyone reads: the two ways, the procedures, the statements; never a tenant's row."""

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from observatory.access import ReleaseView
from procedures import registry
from tests.factories import CHILD, CLOSURE, OPPOSITION
from tests.people import HouseClient

STILL = [
    "/",
    "/deux-voies/",
    "/calculateur/",
    "/demarches/",
    "/chiffres/",
    "/confidentialite/",
    "/accessibilite/",
    "/api/v1/",
]
PARIS = ZoneInfo("Europe/Paris")
KEYS = [CLOSURE, OPPOSITION, CHILD]
SHEETS = [(definition.key, channel.key) for definition in registry.all_current() for channel in definition.channels]

pytestmark = pytest.mark.django_db


def text_of(page: str) -> str:
    """What is read, on one line, with plain spaces."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"[\s\u00a0\u202f]+", " ", re.sub(r"<[^>]+>", " ", main))


@pytest.mark.parametrize("url", STILL)
def test_every_page_has_one_title_and_links_that_lead_somewhere(client: HouseClient, url: str) -> None:
    page = client.get(url).content.decode()

    assert page.count("<h1") == 1
    for link in set(re.findall(r'href="(/[^"#?]*)', page)):
        if not link.startswith(("/static/", "/desk/", "/espace/", "/compte/")):
            assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("url", [*STILL, *(f"/demarches/{key}/" for key in KEYS)])
def test_a_page_without_figures_asks_the_database_nothing(
    client: HouseClient, url: str, published: ReleaseView
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(url)

    allowed = 2 if url in ("/", "/chiffres/") else 0
    assert len(asked) == allowed
    assert all("observatory_release" in query["sql"] for query in asked)


@pytest.mark.parametrize("url", [*STILL, *(f"/demarches/{key}/" for key in KEYS)])
def test_no_page_asks_another_site_for_anything(client: HouseClient, url: str) -> None:
    response = client.get(url)

    assert not re.search(r'(?:src|srcset)="(?:https?:)?//', response.content.decode())
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("url", ["/", "/deux-voies/", "/demarches/", "/chiffres/", "/confidentialite/"])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_public_pages_are_only_read(client: HouseClient, url: str, method: str) -> None:
    assert getattr(client, method)(url).status_code == 405


def test_the_language_changes_and_the_page_stays(client: HouseClient) -> None:
    here = "/demarches/mon-espace-sante/cloture/?moyen=phone&taille=grand"
    assert (
        'name="next" value="/demarches/mon-espace-sante/cloture/?moyen=phone&amp;' in client.get(here).content.decode()
    )

    back = client.post("/langue/", {"language": "en", "next": here})

    assert back["Location"] == here
    assert '<html lang="en"' in client.get(here).content.decode()


def test_the_two_ways_say_what_each_leaves(client: HouseClient) -> None:
    read = text_of(client.get("/deux-voies/").content.decode())

    for said in (
        "Rien n’est créé.",
        "tout est effacé en trois mois au plus.",
        "tout reste archivé dix ans",
        "Six semaines après l’envoi",
        "À tout moment , sans motif",
        "Pourquoi la première voie n’est pas la plus sûre",
        "Le courrier peut ne jamais arriver",
        "partent de l’envoi, pas de la réception",
    ):
        assert said in read
    assert read.index("Rien n’est créé.") < read.index("Suppression demandée")


def test_home_is_silent_about_figures_until_there_are_any(client: HouseClient) -> None:
    assert "Les derniers chiffres publiés" not in client.get("/").content.decode()


def test_home_shows_the_newest_figure_with_its_margin(client: HouseClient, published: ReleaseView) -> None:
    page = client.get("/").content.decode()

    first = next(row for row in published.rows if row.value is not None)
    assert f"{first.value} ± {first.margin} {first.label.fr}" in text_of(page)
    assert reverse("public:release", args=[published.slug]) in page


@pytest.mark.parametrize("key", KEYS)
def test_a_procedure_page_holds_all_that_its_definition_says(client: HouseClient, key: str) -> None:
    definition = registry.current(key)
    read = text_of(client.get(f"/demarches/{key}/").content.decode()).replace("&#x27;", "'")

    texts = [step.title for channel in definition.channels for step in channel.steps]
    texts += [item for channel in definition.channels for item in (*channel.at_hand, *channel.never_store)]
    texts += [rule.title for rule in definition.deadlines] + [outcome.title for outcome in definition.outcomes]
    texts += [one.title for one in definition.justificatifs] + [one.title for one in definition.links]
    texts += [one.title for one in definition.sources]
    texts += [*definition.escalation, *definition.advice, definition.leaves]
    for text in texts:
        assert re.sub(r"[\u00a0\u202f]", " ", text.fr) in read
    assert all(rule.article in read for rule in definition.deadlines)


def test_the_hours_of_the_line_say_whether_it_answers_now(client: HouseClient) -> None:
    read = text_of(client.get(f"/demarches/{OPPOSITION}/").content.decode())

    assert "Du lundi au vendredi, de 8 h 30 à 17 h 30, sauf jours fériés" in read
    assert "Ouvert maintenant, jusqu’à 17 h 30" in read


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 24, 8, 29, tzinfo=PARIS), "Fermé, rouvre aujourd’hui à 8 h 30"),
        (datetime(2026, 11, 24, 8, 30, tzinfo=PARIS), "Ouvert maintenant, jusqu’à 17 h 30"),
        (datetime(2026, 11, 24, 17, 29, tzinfo=PARIS), "Ouvert maintenant, jusqu’à 17 h 30"),
        (datetime(2026, 11, 27, 17, 30, tzinfo=PARIS), "Fermé, rouvre lundi à 8 h 30"),
        (datetime(2026, 12, 24, 18, 0, tzinfo=PARIS), "Fermé, rouvre lundi à 8 h 30"),
        (datetime(2026, 5, 1, 10, 0, tzinfo=PARIS), "Fermé, rouvre lundi à 8 h 30"),
    ],
)
def test_wherever_the_line_is_offered_it_says_whether_it_answers(
    client: HouseClient, clock: time_machine.Traveller, at: datetime, said: str
) -> None:
    clock.move_to(at)

    pages = [client.get(f"/demarches/{OPPOSITION}/{query}") for query in ("", "?moyen=phone")]
    pages.append(client.post("/calculateur/", {"told": "never"}))

    assert [said in text_of(page.content.decode()) for page in pages] == [True, True, True]


@pytest.mark.parametrize("query", ["?taille=grand", "?moyen=letter&taille=grand"])
def test_a_procedure_comes_in_large_type_and_back(client: HouseClient, query: str) -> None:
    here = f"/demarches/{CLOSURE}/"
    large = client.get(here + query).content.decode()
    ordinary = client.get(here + query.replace("taille=grand", "")).content.decode()

    assert 'class="large"' in large
    assert "En caractères ordinaires" in large
    assert 'class="large"' not in ordinary
    assert f'href="{here}{query.replace("&", "&amp;")}"' in ordinary


@pytest.mark.parametrize(("key", "channel"), SHEETS)
def test_each_channel_has_a_sheet_of_its_own(client: HouseClient, key: str, channel: str) -> None:
    definition = registry.current(key)
    page = client.get(f"/demarches/{key}/", {"moyen": channel}).content.decode()

    others = [one for one in definition.channels if one.key != channel]
    assert definition.channel(channel).title.fr in page
    assert not any(one.title.fr in page for one in others)


@pytest.mark.parametrize(
    "url",
    [
        "/demarches/mon-espace-sante/inconnue/",
        "/demarches/../secret/",
        f"/demarches/{OPPOSITION}/?moyen=pigeon",
        "/chiffres/inconnu/",
        "/chiffres/inconnu/inconnu.csv",
    ],
)
def test_what_does_not_exist_is_404_in_the_house_s_look(client: HouseClient, url: str) -> None:
    response = client.get(url)

    assert response.status_code == 404
    assert "site-head" in response.content.decode()


def test_nobody_is_asked_for_a_number_or_a_code(client: HouseClient) -> None:
    for url in ("/", "/calculateur/", f"/demarches/{OPPOSITION}/"):
        boxes = re.findall(r'<input[^>]*name="([^"]+)"', client.get(url).content.decode())
        dates = {f"{name}_{part}" for name in ("letter", "until") for part in ("day", "month", "year")}
        allowed = dates | {"csrfmiddlewaretoken", "next", "told", "known", "whom"}
        assert set(boxes) <= allowed


def test_a_signed_in_volunteer_reads_the_same_page(
    client: HouseClient, desk: Callable[..., HouseClient], volunteer: object
) -> None:
    assert text_of(desk(volunteer).get("/deux-voies/").content.decode()) == text_of(
        client.get("/deux-voies/").content.decode()
    )
