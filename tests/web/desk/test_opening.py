"""Opening a case on one page."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import scope
from accounts.models import Membership
from cases.models import Campaign, Case, CaseEvent, CaseFact, Consent, Member
from tests.factories import CHILD, CLOSURE, OPPOSITION, make_campaign, new_child, plant
from tests.people import HouseClient
from tests.web.desk.conftest import OpenOne, on

Desk = Callable[[Membership], HouseClient]
URL = "/desk/dossiers/nouveau/"


@pytest.fixture
def typed(campaign: Campaign, today: date) -> dict[str, Any]:
    """A letter sent ten days ago, to a new person, for themselves."""
    return {
        "association": campaign.association_id,
        "token": str(uuid4()),
        "first_name": plant("cases.Member.first_name"),
        "whom": "self",
        "campaign": campaign.pk,
        "procedure": OPPOSITION,
        "notified_by": "letter",
        "known_by": "postmark",
        "dated": "sent",
        **on(today - timedelta(days=10), "letter_on"),
    }


def test_the_page_is_ready_to_be_filled(campaign: Campaign, at_work: HouseClient) -> None:
    page = at_work.get(URL).content.decode()

    assert "Nouveau dossier" in page
    assert 'name="statistics"' in page
    assert "checked" not in page.split('name="statistics"')[1].split(">")[0]


def test_a_case_is_opened_and_its_day_is_told(typed: dict[str, Any], at_work: HouseClient, campaign: Campaign) -> None:
    response = at_work.post(URL, typed, follow=True)

    page = response.content.decode()
    assert "Dernier jour\u00a0: vendredi 25" in page
    case = _only(campaign)
    assert response.redirect_chain == [(reverse("desk:case", args=[case.reference]), 302)]
    assert case.state == "preparing"


def test_a_day_that_is_past_is_told_as_past(typed: dict[str, Any], at_work: HouseClient, today: date) -> None:
    page = at_work.post(URL, {**typed, **on(today - timedelta(days=60), "letter_on")}, follow=True).content.decode()

    assert "Le dernier jour était le jeudi 5" in page
    assert "une clôture reste possible" in page
    assert "Dernier jour\u00a0: " not in page.split("<h1")[0]


def test_what_was_read_aloud_and_accepted_is_kept(
    typed: dict[str, Any], at_work: HouseClient, campaign: Campaign
) -> None:
    at_work.post(URL, {**typed, "handling": "on"})

    case = _only(campaign)
    with scope.enter(campaign.association_id):
        assert list(Consent.objects.values_list("kind", flat=True)) == ["handling"]
    assert case.state == "to_act"


def test_no_letter_is_no_error_and_has_its_sentence(
    typed: dict[str, Any], at_work: HouseClient, campaign: Campaign
) -> None:
    without = {name: value for name, value in typed.items() if not name.startswith("letter_on")}

    page = at_work.post(URL, {**without, "notified_by": "never", "known_by": ""}, follow=True).content.decode()

    assert "Aucune date limite n’est connue" in page
    assert "Aucun courrier n’est arrivé" in page
    _only(campaign)


def test_a_range_counts_from_its_first_day(
    typed: dict[str, Any], at_work: HouseClient, campaign: Campaign, today: date
) -> None:
    at_work.post(URL, {**typed, **on(today - timedelta(days=5), "letter_until")})

    with scope.enter(campaign.association_id):
        sent = CaseFact.objects.get(kind="sent")
    assert (sent.earliest, sent.latest) == (today - timedelta(days=10), today - timedelta(days=5))


def test_a_note_is_sealed_in_the_journal(typed: dict[str, Any], at_work: HouseClient, campaign: Campaign) -> None:
    note = plant("cases.CaseEvent.note")

    at_work.post(URL, {**typed, "note": note})
    at_work.post(URL, {**typed, "note": note})

    case = _only(campaign)
    with scope.enter(campaign.association_id):
        assert [event.note for event in CaseEvent.objects.filter(case=case, kind="note_added")] == [note]


def test_two_submits_open_one_case(typed: dict[str, Any], at_work: HouseClient, campaign: Campaign) -> None:
    first = at_work.post(URL, typed)
    second = at_work.post(URL, typed)

    assert first["Location"] == second["Location"]
    _only(campaign)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"letter_on_day": "24"}, "Cette date n’est pas encore arrivée"),
        ({"letter_on_day": "31"}, "n’a que 30 jours"),
        ({"letter_on_year": "1066"}, "Cette année est trop loin"),
        ({"letter_on_month": ""}, "Il manque le mois"),
        ({"known_by": ""}, "Dites comment cette date est connue"),
        ({"notified_by": ""}, "Répondez à cette question"),
        ({"notified_by": "never"}, "Un courrier jamais reçu n’a pas de date"),
        ({"first_name": ""}, "Répondez à cette question"),
        ({"email": "pas un courriel"}, "adresse"),
        ({"whom": "child", "procedure": CHILD}, "Dites à quel titre"),
        ({"whom": "child", "procedure": CHILD, "ground": "measure"}, "Dites à quel titre"),
        (
            {"whom": "child", "procedure": CHILD, "ground": "disagrees", "other_name": "Zq"},
            "L’autre parent n’est pas d’accord",
        ),
        (
            {"whom": "child", "ground": "agrees", "other_name": "Zq"},
            "Cette démarche n’est pas prévue pour cette personne",
        ),
        ({"whom": "represented", "procedure": CLOSURE, "ground": "agrees"}, "Dites à quel titre"),
        ({"whom": "child", "procedure": CHILD, "ground": "agrees"}, "Écrivez son prénom"),
        ({"whom": "represented", "procedure": CLOSURE, "ground": "measure"}, "Écrivez son prénom"),
        ({"whom": "child", "procedure": CHILD, "birth_year": "2007"}, "Cette personne est majeure"),
        ({"phone": "12345"}, "Ce numéro ne va pas"),
        ({"phone": "abc"}, "Ce numéro ne va pas"),
        ({"first_name": "2850578006084 41"}, "On dirait un numéro de sécurité sociale"),
        ({"note": "carte Vitale 8025000012"}, "On dirait un numéro de carte Vitale"),
        ({"birth_year": "26"}, "Écrivez l’année en quatre chiffres"),
        ({"procedure": "inconnue"}, "choix"),
        ({"campaign": "0"}, "choix"),
    ],
)
def test_a_wrong_answer_keeps_what_was_typed(
    changed: dict[str, Any], sentence: str, typed: dict[str, Any], at_work: HouseClient, campaign: Campaign
) -> None:
    response = at_work.post(URL, {**typed, **changed})

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    for name, value in {**typed, **changed}.items():
        if name in {"first_name", "letter_on_day", "letter_on_year", "email", "birth_year"} and value:
            assert f'value="{value}"' in page
    with scope.enter(campaign.association_id):
        assert not Case.objects.exists()
        assert not Member.objects.exists()


def test_the_last_day_of_a_range_follows_its_first(
    typed: dict[str, Any], at_work: HouseClient, campaign: Campaign, today: date
) -> None:
    response = at_work.post(URL, {**typed, **on(today - timedelta(days=20), "letter_until")})

    assert response.status_code == 422
    assert "Cette date doit suivre la première" in response.content.decode()


def test_a_procedure_outside_the_campaign_is_refused(
    typed: dict[str, Any], at_work: HouseClient, campaign: Campaign, today: date
) -> None:
    make_campaign(campaign.association, today=today, slug="autre")
    with scope.enter(campaign.association_id):
        campaign.procedures = [CLOSURE]
        campaign.save(update_fields=["procedures"])

    response = at_work.post(URL, typed)

    assert response.status_code == 422
    assert "Cette campagne ne propose pas cette démarche" in response.content.decode()


def test_another_associations_campaign_cannot_be_chosen(
    typed: dict[str, Any], at_work: HouseClient, stranger: Membership, today: date
) -> None:
    theirs = make_campaign(stranger.association, today=today)

    assert at_work.post(URL, {**typed, "campaign": theirs.pk}).status_code == 422


def test_only_what_an_open_campaign_offers_can_be_chosen(at_work: HouseClient, campaign: Campaign) -> None:
    with scope.enter(campaign.association_id):
        campaign.procedures = [CLOSURE, "cnil/plainte", "bloctel/opposition"]
        campaign.save(update_fields=["procedures"])

    page = at_work.get(URL).content.decode()

    assert f'value="{CLOSURE}"' in page
    assert 'value="cnil/plainte"' in page
    assert 'value="rgpd/acces"' not in page
    assert 'value="bloctel/opposition"' not in page  # it has ended


def test_a_procedure_without_an_official_letter_does_not_ask_for_one(
    typed: dict[str, Any], at_work: HouseClient, campaign: Campaign
) -> None:
    with scope.enter(campaign.association_id):
        campaign.procedures = ["rgpd/acces"]
        campaign.save(update_fields=["procedures"])
    without = {name: value for name, value in typed.items() if "letter" not in name}

    at_work.post(URL, {**without, "procedure": "rgpd/acces", "notified_by": "", "known_by": ""})

    case = _only(campaign)
    assert (case.procedure, case.procedure_version) == ("rgpd/acces", 1)
    with scope.enter(campaign.association_id):
        assert not CaseFact.objects.exists()


# Who is known already


def test_a_known_address_asks_whether_it_is_the_same_person(
    typed: dict[str, Any], at_work: HouseClient, case: Case
) -> None:
    email = case.member.email

    response = at_work.post(URL, {**typed, "email": email.upper()})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Est-ce la même personne" in page
    assert case.member.first_name in page
    assert _count(case) == 1


def test_the_same_person_gets_a_second_case(typed: dict[str, Any], at_work: HouseClient, case: Case) -> None:
    sent = {**typed, "email": case.member.email, "same_as": str(case.member_id), "procedure": CLOSURE}

    assert at_work.post(URL, sent).status_code == 302
    assert _count(case) == 2
    with scope.enter(case.association_id):
        assert Member.objects.count() == 1


def test_somebody_else_at_the_same_number_is_a_new_member(
    typed: dict[str, Any], at_work: HouseClient, case: Case
) -> None:
    sent = {**typed, "phone": case.member.phone, "same_as": "autre"}

    assert at_work.post(URL, sent).status_code == 302
    with scope.enter(case.association_id):
        assert Member.objects.count() == 2


def test_nobody_else_can_be_slipped_in(
    typed: dict[str, Any], at_work: HouseClient, case: Case, open_one: OpenOne
) -> None:
    other = open_one()

    response = at_work.post(URL, {**typed, "email": case.member.email, "same_as": str(other.member_id)})

    assert response.status_code == 422


@pytest.mark.parametrize("column", ["email", "phone"])
def test_what_cannot_be_looked_for_is_refused_before_anybody_is_named(
    column: str, typed: dict[str, Any], at_work: HouseClient, case: Case
) -> None:
    page = at_work.post(URL, {**typed, column: "abc"}).content.decode()

    assert "Est-ce la même personne" not in page
    assert case.member.first_name not in page


@pytest.fixture
def hidden(case: Case, reception: Membership) -> Case:
    """Followed by somebody else, in an association where everybody sees their own cases."""
    case.association.team_sees_all = False
    case.association.save(update_fields=["team_sees_all"])
    return case


def test_a_member_of_whom_one_sees_no_case_is_not_named(
    typed: dict[str, Any], hidden: Case, reception: Membership, desk: Desk
) -> None:
    response = desk(reception).post(URL, {**typed, "email": hidden.member.email, "notified_by": ""})

    page = response.content.decode()
    assert "Est-ce la même personne" not in page
    assert hidden.member.first_name not in page


def test_a_member_of_whom_one_sees_no_case_cannot_be_slipped_in(
    typed: dict[str, Any], hidden: Case, reception: Membership, desk: Desk
) -> None:
    sent = {**typed, "email": hidden.member.email, "same_as": str(hidden.member_id)}

    assert desk(reception).post(URL, sent).status_code == 422
    assert _count(hidden) == 1


def test_another_associations_member_is_not_told(
    typed: dict[str, Any], case: Case, stranger: Membership, desk: Desk, today: date
) -> None:
    theirs = make_campaign(stranger.association, today=today)
    sent = {**typed, "association": stranger.association_id, "campaign": theirs.pk, "email": case.member.email}

    assert desk(stranger).post(URL, sent).status_code == 302


@pytest.mark.parametrize("column", ["email", "phone", "first_name", "reference"])
def test_a_member_is_found_by(column: str, case: Case, at_work: HouseClient) -> None:
    looked_for = case.reference if column == "reference" else getattr(case.member, column)

    page = at_work.post(URL, {"association": case.association_id, "q": looked_for, "chercher": "1"}).content.decode()

    assert f"{URL}?member={case.reference}" in page


def test_a_known_members_household_is_offered(
    typed: dict[str, Any], at_work: HouseClient, open_one: OpenOne, campaign: Campaign
) -> None:
    child = open_one(procedure=CHILD, beneficiary=new_child())
    url = f"{URL}?member={child.reference}"

    page = at_work.get(url).content.decode()
    assert child.beneficiary.first_name in page
    assert 'name="first_name"' not in page

    sent = {**typed, "whom": f"connu-{child.beneficiary_id}", "procedure": CLOSURE}
    assert at_work.post(url, sent).status_code == 302
    with scope.enter(campaign.association_id):
        assert Case.objects.filter(beneficiary=child.beneficiary).count() == 2
        assert Member.objects.count() == 1


def test_the_parents_page_says_children_first(typed: dict[str, Any], at_work: HouseClient, open_one: OpenOne) -> None:
    child = open_one(procedure=CHILD, beneficiary=new_child())

    page = at_work.post(f"{URL}?member={child.reference}", typed, follow=True).content.decode()

    assert "Les enfants d’abord" in page


# Who may not


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_data_delegate_opens_nothing(
    method: str, typed: dict[str, Any], delegate: Membership, desk: Desk, campaign: Campaign
) -> None:
    assert getattr(desk(delegate), method)(URL, typed).status_code == 403
    with scope.enter(campaign.association_id):
        assert not Case.objects.exists()


def test_reception_opens_a_case(typed: dict[str, Any], reception: Membership, desk: Desk) -> None:
    assert desk(reception).post(URL, typed).status_code == 302


def test_a_form_of_another_association_is_a_conflict(
    typed: dict[str, Any], at_work: HouseClient, stranger: Membership, campaign: Campaign
) -> None:
    assert at_work.post(URL, {**typed, "association": stranger.association_id}).status_code == 409
    with scope.enter(campaign.association_id):
        assert not Case.objects.exists()


def test_another_associations_member_cannot_be_reused(case: Case, stranger: Membership, desk: Desk) -> None:
    assert desk(stranger).get(f"{URL}?member={case.reference}").status_code == 404


def _only(campaign: Campaign) -> Case:
    with scope.enter(campaign.association_id):
        return Case.objects.get()


def _count(case: Case) -> int:
    with scope.enter(case.association_id):
        return Case.objects.count()
