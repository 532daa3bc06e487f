"""Lists of many cases at the desk: asked, read by another, taken once; a fresh factor at every step."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts import scope
from accounts.models import Membership
from accounts.rules.roles import Role
from cases.models import Case, CaseEvent, Export, Member
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.people import HouseClient, location, signed_in
from tests.web.desk.conftest import OpenOne, on

pytestmark = pytest.mark.django_db
LISTS, ASK = reverse("desk:exports"), reverse("desk:export_ask")
REASON = "Appeler ceux qui attendent encore."


def at_desk(membership: Membership) -> HouseClient:
    return signed_in(membership.user, association=membership.association)


def sent(membership: Membership, **typed: Any) -> dict[str, Any]:
    return {"association": membership.association_id, "token": str(uuid4()), **typed}


def asked(membership: Membership, **typed: Any) -> dict[str, Any]:
    return sent(membership, **({"people": "without", "reason": REASON} | typed))


def address(export: Export) -> str:
    return reverse("desk:export", args=[export.pk])


def take_address(export: Export) -> str:
    return reverse("desk:export_take", args=[export.pk])


def kept(membership: Membership) -> list[Export]:
    with scope.enter(membership.association_id):
        return list(Export.objects.order_by("pk"))


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()
    return str(response.content.decode()).replace("\u00a0", " ")


def rows_of(response: Any) -> list[list[str]]:
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.fixture
def waiting(open_one: OpenOne, referent: Membership, now: datetime) -> Export:
    open_one()
    return factories.make_export(referent, at=now)


@pytest.fixture
def ready(waiting: Export, coordinator: Membership) -> Export:
    answer = at_desk(coordinator).post(address(waiting), sent(coordinator, seen=1, decision="approve"))
    assert location(answer) == LISTS
    return waiting


# Asking


def test_the_number_is_shown_before_the_request_leaves(open_one: OpenOne, referent: Membership) -> None:
    open_one()
    open_one()
    browser = at_desk(referent)

    counted = text_of(browser.post(ASK, asked(referent)))
    assert "2 dossiers répondent à ces filtres." in counted
    assert 'name="counted" value="2"' in counted
    assert REASON in counted
    assert kept(referent) == []

    answer = browser.post(ASK, asked(referent, counted="2", people="with"))
    [export] = kept(referent)
    assert location(answer) == address(export)
    assert (export.count, export.with_people, export.asked_by_id) == (2, True, referent.user_id)
    page = text_of(browser.get(address(export)))
    assert REASON in page
    assert "avec noms, adresses et téléphones" in page


def test_a_form_that_is_sent_twice_is_one_request(open_one: OpenOne, referent: Membership) -> None:
    open_one()
    browser, form = at_desk(referent), asked(referent, counted="1")

    first, second = browser.post(ASK, form), browser.post(ASK, form)

    [export] = kept(referent)
    assert (location(first), location(second)) == (address(export), LISTS)


def test_a_number_that_changed_meanwhile_is_shown_again(open_one: OpenOne, referent: Membership) -> None:
    open_one()

    page = text_of(at_desk(referent).post(ASK, asked(referent, counted="12")))

    assert "1 dossier répond à ces filtres." in page
    assert kept(referent) == []


def test_the_filter_is_kept_as_codes_and_said_in_words(open_one: OpenOne, referent: Membership, today: date) -> None:
    case = open_one()
    with scope.enter(referent.association_id):
        slug = Case.objects.select_related("campaign").get(pk=case.pk).campaign.slug
    chosen = {"campaign": slug, "procedure": factories.OPPOSITION, "state": "to_act", "counted": "1"}
    browser = at_desk(referent)

    browser.post(ASK, asked(referent, **chosen, **on(today, "opened_from"), **on(today, "opened_to")))

    [export] = kept(referent)
    assert export.filter == {
        "campaign": slug,
        "procedure": factories.OPPOSITION,
        "state": "to_act",
        "opened_from": today.isoformat(),
        "opened_to": today.isoformat(),
    }
    page = text_of(browser.get(address(export)))
    for said in ("campagne : Campagne de démonstration", "état : Démarche à faire", "ouverts depuis le lundi 23"):
        assert said in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": ""}, "Répondez à cette question."),
        ({"reason": "Son NIR est 2 84 05 75 056 004 12"}, "numéro de sécurité sociale"),
        ({"people": ""}, "Répondez à cette question."),
        ({"state": "erased"}, "erased"),
        ({"procedure": "x\0"}, ""),
        ({"opened_from_day": "2"}, "Il manque le mois."),
        ({"state": "closed"}, "Aucun dossier ne répond à ces filtres."),
    ],
)
def test_a_wrong_answer_is_told_and_nothing_is_asked(
    open_one: OpenOne, referent: Membership, typed: dict[str, Any], sentence: str
) -> None:
    open_one()

    assert sentence in text_of(at_desk(referent).post(ASK, asked(referent, **typed, counted="1")), 422)
    assert kept(referent) == []


def test_days_in_the_wrong_order_are_told(open_one: OpenOne, referent: Membership, today: date) -> None:
    typed = {**on(today, "opened_from"), **on(today - timedelta(days=3), "opened_to")}

    assert "Cette date précède la première." in text_of(at_desk(referent).post(ASK, asked(referent, **typed)), 422)


def test_who_is_alone_is_told_that_nobody_can_approve(open_one: OpenOne, referent: Membership) -> None:
    alone = text_of(at_desk(referent).get(ASK))
    factories.make_membership(referent.association, Role.DATA_DELEGATE)
    assert "Personne d’autre ne peut approuver ici." in alone
    assert "Personne d’autre ne peut approuver ici." not in text_of(at_desk(referent).get(ASK))


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.VOLUNTEER, Role.DATA_DELEGATE])
def test_who_may_not_ask_does_not(open_one: OpenOne, referent: Membership, role: Role) -> None:
    open_one()
    somebody = factories.make_membership(referent.association, role)

    assert at_desk(somebody).get(ASK).status_code == 403
    assert at_desk(somebody).post(ASK, asked(somebody, counted="1")).status_code == 403
    assert kept(referent) == []


# A fresh factor


def test_every_step_asks_for_a_fresh_factor(ready: Export, referent: Membership, clock: time_machine.Traveller) -> None:
    browser = at_desk(referent)
    clock.shift(timedelta(minutes=5))

    for url in (LISTS, ASK, address(ready), take_address(ready)):
        assert location(browser.get(url)).startswith(reverse("mfa_reauthenticate"))
    for url in (ASK, address(ready), take_address(ready)):
        assert location(browser.post(url, sent(referent))).startswith(reverse("mfa_reauthenticate"))
    assert kept(referent)[0].taken_at is None


# Deciding


def test_another_person_reads_who_what_how_many_and_why(
    waiting: Export, coordinator: Membership, delegate: Membership, referent: Membership
) -> None:
    for reader in (coordinator, delegate):
        page = text_of(at_desk(reader).get(address(waiting)))
        for told in (referent.user.name, "tous les dossiers", "1 dossier à la demande, 1 maintenant", waiting.reason):
            assert told in page
        assert "Approuver cette liste" in page


def test_the_asker_sees_no_button_to_approve_and_cannot(
    open_one: OpenOne, coordinator: Membership, now: datetime
) -> None:
    open_one()
    mine = factories.make_export(coordinator, at=now)
    browser = at_desk(coordinator)

    assert "Approuver cette liste" not in text_of(browser.get(address(mine)))
    answer = browser.post(address(mine), sent(coordinator, seen=1, decision="approve"))
    assert answer.status_code == 403
    assert not kept(coordinator)[0].is_approved
    assert location(browser.post(address(mine), sent(coordinator, seen=1, decision="refuse"))) == LISTS
    assert "Refusée" in text_of(browser.get(LISTS))


@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_a_referent_decides_nothing_of_others(waiting: Export, referent: Membership, decision: str) -> None:
    other = factories.make_membership(referent.association, Role.REFERENT)

    assert at_desk(other).get(address(waiting)).status_code == 404
    assert at_desk(other).post(address(waiting), sent(other, seen=1, decision=decision)).status_code == 404
    assert kept(referent)[0].decided_at is None


@pytest.mark.parametrize("form", [{"decision": "approve"}, {"seen": "1"}, {"seen": "1", "decision": "maybe"}])
def test_half_a_decision_is_none(waiting: Export, coordinator: Membership, form: dict[str, str]) -> None:
    assert at_desk(coordinator).post(address(waiting), sent(coordinator, **form)).status_code == 409
    assert kept(coordinator)[0].decided_at is None


def test_a_number_that_changed_while_reading_is_read_again(waiting: Export, coordinator: Membership) -> None:
    answer = at_desk(coordinator).post(address(waiting), sent(coordinator, seen=7, decision="approve"))

    assert "Le nombre de dossiers a changé" in text_of(answer, 409)
    assert not kept(coordinator)[0].is_approved


def test_a_second_decision_is_a_conflict(ready: Export, delegate: Membership) -> None:
    assert at_desk(delegate).post(address(ready), sent(delegate, seen=1, decision="refuse")).status_code == 409
    assert kept(delegate)[0].is_approved


def test_another_association_finds_no_request(waiting: Export, stranger: Membership) -> None:
    browser = at_desk(stranger)

    assert browser.get(address(waiting)).status_code == browser.get(take_address(waiting)).status_code == 404
    assert browser.post(address(waiting), sent(stranger, seen=1, decision="approve")).status_code == 404
    assert waiting.reason not in text_of(browser.get(LISTS))


# Taking


def test_the_file_is_for_french_spreadsheets_and_its_name_tells_nothing(ready: Export, referent: Membership) -> None:
    browser = at_desk(referent)
    assert "Télécharger maintenant" in text_of(browser.get(take_address(ready)))

    answer = browser.post(take_address(ready), sent(referent))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="export.csv"'
    assert answer["Cache-Control"] == "no-store"
    assert answer.content.startswith("\ufeff".encode())
    assert rows_of(answer)[0][:4] == ["Référence", "Campagne", "Démarche", "État"]


def test_people_are_in_the_file_when_it_was_approved_so(ready: Export, referent: Membership) -> None:
    head, line = rows_of(at_desk(referent).post(take_address(ready), sent(referent)))

    told = dict(zip(head, line, strict=True))
    with scope.enter(referent.association_id):
        case = Case.objects.with_people().get()
        member = case.member
        assert (told["Prénom"], told["Nom de famille"]) == (member.first_name, member.last_name)
        assert (told["Adresse e-mail"], told["Téléphone"]) == (member.email, member.phone)
    assert (told["Référence"], told["Ouvert le"], told["Clos le"]) == (case.reference, "2026-11-23", "")


def test_without_people_the_file_holds_none(
    open_one: OpenOne, referent: Membership, coordinator: Membership, now: datetime
) -> None:
    open_one()
    export = factories.make_export(referent, at=now, with_people=False)
    at_desk(coordinator).post(address(export), sent(coordinator, seen=1, decision="approve"))

    content = at_desk(referent).post(take_address(export), sent(referent)).content.decode()

    planted = [text for name, texts in factories.PLANTED.items() if name.startswith("cases.") for text in texts]
    assert [text for text in planted if text in content] == []


def test_no_cell_of_the_file_is_a_formula(ready: Export, referent: Membership) -> None:
    with scope.enter(referent.association_id):
        member = Member.objects.get()
        member.first_name, member.phone = '=HYPERLINK("http://exemple.invalid")', "+33 6 99 00 12 34"
        member.last_name, member.region = ' "@SUM(1)', "\t-1"
        member.save(update_fields=["first_name", "last_name", "phone", "region"])

    _, line = rows_of(at_desk(referent).post(take_address(ready), sent(referent)))

    assert '\'=HYPERLINK("http://exemple.invalid")' in line
    assert "'+33 6 99 00 12 34" in line
    assert not [cell for cell in line if cell.lstrip(" \t\"'")[:1] in {"=", "+", "-", "@"} and cell[0] != "'"]


def test_it_is_taken_once_and_by_its_asker_alone(
    ready: Export, referent: Membership, coordinator: Membership, delegate: Membership
) -> None:
    for somebody in (coordinator, delegate):
        assert at_desk(somebody).get(take_address(ready)).status_code == 403
        assert at_desk(somebody).post(take_address(ready), sent(somebody)).status_code == 403
    browser = at_desk(referent)
    assert browser.post(take_address(ready), sent(referent)).status_code == 200

    again = browser.post(take_address(ready), sent(referent))

    assert "Cette liste ne peut pas être prise" in text_of(again, 409)
    assert browser.get(take_address(ready)).status_code == 409
    assert "Prise" in text_of(browser.get(LISTS))


def test_what_waits_or_is_late_is_not_taken(
    waiting: Export, referent: Membership, coordinator: Membership, clock: time_machine.Traveller
) -> None:
    assert at_desk(referent).post(take_address(waiting), sent(referent)).status_code == 409
    at_desk(coordinator).post(address(waiting), sent(coordinator, seen=1, decision="approve"))
    clock.shift(timedelta(hours=24))

    assert at_desk(referent).post(take_address(waiting), sent(referent)).status_code == 409
    assert "Pas prise en 24 heures" in text_of(at_desk(referent).get(LISTS))


def test_who_is_let_go_while_it_is_made_gets_a_sentence_and_no_line(
    ready: Export, referent: Membership, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from web.desk.pages import exports as page

    write: Callable[[Case], Any] = page.cells_with_people

    def let_go(case: Case) -> Any:
        Membership.objects.filter(pk=referent.pk).update(revoked_at=now)
        return write(case)

    monkeypatch.setattr(page, "cells_with_people", let_go)

    answer = at_desk(referent).post(take_address(ready), sent(referent))

    assert "Rien n’a été téléchargé." in text_of(answer, 403)
    assert "text/csv" not in answer["Content-Type"]
    with scope.enter(referent.association_id):
        assert not CaseEvent.objects.filter(kind=EventKind.CASE_CONSULTED).exists()
        assert Export.objects.get(pk=ready.pk).taken_at, "the approval is spent"


def test_a_list_is_told_to_its_members(ready: Export, referent: Membership, coordinator: Membership) -> None:
    from tests.people import signed_in_by_code

    at_desk(referent).post(take_address(ready), sent(referent))

    with scope.enter(referent.association_id):
        case = Case.objects.with_people().get()
        member = case.member.user
    assert member
    page = text_of(
        signed_in_by_code(member, association=referent.association).get(reverse("portal:case", args=[case.reference]))
    )
    assert "a mis votre dossier dans une liste, avec votre nom et vos coordonnées" in page


def test_a_request_that_waits_is_counted_in_the_menu_of_whoever_decides_alone(
    waiting: Export, coordinator: Membership, delegate: Membership, referent: Membership
) -> None:
    counted = {
        one: {item.url: item.count for item in at_desk(one).get("/desk/").context["nav"]}[LISTS]
        for one in (coordinator, delegate, referent)
    }

    assert counted == {coordinator: "1", delegate: "1", referent: ""}
