"""One association at a time: the context variable, the managers that need it, and PostgreSQL's second wall.

Doors without a scope are few named functions, each with a test; they use `_base_manager` or a table without policy.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from typing import Any, Generic, NoReturn, Self, TypeVar

from django.db import DatabaseError, connection, models, transaction

_association: ContextVar[int | None] = ContextVar("association", default=None)
_leaving: list[Callable[[], None]] = []


class OutOfScope(RuntimeError):
    """A tenant's rows were asked for while no association is in scope."""


def current() -> int | None:
    """The id of the association in scope."""
    return _association.get()


def required() -> int:
    association_id = _association.get()
    if association_id is None:
        raise OutOfScope("No association is in scope: wrap the work in `scope.enter(association_id)`.")
    return association_id


def on_leaving(forget: Callable[[], None]) -> None:
    """Register a function called whenever a scope ends (caches of keys)."""
    _leaving.append(forget)


@contextmanager
def enter(association_id: int) -> Iterator[None]:
    """Work for one association. On PostgreSQL this opens a transaction, since the setting lives in one."""
    before = _association.get()
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        token = _association.set(association_id)
        _tell_database("app.association_id", str(association_id))
        try:
            yield
        finally:
            _association.reset(token)
            for forget in _leaving:
                forget()
            _tell_database_on_leaving("app.association_id", "" if before is None else str(before))


@contextmanager
def as_user(user_id: object) -> Iterator[None]:
    """Let a person see which associations are theirs (a policy of its own on memberships and members)."""
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        _tell_database("app.user_id", str(user_id))
        try:
            yield
        finally:
            _tell_database_on_leaving("app.user_id", "")


def _tell_database_on_leaving(name: str, value: str) -> None:
    """A transaction that an error aborted takes no statement, and its rollback undoes the setting by itself.

    Django knows of some such errors only (`needs_rollback`); this one must not hide the error that brought us here.
    """
    if not connection.needs_rollback:
        with suppress(DatabaseError):
            _tell_database(name, value)


def _tell_database(name: str, value: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


class _ScopeId(models.Expression):
    """The association in scope, looked up when the query runs; raises OutOfScope when there is none."""

    output_field = models.BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[int]]:
        return "%s", (required(),)


M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M], Generic[M]):
    """Base of the tenants' QuerySets; subclasses add adjectives."""


class TenantManager(models.Manager[M]):
    """Sees the rows of the association in scope. Built anywhere; raises OutOfScope when evaluated without one."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(association_id=_ScopeId())


class TenantModel(models.Model):
    """A row that belongs to one association."""

    association = models.ForeignKey("accounts.Association", on_delete=models.PROTECT, related_name="+")

    objects: models.Manager[Self] = TenantManager()

    class Meta:
        abstract = True


class AppendOnly(models.Model):
    """Rows that are written once. PostgreSQL refuses too, by the trigger of `AppendOnlyTable`."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse_change(type(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse_change(type(self))


class AppendOnlyQuerySet(TenantQuerySet[M]):
    def update(self, **kwargs: Any) -> NoReturn:
        _refuse_change(self.model)

    def delete(self) -> NoReturn:
        _refuse_change(self.model)


class ChainedQuerySet(AppendOnlyQuerySet[M]):
    """Of rows with `place` and `hash`, which a chain fills later."""

    def set_hashes(self, chained: Mapping[int, tuple[int, str]]) -> int:
        """The one change that such a row admits: its place and hash by id, once. How many took it."""
        if not chained:
            return 0
        place = models.Case(*(models.When(pk=pk, then=models.Value(place)) for pk, (place, _) in chained.items()))
        chosen = models.Case(*(models.When(pk=pk, then=models.Value(hash_)) for pk, (_, hash_) in chained.items()))
        return models.QuerySet.update(self.filter(pk__in=chained, hash=""), place=place, hash=chosen)


def _refuse_change(model: type[models.Model]) -> NoReturn:
    raise TypeError(f"{model.__name__} rows are append-only.")
