"""The archive at the desk: who sees it, why it is asked, how long things are kept, and the way out."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts import scope
from accounts.models import Association, AuditEntry, Membership, User
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from cases import actions
from cases.models import Case, CaseEvent, PurgeCause, PurgeLine
from tests import factories
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def desk(membership: Membership) -> Client:
    return signed_in(membership.user, association=membership.association)


def sent(association: Association, **more: str) -> dict[str, str]:
    return {"association": str(association.pk), "token": "0b7f4d3c-6f5e-4d7e-9a3c-0f4f4f6f7a01", **more}


@pytest.fixture
def archived(volunteer: Membership, today: date, now: datetime) -> Case:
    """Closed, and its last expected day fourteen months ago; of somebody without an address."""
    campaign = factories.make_campaign(volunteer.association, today=today)
    case = factories.make_case(campaign, by=volunteer.user, today=today, at=now, email="")
    with scope.enter(case.association_id):
        actions.close_case(case, outcome="abandoned", today=today, at=now, by=volunteer.user)
        Case.objects.filter(pk=case.pk).update(expected_until=today - timedelta(days=440))
    actions.sweep(today=today, at=now)
    return case


def page_of(answer: Any) -> str:
    return str(answer.content.decode())


class TestTheArchive:
    def test_it_lists_references_and_says_whom_to_tell_by_hand(self, archived: Case, coordinator: Membership) -> None:
        page = page_of(desk(coordinator).get(reverse("desk:archives")))

        assert page.count(f">{archived.reference}</a>") == 2
        assert "À prévenir autrement que par courriel" in page
        with scope.enter(archived.association_id):
            assert Case.objects.with_people().get(pk=archived.pk).member.last_name not in page

    def test_it_tells_what_was_let_go_in_numbers(self, coordinator: Membership, today: date) -> None:
        with scope.enter(coordinator.association_id):
            for table, count in (("cases.Case", 3), ("cases.CaseEvent", 40)):
                PurgeLine.objects.create(
                    association_id=coordinator.association_id,
                    purged_on=today,
                    table=table,
                    cause=PurgeCause.RETENTION,
                    count=count,
                )

        page = page_of(desk(coordinator).get(reverse("desk:archives")))

        assert "Durée de conservation atteinte" in page
        assert ">3<" in page
        assert ">43<" in page

    def test_a_volunteer_has_neither_the_list_nor_the_case(self, archived: Case, volunteer: Membership) -> None:
        mine = desk(volunteer)

        assert mine.get(reverse("desk:archives")).status_code == 403
        for name in ("case", "contact", "events", "reason"):
            assert mine.get(reverse(f"desk:{name}", args=[archived.reference])).status_code == 404
        assert archived.reference not in page_of(mine.get(reverse("desk:cases")))

    def test_a_coordinator_says_why_before_it_opens_and_the_member_sees_it(
        self, archived: Case, coordinator: Membership
    ) -> None:
        mine = desk(coordinator)
        address = reverse("desk:case", args=[archived.reference])

        asked = mine.get(address)
        assert asked.status_code == 302
        assert asked["Location"].startswith(reverse("desk:reason", args=[archived.reference]))
        assert "en archive" in page_of(mine.get(asked["Location"]))
        mine.post(asked["Location"], sent(archived.association, reason="Répondre à sa lettre."))

        page = page_of(mine.get(address))
        assert "Dossier en archive" in page
        assert reverse("desk:attempt", args=[archived.reference]) not in page
        with scope.enter(archived.association_id):
            opened = CaseEvent.objects.filter(case=archived, kind="case_consulted", by=coordinator.user)
            assert opened.filter(payload__typed=True).exists()
            assert AuditEntry.objects.filter(kind=AuditKind.CASE_CONSULTED, why="reason").exists()

    def test_nobody_works_on_it(self, archived: Case, coordinator: Membership, now: datetime) -> None:
        factories.say_why(archived, by=coordinator.user, at=now)

        for name in ("note", "reopen", "assign", "upload", "consent"):
            assert desk(coordinator).get(reverse(f"desk:{name}", args=[archived.reference])).status_code == 404


class TestTheWayOut:
    def test_it_comes_back_to_the_team(
        self, archived: Case, coordinator: Membership, volunteer: Membership, now: datetime
    ) -> None:
        factories.say_why(archived, by=coordinator.user, at=now)
        address = reverse("desk:case_return", args=[archived.reference])
        assert desk(coordinator).get(address).status_code == 200

        answer = desk(coordinator).post(address, sent(archived.association))

        assert answer.status_code == 302
        assert desk(volunteer).get(reverse("desk:case", args=[archived.reference])).status_code == 200
        assert desk(coordinator).post(address, sent(archived.association)).status_code == 409

    def test_a_volunteer_has_no_way(self, archived: Case, volunteer: Membership) -> None:
        address = reverse("desk:case_return", args=[archived.reference])

        assert desk(volunteer).post(address, sent(archived.association)).status_code == 403
        with scope.enter(archived.association_id):
            assert Case.objects.get(pk=archived.pk).archived_on


class TestTheTerms:
    def test_shorter_ones_are_kept_and_told_in_the_log(self, coordinator: Membership) -> None:
        answer = desk(coordinator).post(
            reverse("desk:keeping"), sent(coordinator.association, active="P1M", archive="P2M")
        )

        assert (answer.status_code, answer["Location"]) == (302, reverse("desk:archives"))
        now = Association.objects.get(pk=coordinator.association_id)
        assert (now.active_months, now.archive_months) == (1, 2)
        with scope.enter(coordinator.association_id):
            entry = AuditEntry.objects.get(kind=AuditKind.ASSOCIATION_CHANGED)
        assert entry.payload["fields"] == ["active_months", "archive_months"]

    def test_what_shorter_ones_cost_is_told_before_they_are_kept(
        self, volunteer: Membership, coordinator: Membership, today: date, now: datetime
    ) -> None:
        """One is worked on and would go into the archive; two in it would reach their last month."""
        campaign = factories.make_campaign(volunteer.association, today=today)
        for days, archived_on in ((40, None), (200, today), (200, today), (20, None)):
            case = factories.make_case(campaign, by=volunteer.user, today=today, at=now)
            with scope.enter(case.association_id):
                rows = Case.objects.filter(pk=case.pk)
                rows.update(expected_until=today - timedelta(days=days), archived_on=archived_on)
        browser, chosen = desk(coordinator), sent(coordinator.association, active="P1M", archive="P2M")

        told = browser.post(reverse("desk:keeping"), chosen)

        assert (told.status_code, told.context["cost"].archived, told.context["cost"].told) == (200, 1, 2)
        assert "1 dossier quitte les listes" in page_of(told)
        assert "2 dossiers arrivent au bout" in page_of(told)
        assert Association.objects.get(pk=coordinator.association_id).active_months == 3
        for other in ("3", "1+2: 0+3", "1+3: 1+2"):  # other numbers, or those of another choice
            assert browser.post(reverse("desk:keeping"), chosen | {"counted": other}).status_code == 200
        agreed = browser.post(reverse("desk:keeping"), chosen | {"counted": told.context["form"]["counted"].value()})
        assert agreed.status_code == 302
        assert Association.objects.get(pk=coordinator.association_id).active_months == 1

    @pytest.mark.parametrize(("active", "archive"), [("P4M", "P12M"), ("P3M", "P13M"), ("P3M", "P1M"), ("", "P2M")])
    def test_longer_ones_are_refused_with_all_that_was_typed(
        self, coordinator: Membership, active: str, archive: str
    ) -> None:
        answer = desk(coordinator).post(
            reverse("desk:keeping"), sent(coordinator.association, active=active, archive=archive)
        )

        assert answer.status_code == 422
        now = Association.objects.get(pk=coordinator.association_id)
        assert (now.active_months, now.archive_months) == (3, 12)

    def test_the_factor_is_asked_for_first(self, coordinator: Membership, clock: time_machine.Traveller) -> None:
        stale = desk(coordinator)
        clock.shift(timedelta(minutes=6))

        answer = stale.post(reverse("desk:keeping"), sent(coordinator.association, active="P1M", archive="P2M"))

        assert answer.status_code == 302
        assert answer["Location"] != reverse("desk:archives")
        assert Association.objects.get(pk=coordinator.association_id).active_months == 3

    def test_a_volunteer_may_not(self, volunteer: Membership) -> None:
        assert desk(volunteer).get(reverse("desk:keeping")).status_code == 403


class TestLeavingForGood:
    def test_a_coordinator_closes_a_colleagues_account_with_the_access(
        self, volunteer: Membership, coordinator: Membership
    ) -> None:
        address = reverse("desk:member_revoke", args=[volunteer.pk])

        desk(coordinator).post(address, sent(coordinator.association, closes_account="on"))

        user = User.objects.get(pk=volunteer.user_id)
        assert (user.is_active, user.email, user.name) == (False, "", "")

    def test_without_the_box_the_account_stays(self, volunteer: Membership, coordinator: Membership) -> None:
        desk(coordinator).post(reverse("desk:member_revoke", args=[volunteer.pk]), sent(coordinator.association))

        assert User.objects.get(pk=volunteer.user_id).is_active

    def test_one_that_serves_elsewhere_stays(self, volunteer: Membership, coordinator: Membership) -> None:
        factories.make_membership(factories.make_association(), user=volunteer.user)

        desk(coordinator).post(
            reverse("desk:member_revoke", args=[volunteer.pk]), sent(coordinator.association, closes_account="on")
        )

        assert User.objects.get(pk=volunteer.user_id).is_active


class TestLeftUnanswered:
    """A missed deadline that nobody answered ends with the archive; until then it stays on a screen."""

    @pytest.fixture
    def unanswered(self, volunteer: Membership, today: date, now: datetime) -> Case:
        """Open, and three months and a week after its last expected day."""
        campaign = factories.make_campaign(volunteer.association, today=today)
        case = factories.make_case(campaign, by=volunteer.user, today=today, at=now, sent=41)
        with scope.enter(case.association_id):
            later = Case.objects.get(pk=case.pk).expected_until + timedelta(days=100)
        actions.sweep(today=later, at=now)
        with scope.enter(case.association_id):
            case = Case.objects.get(pk=case.pk)
        assert (case.archived_on, case.reason) == (later, "missed")
        return case

    def test_the_archive_names_it_first(self, unanswered: Case, coordinator: Membership) -> None:
        page = page_of(desk(coordinator).get(reverse("desk:archives")))

        assert page.count(f">{unanswered.reference}</a>") == 2
        assert page.index("Échéances manquées restées sans réponse") < page.index("Dossiers en archive, le premier")
        assert page.count("échéance manquée restée sans réponse") == 2

    def test_it_is_counted_where_missed_ones_are_for_coordinators(
        self, unanswered: Case, coordinator: Membership, volunteer: Membership
    ) -> None:
        mine = desk(coordinator).get(reverse("desk:now"))

        assert mine.context["unanswered"] == "1"
        assert reverse("desk:archives") in page_of(mine)
        theirs = desk(volunteer).get(reverse("desk:now"))
        assert theirs.context["unanswered"] == ""
        assert "restées sans réponse" not in page_of(theirs)
        assert unanswered.reference not in page_of(mine) + page_of(theirs)

    def test_taken_out_of_the_archive_it_waits_for_its_answer_again(
        self, unanswered: Case, coordinator: Membership, now: datetime
    ) -> None:
        assert unanswered.archived_on
        with scope.enter(unanswered.association_id):
            actions.keep_longer(unanswered, today=unanswered.archived_on, at=now, by=coordinator.user)

        page = desk(coordinator).get(reverse("desk:now"), {"qui": "team"})

        assert page.context["unanswered"] == ""
        assert unanswered.reference in page_of(page)
        assert "dont 1 délai dépassé" in page_of(page)

    def test_a_closed_one_and_another_associations_are_not_counted(
        self, unanswered: Case, archived: Case, coordinator: Membership
    ) -> None:
        elsewhere = factories.make_membership(factories.make_association(), Role.COORDINATOR)

        assert desk(coordinator).get(reverse("desk:now")).context["unanswered"] == "1"
        assert desk(elsewhere).get(reverse("desk:now")).context["unanswered"] == ""
