"""PostgreSQL's own refusals, tried past the managers and the models."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Membership
from observatory import actions
from observatory.models import LedgerLine, Release, ReleaseFile
from observatory.rules.lifecycle import State
from tests.observatory.conftest import AT, nobody_in_scope

pytestmark = pytest.mark.postgres
TABLES = ["statplan", "statevent", "countedperson", "ledgerline", "release", "releasefile"]


@pytest.fixture
def published(measured: Release, delegate: Membership) -> Release:
    actions.review(measured, by=delegate.user, at=AT)
    actions.publish(measured, by=delegate.user, at=AT)
    return measured


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM observatory_{table}")
        count: int = cursor.fetchone()[0]
        return count


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


def test_without_a_scope_only_published_releases_and_their_files_are_seen(published: Release) -> None:
    second = actions.measure(published.plan, table="S2", period="2025", by=None, at=AT)
    assert rows("release") == rows("releasefile") == 2

    with nobody_in_scope():
        seen = {table: rows(table) for table in TABLES}

    assert second.state == State.MEASURED
    assert seen == dict.fromkeys(TABLES, 0) | {"release": 1, "releasefile": 1}


def test_without_a_scope_nothing_published_can_be_written(published: Release) -> None:
    with nobody_in_scope(), connection.cursor() as cursor:
        cursor.execute("UPDATE observatory_release SET title = 'x'")
        assert cursor.rowcount == 0
        assert refused("DELETE FROM observatory_release")
        assert refused("DELETE FROM observatory_releasefile")


def test_a_published_release_is_closed_in_the_database(published: Release) -> None:
    assert refused("UPDATE observatory_release SET title = 'x'")
    assert refused("DELETE FROM observatory_release")
    assert refused("UPDATE observatory_releasefile SET content = ''")
    assert refused("DELETE FROM observatory_releasefile")
    assert refused("UPDATE observatory_ledgerline SET numerator = 1")
    assert refused("DELETE FROM observatory_ledgerline")
    assert LedgerLine.objects.count() == Release.objects.count() == ReleaseFile.objects.count() == 1


def test_a_published_release_takes_no_more_files(published: Release) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ReleaseFile.objects.create(
            association_id=published.association_id,
            release=published,
            path="more.csv",
            sha256="0" * 64,
            size=1,
            content=b"x",
        )
