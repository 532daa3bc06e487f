"""The second wall, as migration operations: what PostgreSQL itself refuses. On SQLite they do nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

from accounts.scope.roles import PURGE_ROLE


class _OnPostgresOnly(Operation):
    """Statements forwards and backwards that leave Django's state as it is."""

    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for statement in self.forwards(app_label, to_state.apps):
                schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for statement in self.backwards(app_label, from_state.apps):
                schema_editor.execute(statement, params=None)

    def forwards(self, app_label: str, apps: Any) -> Iterator[str]:
        raise NotImplementedError

    def backwards(self, app_label: str, apps: Any) -> Iterator[str]:
        raise NotImplementedError


class IsolateTenant(_OnPostgresOnly):
    """Row-level security on a tenant table: ENABLE + FORCE and the policy in its direct form.

    `nullable` also admits rows of no association; `or_own` also lets the person of `app.user_id` read their rows
    (column `user_id`); `or_where` is one more SELECT policy in SQL.
    """

    SCOPE = "association_id = NULLIF(current_setting('app.association_id', true), '')::bigint"
    OWN = "user_id = NULLIF(current_setting('app.user_id', true), '')::uuid"

    def __init__(self, name: str, *, nullable: bool = False, or_own: bool = False, or_where: str = "") -> None:
        self.name = name
        self.nullable = nullable
        self.or_own = or_own
        self.or_where = or_where

    def forwards(self, app_label: str, apps: Any) -> Iterator[str]:
        table = apps.get_model(app_label, self.name)._meta.db_table
        scope = f"association_id IS NULL OR {self.SCOPE}" if self.nullable else self.SCOPE
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY {table}_scope ON {table} USING ({scope}) WITH CHECK ({scope})"
        if self.or_own:
            yield f"CREATE POLICY {table}_own ON {table} FOR SELECT USING ({self.OWN})"
        if self.or_where:
            yield f"CREATE POLICY {table}_published ON {table} FOR SELECT USING ({self.or_where})"

    def backwards(self, app_label: str, apps: Any) -> Iterator[str]:
        table = apps.get_model(app_label, self.name)._meta.db_table
        for policy in ("scope", "own", "published"):
            yield f"DROP POLICY IF EXISTS {table}_{policy} ON {table}"
        yield f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"

    def describe(self) -> str:
        return f"Isolate the associations' rows of {self.name}"


class BelongTogether(_OnPostgresOnly):
    """Beside Django's own foreign keys, composite ones: what a row names is of the row's own association.

    Row-level security does not see to that: foreign keys are checked as the owner of the tables.
    """

    def __init__(self, name: str, *foreign_keys: str) -> None:
        self.name = name
        self.foreign_keys = foreign_keys

    def forwards(self, app_label: str, apps: Any) -> Iterator[str]:
        model = apps.get_model(app_label, self.name)
        for field in map(model._meta.get_field, self.foreign_keys):
            target = field.related_model._meta
            yield (
                f"CREATE UNIQUE INDEX IF NOT EXISTS {target.db_table}_together "
                f"ON {target.db_table} (association_id, {target.pk.column})"
            )
            yield (
                f"ALTER TABLE {model._meta.db_table} ADD CONSTRAINT {self._constraint(model, field)} "
                f"FOREIGN KEY (association_id, {field.column}) "
                f"REFERENCES {target.db_table} (association_id, {target.pk.column}) DEFERRABLE INITIALLY DEFERRED"
            )

    def backwards(self, app_label: str, apps: Any) -> Iterator[str]:
        model = apps.get_model(app_label, self.name)
        for field in map(model._meta.get_field, reversed(self.foreign_keys)):
            index = f"{field.related_model._meta.db_table}_together"
            yield f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {self._constraint(model, field)}"
            # The index goes with the last key that needs it.
            yield (
                f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = to_regclass('{index}')) "
                f"THEN DROP INDEX IF EXISTS {index}; END IF; END $$"
            )

    def describe(self) -> str:
        return f"Keep {self.name} and what it names in one association"

    def _constraint(self, model: Any, field: Any) -> str:
        return f"{model._meta.db_table}_{field.column}_together"


