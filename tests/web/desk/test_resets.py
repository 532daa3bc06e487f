"""A lost factor is taken off by two coordinators; where else the person works, the desk waits for two more."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import access, actions, scope
from accounts.actions import AlreadyAsked, AskerLeft, OwnHalf
from accounts.models import Association, AuditEntry, FactorReset, Membership, SignIn, SignInEnd
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from tests import factories
from tests.people import HouseClient, location, signed_in
from tests.web.desk.authenticator import enrol, enrol_recovery
from tests.web.desk.passkeys import enrolled
from tests.web.desk.test_signin import give_password

pytestmark = pytest.mark.django_db


def at_desk(membership: Membership) -> HouseClient:
    return signed_in(membership.user, association=membership.association)


def sent(membership: Membership, **typed: Any) -> dict[str, Any]:
    return {"association": membership.association_id, "token": str(uuid4()), **typed}


def asked(by: Membership, about: Membership) -> FactorReset:
    """Through the page."""
    done = at_desk(by).post(reverse("desk:member_reset", args=[about.pk]), sent(by))
    assert location(done) == reverse("desk:team"), done.content.decode()
    with scope.enter(about.association_id):
        reset: FactorReset = FactorReset.objects.latest("pk")
        return reset


def approved(by: Membership, reset: FactorReset) -> Any:
    return at_desk(by).post(reverse("desk:reset_approve", args=[reset.pk]), sent(by))


def kinds(association: Association) -> list[str]:
    with scope.enter(association.pk):
        lines = AuditEntry.objects.filter(kind__startswith="reset_").order_by("pk")
        return [line.kind for line in lines]


# The way of it


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_take_a_lost_factor_off(transactional_db: None) -> None:
    association = factories.make_association()
    coordinator = factories.make_membership(association, Role.COORDINATOR)
    second = factories.make_membership(association, Role.COORDINATOR)
    lost = factories.make_membership(association, Role.VOLUNTEER)
    enrol(lost.user)
    enrol_recovery(lost.user)
    browser = at_desk(lost)
    enrolled(browser)

    reset = asked(coordinator, lost)
    assert browser.get("/desk/").status_code == 200
    page = at_desk(second).get(reverse("desk:reset_approve", args=[reset.pk])).content.decode()
    assert lost.user.name in page
    assert coordinator.user.name in page
    assert location(approved(second, reset)) == reverse("desk:team")

    assert access.factors_of(lost.user) == access.Factors(app_since=None, passkeys=(), codes=())
    assert SignIn.objects.filter(user=lost.user, end=SignInEnd.RESET).exists()
    assert browser.get("/desk/").status_code == 302
    assert kinds(association) == [AuditKind.RESET_ASKED, AuditKind.RESET_APPROVED]
    assert [message.to for message in mail.outbox] == [[lost.user.email]] * 2
    assert association.name not in "".join(str(message.body) for message in mail.outbox)
    anew = HouseClient()
    assert location(give_password(anew, lost.user)) == "/desk/"
    assert location(anew.get("/desk/")) == "/compte/facteur/"
    enrolled(anew)
    assert anew.get("/desk/").status_code == 200


def test_the_team_page_shows_who_asked_and_for_whom(
    coordinator: Membership, second: Membership, volunteer: Membership
) -> None:
    reset = asked(coordinator, volunteer)
    address = reverse("desk:reset_approve", args=[reset.pk])

    assert address in at_desk(second).get(reverse("desk:team")).content.decode()
    mine = at_desk(coordinator).get(reverse("desk:team")).content.decode()
    assert address not in mine
    assert "demande de retirer son deuxième facteur" in mine


def test_the_programs_of_whoever_is_reset_are_out_in_each_of_their_associations(
    coordinator: Membership, second: Membership, association: Association, stranger: Membership, now: datetime
) -> None:
    lost = factories.make_membership(association, Role.COORDINATOR)
    elsewhere = factories.make_membership(stranger.association, Role.COORDINATOR, user=lost.user)
    enrol(lost.user)
    texts = [factories.make_token(one, at=now)[1] for one in (lost, elsewhere, second)]

    with scope.enter(association.pk):
        actions.approve_reset(actions.ask_reset(lost, by=coordinator.user, at=now), by=second.user, at=now)

    programs = [HouseClient(headers={"Authorization": f"Bearer {text}"}) for text in texts]
    assert [program.get("/api/v1/cases/").status_code for program in programs] == [401, 401, 200]
    for one in (association, stranger.association):
        with scope.enter(one.pk):
            assert AuditEntry.objects.filter(kind=AuditKind.TOKEN_REVOKED).count() == 1


# Who may not


def test_whoever_asked_cannot_be_the_second_one(
    coordinator: Membership, second: Membership, volunteer: Membership, now: datetime
) -> None:
    enrol(volunteer.user)
    reset = asked(coordinator, volunteer)

    assert approved(coordinator, reset).status_code == 409
    assert at_desk(coordinator).get(reverse("desk:reset_approve", args=[reset.pk])).status_code == 409
    with scope.enter(reset.association_id), pytest.raises(OwnHalf):
        actions.approve_reset(reset, by=coordinator.user, at=now)
    assert access.has_factor(volunteer.user)


def test_the_person_concerned_decides_nothing_about_it(
    coordinator: Membership, second: Membership, association: Association, now: datetime
) -> None:
    factories.make_membership(association, Role.COORDINATOR)
    enrol(second.user)
    reset = asked(coordinator, second)

    assert at_desk(second).post(reverse("desk:member_reset", args=[second.pk]), sent(second)).status_code == 403
    assert approved(second, reset).status_code == 403
    with scope.enter(reset.association_id), pytest.raises(OwnHalf):
        actions.approve_reset(reset, by=second.user, at=now)
    assert access.has_factor(second.user)


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.VOLUNTEER, Role.REFERENT, Role.DATA_DELEGATE])
def test_only_coordinators_ask_and_approve(
    coordinator: Membership, second: Membership, volunteer: Membership, association: Association, role: Role
) -> None:
    reset = asked(coordinator, volunteer)
    browser = at_desk(factories.make_membership(association, role))

    for name, pk in (("member_reset", volunteer.pk), ("reset_approve", reset.pk), ("reset_cancel", reset.pk)):
        assert browser.post(reverse(f"desk:{name}", args=[pk]), sent(volunteer)).status_code == 403
    assert kinds(association) == [AuditKind.RESET_ASKED]


def test_another_association_finds_nothing(
    coordinator: Membership, second: Membership, volunteer: Membership, stranger: Membership
) -> None:
    reset = asked(coordinator, volunteer)
    browser = at_desk(stranger)

    for name, pk in (("member_reset", volunteer.pk), ("reset_approve", reset.pk), ("reset_cancel", reset.pk)):
        assert browser.post(reverse(f"desk:{name}", args=[pk]), sent(stranger)).status_code == 404
    assert browser.get(reverse("desk:reset_approve", args=[reset.pk])).status_code == 404


def test_asking_and_approving_want_a_fresh_factor(
    coordinator: Membership, second: Membership, volunteer: Membership, clock: time_machine.Traveller
) -> None:
    enrol(second.user)
    reset = asked(coordinator, volunteer)
    browser = at_desk(second)
    clock.shift(301)

    for name, pk in (("member_reset", volunteer.pk), ("reset_approve", reset.pk)):
        address = reverse(f"desk:{name}", args=[pk])
        assert location(browser.get(address)).startswith("/compte/facteur/confirmer/")
        assert location(browser.post(address, sent(second))).startswith("/compte/facteur/confirmer/")
    assert kinds(volunteer.association) == [AuditKind.RESET_ASKED]


def test_where_nobody_else_could_approve_the_page_says_what_to_do(
    coordinator: Membership, volunteer: Membership
) -> None:
    browser = at_desk(coordinator)
    address = reverse("desk:member_reset", args=[volunteer.pk])

    page = browser.get(address).content.decode()

    assert "Il faut deux personnes à la coordination." in page
    assert "Demander la réinitialisation" not in page
    assert browser.post(address, sent(coordinator)).status_code == 409
    assert kinds(volunteer.association) == []


# Once, in time, or not at all


def test_a_second_request_waits_for_the_first(
    coordinator: Membership, second: Membership, volunteer: Membership, now: datetime
) -> None:
    asked(coordinator, volunteer)

    again = at_desk(second).post(reverse("desk:member_reset", args=[volunteer.pk]), sent(second))

    assert again.status_code == 409
    with scope.enter(volunteer.association_id), pytest.raises(AlreadyAsked):
        actions.ask_reset(volunteer, by=second.user, at=now)


def test_after_a_day_it_is_void_and_can_be_asked_again(
    coordinator: Membership, second: Membership, volunteer: Membership, clock: time_machine.Traveller
) -> None:
    enrol(volunteer.user)
    reset = asked(coordinator, volunteer)
    clock.shift(timedelta(hours=24))

    late = approved(second, reset)

    assert late.status_code == 409
    assert "plus d’un jour" in late.content.decode()
    assert access.has_factor(volunteer.user)
    assert location(approved(second, asked(coordinator, volunteer))) == reverse("desk:team")
    assert not access.has_factor(volunteer.user)


def test_two_approvals_are_one(
    coordinator: Membership, second: Membership, volunteer: Membership, association: Association, now: datetime
) -> None:
    third = factories.make_membership(association, Role.COORDINATOR)
    reset = asked(coordinator, volunteer)

    with scope.enter(association.pk):
        won = [actions.approve_reset(reset, by=one.user, at=now) for one in (second, third)]

    assert won == [True, False]
    assert kinds(association) == [AuditKind.RESET_ASKED, AuditKind.RESET_APPROVED]
    assert approved(third, reset).status_code == 409


@pytest.mark.parametrize("who", ["asker", "second", "concerned"])
def test_it_can_be_cancelled_by_the_coordination_and_by_the_person(
    coordinator: Membership, second: Membership, volunteer: Membership, who: str
) -> None:
    enrol(volunteer.user)
    reset = asked(coordinator, volunteer)
    one = {"asker": coordinator, "second": second, "concerned": volunteer}[who]
    address = reverse("desk:reset_cancel", args=[reset.pk])
    if one is volunteer:
        assert address in at_desk(volunteer).get(reverse("desk:account")).content.decode()

    for _ in range(2):
        assert at_desk(one).post(address, sent(one)).status_code == 302
    assert approved(second, reset).status_code == 409
    assert access.has_factor(volunteer.user)
    assert kinds(volunteer.association) == [AuditKind.RESET_ASKED, AuditKind.RESET_CANCELLED]


def test_what_is_done_is_not_cancelled(coordinator: Membership, second: Membership, volunteer: Membership) -> None:
    reset = asked(coordinator, volunteer)
    approved(second, reset)

    late = at_desk(coordinator).post(reverse("desk:reset_cancel", args=[reset.pk]), sent(coordinator))

    assert late.status_code == 409


def test_the_half_of_somebody_who_left_the_coordination_is_worth_nothing(
    coordinator: Membership, second: Membership, volunteer: Membership, now: datetime
) -> None:
    enrol(volunteer.user)
    reset = asked(coordinator, volunteer)
    with scope.enter(coordinator.association_id):
        Membership.objects.filter(pk=coordinator.pk).update(roles=[Role.VOLUNTEER])

    assert approved(second, reset).status_code == 409
    with scope.enter(reset.association_id), pytest.raises(AskerLeft):
        actions.approve_reset(reset, by=second.user, at=now)
    assert access.has_factor(volunteer.user)


def test_the_database_refuses_one_person_for_both_halves(
    coordinator: Membership, second: Membership, volunteer: Membership, now: datetime
) -> None:
    reset = asked(coordinator, volunteer)

    with scope.enter(reset.association_id), pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.filter(pk=reset.pk).update(approved_by=coordinator.user, approved_at=now)
