"""Columns whose content is sealed under the key of a person, a case or a user, and the look-up of those keys.

Cost: the first read of a sealed column whose key is not cached costs one query; call `load_keys` before a list.
"""

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID, uuid4

from django.apps import apps
from django.core.exceptions import BadRequest
from django.db import IntegrityError, models, transaction

from accounts import crypto, scope

if TYPE_CHECKING:
    from accounts.models import DataKey

    _TextColumn = models.Field[str, str]
    _Lookup = models.Lookup[Any]
else:
    _TextColumn = models.Field
    _Lookup = models.Lookup

INSTANCE = UUID(int=0)
_cache = threading.local()


class KeyDestroyed(LookupError):
    """The key was destroyed: what it sealed cannot be read any more."""


class MasterKeyMissing(RuntimeError):
    """This process knows no master key that opens the root key: nothing is lost, and nothing can be done here now."""


class SealedColumn(TypeError):
    """A sealed column was asked to compare itself or to take a value in place."""


class NotToBeKept(BadRequest):
    """A text holds what is kept nowhere, not even sealed. The message says nothing of it: it is logged."""


_walls: list[Callable[[str], bool]] = []


def refuse_texts(holds: Callable[[str], bool]) -> None:
    """From now on no sealed column takes a text of which this is true. For other apps, once, when they are ready."""
    _walls.append(holds)


class Ciphertext(bytes):
    """What the database holds; never shown."""


def forget_keys() -> None:
    """Drop the plain keys of this thread."""
    _cache.__dict__.clear()


scope.on_leaving(forget_keys)


def _keys() -> dict[UUID, bytes | None]:
    """None stands for a key that was looked for and does not exist."""
    return _cache.__dict__.setdefault("keys", {})  # type: ignore[no-any-return]  # a dict by name


def _roots() -> dict[int | None, bytes]:
    return _cache.__dict__.setdefault("roots", {})  # type: ignore[no-any-return]  # a dict by name


def _datakey() -> "type[DataKey]":
    return apps.get_model("accounts", "DataKey")


def _place(row: "DataKey") -> bytes:
    return f"{row.association_id}|{row.kind}|{row.subject}".encode()


def wrap(row: "DataKey", key: bytes) -> None:
    """Fill the row's `wrapped` (and `kek_id` of a root) from the plain key."""
    if row.is_root:
        row.kek_id, wrapping = crypto.current_kek()
    else:
        wrapping = root_key(row.association_id)
    row.wrapped = crypto.seal(key, wrapping, _place(row))
    _remember(row, key)


def _remember(row: "DataKey", key: bytes) -> None:
    if row.is_root:
        _roots()[row.association_id] = key
    else:
        _keys()[row.subject] = key


def root_key(association_id: int | None) -> bytes:
    """The association's root key, or the instance's (None), which is made at its first use."""
    if association_id not in _roots():
        row = _datakey()._base_manager.filter(association=association_id, kind__in=["association", "instance"]).first()
        _unwrap_root(row or _first_root(association_id))
    return _roots()[association_id]


def _first_root(association_id: int | None) -> "DataKey":
    if association_id is not None:
        raise KeyDestroyed("The association's key does not exist or is out of scope.")
    row = _datakey()(subject=INSTANCE, kind="instance")
    wrap(row, crypto.new_key())
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        _roots().pop(None, None)
        return _datakey()._base_manager.get(subject=INSTANCE)
    return row


def _unwrap_root(row: "DataKey") -> None:
    kek = crypto.keks().get(row.kek_id)
    if kek is None:
        raise MasterKeyMissing(f"The master key «{row.kek_id}» is missing from VAULT_KEKS.")
    _roots()[row.association_id] = crypto.unseal(bytes(row.wrapped), kek, _place(row))


def rewrap(row: "DataKey") -> None:
    """Put a root key under the current master key; the key itself stays. Raises MasterKeyMissing, crypto.Tampered."""
    _unwrap_root(row)
    wrap(row, _roots()[row.association_id])


