"""A document on its way, as its member sees it: what happens, before and after, what else is hidden, kept or not."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts import scope
from accounts.models import Membership, User
from cases import actions
from cases.models import Case
from tests import deposits
from tests.people import HouseClient, signed_in
from tests.web.portal.answers import Answer, text
from vault.models import Deposit, DepositState
from vault.rules.refusals import Code

HTMX = {"HX-Request": "true"}
MEASURES = {"page": "1", "left": "10", "top": "5", "width": "45,5", "height": "4"}


@pytest.fixture
def shown(case: Case, member: User, now: datetime) -> Deposit:
    """Two pages that wait for the member: a certain number on the first, an uncertain one on the second."""
    return deposits.to_confirm(case, by=member, at=now)


def page_of(case: Case, deposit: Deposit) -> str:
    return reverse("portal:deposit", args=[case.reference, deposit.pk])


def fresh(deposit: Deposit) -> Deposit:
    return deposits.changed(deposit)


@pytest.fixture
def decide(mine: HouseClient, case: Case) -> Callable[..., Answer]:
    """Press a button of the preview as it stands now, or of an older one (`seen`)."""

    def pressed(deposit: Deposit, act: str, *, seen: str | None = None, **typed: Any) -> Answer:
        page = page_of(case, deposit)
        if seen is None:
            found = re.search(r'name="seen" value="(\w+)"', text(mine.get(page)))
            seen = found[1] if found else ""
        return mine.post(page, {"act": act, "seen": seen, **typed})

    return pressed


# What happens


@pytest.mark.parametrize(
    ("state", "said"), [("RECU", "Il attend son tour"), ("ANALYSE", "La machine lit"), ("OUVERT", "n’est pas fini")]
)
def test_a_document_that_waits_says_what_happens_and_asks_again_by_itself(
    mine: HouseClient, case: Case, member: User, now: datetime, state: str, said: str
) -> None:
    deposit = deposits.changed(deposits.received(case, by=member, at=now), state=state)

    page = text(mine.get(page_of(case, deposit)))

    assert said in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert f'hx-get="{page_of(case, deposit)}?etat={state}-"' in page


def test_asking_again_brings_nothing_until_something_changed(
    mine: HouseClient, case: Case, member: User, now: datetime
) -> None:
    deposit = deposits.received(case, by=member, at=now)
    asked = f"{page_of(case, deposit)}?etat=RECU-"

    same = mine.get(asked, headers=HTMX)
    deposits.changed(deposit, state=DepositState.ANALYSING)
    other = mine.get(asked, headers=HTMX)

    assert (same.status_code, same.headers.get("HX-Refresh")) == (204, None)
    assert (other.status_code, other.headers["HX-Refresh"]) == (204, "true")


def test_a_long_wait_is_owned_up_to_and_asks_no_more_by_itself(
    mine: HouseClient, case: Case, member: User, now: datetime
) -> None:
    """Else a page that nobody looks at would keep its session open."""
    deposit = deposits.changed(deposits.received(case, by=member, at=now), created_at=now - timedelta(minutes=4))

    asked = mine.get(f"{page_of(case, deposit)}?etat=RECU-", headers=HTMX)
    page = text(mine.get(page_of(case, deposit)))

    assert asked.headers["HX-Refresh"] == "true"
    assert "plus long que d’habitude" in page
    assert "hx-get" not in page
    assert "http-equiv" not in page


@pytest.mark.parametrize(
    ("state", "code", "said", "advice"),
    [
        (DepositState.REFUSED, Code.UNREADABLE, "n’arrive pas à lire cette photo", True),
        (DepositState.TO_REVIEW, Code.TO_REVIEW, "voit encore un numéro", True),
        (DepositState.REFUSED, Code.LOCKED, "Ce PDF est protégé", False),
        (DepositState.EXPIRED, Code.EXPIRED, "n’a pas été confirmé à temps", False),
        (DepositState.EXPIRED, Code.NOT_SEALED, "Vous aviez confirmé ce document", False),
        (DepositState.EXPIRED, Code.NOT_ANALYSED, "n’a pas pu lire ce document à temps", False),
        (DepositState.REFUSED, Code.CLOSED_MEANWHILE, "fermé entre-temps", False),
        (DepositState.DESTROYED, None, "rien n’a été gardé", False),
    ],
)
def test_what_came_to_nothing_says_why_and_the_way_out(
    mine: HouseClient, case: Case, member: User, now: datetime, state: DepositState, code: Code, said: str, advice: bool
) -> None:
    deposit = deposits.ended(case, state=state, code=code, by=member, at=now)

    page = text(mine.get(page_of(case, deposit)))

    assert said in page
    assert f"/espace/{case.reference}/justificatif/" in page
    assert ("Pour une photo qui se lit" in page) is advice


def test_what_ran_out_is_over_before_any_sweep(
    mine: HouseClient, case: Case, shown: Deposit, decide: Callable[..., Answer], now: datetime
) -> None:
    seen = re.search(r'name="seen" value="(\w+)"', text(mine.get(page_of(case, shown))))
    assert seen
    deposits.changed(shown, expires_at=now)

    assert "Le temps est passé" in text(mine.get(page_of(case, shown)))
    assert mine.get(f"{page_of(case, shown)}apres/1/").status_code == 404
    assert decide(shown, "keep", seen=seen[1]).headers["Location"] == page_of(case, shown)
    assert fresh(shown).confirmed_at is None


def test_it_is_not_confirmed_for_a_case_that_was_closed_meanwhile(
    mine: HouseClient,
    case: Case,
    shown: Deposit,
    decide: Callable[..., Answer],
    volunteer: Membership,
    today: date,
    now: datetime,
) -> None:
    with scope.enter(case.association_id):
        actions.close_case(case, outcome="opposed", today=today, at=now, by=volunteer.user)

    answer = decide(shown, "keep")

    assert answer.headers["Location"] == page_of(case, shown)
    assert "Le dossier a été fermé entre-temps" in text(mine.get(page_of(case, shown)))
    assert fresh(shown).confirmed_at is None


def test_a_closed_case_offers_no_way_to_send_another(
    mine: HouseClient, case: Case, member: User, volunteer: Membership, today: date, now: datetime
) -> None:
    deposit = deposits.ended(case, state=DepositState.REFUSED, code=Code.CLOSED_MEANWHILE, by=member, at=now)
    with scope.enter(case.association_id):
        actions.close_case(case, outcome="opposed", today=today, at=now, by=volunteer.user)

    page = text(mine.get(page_of(case, deposit)))

    assert "Revenir à mon dossier" in page
    assert "Déposer à nouveau" not in page


# Before and after


@pytest.mark.parametrize("side", ["avant", "apres"])
@pytest.mark.parametrize("number", [1, 2])
def test_each_page_is_a_picture_that_nothing_keeps(
    mine: HouseClient, case: Case, shown: Deposit, side: str, number: int
) -> None:
    answer = mine.get(f"{page_of(case, shown)}{side}/{number}/")

    assert answer.content[:3] == b"\xff\xd8\xff"
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("; sandbox")


def test_there_is_no_page_beyond_the_last(mine: HouseClient, case: Case, shown: Deposit) -> None:
    assert [mine.get(f"{page_of(case, shown)}apres/{number}/").status_code for number in (0, 3)] == [404, 404]


def test_what_will_be_kept_is_shown_first_and_what_came_only_when_asked(
    mine: HouseClient, case: Case, shown: Deposit
) -> None:
    after, before = (text(mine.get(page_of(case, shown) + query)) for query in ("", "?vue=avant"))

    assert "apres/1/?v=" in after
    assert after.count('<img loading="lazy"') == 2
    assert "avant/1/" not in after
    assert "avant/1/?v=" in before
    assert before.count("<polygon") == 2
    assert "Garder ce document" not in before


def test_nobody_else_sees_a_document_before_it_is_kept(
    case: Case,
    childs_case: Case,
    shown: Deposit,
    mine: HouseClient,
    neighbour: HouseClient,
    outsider: HouseClient,
    volunteer: Membership,
) -> None:
    desk = signed_in(volunteer.user, association=volunteer.association)
    parts = ("", "avant/1/", "apres/1/")

    for browser in (neighbour, outsider, desk):
        assert [browser.get(page_of(case, shown) + part).status_code for part in parts] == [404, 404, 404]
        assert browser.post(page_of(case, shown), {"act": "keep"}).status_code == 404
    at_desk = [f"/desk/dossiers/{case.reference}/depot/{shown.pk}/{part}" for part in parts]
    assert [desk.get(address).status_code for address in at_desk] == [404, 404, 404]
    assert mine.get(page_of(childs_case, shown)).status_code == 404
    assert fresh(shown).confirmed_at is None


def test_what_a_volunteer_deposits_is_not_the_members_before_it_is_kept(
    mine: HouseClient, case: Case, volunteer: Membership, now: datetime
) -> None:
    theirs = deposits.to_confirm(case, by=volunteer.user, at=now)

    assert mine.get(page_of(case, theirs)).status_code == 404
    assert "Un document vous attend" not in text(mine.get(f"/espace/{case.reference}/"))


# What else is hidden


def test_what_is_certain_is_locked_with_its_reason(mine: HouseClient, case: Case, shown: Deposit) -> None:
    page = text(mine.get(page_of(case, shown)))

    assert "Un numéro de sécurité sociale, au milieu de la page 1" in page
    assert "Toujours caché" in page
    assert "ce qui ressemble à un numéro de sécurité sociale, en haut de la page 2" in page
    assert page.count('name="shown"') == 1


def test_what_is_uncertain_may_be_left_in_sight_and_what_is_certain_never(
    shown: Deposit, decide: Callable[..., Answer]
) -> None:
    decide(shown, "show", shown=["0", "1", "7", "x"])
    assert fresh(shown).shown == [1]

    decide(shown, "show")
    assert fresh(shown).shown == []


def test_a_place_given_in_numbers_is_hidden_and_comes_back(
    mine: HouseClient, case: Case, shown: Deposit, decide: Callable[..., Answer]
) -> None:
    before = mine.get(f"{page_of(case, shown)}apres/1/").content

    decide(shown, "hide", **MEASURES)
    hidden = mine.get(f"{page_of(case, shown)}apres/1/").content
    page = text(mine.get(page_of(case, shown)))
    decide(shown, "remove", zone="0")

    assert hidden != before
    assert "gauche 10\u00a0%, haut 5\u00a0%, largeur 45,5\u00a0%, hauteur 4\u00a0%" in page
    assert mine.get(f"{page_of(case, shown)}apres/1/").content == before


def test_one_of_several_is_moved_or_removed(shown: Deposit, decide: Callable[..., Answer]) -> None:
    for left in ("10", "20", "30"):
        decide(shown, "hide", **MEASURES | {"left": left})

    decide(shown, "hide", zone="1", **MEASURES | {"left": "40", "page": "2"})
    decide(shown, "remove", zone="0")

    assert [(zone["page"], zone["polygon"][0][0]) for zone in fresh(shown).own] == [(2, 0.4), (1, 0.3)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"left": "70", "width": "40"}, "La zone sort de la page"),
        ({"left": "100", "width": "0"}, "La zone sort de la page"),
        ({"width": "0"}, "doit avoir une largeur"),
        ({"top": "-1"}, "un nombre de 0 à 100"),
        ({"height": "NaN"}, "un nombre de 0 à 100"),
        ({"height": "beaucoup"}, "par exemple 12,5"),
        ({"left": ""}, "un nombre de 0 à 100"),
        ({"page": "3"}, "choix"),
    ],
)
def test_a_place_outside_the_page_is_asked_for_again_with_what_was_typed(
    shown: Deposit, decide: Callable[..., Answer], wrong: dict[str, str], said: str
) -> None:
    answer = decide(shown, "hide", **MEASURES | wrong)

    assert answer.status_code == 422
    assert said in text(answer)
    assert 'value="4"' in text(answer) or "height" in wrong
    assert fresh(shown).own == []


def test_a_script_hears_what_its_choice_did(
    mine: HouseClient, case: Case, shown: Deposit, decide: Callable[..., Answer]
) -> None:
    decide(shown, "hide", **MEASURES)

    assert 'data-said="L’endroit est caché."' in text(mine.get(page_of(case, shown), headers=HTMX))


# Kept or not


def test_what_was_looked_at_is_confirmed_once(
    mine: HouseClient, case: Case, shown: Deposit, member: User, decide: Callable[..., Answer]
) -> None:
    answers = [decide(shown, "keep") for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [page_of(case, shown)] * 2
    assert fresh(shown).confirmed_by == member
    assert "Nous mettons votre document à l’abri" in text(mine.get(page_of(case, shown)))


@pytest.mark.parametrize("act", ["keep", "hide", "remove", "show", "discard"])
def test_nothing_is_decided_upon_an_older_preview(
    mine: HouseClient, case: Case, shown: Deposit, decide: Callable[..., Answer], act: str
) -> None:
    found = re.search(r'name="seen" value="(\w+)"', text(mine.get(page_of(case, shown))))
    assert found
    decide(shown, "hide", **MEASURES)
    before = fresh(shown).own

    late = decide(shown, act, seen=found[1], zone="0", **MEASURES)
    by_script = mine.post(page_of(case, shown), {"act": act, "seen": found[1]}, headers=HTMX)

    assert late.status_code == 409
    assert "dans un autre onglet" in text(late)
    assert by_script.headers["HX-Redirect"] == page_of(case, shown)
    assert (fresh(shown).own, shown.state, shown.confirmed_at) == (before, DepositState.TO_CONFIRM, None)


@pytest.mark.parametrize(("act", "leads_to"), [("discard", "portal:case"), ("again", "portal:upload")])
def test_what_is_given_up_is_destroyed_once(
    mine: HouseClient, case: Case, shown: Deposit, decide: Callable[..., Answer], act: str, leads_to: str
) -> None:
    first, second = decide(shown, act), decide(shown, act)

    assert first.headers["Location"] == reverse(leads_to, args=[case.reference])
    assert second.headers["Location"] == page_of(case, shown)
    assert fresh(shown).state == DepositState.DESTROYED
    assert decide(shown, "keep").status_code == 409
    assert mine.get(f"{page_of(case, shown)}avant/1/").status_code == 404


def test_a_button_that_does_not_exist_changes_nothing(shown: Deposit, decide: Callable[..., Answer]) -> None:
    assert decide(shown, "publish").status_code == 422
    assert fresh(shown).state == DepositState.TO_CONFIRM


# On the case's page


def test_the_case_leads_back_to_what_waits_for_the_member(mine: HouseClient, case: Case, shown: Deposit) -> None:
    page = text(mine.get(f"/espace/{case.reference}/"))

    assert "Un document vous attend." in page
    assert page.count(page_of(case, shown)) == 2
    with scope.enter(case.association_id):
        assert Deposit.objects.get().state == DepositState.TO_CONFIRM
