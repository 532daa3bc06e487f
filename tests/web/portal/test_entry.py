"""Signing in: by a typed code or a card, without telling who is known."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions
from accounts.middleware import SESSION_ASSOCIATION
from accounts.models import Association, Membership, SignIn, SignInCode, SignInEnd, User
from cases.models import Case
from tests import factories
from tests.people import HouseClient
from tests.web.desk.authenticator import enrol
from tests.web.portal.answers import Answer, text
from web.portal.views import entry

pytestmark = pytest.mark.django_db

LOGIN = "/espace/entrer/"
CODE = "/espace/code/"


def ask(client: HouseClient, address: str) -> Answer:
    return client.post(LOGIN, {"who": address})


def code_in_mail(number: int = -1) -> str:
    found = re.search(r"\b\d{8}\b", str(mail.outbox[number].body))
    assert found
    return found.group()


def wrong(code: str) -> str:
    return ("3" if code[0] == "2" else "2") + code[1:]


def test_an_address_and_the_typed_code_lead_to_the_case(client: HouseClient, case: Case, member: User) -> None:
    asked = ask(client, f" {member.email.upper()} ")
    entered = client.post(CODE, {"code": f"{code_in_mail()[:4]} {code_in_mail()[4:]}"})

    assert (asked.status_code, asked.headers["Location"]) == (302, CODE)
    assert (entered.status_code, entered.headers["Location"]) == (302, reverse("portal:home"))
    assert case.reference in text(client.get("/espace/"))
    assert client.session[SESSION_ASSOCIATION] == case.association_id


def test_an_unknown_address_gets_the_same_answer_and_as_many_mails(member: User) -> None:
    known, unknown = HouseClient(), HouseClient()

    answers = [ask(known, member.email), ask(unknown, "zzz@" + member.email.partition("@")[2])]
    pages = [text(one.get(CODE)) for one in (known, unknown)]

    assert {(one.status_code, one.headers["Location"]) for one in answers} == {(302, CODE)}
    assert [(one.subject, one.from_email) for one in mail.outbox] == [("Votre code", mail.outbox[0].from_email)] * 2
    assert not re.search(r"\d", str(mail.outbox[1].body))
    hidden = re.compile(r'value="[^"]+"|<strong>..</strong>')
    assert hidden.sub("", pages[0]) == hidden.sub("", pages[1])


def test_both_mails_are_in_the_language_of_the_page(member: User) -> None:
    for address in (member.email, "zzz@" + member.email.partition("@")[2]):
        HouseClient(headers={"accept-language": "en"}).post(LOGIN, {"who": address})

    assert [one.subject for one in mail.outbox] == ["Your code"] * 2


def test_a_code_that_is_cut_short_costs_no_try(client: HouseClient, member: User) -> None:
    ask(client, member.email)

    refused = client.post(CODE, {"code": code_in_mail()[:7]})

    assert (refused.status_code, "Le code a 8 chiffres." in text(refused)) == (422, True)
    assert SignInCode.objects.get().tries_left == 5


def test_an_unknown_address_costs_the_same_statements(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs (whose key, which mail) happens beside the request."""
    beside: list[Any] = []

    def kept(write: Any, *, unsent: Any) -> bool:
        beside.append(write)
        return True

    monkeypatch.setattr(entry, "send_soon", kept)

    def statements(address: str) -> list[str]:
        browser = HouseClient()
        with CaptureQueriesContext(connection) as captured:
            ask(browser, address)
            browser.get(CODE)
            browser.post(CODE, {"code": "22222222"})
        return [
            re.sub(r"= .*", "", re.sub(r"VALUES.*|'[^']*'|_x\d+", "", one["sql"])) for one in captured.captured_queries
        ]

    warm = statements("warm@exemple.invalid")
    assert statements(member.email) == statements("zzz@exemple.invalid") == warm
    assert len(beside) == 3


