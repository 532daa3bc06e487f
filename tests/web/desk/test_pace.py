"""Whoever opens many files proves again who they are; a program waits."""

from datetime import datetime
from urllib.parse import unquote

import time_machine

from accounts import scope
from accounts.access import unseen_alerts
from accounts.models import AuditEntry, Membership
from accounts.rules.audit import About, AuditKind, Why
from cases.access import record_listing
from cases.models import Case
from tests import factories
from tests.people import HouseClient, location, signed_in
from tests.web.desk.conftest import OpenOne, address, answers
from web.desk.pages.stepup import reason_for


def read_sixty(reader: Membership, *, at: datetime) -> None:
    with scope.enter(reader.association_id):
        for number in range(60):
            AuditEntry.objects.record(
                AuditKind.CASE_CONSULTED, at=at, by=reader.user, about=About.CASE, about_id=-number - 1, why=Why.QUEUE
            )
        AuditEntry.objects.record(AuditKind.MASS_READING, at=at, by=reader.user, found=60)


def alerts(reader: Membership) -> int:
    with scope.enter(reader.association_id):
        return unseen_alerts().count()


def test_after_sixty_files_the_next_asks_for_the_factor_again(
    case: Case, volunteer: Membership, now: datetime, clock: time_machine.Traveller
) -> None:
    browser = signed_in(volunteer.user, association=volunteer.association)
    clock.shift(60)
    read_sixty(volunteer, at=now)

    for response in (browser.get(address("case", case)), browser.post(address("note", case), answers(case, text="x"))):
        assert response.status_code == 302
        assert location(response).startswith("/compte/")
        assert "next=" in location(response)

    fresh = signed_in(volunteer.user, association=volunteer.association)
    assert fresh.get(address("case", case)).status_code == 200


def test_the_sixtieth_file_opened_at_the_desk_raises_the_alert(
    open_one: OpenOne, volunteer: Membership, at_work: HouseClient
) -> None:
    for number in range(60):
        assert alerts(volunteer) == 0, number
        at_work.get(address("case", open_one()))

    assert alerts(volunteer) == 1


def test_a_program_that_read_sixty_is_told_to_wait(case: Case, coordinator: Membership, now: datetime) -> None:
    _, token = factories.make_token(coordinator, at=now)
    browser = HouseClient(headers={"Authorization": f"Bearer {token}"})
    assert browser.get(f"/api/v1/cases/{case.reference}/").status_code == 200
    with scope.enter(case.association_id):
        [entry] = AuditEntry.objects.filter(kind=AuditKind.CASE_CONSULTED)
    assert (entry.why, entry.by_id) == ("api", coordinator.user_id)

    read_sixty(coordinator, at=now)
    other = factories.make_case(case.campaign, by=coordinator.user, today=now.date(), at=now)

    refused = browser.get(f"/api/v1/cases/{other.reference}/")
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "read_too_much"
    assert "Soixante dossiers" in refused.json()["error"]["message"]


# Names of lists


def list_on(reader: Membership, *, at: datetime) -> None:
    with scope.enter(reader.association_id):
        for _ in range(11):
            record_listing(reader, found=50, why=Why.SEARCH, at=at)


def recorded(reader: Membership) -> list[tuple[str, str, int]]:
    with scope.enter(reader.association_id):
        rows = AuditEntry.objects.filter(kind__in=[AuditKind.LISTED, AuditKind.SEARCHED]).order_by("pk")
        return [(row.kind, row.why, row.payload["found"]) for row in rows]


def test_leafing_on_is_recorded_and_first_pages_are_not(
    open_one: OpenOne, volunteer: Membership, at_work: HouseClient
) -> None:
    for _ in range(51):
        last = open_one(sent=41)

    for first in (
        "/desk/",
        "/desk/?qui=team",
        "/desk/dossiers/",
        "/desk/dossiers/?etat=opened",
        "/desk/dossiers/?avant=x",
    ):
        at_work.get(first)
    assert recorded(volunteer) == []

    at_work.get(f"/desk/dossiers/?avant={last.pk}")
    following = at_work.get("/desk/?qui=team").context["next_url"]
    at_work.get(following)
    at_work.post("/desk/dossiers/", {"association": volunteer.association_id, "q": last.reference})

    assert recorded(volunteer) == [("listed", "search", 50), ("listed", "queue", 1), ("searched", "search", 1)]


def test_after_many_names_leafing_on_asks_for_the_factor_and_the_page_of_safety_tells(
    case: Case, volunteer: Membership, coordinator: Membership, now: datetime, clock: time_machine.Traveller
) -> None:
    browser = signed_in(volunteer.user, association=volunteer.association)
    clock.shift(60)
    list_on(volunteer, at=now)
    form = {"association": volunteer.association_id, "q": case.reference, "chercher": "1"}

    for response in (
        browser.get(f"/desk/dossiers/?avant={case.pk + 1}"),
        browser.get(f"/desk/?apres=b.2026-01-01.{case.pk}"),
        browser.post("/desk/dossiers/", form),
        browser.post("/desk/dossiers/nouveau/", form),
    ):
        assert response.status_code == 302
        assert location(response).startswith("/compte/")
        assert "beaucoup de noms" in reason_for(unquote(location(response).partition("next=")[2]))
    assert "beaucoup de noms" not in browser.get("/desk/dossiers/").content.decode()
    assert browser.get(address("case", case)).status_code == 200

    fresh = signed_in(volunteer.user, association=volunteer.association)
    assert fresh.get(f"/desk/dossiers/?avant={case.pk + 1}").status_code == 200
    watching = signed_in(coordinator.user, association=coordinator.association)
    told = f"{volunteer.user.name} a parcouru 550 noms dans les listes et les recherches en une heure."
    assert told in watching.get("/desk/securite/").content.decode()
    assert "Alerte : beaucoup de noms parcourus" in watching.get("/desk/securite/journal/").content.decode()


def test_a_program_that_leafed_through_five_hundred_is_told_to_wait(
    case: Case, coordinator: Membership, now: datetime
) -> None:
    _, token = factories.make_token(coordinator, at=now)
    program = HouseClient(headers={"Authorization": f"Bearer {token}"})
    onwards = f"/api/v1/cases/?after={case.reference}"
    assert program.get(onwards).status_code == 200
    assert recorded(coordinator) == [("listed", "api", 0)]

    list_on(coordinator, at=now)

    refused = program.get(onwards)
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "listed_too_much"
    assert program.get("/api/v1/cases/").status_code == 200
