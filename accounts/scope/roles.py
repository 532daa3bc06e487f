"""The role that empties rows: a connection of its own for one job, never the web's."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

PURGE_ROLE = "opposable_purge"


class NoPurgeRole(RuntimeError):
    """The purge role did not get in: set PURGE_PASSWORD to its password, here and on the database server."""


@contextmanager
def as_purge_role() -> Iterator[None]:
    """All queries of this thread go over a new connection of the purge role until the end; none may be under way.

    SQLite has no roles: there it changes nothing. Raises NoPurgeRole.
    """
    usual = connections[DEFAULT_DB_ALIAS]
    if usual.vendor != "postgresql" or usual.settings_dict["USER"] == PURGE_ROLE:
        yield
        return
    own = usual.copy()
    own.settings_dict |= {"USER": PURGE_ROLE, "PASSWORD": settings.PURGE_PASSWORD}
    connections[DEFAULT_DB_ALIAS] = own
    try:
        _open(own)
        yield
    finally:
        own.close()
        connections[DEFAULT_DB_ALIAS] = usual


def _open(own: BaseDatabaseWrapper) -> None:
    try:
        own.ensure_connection()
    except OperationalError as error:
        raise NoPurgeRole(NoPurgeRole.__doc__) from error
