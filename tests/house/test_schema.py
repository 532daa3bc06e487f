"""The walls as PostgreSQL holds them: asked of its tables, not of our models, so that a forgotten one is found."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from config.roles import APP, MIGRATE, PURGE
from tests import cluster
from tests.config.migrated import asking, fill
from tests.database import connect_as_owner

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

Owner = psycopg.Connection[Any]

SHARED = {
    "account_emailaddress": "allauth's, never written: addresses are sealed on the user",
    "account_emailconfirmation": "allauth's, never written",
    "accounts_association": "the tenant itself, public data; what is a person's stands elsewhere",
    "accounts_jobrun": "when the platform's jobs were done; nothing of an association",
    "accounts_signin": "a browser's session; the association that it works for reads its own in accounts.access",
    "accounts_signincode": "before anybody is known",
    "accounts_user": "a person may belong to several associations; sealed, found by keyed hashes alone",
    "auth_group": "Django's, never written",
    "auth_group_permissions": "Django's, never written",
    "auth_permission": "Django's, names of models",
    "django_content_type": "Django's, names of models",
    "django_migrations": "Django's, names of migrations",
    "django_session": "Django's, sealed, before anybody is known",
    "mfa_authenticator": "factors of a person, sealed, before the association is chosen",
}
# Rows of no association are seen in each scope.
OF_NO_ASSOCIATION = {"accounts_datakey": "the instance's root key and those of its users"}
UNIQUE_EVERYWHERE = {
    ("accounts_apitoken", "token_hash"): "random, looked up before the association is known",
    ("accounts_invitation", "token_hash"): "random, looked up before the association is known",
}
DOORS = {
    "accounts_invitation_by_token",
    "accounts_token_by_hash",
    "notifications_notice_by_message",
    # What operators ask of every association at once: counts and instants.
    "accounts_root_of_each_kek",
    "accounts_unchained",
    "cases_overdue",
    "cases_unchained",
    "notifications_outbox",
    "vault_under_way",
}

SCOPE = "(association_id = (NULLIF(current_setting('app.association_id'::text, true), ''::text))::bigint)"
OWN = "(user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid)"
# Policies beside that: which rows they show, and to no more than reading.
ALSO_SEEN = {
    "accounts_membership_own": OWN,  # a person of several associations chooses one
    "cases_member_own": OWN,  # a member of several associations chooses one
    "observatory_release_published": "((state)::text = 'published'::text)",  # published figures are everybody's
    "observatory_releasefile_published": (
        "(EXISTS ( SELECT 1 FROM observatory_release r "
        "WHERE ((r.id = observatory_releasefile.release_id) AND ((r.state)::text = 'published'::text))))"
    ),
}
WRITTEN_ONCE = {
    "accounts_auditentry": {"place", "hash"},
    "cases_caseevent": {"place", "hash"},
    "cases_purgeline": set(),
    "observatory_ledgerline": set(),
    "observatory_releasefile": set(),
}

# What erases may take: a trigger lets go of the journal of an erased case alone (tests/cases/test_purging.py).
MAY_DELETE = {("cases_caseevent", PURGE)}


@pytest.fixture
def owner() -> Iterator[Owner]:
    """The tables' owner, in a transaction that is undone."""
    with connect_as_owner() as opened, opened.transaction(force_rollback=True):
        yield opened


def flaws(owner: Owner) -> list[str]:
    """What every table of the database lacks, one sentence each."""
    found = [f"{name} is a view: it would run as its owner" for name in _tables(owner, kinds="vmf")]
    tenants = [name for name in _tables(owner, kinds="rp") if name not in SHARED]
    for table in tenants:
        found += [f"{table} {flaw}" for flaw in _flaws_of(owner, table, tenants=set(tenants))]
    return found


def _flaws_of(owner: Owner, table: str, *, tenants: set[str]) -> Iterator[str]:
    nullable = _column(owner, table, "association_id")
    if nullable is None:
        yield "has no association_id, and is not in the list of shared tables"
        return
    if nullable != (table in OF_NO_ASSOCIATION):
        yield f"association_id is {'' if nullable else 'not '}nullable"
    if not _leads_to(owner, table, ["association_id"], "accounts_association"):
        yield "has an association_id that refers to no association"
    yield from _unwalled(owner, table)
    yield from _apart(owner, table, tenants=tenants)
    yield from _unique_across(owner, table)


def _unwalled(owner: Owner, table: str) -> Iterator[str]:
    row = owner.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table])
    enabled, forced = row.fetchone() or (False, False)
    if not enabled:
        yield "has no row-level security"
    if not forced:
        yield "does not force row-level security upon its owner"
    wall = f"((association_id IS NULL) OR {SCOPE})" if table in OF_NO_ASSOCIATION else SCOPE
    policies = owner.execute(
        "SELECT policyname, cmd, qual, with_check, roles::text[], permissive FROM pg_policies WHERE tablename = %s",
        [table],
    ).fetchall()
    direct = ("ALL", wall, wall, ["public"], "PERMISSIVE")
    if not any(tuple(promised) == direct for _, *promised in policies):
        yield "has no policy in the direct form for reading and writing"
    for name, command, seen, *rest in policies:
        also = ("SELECT", ALSO_SEEN.get(name), None, ["public"], "PERMISSIVE")
        if (command, " ".join((seen or "").split()), *rest) not in (direct, also):
            yield f"is opened by the policy {name}"


