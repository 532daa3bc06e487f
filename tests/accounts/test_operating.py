"""What operators learn of every association at once: how many lines wait, since when; which key is missing."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import access, actions, scope
from accounts.models import Association, AuditEntry
from accounts.rules.audit import AuditKind
from tests import factories

pytestmark = pytest.mark.django_db
OTHER = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def record(association: Association, *, at: datetime) -> None:
    with scope.enter(association.pk):
        AuditEntry.objects.all().record(AuditKind.KEYS_ROTATED, at=at, by=None)


def test_lines_of_every_association_wait_and_the_oldest_says_since_when(
    association: Association, other_association: Association, now: datetime
) -> None:
    actions.chain_all()
    assert access.unchained_entries() == access.Backlog(0, None)

    record(other_association, at=now - timedelta(hours=3))
    record(association, at=now)

    assert access.unchained_entries() == access.Backlog(2, now - timedelta(hours=3))
    actions.chain_all()
    assert access.unchained_entries() == access.Backlog(0, None)


def test_an_association_that_left_has_a_chain_too(association: Association, now: datetime) -> None:
    actions.chain_all()
    record(association, at=now)
    Association.objects.filter(pk=association.pk).update(is_active=False)

    assert access.unchained_entries().count == 1


def test_with_its_master_keys_nothing_is_closed(association: Association, other_association: Association) -> None:
    assert access.closed_keks() == []


@pytest.mark.parametrize("keks", [f"next:{OTHER}", "test:" + OTHER.replace("MDEy", "OTk5")])
def test_a_master_key_that_is_missing_or_another_one_is_named(
    association: Association, settings: Settings, keks: str
) -> None:
    settings.VAULT_KEKS = keks

    assert access.closed_keks() == ["test"]


def test_a_root_that_another_process_brought_under_a_newer_key_is_seen(
    association: Association, other_association: Association, settings: Settings, now: datetime
) -> None:
    known = settings.VAULT_KEKS
    settings.VAULT_KEKS = f"next:{OTHER.replace('MDEy', 'OTk5')},{known}"
    assert len(list(actions.rotate_keys(at=now))) == 3
    settings.VAULT_KEKS = known

    assert access.closed_keks() == ["next"]


@pytest.mark.postgres
def test_the_keys_are_asked_in_few_queries_however_many_associations_there_are(
    association: Association, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        factories.make_association(slug=f"one-{number}")

    with django_assert_max_num_queries(6):
        assert access.closed_keks() == []


@pytest.mark.postgres
def test_the_functions_of_the_database_tell_counts_instants_and_ids_alone(association: Association) -> None:
    with connection.cursor() as cursor:
        for function in ("accounts_unchained", "accounts_root_of_each_kek"):
            cursor.execute(f"SELECT * FROM {function}()")
            assert {column.type_code for column in cursor.description or ()} <= {
                20,
                1184,
                2950,
            }  # bigint, timestamptz, uuid


def test_backlogs_add_up(now: datetime) -> None:
    older = now - timedelta(days=1)

    assert access.Backlog(2, now) + access.Backlog(1, older) + access.Backlog() == access.Backlog(3, older)
