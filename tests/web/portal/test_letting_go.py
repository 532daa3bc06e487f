"""A member takes a copy, has a case kept for longer, or erases everything; nobody else does it for them."""

import io
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import scope
from accounts.models import Association, DataKey, User
from accounts.rules.roles import Role
from cases import actions
from cases.models import AttemptResult, Case, CaseEvent, ConsentKind, Member
from cases.rules.lifecycle import State
from tests import factories
from tests.people import signed_in_by_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(association: Association, volunteer: object, today: date, now: datetime) -> Case:
    campaign = factories.make_campaign(association, today=today)
    by = factories.make_membership(association, Role.VOLUNTEER).user
    case = factories.make_case(campaign, by=by, today=today, at=now)
    factories.make_justificatif(case, by=by, today=today, at=now)
    return case


@pytest.fixture
def other(own: Case, today: date, now: datetime) -> Case:
    """Of another member of the same association."""
    by = factories.make_membership(own.association, Role.VOLUNTEER).user
    return factories.make_case(own.campaign, by=by, today=today, at=now)


def user_of(case: Case) -> User:
    with scope.enter(case.association_id):
        user = Member.objects.get(pk=case.member_id).user
    assert user
    return user


@pytest.fixture
def browser(own: Case) -> Client:
    return signed_in_by_code(user_of(own), association=own.association)


def state_of(case: Case) -> str:
    with scope.enter(case.association_id):
        return Case.objects.get(pk=case.pk).state


class TestTheCopy:
    def test_it_is_a_zip_with_the_document_and_no_reference_in_its_name(self, own: Case, browser: Client) -> None:
        answer = browser.post(reverse("portal:copy", args=[own.reference]))

        assert answer.status_code == 200
        assert answer["Content-Disposition"] == 'attachment; filename="copie.zip"'
        assert answer["Cache-Control"] == "no-store"
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert any(name.endswith("documents/document-1.pdf") for name in names)
        with scope.enter(own.association_id):
            assert CaseEvent.objects.get(case=own, kind="evidence_exported").by == user_of(own)

    def test_somebody_elses_is_not_found(self, other: Case, browser: Client) -> None:
        assert browser.post(reverse("portal:copy", args=[other.reference])).status_code == 404

    def test_nothing_is_taken_by_looking(self, own: Case, browser: Client) -> None:
        assert browser.get(reverse("portal:copy", args=[own.reference])).status_code == 405

    def test_nothing_is_left_of_an_erased_one(self, own: Case, browser: Client, today: date, now: datetime) -> None:
        with scope.enter(own.association_id):
            Case.objects.filter(pk=own.pk).update(state=State.ERASED, closed_on=today)

        assert browser.post(reverse("portal:copy", args=[own.reference])).status_code == 404


class TestKeepingLonger:
    @pytest.fixture
    def archived(self, own: Case, today: date) -> Case:
        with scope.enter(own.association_id):
            Case.objects.filter(pk=own.pk).update(archived_on=today, purge_told=-30, purge_told_on=today)
        return own

    def test_the_page_says_until_when_and_offers_it(self, archived: Case, browser: Client) -> None:
        page = browser.get(reverse("portal:case", args=[archived.reference])).content.decode()

        assert "En archive depuis le" in page
        assert reverse("portal:keep", args=[archived.reference]) in page

    def test_it_takes_the_case_out_of_the_archive_once(self, archived: Case, browser: Client) -> None:
        for _ in range(2):
            answer = browser.post(reverse("portal:keep", args=[archived.reference]))
            assert answer.status_code == 302

        with scope.enter(archived.association_id):
            assert Case.objects.get(pk=archived.pk).archived_on is None
            assert CaseEvent.objects.filter(case=archived, kind="case_returned").count() == 1

    def test_somebody_elses_stays_there(self, archived: Case, other: Case) -> None:
        stranger = signed_in_by_code(user_of(other), association=other.association)

        assert stranger.post(reverse("portal:keep", args=[archived.reference])).status_code == 404
        with scope.enter(archived.association_id):
            assert Case.objects.get(pk=archived.pk).archived_on

    def test_what_is_at_work_has_no_such_button(self, own: Case, browser: Client) -> None:
        page = browser.get(reverse("portal:case", args=[own.reference])).content.decode()

        assert "Conservé jusqu’au" in page
        assert reverse("portal:keep", args=[own.reference]) not in page


