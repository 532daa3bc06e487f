"""A member's own sessions, and the code of a card that becomes theirs alone."""

from datetime import datetime

import pytest

from accounts import access, actions, scope
from accounts.models import AuditEntry, Membership, SignIn, SignInEnd, User
from accounts.rules.audit import AuditKind
from cases.actions import renew_card
from cases.models import Case
from tests import factories
from tests.house.world import address, addresses
from tests.people import HouseClient, signed_in_by_code
from tests.web.portal.answers import text

pytestmark = pytest.mark.django_db

LOGIN, CARD, SESSIONS = "/espace/entrer/", "/espace/carte/", "/espace/connexions/"


@pytest.fixture
def printed(case: Case, member: User, volunteer: Membership, now: datetime) -> str:
    """The code on a card that the desk has just made for somebody without an address."""
    User.objects.filter(pk=member.pk).update(email_index="")
    with scope.enter(case.association_id):
        return renew_card(Case.objects.get(pk=case.pk), today=now.date(), at=now, by=volunteer.user)


def enter(code: str, *, next_url: str = "") -> HouseClient:
    browser = HouseClient()
    answer = browser.post(LOGIN, {"who": code, "next": next_url})
    assert answer.status_code == 302
    browser.went_to = answer.headers["Location"]  # type: ignore[attr-defined]  # for the tests
    return browser


def own_code(browser: HouseClient) -> str:
    return str(browser.session["own_card"]["code"])


# The card


def test_a_card_that_somebody_else_printed_gives_way_to_ones_own_code(printed: str, member: User, case: Case) -> None:
    browser = enter(printed, next_url=f"/espace/{case.reference}/")
    assert browser.went_to == CARD  # type: ignore[attr-defined]  # see above
    page = text(browser.get(CARD))
    code = own_code(browser)
    assert code in page
    assert code != printed

    answer = browser.post(CARD)

    assert answer.headers["Location"] == f"/espace/{case.reference}/"
    assert access.user_by_card(printed) is None
    assert access.user_by_card(code) == member
    assert code not in text(browser.get("/espace/"))
    assert browser.get(CARD).headers["Location"] == "/espace/"


def test_until_it_is_noted_the_printed_code_works_and_the_next_time_another_is_offered(printed: str) -> None:
    first = enter(printed)
    offered = own_code(first)

    second = enter(printed)

    assert second.went_to == CARD  # type: ignore[attr-defined]  # see above
    assert own_code(second) != offered
    assert access.user_by_card(offered) is None


def test_looking_at_the_new_code_changes_nothing(printed: str) -> None:
    browser = enter(printed)

    pages = {text(browser.get(CARD)).count(own_code(browser)) for _ in range(3)}
    browser.head(CARD)

    assert pages == {1}
    assert access.user_by_card(printed)


def test_ones_own_card_is_not_replaced(printed: str) -> None:
    browser = enter(printed)
    code = own_code(browser)
    browser.post(CARD)

    again = enter(code)

    assert again.went_to == "/espace/"  # type: ignore[attr-defined]  # see above
    assert "own_card" not in again.session


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_of_the_members_opens_before_the_new_code_is_noted(printed: str, case: Case, method: str) -> None:
    browser, seen = enter(printed), set()
    for name, places in addresses():
        if not name.startswith("portal:") or name in {"portal:card", "portal:leave", "portal:quick_exit"}:
            continue
        parts = {"reference": case.reference, "pk": 1, "deposit": 1, "fingerprint": 1}
        answer = getattr(browser, method)(address(name, places, parts), follow=True)
        assert case.member.first_name not in text(answer)
        seen.add("no such method" if answer.status_code == 405 else answer.request["PATH_INFO"])

    assert seen - {"no such method"} == {CARD}


def test_until_then_the_way_out_and_the_language_stay(printed: str) -> None:
    browser = enter(printed)
    assert "Mon dossier" not in text(browser.get(CARD))
    assert browser.post("/langue/", {"language": "en", "next": CARD}).headers["Location"] == CARD
    assert "Write it down" in text(browser.get(CARD))

    assert browser.post("/espace/sortir/").headers["Location"] == LOGIN

    assert access.user_by_card(printed)
    assert enter(printed).post("/espace/quitter/").headers["Location"].startswith("https://")


@pytest.mark.parametrize("meanwhile", ["noted elsewhere", "printed again"])
def test_a_code_that_came_too_late_takes_nobodys_place(
    printed: str, member: User, case: Case, volunteer: Membership, now: datetime, meanwhile: str
) -> None:
    slow = enter(printed)
    late = own_code(slow)
    if meanwhile == "noted elsewhere":
        quick = enter(printed)
        works = own_code(quick)
        quick.post(CARD)
        assert quick.get("/espace/").status_code == 200
    else:
        with scope.enter(case.association_id):
            works = renew_card(Case.objects.get(pk=case.pk), today=now.date(), at=now, by=volunteer.user)

    answer = slow.post(CARD, follow=True)

    assert "Le code de votre carte a changé" in text(answer)
    assert answer.request["PATH_INFO"] == LOGIN
    assert access.user_by_card(late) is None
    assert access.user_by_card(works) == member


