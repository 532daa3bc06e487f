"""The two ways on a member's case, the deletion box and its reminder, every date with its reason, the line's hours."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts import scope
from accounts.models import Association, Membership
from cases import actions
from cases.actions import NewFact
from cases.models import Case
from procedures import registry
from tests import factories
from tests.people import HouseClient, signed_in_by_code
from tests.web.portal.answers import text
from tests.web.portal.test_acting import fresh, report

WAYS = "S’opposer ou clôturer : les deux voies"
NOT_ASKED, NOT_KNOWN = "La suppression n’a pas été demandée.", "On ne sait pas si la suppression a été demandée."
PARIS = ZoneInfo("Europe/Paris")
Open = Callable[..., Case]


def own(case: Case, association: Association) -> HouseClient:
    assert case.member.user
    return signed_in_by_code(case.member.user, association=association)


def read(browser: HouseClient, address: str = "/espace/") -> str:
    return text(browser.get(address)).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def closure(opened: Open) -> Case:
    return opened(procedure=factories.CLOSURE, sent=None)


def test_both_ways_are_shown_while_the_choice_is_open(
    mine: HouseClient, case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    before = read(mine)
    factories.make_attempt(case, by=volunteer.user, today=today, at=now)
    after = read(mine)

    assert WAYS in before
    assert "Six semaines après l’envoi du courrier" in before
    assert "À tout moment, sans motif, même sans courrier." in before
    assert WAYS not in after


@pytest.mark.parametrize("sent", [43, None])
def test_both_ways_are_shown_when_the_last_day_is_over_or_unknown(
    opened: Open, association: Association, sent: int | None
) -> None:
    assert WAYS in read(own(opened(sent=sent), association))


def test_a_closure_has_no_choice_left(closure: Case, association: Association) -> None:
    assert WAYS not in read(own(closure, association))


@pytest.mark.parametrize("channel", ["web", "phone", "letter"])
def test_the_deletion_box_left_without_its_tick_is_told_at_once(
    closure: Case, association: Association, channel: str
) -> None:
    mine = own(closure, association)
    keys = [step.key for step in registry.current(factories.CLOSURE).channel(channel).steps]
    here = f"/espace/{closure.reference}/etapes/{channel}/{keys.index('deletion') + 1}/"

    step = read(mine, here)
    without = mine.post(here, {})
    warned = read(mine, without["Location"])
    with_it = mine.post(here, {"tick": ["0"]})
    silent = read(mine, with_it["Location"])

    assert 'name="tick"' in step
    assert "La suppression n’est pas cochée : sans elle, tout reste archivé dix ans." in warned
    assert "La suppression n’est pas cochée" not in silent


@pytest.mark.parametrize(("answer", "reminds"), [("no", NOT_ASKED), ("unknown", NOT_KNOWN), ("yes", "")])
def test_the_case_reminds_until_deletion_is_asked_for(
    closure: Case, association: Association, answer: str, reminds: str
) -> None:
    mine = own(closure, association)
    assert NOT_KNOWN not in read(mine)

    assert report(mine, closure, deletion=answer).status_code == 302
    page = read(mine)

    assert [title in page for title in (NOT_ASKED, NOT_KNOWN)] == [title == reminds for title in (NOT_ASKED, NOT_KNOWN)]
    if reminds:
        assert f'<a href="/espace/{closure.reference}/moyen/">Demander la suppression</a>' in page
        assert report(mine, fresh(closure), deletion="yes").status_code == 302
        assert reminds not in read(mine)


def test_what_was_asked_for_is_not_asked_about_again(closure: Case, association: Association) -> None:
    mine = own(closure, association)
    report(mine, closure, deletion="yes")

    form = read(mine, f"/espace/{closure.reference}/fait/")

    assert "La case de la suppression" not in form
    assert report(mine, fresh(closure)).status_code == 302


def test_a_failure_needs_no_answer_about_the_box(closure: Case, association: Association) -> None:
    assert report(own(closure, association), closure, result="failed", asked="no").status_code == 302


@pytest.mark.parametrize(
    ("language", "why", "safe"),
    [
        ("fr", "Pourquoi cette date ?", "en retard seulement après le"),
        ("en", "Why this date?", "late only after"),
    ],
)
def test_every_date_says_why_with_its_article(
    closure: Case,
    association: Association,
    volunteer: Membership,
    today: date,
    now: datetime,
    language: str,
    why: str,
    safe: str,
) -> None:
    mine = own(closure, association)
    report(mine, closure, deletion="yes")
    mine.cookies["django_language"] = language

    page = read(mine)

    assert page.count(f"<summary>{why}") == 2
    assert page.count(safe) == 2
    for article in ("CSP R. 1111-36", "RGPD (GDPR) 12(3)"):
        assert f">{article}</a>" in page


def test_a_doubtful_letter_shows_both_dates(
    mine: HouseClient, case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    noted = [NewFact(kind="sent", earliest=date(2026, 10, 20), latest=date(2026, 10, 30), known_by="memory")]
    with scope.enter(case.association_id):
        actions.record_facts(case, noted, today=today, at=now, by=volunteer.user)

    page = read(mine)

    assert "Dernier jour sûr pour agir : mardi 1er décembre 2026" in page
    assert "au plus large, si le doute vous profite : vendredi 11 décembre 2026" in page


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 24, 8, 29, tzinfo=PARIS), "Fermé, rouvre aujourd’hui à 8 h 30"),
        (datetime(2026, 11, 24, 8, 30, tzinfo=PARIS), "Ouvert maintenant, jusqu’à 17 h 30"),
        (datetime(2026, 11, 24, 17, 29, tzinfo=PARIS), "Ouvert maintenant, jusqu’à 17 h 30"),
        (datetime(2026, 11, 24, 17, 30, tzinfo=PARIS), "Fermé, rouvre demain à 8 h 30"),
        (datetime(2026, 12, 24, 18, 0, tzinfo=PARIS), "Fermé, rouvre lundi à 8 h 30"),
        (datetime(2027, 4, 30, 18, 0, tzinfo=PARIS), "Fermé, rouvre lundi à 8 h 30"),
    ],
)
def test_wherever_the_line_is_offered_it_says_whether_it_answers(
    case: Case, association: Association, clock: time_machine.Traveller, at: datetime, said: str
) -> None:
    clock.move_to(at)
    mine = own(case, association)

    for page in ("moyen/", "etapes/phone/1/", "pas-recu/"):
        assert said in read(mine, f"/espace/{case.reference}/{page}")