def test_a_code_goes_to_the_address_on_file_however_it_was_typed(client: HouseClient) -> None:
    """«ß» counts as «ss» in our index; to a provider they may be two mailboxes, one of them a thief's."""
    factories.make_user(email="personne@strasse.invalid")

    ask(client, "personne@stra\N{LATIN SMALL LETTER SHARP S}e.invalid")

    assert mail.outbox[0].to == ["personne@strasse.invalid"]


def test_no_code_opens_what_nobody_asked_with_a_known_address(client: HouseClient) -> None:
    ask(client, "inconnu@exemple.invalid")

    answer = client.post(CODE, {"code": "22222222"})

    assert answer.status_code == 422
    assert "Il vous reste 4 essais" in text(answer)


def test_a_wrong_code_keeps_what_was_typed_and_says_how_many_tries_are_left(client: HouseClient, member: User) -> None:
    ask(client, member.email)
    typed = wrong(code_in_mail())

    answer = client.post(CODE, {"code": typed})

    assert answer.status_code == 422
    assert "Il vous reste 4 essais" in text(answer)
    assert f'value="{typed}"' in text(answer)


def test_after_five_wrong_codes_even_the_right_one_is_refused(client: HouseClient, member: User) -> None:
    ask(client, member.email)
    right = code_in_mail()
    for _ in range(5):
        client.post(CODE, {"code": wrong(right)})

    answer = client.post(CODE, {"code": right})

    assert answer.status_code == 422
    assert "Ce code ne marche plus" in text(answer)


def test_an_expired_code_offers_a_new_one_that_works(
    client: HouseClient, member: User, clock: time_machine.Traveller
) -> None:
    ask(client, member.email)
    old = code_in_mail()
    clock.shift(timedelta(minutes=10))

    refused = client.post(CODE, {"code": old})
    again = client.post(CODE, {"again": "1"})
    entered = client.post(CODE, {"code": code_in_mail()})

    assert refused.status_code == 422
    assert "Envoyer un nouveau code" in text(refused)
    assert again.status_code == 302
    assert len(mail.outbox) == 2
    assert entered.headers["Location"] == "/espace/"


def test_reading_the_pages_consumes_nothing(client: HouseClient, member: User) -> None:
    ask(client, member.email)

    for _ in range(7):
        client.get(CODE)
        client.head(CODE)

    assert SignInCode.objects.get().tries_left == 5
    assert client.post(CODE, {"code": code_in_mail()}).status_code == 302


def test_a_code_works_in_the_browser_that_asked_for_it_only(client: HouseClient, member: User) -> None:
    thief = HouseClient()
    ask(client, member.email)
    code = code_in_mail()
    ask(thief, member.email)

    assert thief.post(CODE, {"code": code}).status_code == 422
    assert HouseClient().post(CODE, {"code": code}).headers["Location"] == LOGIN
    assert client.post(CODE, {"code": code}).headers["Location"] == "/espace/"


def test_a_card_is_enough_without_any_address(client: HouseClient, case: Case, member: User, now: datetime) -> None:
    card = actions.renew_card_code(member, at=now)

    answer = client.post(LOGIN, {"who": card.lower().replace("-", " ")})

    assert answer.headers["Location"] == "/espace/"
    assert case.reference in text(client.get("/espace/"))
    assert mail.outbox == []


def test_a_wrong_card_keeps_what_was_typed(client: HouseClient) -> None:
    answer = client.post(LOGIN, {"who": "ABCD-EFGH-JKMN"})

    assert answer.status_code == 422
    assert "Ce code de carte ne va pas" in text(answer)
    assert "ABCD-EFGH-JKMN" in text(answer)


def test_guessing_cards_ends_soon_while_right_ones_pass(member: User, now: datetime) -> None:
    card = actions.renew_card_code(member, at=now)
    entered = {HouseClient().post(LOGIN, {"who": card}).status_code for _ in range(25)}

    guesses = [HouseClient().post(LOGIN, {"who": "ABCD-EFGH-JKMN"}).status_code for _ in range(21)]

    assert entered == {302}
    assert guesses == [422] * 20 + [429]


