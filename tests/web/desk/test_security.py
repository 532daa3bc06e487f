"""What watches over an association: its page, its choice, its decoys, its alerts, and the search in its log."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import scope
from accounts.models import Association, AuditEntry, Membership, SignIn, SignInWay
from accounts.rules.audit import About, AuditKind, Why
from cases.models import Case
from tests import factories
from tests.people import HouseClient, location
from tests.web.desk.conftest import OpenOne

Desk = Callable[[Membership], HouseClient]
PAGE = reverse("desk:security")
LOG = reverse("desk:audit")
ACTS = ["visibility", "canary"]


def raised(association: Association, *, by: Membership, at: datetime) -> AuditEntry:
    with scope.enter(association.pk):
        return AuditEntry.objects.record(AuditKind.MASS_READING, at=at, by=by.user, found=60)


def recorded(association: Association, kind: AuditKind) -> list[AuditEntry]:
    with scope.enter(association.pk):
        return list(AuditEntry.objects.filter(kind=kind).order_by("pk"))


def sent(association: Association, **typed: Any) -> dict[str, Any]:
    return {"association": association.pk, "token": "5b0bd7b0-0000-4000-8000-000000000000", **typed}


# Who


@pytest.mark.parametrize("role", ["reception", "volunteer", "referent"])
def test_only_who_watches_over_the_association_reads_it(role: str, desk: Desk, request: pytest.FixtureRequest) -> None:
    browser = desk(request.getfixturevalue(role))

    assert browser.get(PAGE).status_code == 403
    assert browser.get(LOG).status_code == 403
    assert PAGE not in browser.get("/desk/").content.decode()
    for name in ACTS:
        assert browser.get(reverse(f"desk:{name}")).status_code == 403


def test_the_delegate_reads_and_does_not_act(delegate: Membership, volunteer: Membership, desk: Desk) -> None:
    page = desk(delegate).get(PAGE).content.decode()

    assert volunteer.user.name in page
    assert reverse("desk:visibility") not in page
    for name in ACTS:
        assert desk(delegate).get(reverse(f"desk:{name}")).status_code == 403
        refused = desk(delegate).post(reverse(f"desk:{name}"), sent(delegate.association, sees="own"))
        assert refused.status_code == 403
    assert desk(delegate).get(reverse("desk:member_sessions", args=[volunteer.pk])).status_code == 403


@pytest.mark.parametrize("name", [*ACTS, "member_sessions"])
def test_acting_asks_for_a_fresh_factor(
    name: str, coordinator: Membership, volunteer: Membership, desk: Desk, clock: time_machine.Traveller
) -> None:
    browser = desk(coordinator)
    clock.shift(timedelta(minutes=6))
    address = reverse(f"desk:{name}", args=[volunteer.pk] if name == "member_sessions" else [])

    for response in (browser.get(address), browser.post(address, sent(coordinator.association, sees="own"))):
        assert location(response).startswith("/compte/")
    coordinator.association.refresh_from_db()
    assert coordinator.association.team_sees_all


def test_another_associations_team_is_not_shown_nor_signed_out(
    stranger: Membership, volunteer: Membership, desk: Desk, now: datetime
) -> None:
    session = factories.make_sign_in(volunteer.user, at=now)
    browser = desk(stranger)

    assert volunteer.user.name not in browser.get(PAGE).content.decode()
    address = reverse("desk:member_sessions", args=[volunteer.pk])
    assert browser.get(address).status_code == 404
    assert browser.post(address, sent(stranger.association)).status_code == 404
    assert SignIn.objects.get(pk=session.pk).ended_at is None


# The team


def test_it_shows_factors_last_entry_and_sessions(
    coordinator: Membership, volunteer: Membership, desk: Desk, now: datetime
) -> None:
    factories.make_sign_in(volunteer.user, at=now - timedelta(minutes=5), association=volunteer.association)
    factories.make_sign_in(volunteer.user, at=now - timedelta(minutes=1), way=SignInWay.CODE)

    lines = {line.name: line for line in desk(coordinator).get(PAGE).context["team"]}

    line = lines[volunteer.user.name]
    assert line.last_in == now - timedelta(minutes=5)  # that they came in as a member later is nobody's business here
    assert ([chip.text for chip in line.factors], line.sessions) == (["Aucun"], 1)


def test_a_colleagues_sessions_are_closed(
    coordinator: Membership, volunteer: Membership, desk: Desk, now: datetime
) -> None:
    theirs = desk(volunteer)
    assert theirs.get("/desk/").status_code == 200

    address = reverse("desk:member_sessions", args=[volunteer.pk])
    assert volunteer.user.name in desk(coordinator).get(address).content.decode()
    desk(coordinator).post(address, sent(coordinator.association))

    gone = theirs.get("/desk/", follow=True)
    assert gone.redirect_chain[0][0].startswith("/compte/connexion/")
    assert "La coordination de votre association a fermé cette connexion." in gone.content.decode()
    [entry] = recorded(volunteer.association, AuditKind.SIGNED_OUT_EVERYWHERE)
    assert (entry.by_id, entry.about, entry.about_id) == (coordinator.user_id, "membership", str(volunteer.pk))
    assert desk(volunteer).get("/desk/").status_code == 200  # they keep their access


# Alerts


def test_an_alert_is_counted_in_the_menu_and_shown_until_seen(
    association: Association, coordinator: Membership, volunteer: Membership, desk: Desk, now: datetime
) -> None:
    alert = raised(association, by=volunteer, at=now)
    browser = desk(coordinator)
    assert browser.get("/desk/").context["nav"][-2].count == "1"
    assert f"{volunteer.user.name} a ouvert 60 dossiers en une heure." in browser.get(PAGE).content.decode()

    address = reverse("desk:alert_seen", args=[alert.pk])
    assert browser.get(address).status_code == 405
    for _ in range(2):
        assert location(browser.post(address, sent(association))) == PAGE

    assert "Aucune alerte n’attend." in browser.get(PAGE).content.decode()
    assert len(recorded(association, AuditKind.ALERT_SEEN)) == 1


def test_an_alert_that_a_program_raised_says_so(
    association: Association, coordinator: Membership, volunteer: Membership, desk: Desk, now: datetime
) -> None:
    with scope.enter(association.pk):
        AuditEntry.objects.record(AuditKind.MASS_READING, at=now, by=volunteer.user, why=Why.API, found=60)

    page = desk(coordinator).get(PAGE).content.decode()

    assert f"Un logiciel, au nom de {volunteer.user.name}, a ouvert 60 dossiers en une heure." in page


def test_an_alert_about_oneself_is_for_a_colleague(
    association: Association, coordinator: Membership, delegate: Membership, desk: Desk, now: datetime
) -> None:
    alert = raised(association, by=coordinator, at=now)
    address = reverse("desk:alert_seen", args=[alert.pk])

    assert address not in desk(coordinator).get(PAGE).content.decode()
    assert desk(coordinator).post(address, sent(association)).status_code == 403
    assert desk(delegate).post(address, sent(association)).status_code == 302


def test_no_other_entry_and_no_other_associations_alert_is_seen(
    association: Association,
    coordinator: Membership,
    volunteer: Membership,
    stranger: Membership,
    desk: Desk,
    now: datetime,
) -> None:
    alert = raised(association, by=volunteer, at=now)
    with scope.enter(association.pk):
        other = AuditEntry.objects.record(AuditKind.SEARCHED, at=now, by=volunteer.user, found=1)

    foreign = desk(stranger).post(reverse("desk:alert_seen", args=[alert.pk]), sent(stranger.association))
    plain = desk(coordinator).post(reverse("desk:alert_seen", args=[other.pk]), sent(association))
    mine = desk(volunteer).post(reverse("desk:alert_seen", args=[alert.pk]), sent(association))

    assert (foreign.status_code, plain.status_code, mine.status_code) == (404, 404, 403)


@pytest.mark.parametrize("name", ["audit", "tokens"])
def test_pages_below_security_light_its_line_of_the_menu(name: str, coordinator: Membership, desk: Desk) -> None:
    menu = desk(coordinator).get(reverse(f"desk:{name}")).context["nav"]

    assert [item.url for item in menu if item.current] == [PAGE]


# Its choice and its decoys


def test_who_sees_which_cases_is_chosen_and_recorded(
    open_one: OpenOne, coordinator: Membership, colleague: Membership, desk: Desk
) -> None:
    case = open_one()
    reason = reverse("desk:reason", args=[case.reference])
    assert desk(colleague).get(reason).status_code == 200

    desk(coordinator).post(reverse("desk:visibility"), sent(coordinator.association, sees="own"))

    assert desk(colleague).get(reason).status_code == 404
    [entry] = recorded(coordinator.association, AuditKind.ASSOCIATION_CHANGED)
    assert entry.payload == {"fields": ["team_sees_all"], "on": False}
    page = desk(coordinator).get(PAGE).content.decode()
    assert "Chaque bénévole voit les siens" in page
    desk(coordinator).post(reverse("desk:visibility"), sent(coordinator.association, sees="own"))
    assert len(recorded(coordinator.association, AuditKind.ASSOCIATION_CHANGED)) == 1


def test_a_decoy_is_set_by_its_reference_without_opening_it(
    open_one: OpenOne, coordinator: Membership, volunteer: Membership, desk: Desk
) -> None:
    decoy = open_one(email="", by=None)
    Case._base_manager.filter(pk=decoy.pk).update(assigned_to=None)
    address = reverse("desk:canary")

    desk(coordinator).post(address, sent(coordinator.association, reference=decoy.reference, state="leurre"))

    assert recorded(coordinator.association, AuditKind.CASE_CONSULTED) == []
    assert decoy.reference in desk(coordinator).get(PAGE).content.decode()
    desk(volunteer).get(reverse("desk:case", args=[decoy.reference]))
    page = desk(coordinator).get(PAGE).content.decode()
    assert f"{volunteer.user.name} a ouvert le dossier leurre {decoy.reference}" in page


@pytest.mark.parametrize("reference", ["", "BADU-KEVI-TOR", "'; --"])
def test_a_reference_of_nothing_or_of_somebody_is_refused(
    reference: str, case: Case, coordinator: Membership, stranger: Membership, desk: Desk
) -> None:
    address = reverse("desk:canary")

    for typed in (reference, case.reference):
        refused = desk(coordinator).post(address, sent(coordinator.association, reference=typed, state="leurre"))
        assert refused.status_code == 422
    foreign = desk(stranger).post(address, sent(stranger.association, reference=case.reference, state="leurre"))
    assert foreign.status_code == 422
    assert "Aucun dossier ne porte cette référence ici." in foreign.content.decode()
    assert recorded(coordinator.association, AuditKind.CANARY_SET) == []


# The log


@pytest.fixture
def log(case: Case, volunteer: Membership, colleague: Membership, now: datetime) -> None:
    with scope.enter(case.association_id):
        for by, why, at in ((volunteer, Why.ASSIGNED, now), (colleague, Why.REASON, now - timedelta(days=3))):
            AuditEntry.objects.record(
                AuditKind.CASE_CONSULTED, at=at, by=by.user, about=About.CASE, about_id=case.pk, why=why
            )
        AuditEntry.objects.record(AuditKind.SEARCHED, at=now, by=colleague.user, why=Why.SEARCH, found=3)


def found(browser: HouseClient, **asked: str | int) -> list[tuple[str, str]]:
    response = browser.get(LOG, asked)
    assert response.status_code == 200
    return [(line.what, line.who) for line in response.context["lines"]]


@pytest.mark.usefixtures("log")
def test_it_is_searched_by_person_case_kind_reason_and_period(
    case: Case, coordinator: Membership, volunteer: Membership, colleague: Membership, desk: Desk
) -> None:
    browser, one, other = desk(coordinator), volunteer.user.name, colleague.user.name

    assert len(found(browser)) == 3
    assert found(browser, qui=volunteer.pk) == [("Dossier ouvert", one)]
    assert len(found(browser, dossier=case.reference.lower())) == 2
    assert found(browser, type="searched") == [("Recherche de personnes (3 dossiers)", other)]
    assert found(browser, raison="reason") == [("Dossier ouvert", other)]
    period = {"du_day": 20, "du_month": 11, "du_year": 2026, "au_day": 20, "au_month": 11, "au_year": 2026}
    assert found(browser, **period) == [("Dossier ouvert", other)]


@pytest.mark.usefixtures("log")
def test_it_names_no_member(case: Case, coordinator: Membership, delegate: Membership, desk: Desk) -> None:
    for reader in (coordinator, delegate):
        page = desk(reader).get(LOG).content.decode()
        assert case.reference in page
        for private in (case.member.first_name, case.member.last_name, case.member.email):
            assert private not in page
    assert reverse("desk:case", args=[case.reference]) not in desk(delegate).get(LOG).content.decode()


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    "asked",
    [{"dossier": "BADU-KEVI-TOR"}, {"dossier": "x"}, {"type": "nothing"}, {"qui": "999999"}, {"du_day": "45"}],
)
def test_a_wrong_question_shows_nothing(asked: dict[str, str], coordinator: Membership, desk: Desk) -> None:
    response = desk(coordinator).get(LOG, asked)

    assert response.status_code == 422
    assert response.context["lines"] == []


@pytest.mark.usefixtures("log")
def test_another_association_finds_nothing_of_it(
    case: Case, stranger: Membership, volunteer: Membership, desk: Desk
) -> None:
    assert found(desk(stranger)) == []
    assert desk(stranger).get(LOG, {"dossier": case.reference}).status_code == 422
    assert desk(stranger).get(LOG, {"qui": volunteer.pk}).status_code == 422


def test_its_pages_keep_the_filters(coordinator: Membership, desk: Desk, now: datetime) -> None:
    with scope.enter(coordinator.association_id):
        for number in range(60):
            AuditEntry.objects.record(AuditKind.SEARCHED, at=now, by=coordinator.user, found=number)

    first = desk(coordinator).get(LOG, {"type": "searched"})
    second = desk(coordinator).get(first.context["next_url"])

    assert (len(first.context["lines"]), len(second.context["lines"])) == (50, 10)
    assert "type=searched" in first.context["next_url"]
    assert second.context["next_url"] == ""
    assert "avant" not in second.context["first_url"]


def test_a_leaver_is_still_found_in_it(coordinator: Membership, volunteer: Membership, desk: Desk) -> None:
    desk(coordinator).post(reverse("desk:member_revoke", args=[volunteer.pk]), sent(coordinator.association))

    page = desk(coordinator).get(LOG).content.decode()
    assert "Accès retiré" in page
    assert f"{volunteer.user.name} (parti)" in page


def test_it_says_whom_an_act_concerned_and_finds_it_by_them(
    coordinator: Membership, volunteer: Membership, desk: Desk
) -> None:
    browser = desk(coordinator)
    browser.post(reverse("desk:member_revoke", args=[volunteer.pk]), sent(coordinator.association))

    [line] = browser.get(LOG, {"qui": str(volunteer.pk), "type": "membership_revoked"}).context["lines"]

    assert (line.who, line.whom) == (coordinator.user.name, volunteer.user.name)


def test_a_list_is_shown_with_its_number_its_names_and_the_way_to_it(
    coordinator: Membership, desk: Desk, now: datetime
) -> None:
    with scope.enter(coordinator.association_id):
        AuditEntry.objects.record(
            AuditKind.EXPORT_ASKED, at=now, by=coordinator.user, about=About.EXPORT, about_id=7, count=240, people=True
        )

    [line] = desk(coordinator).get(LOG).context["lines"]

    assert line.what == "Liste demandée (240 dossiers, avec noms)"
    assert line.url == reverse("desk:export", args=[7])


def test_searching_the_log_costs_the_same_at_any_size(coordinator: Membership, desk: Desk, now: datetime) -> None:
    browser = desk(coordinator)
    browser.get(LOG)
    with CaptureQueriesContext(connection) as few:
        browser.get(LOG)
    with scope.enter(coordinator.association_id):
        for number in range(45):
            AuditEntry.objects.record(AuditKind.SEARCHED, at=now, by=coordinator.user, found=number)

    with CaptureQueriesContext(connection) as many:
        browser.get(LOG)

    assert len(many) == len(few)


@pytest.mark.parametrize("query", ["?type=x", "?qui=0", "?dossier=x", "?du_day=1"])
def test_a_search_that_is_wrong_says_so_and_never_that_nothing_was_found(
    query: str, coordinator: Membership, desk: Desk
) -> None:
    answer = desk(coordinator).get(f"{LOG}{query}")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Rien de tel" not in page
    assert page.index("data-error-summary") < page.index('<form class="panel')
    assert '<details class="filters-fold" open>' in page


def test_a_search_that_finds_nothing_says_what_is_left_out(coordinator: Membership, desk: Desk) -> None:
    browser = desk(coordinator)

    page = browser.get(f"{LOG}?type={AuditKind.SHREDDED}").content.decode()
    assert "Rien de tel" in page
    assert "Seules les inscriptions" in page
    assert "Seules les inscriptions" not in browser.get(LOG).content.decode()
