"""What a coordinator may not know: a colleague's work for another association, and their life as a member."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from accounts import actions, scope
from accounts.access import Watched, team_watched
from accounts.middleware import SESSION_ASSOCIATION
from accounts.models import Association, AuditEntry, Membership, SignIn, SignInEnd, SignInWay
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from tests import factories
from tests.people import HouseClient, signed_in, signed_in_by_code

pytestmark = pytest.mark.django_db

Desk = Callable[[Membership], HouseClient]
TOKEN = "5b0bd7b0-0000-4000-8000-000000000000"


@pytest.fixture
def second(volunteer: Membership, other_association: Association) -> Membership:
    """The volunteer's work for the other association."""
    return factories.make_membership(other_association, Role.VOLUNTEER, user=volunteer.user)


def watched(reader: Membership, colleague: Membership, *, at: datetime) -> Watched:
    with scope.enter(reader.association_id):
        [found] = [one for one in team_watched(reader, at=at) if one.membership.pk == colleague.pk]
    return found


def close(browser: HouseClient, colleague: Membership) -> None:
    address = reverse("desk:member_sessions", args=[colleague.pk])
    assert browser.post(address, {"association": colleague.association_id, "token": TOKEN}).status_code == 302


def payloads(association: Association, kind: AuditKind) -> list[dict[str, object]]:
    with scope.enter(association.pk):
        return list(AuditEntry.objects.filter(kind=kind).order_by("pk").values_list("payload", flat=True))


@pytest.mark.parametrize("what", ["another association's", "as a member", "by a card", "of no association yet"])
def test_it_is_neither_counted_nor_dated_nor_closed(
    coordinator: Membership, volunteer: Membership, second: Membership, desk: Desk, now: datetime, what: str
) -> None:
    ways = {"as a member": SignInWay.CODE, "by a card": SignInWay.CARD}
    where = second.association if what == "another association's" else None
    row = factories.make_sign_in(volunteer.user, at=now, way=ways.get(what, SignInWay.PASSWORD), association=where)

    found = watched(coordinator, volunteer, at=now)
    close(desk(coordinator), volunteer)

    assert (found.sessions, found.last_in) == (0, None)
    assert SignIn.objects.get(pk=row.pk).ended_at is None
    assert payloads(coordinator.association, AuditKind.SIGNED_OUT_EVERYWHERE) == [{"sessions": 0}]
    assert payloads(second.association, AuditKind.SIGNED_OUT_EVERYWHERE) == []


def test_ones_own_are(coordinator: Membership, volunteer: Membership, desk: Desk, now: datetime) -> None:
    row = factories.make_sign_in(volunteer.user, at=now - timedelta(minutes=1), association=volunteer.association)

    found = watched(coordinator, volunteer, at=now)
    close(desk(coordinator), volunteer)

    assert (found.sessions, found.last_in) == (1, row.opened_at)
    row.refresh_from_db()
    assert row.end == SignInEnd.TEAM


def test_a_session_that_goes_over_belongs_to_the_other_one(
    coordinator: Membership, stranger: Membership, volunteer: Membership, second: Membership, now: datetime
) -> None:
    browser = signed_in(volunteer.user, association=volunteer.association)
    assert watched(coordinator, volunteer, at=now).sessions == 1
    form = {"association": volunteer.association_id, "wanted": second.association_id, "token": TOKEN}
    browser.post(reverse("desk:choose"), form)

    assert watched(coordinator, volunteer, at=now).sessions == 0
    assert watched(stranger, second, at=now).sessions == 1


def test_a_choice_made_as_a_member_counts_once_the_desk_opens_there(
    coordinator: Membership, stranger: Membership, volunteer: Membership, second: Membership, now: datetime
) -> None:
    browser = signed_in(volunteer.user, association=volunteer.association)
    session = browser.session
    session[SESSION_ASSOCIATION] = second.association_id  # as /espace/choisir/ leaves it
    session.save()

    browser.get(reverse("desk:now"))

    assert watched(coordinator, volunteer, at=now).sessions == 0
    assert watched(stranger, second, at=now).sessions == 1


def test_a_members_session_is_never_at_work(volunteer: Membership) -> None:
    browser = signed_in_by_code(volunteer.user, factor=True, association=volunteer.association)
    browser.get(reverse("desk:now"))
    actions.work_for(SignIn.objects.get().pk, association_id=volunteer.association_id)

    assert SignIn.objects.get().works_for_id is None


def test_signing_in_says_for_whom(client: HouseClient, volunteer: Membership, now: datetime) -> None:
    client.post(reverse("account_login"), {"login": volunteer.user.email, "password": factories.PASSWORD})

    assert SignIn.objects.get().works_for_id == volunteer.association_id


def test_leaving_everywhere_tells_each_association_its_own_number(
    volunteer: Membership, second: Membership, desk: Desk, now: datetime
) -> None:
    here = desk(volunteer)
    desk(second)
    signed_in_by_code(volunteer.user)
    address = reverse("desk:sessions")

    here.post(address, {"association": volunteer.association_id, "others": "1"})

    assert SignIn.objects.open().count() == 1
    assert payloads(volunteer.association, AuditKind.SIGNED_OUT_EVERYWHERE) == []
    assert payloads(second.association, AuditKind.SIGNED_OUT_EVERYWHERE) == [{"sessions": 1}]


@pytest.mark.parametrize("typed", ["others", "session"])
def test_what_a_volunteer_ends_from_the_members_side_is_recorded_too(
    volunteer: Membership, second: Membership, now: datetime, typed: str
) -> None:
    at_desk = factories.make_sign_in(volunteer.user, at=now, association=second.association)
    as_member = factories.make_sign_in(volunteer.user, at=now, way=SignInWay.CODE)
    browser = signed_in_by_code(volunteer.user)

    for row in (at_desk, as_member):
        browser.post(reverse("portal:sessions"), {typed: str(row.pk)})

    assert {row.end for row in SignIn.objects.filter(pk__in=[at_desk.pk, as_member.pk])} == {SignInEnd.ELSEWHERE}
    assert payloads(second.association, AuditKind.SIGNED_OUT_EVERYWHERE) == [{"sessions": 1}]
    assert payloads(volunteer.association, AuditKind.SIGNED_OUT_EVERYWHERE) == []