def _apart(owner: Owner, table: str, *, tenants: set[str]) -> Iterator[str]:
    """Each foreign key to a tenant's table has a twin that begins with the association, on both sides."""
    for columns, target in _foreign_keys(owner, table):
        single = len(columns) == 1 and target in tenants
        if single and not _leads_to(owner, table, ["association_id", *columns], target):
            yield f"may name a row of {target} of another association ({columns[0]})"


def _unique_across(owner: Owner, table: str) -> Iterator[str]:
    relations = {columns[0] for columns, _ in _foreign_keys(owner, table) if len(columns) == 1}
    rows = owner.execute(
        """
        SELECT index.relname, attname FROM pg_index JOIN pg_class index ON index.oid = indexrelid
        LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
        WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary
        """,
        [table],
    ).fetchall()
    for index, first in rows:
        if first != "association_id" and first not in relations and (table, first) not in UNIQUE_EVERYWHERE:
            yield f"answers across associations: {index} begins with {first}"


def _tables(owner: Owner, *, kinds: str) -> list[str]:
    rows = owner.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = ANY(%s) ORDER BY 1",
        [list(kinds)],
    )
    return [name for (name,) in rows]


def _column(owner: Owner, table: str, name: str) -> bool | None:
    """Whether the column may be NULL; None when there is none."""
    row = owner.execute(
        "SELECT NOT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s", [table, name]
    ).fetchone()
    return None if row is None else bool(row[0])


def _foreign_keys(owner: Owner, table: str) -> list[tuple[list[str], str]]:
    """The columns of each foreign key, in its order, and the table that it leads to."""
    rows = owner.execute(
        """
        SELECT (SELECT array_agg(attname::text ORDER BY place) FROM unnest(conkey) WITH ORDINALITY k (number, place)
                JOIN pg_attribute ON attrelid = conrelid AND attnum = number),
               (SELECT relname::text FROM pg_class WHERE oid = confrelid)
        FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f' AND convalidated
        """,
        [table],
    )
    return [(list(columns), target) for columns, target in rows]


def _leads_to(owner: Owner, table: str, columns: list[str], target: str) -> bool:
    return (columns, target) in _foreign_keys(owner, table)


def test_every_table_is_walled_off_or_named(owner: Owner) -> None:
    assert flaws(owner) == []


def test_no_name_of_a_shared_table_is_left_over(owner: Owner) -> None:
    named = {*SHARED, *OF_NO_ASSOCIATION, *(table for table, _ in UNIQUE_EVERYWHERE), *WRITTEN_ONCE}
    policies = {name for (name,) in owner.execute("SELECT policyname FROM pg_policies")}

    assert named - set(_tables(owner, kinds="rp")) == set()
    assert ALSO_SEEN.keys() - policies == set()


def test_composite_keys_point_at_the_very_columns(owner: Owner) -> None:
    """(association_id, x_id) to (association_id, id): the other way round it would prove nothing."""
    rows = owner.execute(
        """
        SELECT conname, (SELECT array_agg(attname::text ORDER BY place) FROM unnest(confkey) WITH ORDINALITY
            k (number, place) JOIN pg_attribute ON attrelid = confrelid AND attnum = number), condeferred, confmatchtype
        FROM pg_constraint WHERE contype = 'f' AND cardinality(conkey) > 1
        """
    ).fetchall()

    assert len(rows) > 14
    assert {tuple(rest[0]) for _, *rest in rows} == {("association_id", "id")}
    assert {tuple(rest[1:]) for _, *rest in rows} == {(True, "s")}  # at the end of the transaction, NULL may stand