def opens(row: "DataKey") -> bool:
    """Whether the master keys of the settings open this root key. Remembers nothing."""
    kek = crypto.keks().get(row.kek_id)
    try:
        return kek is not None and bool(crypto.unseal(bytes(row.wrapped), kek, _place(row)))
    except crypto.Tampered:
        return False


def load_keys(subjects: Iterable[UUID]) -> None:
    """Bring the keys of these subjects into this thread's cache: one query, or two when the root key is not there."""
    missing = set(subjects) - _keys().keys()
    if not missing:
        return
    rows = _datakey()._base_manager.filter(subject__in=missing)
    found = {row.subject: crypto.unseal(bytes(row.wrapped), root_key(row.association_id), _place(row)) for row in rows}
    _keys().update(dict.fromkeys(missing) | found)


def key_for(subject: UUID) -> bytes:
    """Raises KeyDestroyed when the subject was erased (or is another association's), MasterKeyMissing."""
    if subject not in _keys():
        load_keys([subject])
    key = _keys()[subject]
    if key is None:
        raise KeyDestroyed("No key stands for this subject: it was erased.")
    return key


def blind_index(value: str, *, column: str, association_id: int | None) -> str:
    """A keyed hash (hex) for look-up by equality; differs by association and column. "" for an empty value."""
    text = crypto.normalised(value)
    return crypto.mac(crypto.derive(root_key(association_id), f"blind:{column}"), text) if text else ""


class SealedModel(models.Model):
    """A row with sealed columns. `seal_id` is made in Python: associated data is needed before the primary key is."""

    seal_id = models.UUIDField(default=uuid4, editable=False)
    subject = models.UUIDField(editable=False)

    class Meta:
        abstract = True


class _Sealed:
    """Gives text; keeps the ciphertext beside it so that an unchanged value is written back as it was."""

    def __init__(self, field: "SealedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        raw = instance.__dict__[name]
        if not isinstance(raw, Ciphertext):
            return raw or ""
        plain = instance.__dict__.setdefault("_plain", {})
        if name not in plain:
            plain[name] = self.field.opened(instance, raw)
        return plain[name]

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__.get("_plain", {}).pop(self.field.attname, None)
        instance.__dict__[self.field.attname] = value


class RefusedLookup(_Lookup):
    def __init__(self, lhs: Any, rhs: Any) -> NoReturn:
        raise SealedColumn(f"{lhs.target.name} is sealed: look it up by its blind index.")


class SealedTextField(_TextColumn):
    """Text that the database holds only sealed (AES-256-GCM under `key_for(instance.subject)`).

    Reading what an erased key sealed gives "". Nothing but `isnull` can be looked up; bulk_update is refused.
    """

    if TYPE_CHECKING:
        _pyi_private_set_type: str
        _pyi_private_get_type: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"null": True, "blank": True, "editable": False}))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for implied in ("null", "blank", "editable"):
            kwargs.pop(implied, None)
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Sealed(self))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Ciphertext | None:
        return None if value is None else Ciphertext(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        raw = model_instance.__dict__.get(self.attname)
        if isinstance(raw, Ciphertext) or not raw:
            return raw or None
        if any(holds(str(raw)) for holds in _walls):
            raise NotToBeKept("A sealed column was given what is kept nowhere.")
        key = key_for(model_instance.subject)  # type: ignore[attr-defined]  # a SealedModel
        return Ciphertext(crypto.seal(str(raw).encode(), key, self._place(model_instance)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, Ciphertext):
            raise SealedColumn(f"{self.name} is sealed: set it on an instance and save that.")
        return connection.Database.Binary(value)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else RefusedLookup

    def opened(self, instance: models.Model, raw: Ciphertext) -> str:
        try:
            return crypto.unseal(raw, key_for(instance.subject), self._place(instance)).decode()  # type: ignore[attr-defined]  # a SealedModel
        except KeyDestroyed:
            return ""

    def _place(self, instance: Any) -> bytes:
        association = getattr(instance, "association_id", None)
        return f"{association}|{instance.subject}|{instance._meta.label_lower}.{self.name}|{instance.seal_id}".encode()
