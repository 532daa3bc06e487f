"""The how-to «add a procedure without code», followed to its end."""

from datetime import date, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.actions import NewBeneficiary, NewFact, NotAdmitted
from cases.models import BeneficiaryKind, Campaign, Case, ConsentKind, Deadline
from tests.factories import make_campaign, new_member
from tests.people import HouseClient
from tests.procedures.definition_text import KEY, RIGHT
from tests.procedures.test_checking import put, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(volunteer: Membership, today: date) -> Campaign:
    return make_campaign(volunteer.association, today=today)


def opened(campaign: Campaign, procedure: str, *facts: NewFact, by: Membership, today: date, at: datetime) -> Case:
    with scope.enter(campaign.association_id):
        return actions.open_case(
            campaign,
            member=new_member(),
            procedure=procedure,
            beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
            facts=facts,
            consents=[ConsentKind.HANDLING],
            today=today,
            at=at,
            by=by.user,
        )


def test_a_file_in_a_folder_is_checked_opened_computed_and_shown(
    tmp_path: Path,
    settings: Settings,
    campaign: Campaign,
    volunteer: Membership,
    client: HouseClient,
    today: date,
    now: datetime,
) -> None:
    put(tmp_path, RIGHT)
    assert run("check_procedures", str(tmp_path)) == (0, ["1 procedure, 1 version: all can be used."], "")
    settings.PROCEDURE_FOLDERS = [tmp_path]
    received = NewFact(kind="received", earliest=date(2026, 3, 5), known_by="receipt")

    case = opened(campaign, KEY, received, by=volunteer, today=today, at=now)

    with scope.enter(campaign.association_id):
        deadline = Deadline.objects.get(case=case)
    assert (case.procedure, case.procedure_version) == (KEY, 1)
    assert (deadline.key, deadline.raw_end, deadline.due) == ("answer", date(2026, 4, 5), date(2026, 4, 7))
    assert "lundi de Pâques" in deadline.explanation("fr")
    page = client.get(f"/demarches/{KEY}/")
    assert page.status_code == 200
    assert "Demander" in page.content.decode()
    assert f"/demarches/{KEY}/" in client.get("/demarches/").content.decode()


def test_a_retired_procedure_opens_no_case_and_its_old_cases_live_on(
    campaign: Campaign, volunteer: Membership, today: date, now: datetime
) -> None:
    last_day = date(2026, 8, 10)
    confirmed = NewFact(kind="acted", earliest=date(2026, 8, 3), known_by="screen")

    old = opened(campaign, "bloctel/opposition", confirmed, by=volunteer, today=last_day, at=now)

    with scope.enter(campaign.association_id):
        assert Deadline.objects.get(case=old, key="effet").due == date(2026, 9, 2)
        later = NewFact(kind="acted", earliest=date(2026, 8, 5), known_by="screen")
        actions.record_facts(old, [later], today=date(2026, 11, 23), at=now, by=volunteer.user)
        assert Deadline.objects.get(case=old, key="effet").due == date(2026, 9, 4)
    with pytest.raises(NotAdmitted, match="retired"):
        opened(campaign, "bloctel/opposition", by=volunteer, today=date(2026, 8, 11), at=now)


def test_an_unanswered_request_becomes_a_complaint_that_follows_it(
    campaign: Campaign, volunteer: Membership, today: date, now: datetime
) -> None:
    asked = opened(campaign, "rgpd/acces", by=volunteer, today=today, at=now)

    with scope.enter(campaign.association_id):
        complaint = actions.convert_case(asked, procedure="cnil/plainte", today=today, at=now, by=volunteer.user)
        asked.refresh_from_db()

    assert (complaint.procedure, complaint.follows_id) == ("cnil/plainte", asked.pk)
    assert (asked.state, asked.outcome_class) == ("closed", "abandoned")
