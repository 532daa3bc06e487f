from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import ProgrammingError, connection, transaction

from accounts import access, actions, scope
from accounts.models import Association, Invitation, Membership
from accounts.rules.roles import Role
from cases.models import Case
from tests import factories
from tests.web.desk.authenticator import enrol

pytestmark = pytest.mark.django_db


def test_without_an_association_a_tenants_rows_cannot_be_read() -> None:
    for ask in (Membership.objects.first, Membership.objects.count, Membership.objects.exists):
        with pytest.raises(scope.OutOfScope):
            ask()


def test_without_an_association_nothing_is_changed(volunteer: Membership) -> None:
    for change in (Membership.objects.all().delete, lambda: Membership.objects.update(roles=[])):
        with pytest.raises(scope.OutOfScope):
            change()


def test_a_queryset_may_be_built_before_the_scope_is_known(volunteer: Membership) -> None:
    built_early = Membership.objects.active().order_by("pk")

    with scope.enter(volunteer.association_id):
        assert list(built_early) == [volunteer]


def test_a_queryset_follows_the_scope_it_is_evaluated_in(volunteer: Membership, stranger: Membership) -> None:
    rows = Membership.objects.active().order_by("pk")

    with scope.enter(volunteer.association_id):
        assert list(rows.all()) == [volunteer]
    with scope.enter(stranger.association_id):
        assert list(rows.all()) == [stranger]


def test_another_associations_row_does_not_exist(volunteer: Membership, stranger: Membership) -> None:
    with scope.enter(volunteer.association_id):
        with pytest.raises(ObjectDoesNotExist):
            Membership.objects.get(pk=stranger.pk)
        assert not Membership.objects.filter(pk=stranger.pk).update(roles=[])
        assert Membership.objects.count() == 1


def test_scopes_nest_and_are_left_even_by_an_error(association: Association, other_association: Association) -> None:
    with scope.enter(association.pk):
        with pytest.raises(ZeroDivisionError), scope.enter(other_association.pk):
            1 / 0  # noqa: B018  any error
        assert scope.current() == association.pk
        assert list(Membership.objects.all()) == []

    assert scope.current() is None


def test_a_person_sees_their_own_memberships_only(volunteer: Membership, stranger: Membership) -> None:
    both = actions.join(stranger.association_id, user=volunteer.user, roles=[Role.RECEPTION], at=volunteer.joined_at)

    assert access.memberships_of(volunteer.user) == [volunteer, both]
    assert access.memberships_of(stranger.user) == [stranger]


def test_revoked_memberships_and_sleeping_associations_are_not_listed(
    volunteer: Membership, stranger: Membership
) -> None:
    with scope.enter(volunteer.association_id):
        actions.revoke_membership(volunteer, by=None, at=volunteer.joined_at)
    Association.objects.filter(pk=stranger.association_id).update(is_active=False)

    assert access.memberships_of(volunteer.user) == []
    assert access.memberships_of(stranger.user) == []
    assert access.associations_at_work() == [volunteer.association_id]


def test_a_person_who_closes_an_account_has_what_stands_in_sleeping_associations_too(
    volunteer: Membership, stranger: Membership
) -> None:
    left = actions.join(stranger.association_id, user=volunteer.user, roles=[Role.RECEPTION], at=volunteer.joined_at)
    with scope.enter(left.association_id):
        actions.revoke_membership(left, by=None, at=left.joined_at)
    Association.objects.update(is_active=False)

    assert access.memberships_anywhere(volunteer.user) == [volunteer]


def test_a_factor_of_somebody_else_protects_nobody(volunteer: Membership, stranger: Membership) -> None:
    enrol(stranger.user)

    assert [one.is_protected for one in access.memberships_of(volunteer.user)] == [False]
    assert [one.is_protected for one in access.memberships_of(stranger.user)] == [True]


def test_leaving_a_scope_forgets_its_keys(association: Association) -> None:
    from accounts import fields

    with scope.enter(association.pk):
        fields.root_key(association.pk)
        assert fields._roots()
    assert not fields._roots()


