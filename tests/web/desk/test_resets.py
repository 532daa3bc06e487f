"""A lost factor is taken off by two coordinators; where else the person works, the desk waits for two more."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse

from accounts import access, actions, scope
from accounts.actions import AlreadyAsked, AskerLeft, OwnHalf
from accounts.models import Association, AuditEntry, FactorReset, Membership, SignIn, SignInEnd, User
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from tests import factories
from tests.people import HouseClient, location, signed_in
from tests.web.desk.authenticator import enrol, enrol_recovery
from tests.web.desk.passkeys import enrolled
from tests.web.desk.test_signin import give_password

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(association: Association) -> Membership:
    """Another coordinator."""
    return factories.make_membership(association, Role.COORDINATOR)


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


# Across associations


@pytest.fixture
def elsewhere(volunteer: Membership, other_association: Association) -> Membership:
    """The same person, at work in another association as well."""
    return factories.make_membership(other_association, Role.VOLUNTEER, user=volunteer.user)


def reset_at_home(coordinator: Membership, second: Membership, volunteer: Membership, moment: datetime) -> User:
    with scope.enter(volunteer.association_id):
        reset = actions.ask_reset(volunteer, by=coordinator.user, at=moment)
        assert actions.approve_reset(reset, by=second.user, at=moment)
    return User.objects.get(pk=volunteer.user_id)


def test_a_reset_here_opens_no_desk_elsewhere(
    coordinator: Membership, second: Membership, volunteer: Membership, elsewhere: Membership, now: datetime
) -> None:
    user = reset_at_home(coordinator, second, volunteer, now)
    browser = signed_in(user, association=elsewhere.association)

    page = browser.get("/desk/compte/").content.decode()
    assert volunteer.association.name in page
    assert "Fermée pour l’instant" in page
    form = sent(volunteer, wanted=elsewhere.association_id)
    assert browser.post(reverse("desk:choose"), form).status_code == 404
    assert browser.get("/api/v1/cases/").status_code == 200
    assert browser.session["association_id"] == volunteer.association_id


def test_whoever_has_only_closed_desks_is_told_why(
    coordinator: Membership, second: Membership, volunteer: Membership, elsewhere: Membership, now: datetime
) -> None:
    user = reset_at_home(coordinator, second, volunteer, now)
    with scope.enter(volunteer.association_id):
        Membership.objects.filter(pk=volunteer.pk).update(revoked_at=now)

    refused = signed_in(user).get("/desk/")

    assert refused.status_code == 403
    assert "deux personnes de la coordination doivent encore" in refused.content.decode()


def test_two_coordinators_there_open_it_again_and_the_new_factor_stays(
    coordinator: Membership,
    second: Membership,
    volunteer: Membership,
    elsewhere: Membership,
    stranger: Membership,
    now: datetime,
) -> None:
    other = factories.make_membership(stranger.association, Role.COORDINATOR)
    user = reset_at_home(coordinator, second, volunteer, now)
    browser = signed_in(user, factor=False)
    enrolled(browser)

    done = approved(other, asked(stranger, elsewhere))

    assert location(done) == reverse("desk:team")
    assert access.has_factor(user)
    assert browser.get("/desk/").status_code == 200
    assert browser.post(reverse("desk:choose"), sent(volunteer, wanted=elsewhere.association_id)).status_code == 302
    assert kinds(stranger.association) == [AuditKind.RESET_ASKED, AuditKind.RESET_APPROVED]
    user.refresh_from_db()
    assert user.factors_reset_in_id == volunteer.association_id


def test_a_later_reset_closes_the_others_again(
    coordinator: Membership,
    second: Membership,
    volunteer: Membership,
    elsewhere: Membership,
    stranger: Membership,
    now: datetime,
) -> None:
    other = factories.make_membership(stranger.association, Role.COORDINATOR)
    user = reset_at_home(coordinator, second, volunteer, now)
    with scope.enter(elsewhere.association_id):
        actions.approve_reset(actions.ask_reset(elsewhere, by=stranger.user, at=now), by=other.user, at=now)
    assert not access.is_closed_by_reset(elsewhere, user=user)

    user = reset_at_home(coordinator, second, volunteer, now + timedelta(days=1))

    assert access.is_closed_by_reset(elsewhere, user=user)
    assert not access.is_closed_by_reset(volunteer, user=user)


def test_whoever_joins_after_the_reset_comes_in(
    coordinator: Membership, second: Membership, volunteer: Membership, stranger: Membership, now: datetime
) -> None:
    user = reset_at_home(coordinator, second, volunteer, now)
    later = actions.join(stranger.association_id, user=user, roles=[Role.VOLUNTEER], at=now + timedelta(hours=1))

    assert not access.is_closed_by_reset(later, user=user)


# The operator


def test_the_operator_takes_it_off_and_every_association_knows(
    volunteer: Membership, elsewhere: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(volunteer.user)
    browser = at_desk(volunteer)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{volunteer.user.email}\n"))
    said = io.StringIO()

    call_command("reset_factor", stdout=said)

    assert not access.has_factor(volunteer.user)
    assert browser.get("/desk/").status_code == 302
    assert volunteer.user.email not in said.getvalue()
    for membership in (volunteer, elsewhere):
        with scope.enter(membership.association_id):
            [line] = AuditEntry.objects.filter(kind=AuditKind.RESET_APPROVED)
        assert (line.by, line.about_id) == (None, str(membership.pk))
    user = User.objects.get(pk=volunteer.user_id)
    assert not access.is_closed_by_reset(elsewhere, user=user)


def test_an_unknown_address_changes_nothing(volunteer: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    enrol(volunteer.user)
    monkeypatch.setattr("sys.stdin", io.StringIO("inconnue@exemple.invalid\n"))

    with pytest.raises(CommandError):
        call_command("reset_factor")

    assert access.has_factor(volunteer.user)


# Races


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_of_approvals_at_once_exactly_one_wins(transactional_db: None, now: datetime) -> None:
    association = factories.make_association()
    asker, *others = [factories.make_membership(association, Role.COORDINATOR) for _ in range(5)]
    lost = factories.make_membership(association, Role.VOLUNTEER)
    with scope.enter(association.pk):
        reset = actions.ask_reset(lost, by=asker.user, at=now)

    def approve(one: Membership) -> bool:
        try:
            with scope.enter(association.pk):
                mine = FactorReset.objects.select_related("membership").get(pk=reset.pk)
                return actions.approve_reset(mine, by=one.user, at=now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(approve, others))

    assert sum(won) == 1
    assert kinds(association) == [AuditKind.RESET_ASKED, AuditKind.RESET_APPROVED]