def test_whoever_is_slower_by_a_moment_is_out_too(printed: str, member: User) -> None:
    slow = enter(printed)
    User.objects.filter(pk=member.pk).update(card_is_new=False)  # between the look at the session and the code

    answer = slow.post(CARD, follow=True)

    assert "La carte a changé entre-temps" in text(answer)
    assert answer.request["PATH_INFO"] == LOGIN
    assert SignIn.objects.get().end == SignInEnd.LEFT


def test_a_new_card_ends_what_the_old_one_opened_and_nothing_else(
    printed: str, member: User, case: Case, volunteer: Membership, mine: HouseClient, now: datetime
) -> None:
    browser = enter(printed)
    browser.post(CARD)
    assert browser.get(SESSIONS).status_code == 200

    with scope.enter(case.association_id):
        renew_card(Case.objects.get(pk=case.pk), today=now.date(), at=now, by=volunteer.user)

    assert browser.get(SESSIONS).headers["Location"].startswith(LOGIN)
    assert SignIn.objects.get(way="card").end == SignInEnd.CARD
    assert mine.get(SESSIONS).status_code == 200


def test_nobody_without_an_offer_sees_or_keeps_a_code(mine: HouseClient, client: HouseClient, printed: str) -> None:
    assert mine.get(CARD).headers["Location"] == "/espace/"
    assert mine.post(CARD).headers["Location"] == "/espace/"
    assert client.get(CARD).headers["Location"].startswith(LOGIN)
    assert client.post(CARD).headers["Location"].startswith(LOGIN)
    assert access.user_by_card(printed)


def test_the_new_code_stands_in_no_address_and_no_log(printed: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        browser = enter(printed)
        code = own_code(browser)
        browser.get(CARD)
        answer = browser.post(CARD)

    assert code not in caplog.text
    assert printed not in caplog.text
    assert code not in str(answer.headers)


def test_making_a_card_is_recorded(printed: str, case: Case, volunteer: Membership) -> None:
    with scope.enter(case.association_id):
        entry = AuditEntry.objects.get(kind=AuditKind.CARD_MADE)

    assert (entry.by_id, entry.about, entry.about_id) == (volunteer.user_id, "case", str(case.pk))
    assert printed not in str(entry.payload)


# The sessions


def test_a_member_sees_where_they_are_in_and_closes_the_others(
    mine: HouseClient, member: User, neighbour: HouseClient, now: datetime
) -> None:
    other = signed_in_by_code(member)
    page = text(mine.get(SESSIONS))
    assert page.count("Firefox, Linux") == 3  # twice in the list, once in a button's name
    assert "c’est ici" in page
    assert "10\N{NO-BREAK SPACE}h" in page
    assert 'href="/espace/connexions/"' in text(mine.get("/espace/"))

    answer = mine.post(SESSIONS, {"others": "1"}, follow=True)

    assert "Les autres connexions sont fermées" in text(answer)
    assert "Fermée depuis un autre appareil" in text(answer)
    assert [one.get("/espace/").status_code for one in (mine, other, neighbour)] == [200, 302, 200]


def test_a_member_closes_one(mine: HouseClient, member: User, now: datetime) -> None:
    row = factories.make_sign_in(member, at=now)

    answer = mine.post(SESSIONS, {"session": str(row.pk)}, follow=True)

    assert "La connexion est fermée" in text(answer)
    row.refresh_from_db()
    assert row.end == SignInEnd.ELSEWHERE


@pytest.mark.parametrize("which", ["a neighbour's", "none", "no id"])
def test_nobody_closes_another_persons_session(mine: HouseClient, neighbour: HouseClient, which: str) -> None:
    theirs = neighbour.session["sign_in_id"]
    answer = mine.post(SESSIONS, {"a neighbour's": {"session": theirs}, "none": {}, "no id": {"session": "x"}}[which])

    assert answer.status_code == 404
    assert SignIn.objects.get(pk=theirs).ended_at is None
    assert theirs not in text(mine.get(SESSIONS))


def test_nobody_signed_out_sees_a_list(client: HouseClient) -> None:
    assert client.get(SESSIONS).headers["Location"] == f"{LOGIN}?next=%2Fespace%2Fconnexions%2F"


def test_a_member_leaves_no_trace_in_the_log_of_the_association(mine: HouseClient, member: User, case: Case) -> None:
    signed_in_by_code(member)
    mine.post(SESSIONS, {"others": "1"})

    with scope.enter(case.association_id):
        kinds = {AuditKind.SIGNED_IN.value, AuditKind.SIGNED_OUT_EVERYWHERE.value}
        assert not AuditEntry.objects.filter(kind__in=kinds).exists()


def test_quick_exit_ends_the_session_too(mine: HouseClient, member: User) -> None:
    mine.post("/espace/quitter/")

    assert SignIn.objects.get(user=member).end == SignInEnd.LEFT


def test_a_revoked_member_is_out(mine: HouseClient, member: User, now: datetime) -> None:
    actions.end_sessions(member, end=SignInEnd.REVOKED, at=now)

    assert mine.get(SESSIONS).status_code == 302
