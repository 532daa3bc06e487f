"""When an association's mails leave: chosen by its coordinators, in plain words."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from accounts import scope
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import AuditKind
from tests.people import HouseClient, location, signed_in
from web.desk.pages.sending import when

pytestmark = pytest.mark.django_db
PAGE, SECURITY = reverse("desk:send_window"), reverse("desk:security")
NBSP = "\N{NO-BREAK SPACE}"


def at_desk(membership: Membership) -> HouseClient:
    return signed_in(membership.user, association=membership.association)


def sent(membership: Membership, **typed: Any) -> dict[str, Any]:
    whole = {"weekdays": ["mon", "tue", "wed", "thu", "fri"], "opens": "09:00", "closes": "18:00"}
    return {"association": membership.association_id, "token": str(uuid4()), **whole, **typed}


def kept(membership: Membership) -> tuple[int, int, str]:
    association = Association.objects.get(pk=membership.association_id)
    return association.sends_from, association.sends_until, association.sends_on


def changes(membership: Membership) -> list[dict[str, Any]]:
    with scope.enter(membership.association_id):
        rows = AuditEntry.objects.filter(kind=AuditKind.ASSOCIATION_CHANGED).order_by("pk")
        return [entry.payload for entry in rows]


@pytest.mark.parametrize("role", ["reception", "volunteer", "referent", "delegate"])
def test_only_the_coordination_chooses(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)

    assert at_desk(person).get(PAGE).status_code == 403
    assert at_desk(person).post(PAGE, sent(person)).status_code == 403
    assert kept(person) == (8, 20, "0123456")


def test_a_form_of_another_association_changes_nothing(coordinator: Membership, stranger: Membership) -> None:
    assert at_desk(coordinator).post(PAGE, sent(stranger)).status_code == 409
    assert kept(stranger) == kept(coordinator) == (8, 20, "0123456")


def test_the_choice_is_kept_recorded_once_and_told(coordinator: Membership) -> None:
    browser = at_desk(coordinator)

    assert location(browser.post(PAGE, sent(coordinator))) == SECURITY
    browser.post(PAGE, sent(coordinator))

    assert kept(coordinator) == (9, 18, "01234")
    assert changes(coordinator) == [
        {"fields": ["sends_from", "sends_until", "sends_on"], "sends_from": 9, "sends_until": 18, "sends_on": "01234"}
    ]
    page = browser.get(SECURITY).content.decode()
    assert f"Du lundi au vendredi, de 9{NBSP}h à 18{NBSP}h. Pas les jours fériés." in page
    assert PAGE in page


def test_another_associations_choice_stays(coordinator: Membership, stranger: Membership) -> None:
    at_desk(coordinator).post(PAGE, sent(coordinator))

    assert kept(stranger) == (8, 20, "0123456")
    assert changes(stranger) == []


def test_the_delegate_reads_the_hours_and_finds_no_button(delegate: Membership) -> None:
    page = at_desk(delegate).get(SECURITY).content.decode()

    assert f"Tous les jours, de 8{NBSP}h à 20{NBSP}h." in page
    assert PAGE not in page


def test_the_page_shows_what_holds_and_on_whose_clock(coordinator: Membership) -> None:
    Association.objects.filter(pk=coordinator.association_id).update(
        sends_from=10, sends_until=24, sends_on="5", time_zone="Indian/Reunion"
    )

    page = at_desk(coordinator).get(PAGE).content.decode()

    assert "Indian/Reunion" in page
    assert '<option value="10:00" selected>' in page
    assert '<option value="24:00" selected>minuit</option>' in page
    assert page.count(" checked") == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"weekdays": []}, "Choisissez au moins un jour."),
        ({"opens": "18:00", "closes": "09:00"}, "La fin doit venir après le début."),
        ({"opens": "09:00", "closes": "09:00"}, "La fin doit venir après le début."),
        ({"opens": ""}, "Répondez à cette question."),
        ({"opens": "24:00"}, "Sélectionnez un choix valide"),
        ({"closes": "25:00"}, "Sélectionnez un choix valide"),
        ({"weekdays": ["0"]}, "Sélectionnez un choix valide"),
        ({"weekdays": ["lundi"]}, "Sélectionnez un choix valide"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words(coordinator: Membership, typed: dict[str, Any], said: str) -> None:
    response = at_desk(coordinator).post(PAGE, sent(coordinator, **typed))

    assert response.status_code == 422
    assert said in response.content.decode()
    assert kept(coordinator) == (8, 20, "0123456")
    assert changes(coordinator) == []


@pytest.mark.parametrize(
    ("opens", "closes", "days", "french", "english"),
    [
        (8, 20, "0123456", "Tous les jours, de 8 h à 20 h.", "Every day, from 08:00 to 20:00."),
        (0, 24, "0123456", "Tous les jours, à toute heure.", "Every day, at any hour."),
        (0, 12, "56", "Samedi et dimanche, de minuit à 12 h.", "Saturday and Sunday, from midnight to 12:00."),
        (
            18,
            24,
            "024",
            "Lundi, mercredi et vendredi, de 18 h à minuit. Pas les jours fériés.",
            "Monday, Wednesday and Friday, from 18:00 to midnight. Not on public holidays.",
        ),
        (
            8,
            20,
            "12345",
            "Du mardi au samedi, de 8 h à 20 h. Pas les jours fériés.",
            "From Tuesday to Saturday, from 08:00 to 20:00. Not on public holidays.",
        ),
    ],
)
def test_the_hours_in_words(opens: int, closes: int, days: str, french: str, english: str) -> None:
    association = Association(sends_from=opens, sends_until=closes, sends_on=days)

    assert when(association).replace(NBSP, " ") == french
    with translation.override("en"):
        assert when(association) == english