@pytest.mark.parametrize("typed", ["", "monique", "monique@", "ABCD-EFGH", "é" * 400])
def test_what_is_neither_an_address_nor_a_card_is_said(client: HouseClient, typed: str) -> None:
    assert client.post(LOGIN, {"who": typed}).status_code == 422
    assert mail.outbox == []


def test_the_fourth_code_of_a_day_is_refused_known_or_not(member: User, clock: time_machine.Traveller) -> None:
    for address in (member.email, "inconnu@exemple.invalid"):
        answers = [ask(HouseClient(), address) for _ in range(4)]

        assert [one.status_code for one in answers] == [302] * 3 + [429]
        assert "Revenez demain" in text(answers[3])
    assert len(mail.outbox) == 6
    clock.shift(timedelta(days=1, seconds=1))
    assert ask(HouseClient(), member.email).status_code == 302


def test_one_mailbox_under_several_spellings_gets_three_mails_a_day(client: HouseClient) -> None:
    answers = [ask(HouseClient(), f"victime+{number}@exemple.invalid").status_code for number in range(4)]

    assert [*answers, ask(HouseClient(), "victime@exemple.invalid").status_code] == [302] * 3 + [429] * 2
    assert len(mail.outbox) == 3


def test_a_mail_that_cannot_leave_is_said_and_counts_for_nothing(
    client: HouseClient, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client, member.email)
    code = code_in_mail()
    monkeypatch.setattr(entry, "send_soon", lambda write, unsent: False)

    answers = [ask(HouseClient(), address) for address in (member.email, "inconnu@exemple.invalid")]
    again = client.post(CODE, {"again": "1"})

    assert [one.status_code for one in (*answers, again)] == [429] * 3
    assert all("Recommencez dans une minute" in text(one) for one in (*answers, again))
    assert SignInCode.objects.count() == 1
    assert client.post(CODE, {"code": code}).headers["Location"] == "/espace/"


def test_forgetting_the_cache_forgets_no_mail(member: User) -> None:
    for _ in range(3):
        ask(HouseClient(), member.email)
        cache.clear()

    assert ask(HouseClient(), f" {member.email.upper()}").status_code == 429
    assert len(mail.outbox) == 3


def test_asking_again_counts_too_and_keeps_the_form(client: HouseClient, member: User) -> None:
    ask(client, member.email)
    client.post(CODE, {"again": "1"})
    client.post(CODE, {"again": "1"})

    answer = client.post(CODE, {"again": "1"})

    assert answer.status_code == 429
    assert "Revenez demain" in text(answer)
    assert client.post(CODE, {"code": code_in_mail()}).headers["Location"] == "/espace/"


def test_one_place_asks_for_sixty_codes_an_hour(client: HouseClient) -> None:
    answers = [ask(client, f"personne{number}@exemple.invalid").status_code for number in range(61)]

    assert answers == [302] * 60 + [429]
    assert "Attendez une heure" in text(ask(client, "encore@exemple.invalid"))


def test_a_box_that_people_do_not_see_stops_programs(client: HouseClient, member: User) -> None:
    page = text(client.get(LOGIN))
    seen = ask(HouseClient(), member.email)

    answer = client.post(LOGIN, {"who": member.email, "site": "https://exemple.invalid/"})

    assert 'aria-hidden="true"' in page
    assert re.search(r'<input id="id_site"[^>]*tabindex="-1"[^>]*autocomplete="off"', page)
    assert (answer.status_code, answer.headers["Location"]) == (seen.status_code, seen.headers["Location"])
    assert client.get(CODE).status_code == 200
    assert len(mail.outbox) == 1
    assert SignInCode.objects.exclude(address_index="").count() == 1  # it used up none of theirs


def test_wrong_codes_of_one_browser_cost_another_none(client: HouseClient, member: User) -> None:
    ask(client, member.email)
    right, thief = code_in_mail(), HouseClient()
    ask(thief, member.email)
    for _ in range(9):
        thief.post(CODE, {"code": wrong(right)})

    assert client.post(CODE, {"code": right}).headers["Location"] == "/espace/"


