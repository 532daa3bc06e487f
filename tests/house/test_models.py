"""Tables: erasure, walls, migrations."""

import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command, get_commands
from django.db import connection, models

from accounts.scope import AppendOnly, TenantManager, TenantModel
from tests.house.tree import APPS, ROOT, name_of, python_files

ERASURE = ROOT / "docs" / "reference" / "erasure.md"
TENANTS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
OURS = [model for model in apps.get_models() if model._meta.app_label in APPS]


def label(model: type[models.Model]) -> str:
    return f"{model._meta.app_label}.{model.__name__}"


def test_every_table_has_an_erasure_rule() -> None:
    ruled = re.findall(r"^\| `([\w.]+)` \|", ERASURE.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(ruled) == sorted(label(model) for model in apps.get_models())


def test_every_table_says_how_long_its_rows_stay_and_what_removes_them() -> None:
    """A command or job that exists; or nothing, and then a reason why there is no end."""
    rows = re.findall(r"^\| `([\w.]+)` \|(.+)\|$", ERASURE.read_text(encoding="utf-8"), re.MULTILINE)
    endless = ("as long as", "for ever", "never written", "Django's own")

    for table, rest in rows:
        _tie, _erasure, stays, remover = (cell.strip() for cell in rest.split("|"))
        commands = set(re.findall(r"`([a-z_]+)`", remover))
        assert commands <= set(get_commands()), table
        assert stays, table
        assert remover != "nothing" or stays.startswith(endless), table
        assert remover == "nothing" or not stays.startswith("for ever"), table


def test_there_are_tenants() -> None:
    assert len(TENANTS) > 10


@pytest.mark.parametrize("model", TENANTS, ids=label)
def test_a_tenants_manager_is_scoped(model: type[TenantModel]) -> None:
    assert isinstance(model._meta.default_manager, TenantManager)
    assert [manager.name for manager in model._meta.managers] == ["objects"]


def test_only_these_tables_belong_to_no_association() -> None:
    assert {label(model) for model in OURS if model not in TENANTS} == {
        "accounts.Association",  # the tenant itself
        "accounts.DataKey",  # nullable: the instance's own keys
        "accounts.JobRun",  # the platform's jobs: when, not for whom
        "accounts.SignIn",  # a person's session, whatever they do in it
        "accounts.SignInCode",  # before anybody is known
        "accounts.User",  # a person may belong to several
    }


@pytest.mark.parametrize("model", TENANTS, ids=label)
def test_indexes_and_uniqueness_stay_inside_the_association(model: type[TenantModel]) -> None:
    """A column that is unique across tenants answers «already there» to a stranger."""
    hashes = {"token_hash"}  # random, looked up before the association is known
    unique = {field.name for field in model._meta.concrete_fields if field.unique and not field.primary_key}
    relations = {field.name for field in model._meta.concrete_fields if field.is_relation}

    assert unique - hashes - relations == set()
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            first = constraint.fields[0]
            assert first == "association" or first in relations, constraint.name


@pytest.mark.parametrize("model", OURS, ids=label)
def test_nothing_is_deleted_in_a_chain(model: type[models.Model]) -> None:
    chained = {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE
    }

    assert chained <= ({"user"} if label(model) == "accounts.SignInCode" else set())


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("model", [*TENANTS, apps.get_model("accounts", "DataKey")], ids=label)
def test_row_level_security_is_enabled_and_forced(model: type[models.Model]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table])
        assert cursor.fetchone() == (True, True)
        cursor.execute(
            "SELECT policyname, qual, with_check FROM pg_policies WHERE tablename = %s AND cmd = 'ALL'", [table]
        )
        [(name, qual, with_check)] = cursor.fetchall()

    assert name == f"{table}_scope"
    for condition in (qual, with_check):
        assert "NULLIF(current_setting('app.association_id'::text, true), ''::text)" in condition


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("model", [model for model in apps.get_models() if issubclass(model, AppendOnly)], ids=label)
def test_the_database_refuses_to_change_what_is_written_once(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [model._meta.db_table],
        )
        triggers = " ".join(row[0] for row in cursor.fetchall())

    for change in ("UPDATE", "DELETE", "TRUNCATE"):
        assert f"BEFORE {change} ON" in triggers


@pytest.mark.django_db
def test_migrations_are_up_to_date() -> None:
    out = StringIO()

    call_command("makemigrations", check_changes=True, dry_run=True, stdout=out)

    assert "No changes detected" in out.getvalue()


def test_migrations_are_named_and_reversible() -> None:
    migrations = [path for path in python_files(*APPS, migrations=True) if path.parent.name == "migrations"]

    assert [name_of(path) for path in migrations if re.search(r"_auto_\d", path.stem)] == []
    for path in migrations:
        for call in re.findall(r"Run(?:Python|SQL)\(([^()]*)\)", path.read_text(encoding="utf-8")):
            assert "," in call or "reverse" in call, f"{name_of(path)} has no way back"
