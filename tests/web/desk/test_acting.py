"""Each form about a case: what it does, and what it refuses."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.models import Attempt, Case, CaseEvent, CaseFact, Consent, Deadline
from tests import factories
from tests.factories import CLOSURE, plant
from tests.people import HouseClient
from tests.web.desk.conftest import OpenOne, address, answers, on

Desk = Callable[[Membership], HouseClient]


@pytest.fixture
def call(case: Case, today: date) -> dict[str, Any]:
    """A call that was confirmed, the justificatif asked for."""
    return answers(case, channel="phone", result="confirmed", justificatif_asked="yes", **on(today, "made_on"))


# An attempt


def test_a_call_is_recorded_with_what_was_said(case: Case, call: dict[str, Any], at_work: HouseClient) -> None:
    reference, note = plant("cases.Attempt.adviser_reference"), plant("cases.Attempt.note")

    page = at_work.post(
        address("attempt", case), {**call, "adviser_reference": reference, "note": note}, follow=True
    ).content.decode()

    assert "La démarche est enregistrée" in page
    assert reference in page
    assert note in page
    fresh = _fresh(case)
    assert (fresh.state, fresh.channel) == ("awaiting", "phone")


def test_the_script_of_the_channel_stands_beside(case: Case, at_work: HouseClient) -> None:
    page = at_work.get(address("attempt", case), {"moyen": "phone"}).content.decode()

    assert "Ouvert maintenant, jusqu’à 17" in page
    assert "Je m’oppose à la création de mon espace santé." in page
    assert "La personne dit ses numéros elle-même" in page


def test_an_unknown_channel_in_the_address_shows_no_script(case: Case, at_work: HouseClient) -> None:
    assert at_work.get(address("attempt", case), {"moyen": "pigeon"}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"justificatif_asked": ""}, "Répondez avant de finir"),
        ({"channel": "pigeon"}, "choix"),
        ({"made_on_day": "24"}, "Cette date n’est pas encore arrivée"),
        ({"made_on_day": "31"}, "n’a que 30 jours"),
        ({"made_on_year": ""}, "Il manque l’année"),
        ({"result": "peut-être"}, "choix"),
        ({"obstacle": "INCONNU"}, "choix"),
        ({"adviser_reference": "x" * 81}, "80"),
    ],
)
def test_a_wrong_answer_about_a_call_keeps_what_was_typed(
    changed: dict[str, str], sentence: str, case: Case, call: dict[str, Any], at_work: HouseClient
) -> None:
    response = at_work.post(address("attempt", case), {**call, "note": "Elle entend mal", **changed})

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "Elle entend mal" in page
    assert _count(Attempt, case) == 0


def test_a_call_before_the_letter_is_refused_at_its_date_and_nothing_is_lost(
    case: Case, call: dict[str, Any], at_work: HouseClient, today: date
) -> None:
    typed = {**call, "note": "Deux appels", **on(today - timedelta(days=300), "made_on")}

    response = at_work.post(address("attempt", case), typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"made_on"}
    assert "Deux appels" in page
    assert _count(Attempt, case) == 0


def test_two_submits_of_a_call_are_one(case: Case, call: dict[str, Any], at_work: HouseClient) -> None:
    first = at_work.post(address("attempt", case), call)
    second = at_work.post(address("attempt", case), {**call, "version": _fresh(case).version})

    assert first["Location"] == second["Location"]
    assert _count(Attempt, case) == 1


def test_a_stale_form_comes_back_as_typed_and_may_be_sent_again(
    case: Case,
    call: dict[str, Any],
    at_work: HouseClient,
    colleague: Membership,
    desk: Desk,
    today: date,
    now: datetime,
) -> None:
    factories.say_why(case, by=colleague.user, at=now)
    later = on(today + timedelta(days=9), "until") | {"reason": "Elle voyage", "stop_when": "nothing"}
    desk(colleague).post(address("hold", case), answers(case, **later))

    response = at_work.post(address("attempt", case), {**call, "note": "Elle entend mal"})

    page = response.content.decode()
    assert response.status_code == 409
    assert "Un collègue a modifié ce dossier" in page
    assert "Elle entend mal" in page
    assert _count(Attempt, case) == 0

    again = {**call, "version": response.context["form"]["version"].value()}
    assert at_work.post(address("attempt", case), again).status_code == 302
    assert _count(Attempt, case) == 1


def test_a_closure_asks_for_deletion_and_an_opposition_does_not(open_one: OpenOne, at_work: HouseClient) -> None:
    closure, opposition = open_one(procedure=CLOSURE), open_one()

    assert 'name="deletion_requested"' in at_work.get(address("attempt", closure)).content.decode()
    assert 'name="deletion_requested"' not in at_work.get(address("attempt", opposition)).content.decode()


def test_deletion_asked_for_starts_its_three_months(open_one: OpenOne, at_work: HouseClient, today: date) -> None:
    closure = open_one(procedure=CLOSURE, sent=None)
    typed = answers(closure, channel="phone", result="confirmed", justificatif_asked="yes", deletion_requested="yes")

    at_work.post(address("attempt", closure), {**typed, **on(today, "made_on")})

    with scope.enter(closure.association_id):
        assert Deadline.objects.get(case=closure, key="suppression").due is not None


# Dates


def test_a_corrected_date_tells_the_old_and_the_new_day(case: Case, at_work: HouseClient, today: date) -> None:
    typed = answers(case, kind="sent", known_by="letter", **on(today - timedelta(days=20), "earliest"))

    page = at_work.post(address("facts", case), typed, follow=True).content.decode()

    assert "le dernier jour passe du mardi 24\u00a0novembre 2026 au mardi 15\u00a0décembre 2026" in page
    assert "Fait corrigé" in page
    assert _count(CaseFact, case) == 2


def test_the_dates_page_shows_what_stands(case: Case, at_work: HouseClient) -> None:
    page = at_work.get(address("facts", case)).content.decode()

    assert "mardi 13\u00a0octobre 2026" in page
    assert "cachet de la poste" in page
    assert 'value="13"' not in page, "no date is taken for granted"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"earliest_day": "24", "earliest_month": "11"}, "Cette date n’est pas encore arrivée"),
        ({"earliest_day": "", "earliest_month": "", "earliest_year": ""}, "Indiquez la date"),
        ({"earliest_month": "treize"}, "Le mois est un nombre"),
        ({"kind": "inventé"}, "choix"),
        ({"known_by": ""}, "Dites comment cette date est connue"),
        ({"latest_day": "1", "latest_month": "1", "latest_year": "2020"}, "Cette date doit suivre la première"),
    ],
)
def test_a_wrong_date_changes_nothing(
    changed: dict[str, str], sentence: str, case: Case, at_work: HouseClient, today: date
) -> None:
    typed = answers(case, kind="sent", known_by="letter", **on(today - timedelta(days=20), "earliest"))

    response = at_work.post(address("facts", case), {**typed, **changed})

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert _count(CaseFact, case) == 1


def test_a_letter_that_never_came_needs_no_date(open_one: OpenOne, at_work: HouseClient) -> None:
    case = open_one(sent=None)

    response = at_work.post(address("facts", case), answers(case, kind="sent", known_by="memory", notified_by="never"))

    assert response.status_code == 302
    assert _count(CaseFact, case) == 1


def test_a_stale_date_is_a_conflict(case: Case, at_work: HouseClient, today: date) -> None:
    typed = answers(case, version=0, kind="sent", known_by="letter", **on(today, "earliest"))

    assert at_work.post(address("facts", case), typed).status_code == 409
    assert _count(CaseFact, case) == 1


# Confide, set aside, note, consent


def test_a_case_is_confided_with_a_word(case: Case, at_work: HouseClient, colleague: Membership, desk: Desk) -> None:
    word = plant("cases.CaseEvent.note")

    at_work.post(address("assign", case), answers(case, to=str(colleague.user_id), note=word))

    assert _fresh(case).assigned_to_id == colleague.user_id
    assert word in desk(colleague).get(address("case", case)).content.decode()


def test_a_colleague_is_owed_a_word(case: Case, at_work: HouseClient, colleague: Membership) -> None:
    response = at_work.post(address("assign", case), answers(case, to=str(colleague.user_id)))

    assert response.status_code == 422
    assert "Laissez un mot à votre collègue" in response.content.decode()


def test_a_case_goes_back_to_the_team_without_a_word(case: Case, at_work: HouseClient) -> None:
    at_work.post(address("assign", case), answers(case, to="equipe"))

    assert _fresh(case).assigned_to_id is None


def test_a_case_is_confided_once(case: Case, at_work: HouseClient, colleague: Membership) -> None:
    typed = answers(case, to=str(colleague.user_id), note="Elle entend mal")

    first, second = at_work.post(address("assign", case), typed), at_work.post(address("assign", case), typed)

    assert (first.status_code, second.status_code) == (302, 302)
    assert _events(case, "case_assigned") == 1
    assert _events(case, "note_added") == 1


def test_what_a_colleague_confided_meanwhile_is_a_conflict(
    case: Case, at_work: HouseClient, volunteer: Membership, colleague: Membership, desk: Desk, now: datetime
) -> None:
    factories.say_why(case, by=colleague.user, at=now)
    desk(colleague).post(address("assign", case), answers(case, to=str(colleague.user_id)))
    factories.say_why(case, by=volunteer.user, at=now)

    response = at_work.post(address("assign", case), answers(case, to="equipe"))

    assert response.status_code == 409
    assert _fresh(case).assigned_to_id == colleague.user_id


def test_a_case_cannot_be_confided_outside_the_team(
    case: Case, at_work: HouseClient, stranger: Membership, delegate: Membership
) -> None:
    for outsider in (stranger, delegate):
        typed = answers(case, to=str(outsider.user_id), note="Voilà")
        assert at_work.post(address("assign", case), typed).status_code == 422


def test_a_case_is_set_aside_and_taken_up_again(case: Case, at_work: HouseClient, today: date) -> None:
    later = on(today + timedelta(days=10), "until") | {"reason": "Elle voyage", "stop_when": "nothing"}
    at_work.post(address("hold", case), answers(case, **later))
    assert _fresh(case).held_until == today + timedelta(days=10)
    assert "En attente jusqu’au" in at_work.get(address("case", case)).content.decode()

    at_work.post(address("hold", case), answers(case, resume="1"))
    assert _fresh(case).held_until is None


@pytest.mark.parametrize("days", [0, -1])
def test_a_case_is_set_aside_for_days_to_come(days: int, case: Case, at_work: HouseClient, today: date) -> None:
    response = at_work.post(address("hold", case), answers(case, **on(today + timedelta(days=days), "until")))

    assert response.status_code == 422
    assert "Choisissez un jour à venir" in response.content.decode()


def test_a_note_is_kept_once(case: Case, at_work: HouseClient) -> None:
    typed = answers(case, text=plant("cases.CaseEvent.note"))

    at_work.post(address("note", case), typed)
    at_work.post(address("note", case), typed)

    assert _events(case, "note_added") == 1
    assert typed["text"] in at_work.get(address("case", case)).content.decode()


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_an_empty_or_endless_note_is_refused(text: str, case: Case, at_work: HouseClient) -> None:
    assert at_work.post(address("note", case), answers(case, text=text)).status_code == 422


def test_consents_are_gathered_and_withdrawn(open_one: OpenOne, at_work: HouseClient) -> None:
    case = open_one(consents=[])

    at_work.post(address("consent", case), answers(case, handling="yes", statistics="yes"))
    assert _fresh(case).state == "to_act"
    at_work.post(address("consent", case), answers(case, handling="yes", statistics="no"))

    with scope.enter(case.association_id):
        standing = Consent.objects.filter(beneficiary=case.beneficiary, withdrawn_on=None)
        assert [row.kind for row in standing] == ["handling"]


def test_nothing_is_ticked_beforehand(open_one: OpenOne, at_work: HouseClient) -> None:
    case = open_one(consents=[])

    page = at_work.get(address("consent", case)).content.decode()

    assert "checked" not in page
    assert at_work.post(address("consent", case), answers(case)).status_code == 422


# The card


def test_a_card_shows_its_code_once(open_one: OpenOne, at_work: HouseClient, client: HouseClient) -> None:
    case = open_one(email="")
    typed = answers(case)

    card = at_work.post(address("card", case), typed)
    page = card.content.decode()

    assert card.status_code == 200
    assert "/espace/entrer/" in page
    assert '<svg viewBox="0 0 ' in page
    code = card.context["card"].code
    assert code not in at_work.get(address("card", case)).content.decode()
    assert at_work.post(address("card", case), typed).status_code == 302
    assert _events(case, "card_renewed") == 1


def test_the_code_of_a_card_leads_to_its_person(open_one: OpenOne, at_work: HouseClient) -> None:
    from accounts.access import user_by_card

    case = open_one(email="")
    first = at_work.post(address("card", case), answers(case)).context["card"].code
    second = at_work.post(address("card", case), answers(case)).context["card"].code

    assert user_by_card(first) is None
    found = user_by_card(second)
    assert found is not None
    assert found.pk == _fresh(case).member.user_id


def test_an_account_with_an_address_gets_no_card(case: Case, at_work: HouseClient) -> None:
    assert at_work.get(address("card", case)).status_code == 409
    assert at_work.post(address("card", case), answers(case)).status_code == 409
    assert _events(case, "card_renewed") == 0


# After the end


@pytest.mark.parametrize("name", ["attempt", "facts", "upload", "assign", "hold", "convert", "close"])
def test_a_closed_case_takes_no_more(
    name: str, case: Case, at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(case.association_id):
        actions.close_case(case, outcome="abandoned", today=today, at=now, by=volunteer.user)

    assert at_work.get(address(name, case)).status_code == 409


def test_a_call_typed_before_the_end_is_not_recorded_after(
    case: Case, call: dict[str, Any], at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(case.association_id):
        actions.close_case(case, outcome="abandoned", today=today, at=now, by=volunteer.user)

    assert at_work.post(address("attempt", case), {**call, "version": _fresh(case).version}).status_code == 409
    assert _count(Attempt, case) == 0


def _fresh(case: Case) -> Case:
    with scope.enter(case.association_id):
        return Case.objects.select_related("member").get(pk=case.pk)


def _count(model: Any, case: Case) -> int:
    with scope.enter(case.association_id):
        return int(model.objects.filter(case=case).count())


def _events(case: Case, kind: str) -> int:
    with scope.enter(case.association_id):
        return CaseEvent.objects.filter(case=case, kind=kind).count()