def test_a_post_from_elsewhere_consumes_nothing(client: HouseClient, member: User) -> None:
    """A mail scanner that opens links, and even posts, has neither this browser's session nor its token."""
    ask(client, member.email)
    code, scanner = code_in_mail(), HouseClient(enforce_csrf_checks=True)
    scanner.cookies["sessionid"] = client.cookies["sessionid"].value  # even with the session, it lacks the token

    answers = [one.post(CODE, {"code": wrong(code)}).status_code for one in (scanner, HouseClient())]

    assert answers == [403, 302]
    assert {row.tries_left for row in SignInCode.objects.all()} == {5}
    assert client.post(CODE, {"code": code}).headers["Location"] == "/espace/"


def test_each_way_in_opens_a_row(client: HouseClient, member: User, now: datetime) -> None:
    ask(client, member.email)
    client.post(CODE, {"code": code_in_mail()})
    HouseClient().post(LOGIN, {"who": actions.renew_card_code(member, at=now)})

    assert sorted(SignIn.objects.values_list("user_id", "way")) == [(member.pk, "card"), (member.pk, "code")]
    client.post("/espace/sortir/")
    assert SignIn.objects.get(way="code").end == SignInEnd.LEFT


def test_a_session_made_by_a_code_does_not_open_the_desk(client: HouseClient, volunteer: Membership) -> None:
    enrol(volunteer.user)
    ask(client, volunteer.user.email)
    client.post(CODE, {"code": code_in_mail()})

    assert [record["method"] for record in client.session[RECORDS]] == ["code"]
    assert client.get("/desk/").status_code == 403


def test_whoever_is_no_member_anywhere_is_told_so(client: HouseClient, volunteer: Membership, case: Case) -> None:
    ask(client, volunteer.user.email)
    client.post(CODE, {"code": code_in_mail()})

    home = client.get("/espace/")

    assert home.status_code == 200
    assert "Aucun dossier n’est à votre nom" in text(home)
    assert client.get(f"/espace/{case.reference}/").status_code == 404


def test_the_way_goes_on_to_the_page_that_was_asked_for(client: HouseClient, case: Case, member: User) -> None:
    sent_away = client.get(f"/espace/{case.reference}/moyen/")
    client.post(LOGIN, {"who": member.email, "next": f"/espace/{case.reference}/moyen/"})

    assert sent_away.headers["Location"] == f"{LOGIN}?next=%2Fespace%2F{case.reference}%2Fmoyen%2F"
    answer = client.post(CODE, {"code": code_in_mail()})
    assert answer.headers["Location"] == f"/espace/{case.reference}/moyen/"


@pytest.mark.parametrize("elsewhere", ["https://exemple.invalid/", "//exemple.invalid/espace/", "/desk/", "x:y"])
def test_the_way_never_goes_elsewhere(client: HouseClient, member: User, elsewhere: str) -> None:
    client.post(LOGIN, {"who": member.email, "next": elsewhere})

    assert client.post(CODE, {"code": code_in_mail()}).headers["Location"] == "/espace/"


def test_leaving_ends_the_session_and_empties_the_browser(mine: HouseClient) -> None:
    assert mine.get("/espace/sortir/").status_code == 405

    answer = mine.post("/espace/sortir/")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert mine.get("/espace/").headers["Location"].startswith(LOGIN)


def test_a_member_of_two_associations_chooses(
    client: HouseClient,
    case: Case,
    member: User,
    other_association: Association,
    stranger: Membership,
    today: date,
    now: datetime,
) -> None:
    there = factories.make_campaign(other_association, today=today)
    second = factories.make_case(there, by=stranger.user, today=today, at=now, email=member.email)
    ask(client, member.email)
    client.post(CODE, {"code": code_in_mail()})

    assert client.get("/espace/").headers["Location"] == "/espace/choisir/"
    assert other_association.name in text(client.get("/espace/choisir/"))
    assert client.post("/espace/choisir/", {"association": "999999"}).status_code == 422
    client.post("/espace/choisir/", {"association": str(other_association.pk)})
    assert second.reference in text(client.get("/espace/"))
    assert client.get(f"/espace/{case.reference}/").status_code == 404
