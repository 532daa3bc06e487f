"""A row of every tenant's table for which an association has none yet: a new table is covered without an edit here."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import models

from accounts import actions, scope
from accounts.fields import SealedTextField
from accounts.models import Association, KeyKind, User
from accounts.scope import TenantModel
from tests import factories


def tenant_models() -> list[type[TenantModel]]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def fill(association: Association, *, by: User, at: datetime) -> dict[str, Any]:
    """The id of the row that each empty table was given, by the model's name: {"export": 3}."""
    made = {}
    with scope.enter(association.pk):
        for model in tenant_models():
            if not model._base_manager.filter(association=association).exists():
                row = model(**{field.name: _value(field, association, by, at) for field in _asked(model)})
                row.save(force_insert=True)
                made[model._meta.model_name or ""] = row.pk
    return made


def _asked(model: type[models.Model]) -> list[Any]:
    """What a row cannot do without, and every sealed column."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, SealedTextField)
        or not (field.primary_key or field.null or field.has_default() or getattr(field, "blank", False))
        or field.name == "subject"
    ]


def _value(field: Any, association: Association, by: User, at: datetime) -> Any:
    match field:
        case SealedTextField():
            return factories.plant(f"{field.model._meta.app_label}.{field.model.__name__}.{field.name}")
        case models.ForeignKey():
            return _row_of(field.related_model, association, by)
        case models.UUIDField():
            [subject] = (
                actions.create_keys(association.pk, kind=KeyKind.PERSON) if field.name == "subject" else [uuid4()]
            )
            return subject
        case models.DateTimeField():
            return at + timedelta(days=1) if "expires" in field.name else at
        case models.DateField():
            return at.date()
        case models.BooleanField():
            return False
        case models.IntegerField():
            return 1
        case models.BinaryField():
            return b"x"
        case _:
            return field.choices[0][0] if field.choices else secrets.token_hex(16)[: field.max_length]


def _row_of(model: Any, association: Association, by: User) -> models.Model:
    if model is Association:
        return association
    if model is User:
        return by
    found: models.Model = model._base_manager.filter(association=association).order_by("pk")[0]
    return found
