"""Which procedures are to be read again: told to whoever coordinates, and to nobody else."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from pytest_django import Settings

from accounts import scope
from accounts.models import Membership
from cases.models import Case, Deadline
from procedures import registry
from tests.people import HouseClient, signed_in
from tests.procedures.definition_text import KEY, RIGHT
from tests.procedures.test_checking import put
from tests.web.desk.conftest import OpenOne, address, answers, on

PAGE, OVERVIEW = reverse("desk:procedures"), reverse("desk:overview")
READ_ON = date(2026, 11, 23)
LATE = "n’ont pas été relues depuis un an"


def at_desk(membership: Membership, *, on: date, clock: time_machine.Traveller) -> HouseClient:
    clock.move_to(datetime(on.year, on.month, on.day, 10, tzinfo=ZoneInfo("Europe/Paris")), tick=False)
    return signed_in(membership.user, association=membership.association)


def test_every_procedure_is_listed_with_what_is_uncertain_in_it(
    coordinator: Membership, clock: time_machine.Traveller
) -> None:
    response = at_desk(coordinator, on=READ_ON, clock=clock).get(PAGE)

    page, lines = response.content.decode(), {line.key: line for line in response.context["lines"]}
    assert lines.keys() == {one.key for one in registry.all_current()}
    assert LATE not in page
    assert [chip.text for chip in lines["bloctel/opposition"].chips] == ["Terminée"]
    assert {doubt.certainty for doubt in lines["snds/opposition"].doubts} == {"incertain", "à confirmer"}
    assert "le mois est celui du RGPD" in page


@pytest.mark.parametrize(("day", "is_late"), [(date(2027, 11, 23), False), (date(2027, 11, 24), True)])
@pytest.mark.parametrize("address", [PAGE, OVERVIEW])
def test_after_twelve_months_whoever_coordinates_is_warned(
    address: str, day: date, is_late: bool, coordinator: Membership, clock: time_machine.Traveller
) -> None:
    page = at_desk(coordinator, on=day, clock=clock).get(address).content.decode()

    assert (LATE in page) == is_late


def test_one_old_deadline_is_enough(
    coordinator: Membership, clock: time_machine.Traveller, tmp_path: Path, settings: Settings
) -> None:
    deadlines = RIGHT.index("[[deadlines]]")
    older = RIGHT[deadlines:].replace("checked_on = 2026-11-23", "checked_on = 2025-11-22", 1)
    put(tmp_path, RIGHT[:deadlines] + older)
    settings.PROCEDURE_FOLDERS = [tmp_path]

    response = at_desk(coordinator, on=READ_ON, clock=clock).get(PAGE)

    first = response.context["lines"][0]
    assert (first.key, first.checked_on) == (KEY, date(2025, 11, 22))
    assert "1 démarche n’a pas été relue depuis un an" in response.content.decode()


@pytest.mark.parametrize("role", ["volunteer", "delegate"])
def test_nobody_else_sees_the_page_or_is_warned(
    role: str, clock: time_machine.Traveller, request: pytest.FixtureRequest
) -> None:
    browser = at_desk(request.getfixturevalue(role), on=date(2028, 1, 4), clock=clock)

    assert browser.get(PAGE).status_code == 403
    assert PAGE not in browser.get(reverse("desk:now")).content.decode()
    assert LATE not in browser.get(OVERVIEW).content.decode()


def test_a_rejection_and_a_home_overseas_give_the_appeal_its_day(
    open_one: OpenOne, at_work: HouseClient, today: date
) -> None:
    case = open_one(procedure="cnil/plainte", sent=None)
    day = on(date(2026, 11, 16), "earliest")

    form = at_work.get(address("facts", case)).content.decode()
    typed = answers(case, kind="rejected", known_by="letter", residence="overseas", **day)
    page = at_work.post(address("facts", case), typed, follow=True).content.decode()

    assert "Ils ont rejeté la demande" in form
    assert "Le courrier est parti" not in form
    with scope.enter(case.association_id):
        appeal = Deadline.objects.get(case=case, key="recours")
    assert (appeal.bound, appeal.due) == ("member", date(2027, 2, 17))
    assert "Un mois de plus pour qui habite outre-mer" in appeal.explanation("fr")
    assert "17 février 2027" in page.replace("\u00a0", " ")
    assert "outre-mer" in at_work.get(address("facts", case)).content.decode()


def test_where_one_lives_is_asked_only_where_it_counts(case: Case, at_work: HouseClient) -> None:
    assert "Où la personne habite" not in at_work.get(address("facts", case)).content.decode()