@pytest.mark.postgres
class TestTheSecondWall:
    """PostgreSQL's row-level security, as the application's role, past the managers."""

    @pytest.mark.parametrize("table", ["accounts_membership", "accounts_invitation", "cases_member", "cases_case"])
    def test_raw_sql_without_scope_sees_nothing(
        self, table: str, volunteer: Membership, stranger: Membership, today: date, now: datetime
    ) -> None:
        factories.make_invitation(volunteer.association, by=volunteer.user, at=now)
        self.a_case(volunteer, today=today, now=now)

        with scope.enter(volunteer.association_id):
            assert self.count(table) == 1
        with scope.enter(stranger.association_id):
            assert self.count(f"{table} WHERE association_id = {volunteer.association_id}") == 0
        assert self.count(table) == 0

    def test_whoever_is_a_member_sees_their_own_row_of_each_association_and_nobody_elses(
        self, volunteer: Membership, stranger: Membership, today: date, now: datetime
    ) -> None:
        mine = self.a_case(volunteer, today=today, now=now, email="Zq-jeanne@exemple.invalid").member
        self.a_case(stranger, today=today, now=now, email="Zq-jeanne@exemple.invalid")
        for by in (volunteer, stranger):
            self.a_case(by, today=today, now=now)

        assert mine.user_id
        with scope.as_user(mine.user_id):
            assert self.count("cases_member") == 2
            assert self.count(f"cases_member WHERE user_id <> '{mine.user_id}'") == 0
            assert self.count("cases_case") == 0
            with connection.cursor() as cursor:
                cursor.execute("UPDATE cases_member SET language = 'en'")
                assert cursor.rowcount == 0
        with scope.as_user(uuid4()):
            assert self.count("cases_member") == 0

    def test_a_person_is_forgotten_within_the_same_transaction(
        self, volunteer: Membership, today: date, now: datetime
    ) -> None:
        user = self.a_case(volunteer, today=today, now=now, email="Zq-jeanne@exemple.invalid").member.user_id
        with transaction.atomic():
            with scope.as_user(user):
                assert self.count("cases_member") == 1
            assert self.count("cases_member") == 0

    def a_case(self, by: Membership, *, today: date, now: datetime, **rest: Any) -> Case:
        campaign = factories.make_campaign(by.association, today=today)
        return factories.make_case(campaign, by=by.user, today=today, at=now, **rest)

    def test_raw_sql_sees_the_scopes_rows_only(self, volunteer: Membership, stranger: Membership) -> None:
        with scope.enter(volunteer.association_id):
            assert self.count("accounts_membership") == 1
        assert self.count("accounts_membership") == 0

    def test_the_base_manager_does_not_see_past_it(self, volunteer: Membership, stranger: Membership) -> None:
        with scope.enter(volunteer.association_id):
            assert list(Membership._base_manager.order_by("pk")) == [volunteer]
            assert not Invitation._base_manager.exists()

    def test_a_row_cannot_be_written_for_another(self, association: Association, stranger: Membership) -> None:
        with (
            scope.enter(association.pk),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            Membership.objects.create(
                association_id=stranger.association_id, user=stranger.user, joined_at=stranger.joined_at
            )

    def test_keys_of_another_association_are_out_of_sight(self, association: Association, stranger: Membership) -> None:
        with scope.enter(association.pk):
            roots = self.count("accounts_datakey WHERE kind = 'association'")
        assert roots == 1

    @pytest.mark.parametrize("enter", [scope.enter, scope.as_user])
    def test_a_failed_statement_is_not_hidden_by_leaving(
        self, enter: Callable[[object], AbstractContextManager[None]], association: Association
    ) -> None:
        who = association.pk if enter is scope.enter else uuid4()
        with pytest.raises(ProgrammingError, match="no_such_table"), enter(who):
            self.count("no_such_table")

    def count(self, table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            row: tuple[int] = cursor.fetchone()
            return row[0]
