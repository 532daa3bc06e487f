"""The whole database as rows: whose each one is, what it points at, and which signs give it away."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models

from accounts import scope
from accounts.fields import SealedTextField
from accounts.models import Association, Membership, User
from accounts.scope import TenantModel
from cases.models import Beneficiary, Case, Member
from tests.house.tree import APPS
from tests.house.world import World

MODELS = [*(model for model in apps.get_models() if model._meta.app_label in APPS), Authenticator]
BY_TABLE = {model._meta.db_table: model for model in MODELS}

# What hangs on a person's or a case's key, and points at neither.
_KEYED = (Member, Beneficiary, Case)
_BY_SUBJECT = {"sealedfile", "datakey", "deposit"}

Key = tuple[type[models.Model], Any]
Row = dict[str, Any]
# What gives a row away in an answer: a planted canary, a telephone number of ours, an id, a reference, a slug of ours.
SIGNS = re.compile(
    r"zq[a-z]{12}|06\s?99(?:\s?\d\d){3}|campagne-\d+|[a-z]{4}-[a-z]{4}-[a-z]{3}\b"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Owner:
    """`user`: of a row that no association has, or that is about one of the team."""

    association: int | None = None
    member: int | None = None
    user: UUID | None = None


def signs_in(text: str) -> set[str]:
    return {re.sub(r"\s", "", sign).lower() for sign in SIGNS.findall(text)}


def pointers(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """("case_id", Case) of every foreign key, the association's aside."""
    for column in model._meta.concrete_fields:
        if column.remote_field and column.name != "association":
            yield column.attname, column.related_model  # type: ignore[misc]  # no model of ours points at itself by name


@dataclass
class Rows:
    """Read once when the world stands; after a request only the tables that it wrote are read again."""

    world: World
    now: dict[Key, Row] = field(default_factory=dict)
    users: dict[UUID, Owner] = field(default_factory=dict)
    fresh: dict[Key, Row] = field(default_factory=dict)  # what the request that is judged left behind

    def __post_init__(self) -> None:
        self.now = self.read(MODELS)
        self.users = dict(self._owners_of_users())

    def read(self, asked: Iterable[type[models.Model]]) -> dict[Key, Row]:
        found: dict[Key, Row] = {}
        models_asked = list(asked)
        for side in (self.world.home, self.world.other):
            with scope.enter(side.association.pk):
                for model in models_asked:
                    for row in model._base_manager.values():
                        row.pop("last_login", None)  # the people of the matrix come in after this was read
                        found[model, row[model._meta.pk.attname]] = row
        return found

    def changes(self, tables: set[str]) -> list[tuple[Key, Row | None, Row | None]]:
        """(key, before, after) of every row of these tables that differs from when the world stood."""
        asked = {BY_TABLE[table] for table in tables if table in BY_TABLE}
        after = self.fresh = self.read(asked)
        before = {key: row for key, row in self.now.items() if key[0] in asked}
        return [
            (key, before.get(key), after.get(key))
            for key in before.keys() | after.keys()
            if before.get(key) != after.get(key)
        ]

    def _owners_of_users(self) -> Iterator[tuple[UUID, Owner]]:
        for (model, pk), row in self.now.items():
            if model is Member and row["user_id"]:
                yield row["user_id"], Owner(row["association_id"], pk, row["user_id"])
            elif model is Membership:
                yield row["user_id"], Owner(row["association_id"], None, row["user_id"])

    def there(self, key: Key) -> Row | None:
        return self.now.get(key) or self.fresh.get(key)

    def owner_of(self, key: Key, row: Row) -> Owner:
        model, pk = key
        if model is User:
            return self.users.get(pk, Owner(user=pk))
        if model is Association:
            return Owner(association=pk)
        if row.get("association_id") is None and row.get("user_id"):
            return self.users.get(row["user_id"], Owner(user=row["user_id"]))
        if row.get("subject") in self._users_by_subject:
            return self._users_by_subject[row["subject"]]
        return Owner(row.get("association_id"), self._member_of(key, row), self._colleague(row))

    def is_new(self, owner: Owner) -> bool:
        """Of somebody whom nobody knew when the world stood, or of nothing but the request itself."""
        if owner.member is not None:
            return (Member, owner.member) not in self.now
        return owner.association is None and (owner.user is None or owner.user not in self.users)

    def _member_of(self, key: Key, row: Row) -> int | None:
        model, pk = key
        if model is Member:
            return int(pk)
        if model._meta.model_name in _BY_SUBJECT:
            return self._member_by_subject(row["subject"])
        return next(iter(self.members_named(model, row)), None)

    def members_named(self, model: type[models.Model], row: Row) -> list[int]:
        """The members that the row's pointers lead to."""
        found: list[int | None] = []
        for name, target in pointers(model):
            there = self.there((target, row.get(name)))
            if there and issubclass(target, TenantModel) and target is not model:
                found.append(self._member_of((target, row[name]), there))
        return [pk for pk in found if pk is not None]

    def _colleague(self, row: Row) -> UUID | None:
        """Whom of the team a row is about, or who asked for it."""
        if row.get("membership_id"):
            membership = self.now.get((Membership, row["membership_id"]), {})
            return membership.get("user_id")
        return next((row[name] for name in ("user_id", "asked_by_id", "by_id", "invited_by_id") if row.get(name)), None)

    def _member_by_subject(self, subject: UUID) -> int | None:
        if subject in self._members_by_subject:
            return self._members_by_subject[subject]
        made = (one for one in self.fresh.items() if one[0][0] in _KEYED and one[1]["subject"] == subject)
        return next((self._member_of(*one) for one in made), None)

    @cached_property
    def _members_by_subject(self) -> dict[UUID, int | None]:
        """Whose the key of a subject is: the person's own, a beneficiary's, or that of a case."""
        keyed = [(key, row) for key, row in self.now.items() if key[0] in _KEYED]
        return {row["subject"]: self._member_of(key, row) for key, row in keyed}

    @cached_property
    def _users_by_subject(self) -> dict[UUID, Owner]:
        """Whose the key of an account is."""
        return {row["subject"]: self.owner_of(key, row) for key, row in self.now.items() if key[0] is User}

    def signs(self) -> dict[str, set[tuple[Owner, str]]]:
        """{sign: whose it is and in which column}, read with the keys of each association."""
        found: dict[str, set[tuple[Owner, str]]] = {}
        for side in (self.world.home, self.world.other):
            with scope.enter(side.association.pk):
                for model in MODELS:
                    for one in model._base_manager.all():
                        self._add(found, (model, one.pk), one)
            for name, case in side.cases.items():
                owner = Owner(side.association.pk, case.member_id)
                found[side.parts[name]["content"].lower()] = {(owner, "vault.SealedFile.content")}
        return found

    def _add(self, found: dict[str, set[tuple[Owner, str]]], key: Key, one: models.Model) -> None:
        row = self.now.get(key)
        if row is None or (self._is_elsewhere(one)):
            return
        owner = self.owner_of(key, row)
        for column in one._meta.concrete_fields:
            if column.remote_field or not _may_tell(column):
                continue
            for sign in signs_in(str(getattr(one, column.attname) or "")):
                found.setdefault(sign, set()).add((owner, f"{one._meta.label}.{column.name}"))

    @staticmethod
    def _is_elsewhere(one: models.Model) -> bool:
        """On SQLite every association's rows are seen, and their keys are not at hand."""
        association_id = getattr(one, "association_id", None)
        return association_id is not None and association_id != scope.current()


def _may_tell(column: Any) -> bool:
    return isinstance(column, SealedTextField | models.UUIDField | models.CharField | models.TextField)
