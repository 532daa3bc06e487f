"""Does what stands in the database fit this version of the code?"""

from django.apps import apps
from django.core.management.base import CommandError
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


class DoesNotFit(CommandError):
    """The stored data belong to another version; they are explained, never destroyed."""


def refuse_foreign_migrations(database: BaseDatabaseWrapper) -> None:
    """Raises DoesNotFit when migrations were applied that this code does not have."""
    ours = {config.label for config in apps.get_app_configs()}
    try:
        applied = MigrationRecorder(database).applied_migrations()
    except DatabaseError as error:
        raise DoesNotFit(explain(database, f"it cannot be read ({error})")) from error
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    foreign = sorted(f"{app}.{name}" for app, name in applied if app in ours and (app, name) not in (known or {}))
    if foreign:
        raise DoesNotFit(explain(database, f"it was written by another version ({', '.join(foreign[:5])})"))


def refuse_other_tables(database: BaseDatabaseWrapper) -> None:
    """After migrating: raises DoesNotFit when a table or a column of the models is not there."""
    with database.cursor() as cursor:
        tables = set(database.introspection.table_names(cursor))
        missing: list[str] = []
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.managed or model._meta.proxy:
                continue
            table = model._meta.db_table
            if table not in tables:
                missing.append(table)
                continue
            columns = {column.name for column in database.introspection.get_table_description(cursor, table)}
            wanted = {field.column for field in model._meta.concrete_fields if field.column}
            missing += [f"{table}.{column}" for column in sorted(wanted - columns)]
    if missing:
        raise DoesNotFit(explain(database, f"it lacks {', '.join(missing[:5])}, though its migrations are applied"))


def explain(database: BaseDatabaseWrapper, reason: str) -> str:
    name = database.settings_dict["NAME"]
    return (
        f"The data in {name} do not fit this version of Opposable: {reason}.\n"
        "Nothing was changed. Keep it and start beside it:   make run VAR_DIR=var.new\n"
        "or move it aside and start afresh:                  mv var var.old && make run"
    )
