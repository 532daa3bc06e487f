"""A factor that was taken off in one association opens no desk of another; the operator's way; and races."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.urls import reverse

from accounts import access, actions, scope
from accounts.models import Association, AuditEntry, FactorReset, Membership, User
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from tests import factories
from tests.people import location, signed_in
from tests.web.desk.authenticator import enrol
from tests.web.desk.passkeys import enrolled
from tests.web.desk.test_resets import approved, asked, at_desk, kinds, sent

pytestmark = pytest.mark.django_db


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


def test_a_request_from_before_the_other_reset_takes_off_what_was_enrolled_since(
    coordinator: Membership,
    second: Membership,
    volunteer: Membership,
    elsewhere: Membership,
    stranger: Membership,
    now: datetime,
) -> None:
    """It was asked about another telephone: agreeing to it must not bless whatever was enrolled meanwhile."""
    other = factories.make_membership(stranger.association, Role.COORDINATOR)
    with scope.enter(elsewhere.association_id):
        early = actions.ask_reset(elsewhere, by=stranger.user, at=now)
    user = reset_at_home(coordinator, second, volunteer, now + timedelta(minutes=1))
    enrol(user)

    with scope.enter(elsewhere.association_id):
        early = FactorReset.objects.select_related("membership").get(pk=early.pk)
        assert actions.approve_reset(early, by=other.user, at=now + timedelta(minutes=2))

    assert not access.has_factor(user)
    user.refresh_from_db()
    assert access.is_closed_by_reset(volunteer, user=user)
    assert not access.is_closed_by_reset(elsewhere, user=user)


def test_the_other_association_reads_that_it_happened_and_not_by_whom(
    coordinator: Membership, second: Membership, volunteer: Membership, elsewhere: Membership, now: datetime
) -> None:
    reset_at_home(coordinator, second, volunteer, now)

    with scope.enter(elsewhere.association_id):
        [line] = AuditEntry.objects.all()
    assert (line.kind, line.by, line.about_id) == (AuditKind.FACTOR_REMOVED, None, str(elsewhere.pk))
    assert line.payload == {}
    assert kinds(volunteer.association) == [AuditKind.RESET_ASKED, AuditKind.RESET_APPROVED]


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


@pytest.mark.parametrize(
    ("typed", "said", "code"),
    [("inconnue@exemple.invalid", "No account has this address", 1), ("", "No address was given", 2)],
)
def test_an_unknown_address_changes_nothing(
    volunteer: Membership, monkeypatch: pytest.MonkeyPatch, typed: str, said: str, code: int
) -> None:
    enrol(volunteer.user)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))

    with pytest.raises(CommandError, match=said) as refused:
        call_command("reset_factor")

    assert refused.value.returncode == code
    assert access.has_factor(volunteer.user)


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_what_is_no_utf8_is_no_address(volunteer: Membership, monkeypatch: pytest.MonkeyPatch, errors: str) -> None:
    enrol(volunteer.user)
    typed = io.TextIOWrapper(io.BytesIO(b"jos\xe9@exemple.invalid\n"), encoding="utf-8", errors=errors)
    monkeypatch.setattr("sys.stdin", typed)

    with pytest.raises(CommandError, match="This is no address") as refused:
        call_command("reset_factor")

    assert refused.value.returncode == 2
    assert access.has_factor(volunteer.user)


def test_an_account_that_works_nowhere_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    user = factories.make_user()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{user.email}\n"))

    with pytest.raises(CommandError, match="not a volunteer's"):
        call_command("reset_factor")

    user.refresh_from_db()
    assert user.factors_reset_at is None


def test_the_operator_reads_that_there_was_nothing_to_take_off(
    volunteer: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{volunteer.user.email}\n"))
    said = io.StringIO()

    call_command("reset_factor", stdout=said)

    assert "It had no factor that could be taken off" in said.getvalue()
    with scope.enter(volunteer.association_id):
        assert not AuditEntry.objects.filter(kind=AuditKind.RESET_APPROVED).exists()


@pytest.mark.parametrize("command", ["reset_factor", "reset_password"])
def test_an_address_typed_as_an_argument_is_refused_with_the_reason(volunteer: Membership, command: str) -> None:
    with pytest.raises(CommandError, match="standard input") as refused:
        call_command(command, volunteer.user.email)

    assert refused.value.returncode == 2
    assert volunteer.user.email not in str(refused.value)


# Races


@pytest.mark.postgres
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