WALLED = """
    CREATE TABLE made (id bigint PRIMARY KEY, association_id bigint NOT NULL REFERENCES accounts_association);
    ALTER TABLE made ENABLE ROW LEVEL SECURITY;
    ALTER TABLE made FORCE ROW LEVEL SECURITY;
    CREATE POLICY made_scope ON made
        USING (association_id = NULLIF(current_setting('app.association_id', true), '')::bigint)
        WITH CHECK (association_id = NULLIF(current_setting('app.association_id', true), '')::bigint);
"""
# What breaks a wall, and what is said of it.
BREAKS: dict[str, str | tuple[str, ...]] = {
    "CREATE TABLE bare (id bigint PRIMARY KEY)": "bare has no association_id, and is not in the list of shared tables",
    "ALTER TABLE made ALTER association_id DROP NOT NULL": "made association_id is nullable",
    "ALTER TABLE made DROP CONSTRAINT made_association_id_fkey": (
        "made has an association_id that refers to no association"
    ),
    "ALTER TABLE made DISABLE ROW LEVEL SECURITY": "made has no row-level security",
    "ALTER TABLE made NO FORCE ROW LEVEL SECURITY": "made does not force row-level security upon its owner",
    "DROP POLICY made_scope ON made": "made has no policy in the direct form for reading and writing",
    "CREATE POLICY made_all ON made USING (true)": "made is opened by the policy made_all",
    "CREATE POLICY made_seen ON made FOR SELECT USING (true)": "made is opened by the policy made_seen",
    "CREATE POLICY made_mine ON made TO opposable_purge USING (association_id = 1)": (
        "made is opened by the policy made_mine"
    ),
    "ALTER POLICY made_scope ON made TO opposable_app": (
        "made has no policy in the direct form for reading and writing",
        "made is opened by the policy made_scope",
    ),
    "DROP POLICY made_scope ON made; CREATE POLICY made_scope ON made AS RESTRICTIVE"
    " USING (association_id = NULLIF(current_setting('app.association_id', true), '')::bigint)"
    " WITH CHECK (association_id = NULLIF(current_setting('app.association_id', true), '')::bigint)": (
        "made has no policy in the direct form for reading and writing",
        "made is opened by the policy made_scope",
    ),
    **{
        f"ALTER POLICY {policy} ON {policy.rpartition('_')[0]} USING (true)": (
            f"{policy.rpartition('_')[0]} is opened by the policy {policy}"
        )
        for policy in ALSO_SEEN
    },
    "ALTER TABLE made ADD case_id bigint REFERENCES cases_case": (
        "made may name a row of cases_case of another association (case_id)"
    ),
    "ALTER TABLE made ADD code text UNIQUE": "made answers across associations: made_code_key begins with code",
    "CREATE UNIQUE INDEX made_lower ON made (lower(association_id::text))": (
        "made answers across associations: made_lower begins with None"
    ),
    "CREATE VIEW made_seen AS SELECT * FROM cases_member": "made_seen is a view: it would run as its owner",
    "ALTER TABLE cases_caseevent DROP CONSTRAINT cases_caseevent_case_id_together": (
        "cases_caseevent may name a row of cases_case of another association (case_id)"
    ),
}


def test_a_walled_table_has_no_flaw(owner: Owner) -> None:
    owner.execute(WALLED)

    assert flaws(owner) == []


@pytest.mark.parametrize("broken", BREAKS)
def test_each_hole_in_a_wall_is_found(owner: Owner, broken: str) -> None:
    owner.execute(WALLED)
    owner.execute(sql.SQL(broken))

    told = BREAKS[broken]
    assert flaws(owner) == ([told] if isinstance(told, str) else list(told))


def test_the_doors_past_the_wall_are_these(owner: Owner) -> None:
    rows = owner.execute(
        "SELECT proname, proconfig FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    ).fetchall()

    assert {name for name, _ in rows} == DOORS
    assert all(any(setting.startswith("search_path=") for setting in settings or []) for _, settings in rows)


@pytest.mark.parametrize("role", [APP, PURGE])
@pytest.mark.parametrize("table", WRITTEN_ONCE)
def test_nobody_has_the_right_to_change_what_is_written_once(owner: Owner, table: str, role: str) -> None:
    rights = owner.execute(
        "SELECT right_ FROM unnest(ARRAY['DELETE', 'UPDATE', 'TRUNCATE', 'TRIGGER']) right_ "
        "WHERE has_table_privilege(%s, %s, right_)",
        [role, table],
    ).fetchall()
    columns = owner.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "AND has_column_privilege(%s, attrelid, attnum, 'UPDATE')",
        [table, role],
    ).fetchall()

    assert rights == ([("DELETE",)] if (table, role) in MAY_DELETE else [])
    assert {name for (name,) in columns} == WRITTEN_ONCE[table]


@pytest.mark.slow
def test_the_walls_come_down_and_up_again() -> None:
    """Every migration has a way back, its operations on PostgreSQL included."""
    with cluster.postgres() as server:
        superuser = server.url(cluster.SUPERUSER, database="postgres")
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE opposable OWNER {MIGRATE}".encode())
        fill(server)

        with asking(server, MIGRATE):
            executor = MigrationExecutor(connections["default"])
            executor.migrate([(app, None) for app in ("observatory", "cases", "vault", "notifications")])
        with psycopg.connect(server.url(MIGRATE)) as owner:
            assert flaws(owner) == []
            assert [table for table in _tables(owner, kinds="r") if table.startswith("cases_")] == []
            assert owner.execute("SELECT count(*) FROM pg_proc WHERE proname LIKE 'cases_%'").fetchone() == (0,)
        with asking(server, MIGRATE):
            call_command("migrate", verbosity=0)
        with psycopg.connect(server.url(MIGRATE)) as owner:
            assert flaws(owner) == []