class TestErasing:
    def test_a_copy_is_offered_first(self, own: Case, browser: Client) -> None:
        page = browser.get(reverse("portal:erase")).content.decode()

        assert reverse("portal:copy", args=[own.reference]) in page
        assert "Effacer définitivement" in page

    def test_nothing_happens_unless_the_box_is_ticked(self, own: Case, browser: Client) -> None:
        answer = browser.post(reverse("portal:erase"), _sent(browser) | {"sure": ""})

        assert answer.status_code == 422
        assert "Cochez cette case" in answer.content.decode()
        assert state_of(own) != State.ERASED

    def test_everything_goes_at_once_and_the_session_with_it(self, own: Case, browser: Client) -> None:
        user = user_of(own)

        answer = browser.post(reverse("portal:erase"), _sent(browser) | {"sure": "on"})

        assert (answer.status_code, answer["Location"]) == (302, reverse("portal:login"))
        assert state_of(own) == State.ERASED
        with scope.enter(own.association_id):
            assert not DataKey.objects.filter(subject__in=[own.subject, own.member.subject, user.subject]).exists()
        assert not User.objects.get(pk=user.pk).is_active
        assert browser.get(reverse("portal:home")).status_code == 302

    def test_the_others_keep_theirs(self, own: Case, other: Case, browser: Client) -> None:
        browser.post(reverse("portal:erase"), _sent(browser) | {"sure": "on"})

        assert state_of(other) != State.ERASED
        assert user_of(other).is_active

    def test_what_another_association_holds_stays(self, own: Case, browser: Client, today: date, now: datetime) -> None:
        elsewhere = factories.make_association()
        by = factories.make_membership(elsewhere, Role.VOLUNTEER).user
        campaign = factories.make_campaign(elsewhere, today=today)
        there = factories.make_case(campaign, by=by, today=today, at=now, email=user_of(own).email)

        browser.post(reverse("portal:erase"), _sent(browser) | {"sure": "on"})

        assert (state_of(own) == State.ERASED, state_of(there) == State.ERASED) == (True, False)
        assert User.objects.get(pk=user_of(there).pk).is_active

    @pytest.mark.parametrize(
        ("works", "elsewhere", "said"),
        [
            (False, False, "Tout est effacé"),
            (True, False, "il vous sert à travailler"),
            (False, True, "n’est plus active"),
        ],
    )
    def test_what_is_left_is_said(
        self, own: Case, browser: Client, today: date, now: datetime, works: bool, elsewhere: bool, said: str
    ) -> None:
        """Elsewhere: at an association that is suspended, which has no page."""
        if works:
            factories.make_membership(own.association, user=user_of(own))
        if elsewhere:
            suspended = factories.make_association()
            by = factories.make_membership(suspended, Role.VOLUNTEER).user
            campaign = factories.make_campaign(suspended, today=today)
            factories.make_case(campaign, by=by, today=today, at=now, email=user_of(own).email)
            Association.objects.filter(pk=suspended.pk).update(is_active=False)

        answer = browser.post(reverse("portal:erase"), _sent(browser) | {"sure": "on"}, follow=True)

        told = [str(message) for message in answer.context["messages"]]
        assert len(told) == 1
        assert said in told[0]

    def test_a_pending_complaint_and_what_it_stands_on_stay(
        self, own: Case, browser: Client, today: date, now: datetime
    ) -> None:
        with scope.enter(own.association_id):
            by = own.assigned_to
            assert by
            shared: dict[str, Any] = {
                "campaign": own.campaign,
                "beneficiary": own.beneficiary,
                "today": today,
                "at": now,
                "by": by,
            }
            consents = [ConsentKind.HANDLING]
            complaint = actions.open_case_for(own.member, procedure="cnil/plainte", consents=consents, **shared)
            shared["today"] += timedelta(days=1)
            later = actions.open_case_for(own.member, procedure=factories.CLOSURE, consents=consents, **shared)
        page = browser.get(reverse("portal:erase")).content.decode()
        assert "reste, à cause de la plainte" in page

        answer = browser.post(reverse("portal:erase"), _sent(browser) | {"sure": "on"})

        assert answer["Location"] == reverse("portal:home")
        assert [state_of(case) == State.ERASED for case in (own, complaint, later)] == [False, False, True]
        assert user_of(own).is_active

    def test_nobody_erases_by_looking_or_without_being_in(self, own: Case, browser: Client) -> None:
        browser.get(reverse("portal:erase"))
        assert Client().post(reverse("portal:erase"), {"sure": "on"}).status_code == 302

        assert state_of(own) != State.ERASED


def _sent(browser: Client) -> dict[str, str]:
    """The form's own token."""
    form = browser.get(reverse("portal:erase")).context["form"]
    return {"token": str(form["token"].value())}


def test_an_attempt_by_the_member_takes_their_case_out_of_the_archive(own: Case, today: date, now: datetime) -> None:
    with scope.enter(own.association_id):
        Case.objects.filter(pk=own.pk).update(archived_on=today)
        actions.record_attempt(
            Case.objects.with_people().get(pk=own.pk),
            channel="phone",
            made_on=today,
            result=AttemptResult.CONFIRMED,
            justificatif_asked=True,
            today=today,
            at=now,
            by=user_of(own),
        )

        assert Case.objects.get(pk=own.pk).archived_on is None