class AppendOnlyTable(_OnPostgresOnly):
    """Triggers that refuse every DELETE, TRUNCATE and UPDATE.

    `when` is an SQL condition on OLD: rows that do not match it may still be updated, never deleted. `filled_once`
    names columns that one UPDATE may fill, all of them at once and while they are empty, if it changes nothing else; a
    row that brings one of them along is not let in.
    """

    def __init__(self, name: str, *, when: str = "", filled_once: Sequence[str] = ()) -> None:
        self.name = name
        self.when = when
        self.filled_once = filled_once

    def forwards(self, app_label: str, apps: Any) -> Iterator[str]:
        model = apps.get_model(app_label, self.name)
        table = model._meta.db_table
        yield self._function(model)
        each = f"ON {table} FOR EACH ROW"
        when = f"WHEN ({self.when})" if self.when else ""
        yield f"CREATE TRIGGER {table}_append_only BEFORE UPDATE {each} {when} EXECUTE FUNCTION {table}_refuse()"
        yield f"CREATE TRIGGER {table}_kept BEFORE DELETE {each} EXECUTE FUNCTION {table}_refuse()"
        yield (
            f"CREATE TRIGGER {table}_kept_whole BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
        )
        brought = [f"NOT {_empty(model._meta.get_field(name), 'NEW')}" for name in self.filled_once]
        if brought:
            yield (
                f"CREATE TRIGGER {table}_comes_empty BEFORE INSERT {each} WHEN ({' OR '.join(brought)}) "
                f"EXECUTE FUNCTION {table}_refuse()"
            )

    def backwards(self, app_label: str, apps: Any) -> Iterator[str]:
        table = apps.get_model(app_label, self.name)._meta.db_table
        for trigger in ("append_only", "kept", "kept_whole", "comes_empty"):
            yield f"DROP TRIGGER IF EXISTS {table}_{trigger} ON {table}"
        yield f"DROP FUNCTION IF EXISTS {table}_refuse()"

    def describe(self) -> str:
        return f"Refuse changes to rows of {self.name}"

    def _function(self, model: Any, *, first: str = "") -> str:
        """`first`: what is let through before all else.

        `*=` compares two rows byte by byte: no cast and no collation makes a changed value look the same."""
        table = model._meta.db_table
        fields = [model._meta.get_field(name) for name in self.filled_once]
        fill = " ".join(f"filled.{field.column} := NEW.{field.column};" for field in fields)
        once = " AND ".join(
            ["TG_OP = 'UPDATE'", *(f"{_empty(field, 'OLD')} AND NOT {_empty(field, 'NEW')}" for field in fields)]
        )
        admit = f"IF {once} THEN filled := OLD; {fill} IF filled *= NEW THEN RETURN NEW; END IF; END IF; "
        return (
            f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"DECLARE filled {table}%ROWTYPE; "
            f"BEGIN {first}{admit if fields else ''}RAISE EXCEPTION '{table} is append-only'; END $$"
        )


class LetPurge(AppendOnlyTable):
    """After `AppendOnlyTable`: what the purge role, and nobody else, may do to rows that were written once.

    `erased`: an SQL condition on OLD under which it deletes a row. `emptied`: columns that it may set to NULL, all of
    them at once and nothing else.
    """

    def __init__(
        self, name: str, *, filled_once: Sequence[str] = (), erased: str = "", emptied: Sequence[str] = ()
    ) -> None:
        super().__init__(name, filled_once=filled_once)
        self.erased = erased
        self.emptied = emptied

    def forwards(self, app_label: str, apps: Any) -> Iterator[str]:
        model = apps.get_model(app_label, self.name)
        yield self._function(model, first=f"IF current_user = '{PURGE_ROLE}' THEN {self._let(model)}END IF; ")

    def backwards(self, app_label: str, apps: Any) -> Iterator[str]:
        yield self._function(apps.get_model(app_label, self.name))

    def describe(self) -> str:
        return f"Let the purge role empty {self.name}"

    def _let(self, model: Any) -> str:
        delete = f"IF TG_OP = 'DELETE' AND ({self.erased}) THEN RETURN OLD; END IF; " if self.erased else ""
        columns = [model._meta.get_field(name).column for name in self.emptied]
        empty = " ".join(f"filled.{column} := NULL;" for column in columns)
        update = f"IF TG_OP = 'UPDATE' THEN filled := OLD; {empty} IF filled *= NEW THEN RETURN NEW; END IF; END IF; "
        return delete + (update if columns else "")


def _empty(field: Any, row: str) -> str:
    """Whether a column holds nothing yet: NULL, or '' where it cannot be NULL."""
    return f"({row}.{field.column} IS NULL)" if field.null else f"({row}.{field.column} = '')"


class OnPostgres(_OnPostgresOnly):
    """SQL for PostgreSQL alone (functions, triggers): one statement forwards, one backwards."""

    def __init__(self, forward: str, backward: str) -> None:
        self.forward = forward
        self.backward = backward

    def forwards(self, app_label: str, apps: Any) -> Iterator[str]:
        yield self.forward

    def backwards(self, app_label: str, apps: Any) -> Iterator[str]:
        yield self.backward

    def describe(self) -> str:
        return f"On PostgreSQL: {self.forward[:60]}"
