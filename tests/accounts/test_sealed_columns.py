from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import actions, fields, scope
from accounts.crypto import Tampered
from accounts.fields import (
    KeyDestroyed,
    MasterKeyMissing,
    NotToBeKept,
    blind_index,
    forget_keys,
    key_for,
    load_keys,
    opens,
    root_key,
)
from accounts.models import Association, DataKey, Invitation, KeyKind, Membership, User
from tests import factories

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    """The same row, read without anything remembered."""
    forget_keys()
    return User.objects.get(pk=user.pk)


def test_a_sealed_column_reads_as_what_was_written() -> None:
    user = factories.make_user(email="Jeanne@Exemple.fr", name="Jeanne Dupont")

    assert fresh(user).name == "Jeanne Dupont"
    assert fresh(user).email == "Jeanne@Exemple.fr"


def test_the_database_holds_no_plain_text() -> None:
    user = factories.make_user(name="Jeanne Dupont")

    assert raw(user, "name")
    assert b"Jeanne" not in raw(user, "name")


@pytest.mark.parametrize("text", ["2 85 05 78 006 084 41", "Mme Trucmuche NIR285057800608441"])
def test_no_sealed_column_takes_a_number_of_social_security(text: str) -> None:
    with pytest.raises(NotToBeKept) as refused:
        factories.make_user(name=text)

    assert "285" not in str(refused.value)
    assert not User.objects.exists()


def test_what_is_only_likely_is_for_the_forms_to_ask_about() -> None:
    user = factories.make_user(name="2 85 05 78 006 084 42")

    assert fresh(user).name == "2 85 05 78 006 084 42"


def test_what_was_sealed_before_is_written_back_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    user = fresh(factories.make_user(name="Jeanne Dupont"))
    monkeypatch.setattr("accounts.fields._walls", [lambda text: True])

    user.save()

    assert fresh(user).name == "Jeanne Dupont"


def test_an_empty_value_is_stored_as_null() -> None:
    user = factories.make_user(email="", name="")

    assert fresh(user).name == ""
    assert User.objects.filter(name__isnull=True, email__isnull=True).count() == 1


def test_saving_another_column_keeps_the_ciphertext() -> None:
    user = fresh(factories.make_user())
    before = raw(user, "name")

    user.language = "en"
    user.save()

    assert raw(user, "name") == before


def test_a_new_value_replaces_the_old_one() -> None:
    user = fresh(factories.make_user(name="Jeanne"))
    assert user.name == "Jeanne"

    user.name = "Jeanne Martin"
    user.save(update_fields=["name"])

    assert user.name == "Jeanne Martin"
    assert fresh(user).name == "Jeanne Martin"


def test_a_deferred_column_is_read_when_it_is_asked_for() -> None:
    factories.make_user(name="Jeanne")

    assert User.objects.only("pk").get().name == "Jeanne"


def test_a_refreshed_row_shows_the_new_value() -> None:
    user = factories.make_user(name="Jeanne")
    assert user.name == "Jeanne"
    User.objects.get(pk=user.pk).save()
    changed = User.objects.get(pk=user.pk)
    changed.name = "Jeanne Martin"
    changed.save(update_fields=["name"])

    user.refresh_from_db()

    assert user.name == "Jeanne Martin"


def test_ciphertext_moved_to_another_row_is_refused() -> None:
    one, other = factories.make_user(), factories.make_user()
    set_raw(other, "name", raw(one, "name"))

    with pytest.raises(Tampered):
        _ = fresh(other).name


def test_ciphertext_moved_to_another_column_is_refused() -> None:
    user = factories.make_user()
    set_raw(user, "name", raw(user, "email"))

    with pytest.raises(Tampered):
        _ = fresh(user).name


def test_ciphertext_moved_with_its_key_subject_is_refused() -> None:
    """The random `seal_id` ties it to its row, even under the same key."""
    one, other = factories.make_user(), factories.make_user()
    User.objects.filter(pk=other.pk).update(subject=one.subject)
    set_raw(other, "name", raw(one, "name"))

    with pytest.raises(Tampered):
        _ = fresh(other).name


def test_bulk_create_seals_too(association: Association, now: datetime) -> None:
    by = factories.make_user()
    with scope.enter(association.pk):
        subjects = actions.create_keys(association.pk, kind=KeyKind.PERSON, count=3)
        rows = [
            Invitation(
                association=association, subject=subject, name=f"Jeanne {number}", token_hash=str(number),
                invited_by=by, sent_at=now, expires_at=now,
            )
            for number, subject in enumerate(subjects)
        ]  # fmt: skip
        Invitation.objects.bulk_create(rows)
        forget_keys()

        assert [row.name for row in Invitation.objects.order_by("pk")] == ["Jeanne 0", "Jeanne 1", "Jeanne 2"]
        assert all(isinstance(raw, bytes) for raw in Invitation.objects.values_list("name", flat=True))


@pytest.mark.parametrize(
    "query",
    [
        lambda: User.objects.filter(name="Jeanne"),
        lambda: User.objects.filter(name__contains="Jeanne"),
        lambda: User.objects.exclude(email__in=["a", "b"]),
        lambda: User.objects.get(email="a"),
        lambda: User.objects.filter(name=F("email")),
        lambda: User.objects.update(name="Jeanne"),
    ],
)
def test_a_sealed_column_cannot_be_looked_up_or_updated_in_place(query: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="sealed"):
        query()


def test_bulk_update_is_refused() -> None:
    user = factories.make_user()
    user.name = "Jeanne"

    with pytest.raises(TypeError, match="sealed"):
        User.objects.bulk_update([user], ["name"])


def test_what_an_erased_key_sealed_reads_as_nothing() -> None:
    user = factories.make_user(name="Jeanne")

    assert actions.destroy_keys([user.subject]) == 1

    assert fresh(user).name == ""
    assert fresh(user).email == ""
    with pytest.raises(KeyDestroyed):
        key_for(user.subject)


def test_nothing_new_is_sealed_under_an_erased_key() -> None:
    user = factories.make_user()
    actions.destroy_keys([user.subject])
    user = fresh(user)
    user.name = "Jeanne"

    with pytest.raises(KeyDestroyed):
        user.save(update_fields=["name"])


def test_keys_of_a_list_come_in_two_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    users = [factories.make_user(name=f"Jeanne {number}") for number in range(5)]
    rows = list(User.objects.order_by("pk"))
    forget_keys()

    with django_assert_max_num_queries(2):
        load_keys(row.subject for row in rows)
        assert {row.name for row in rows} == {user.name for user in users}


def test_a_wrapped_key_moved_to_another_subject_is_refused() -> None:
    one, other = factories.make_user(), factories.make_user()
    DataKey.objects.filter(subject=other.subject).update(wrapped=DataKey.objects.get(subject=one.subject).wrapped)

    with pytest.raises(Tampered):
        _ = fresh(other).name


def test_without_its_master_key_nothing_is_read(settings: Settings) -> None:
    user = factories.make_user()
    settings.VAULT_KEKS = "other:" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    forget_keys()

    with pytest.raises(MasterKeyMissing, match="VAULT_KEKS"):
        key_for(user.subject)


def test_one_address_has_another_index_in_each_association_and_column(
    association: Association, other_association: Association
) -> None:
    indexes = set()
    for place in (association.pk, other_association.pk):
        with scope.enter(place):
            indexes |= {blind_index("a@b.fr", column=name, association_id=place) for name in ("member.email", "x")}
    indexes.add(blind_index("a@b.fr", column="member.email", association_id=None))

    assert len(indexes) == 5
    assert all(len(index) == 64 for index in indexes)


def test_an_empty_value_has_no_index() -> None:
    assert blind_index("  ", column="user.email", association_id=None) == ""


def test_the_index_of_an_address_ignores_case_and_space() -> None:
    one, other = (blind_index(text, column="c", association_id=None) for text in ("A@b.FR ", "a@b.fr"))

    assert one == other


def test_a_volunteers_row_says_nothing_in_logs(volunteer: Membership) -> None:
    assert volunteer.user.name not in f"{volunteer.user} {volunteer.user!r} {volunteer!r}"


def raw(user: User, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM accounts_user WHERE id = %s", [in_sql(user)])
        return bytes(cursor.fetchone()[0])


def set_raw(user: User, column: str, value: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_user SET {column} = %s WHERE id = %s", [value, in_sql(user)])


def in_sql(user: User) -> UUID | str:
    return user.pk if connection.vendor == "postgresql" else user.pk.hex


def test_a_value_that_was_read_gives_way_to_ciphertext_that_is_set() -> None:
    user = factories.make_user(name="Jeanne")
    read = fresh(user)
    assert read.name == "Jeanne"
    user.name = "Jeanne Martin"
    user.save()

    setattr(read, "name", fields.Ciphertext(raw(user, "name")))  # noqa: B010  as Django sets what it reads

    assert read.name == "Jeanne Martin"


def test_a_sealed_column_is_the_same_in_every_migration_and_on_no_form() -> None:
    column = User._meta.get_field("name")

    assert (column.null, column.blank, column.editable) == (True, True, False)
    assert column.deconstruct()[3] == {}
    assert isinstance(User.name, fields._Sealed)


# Keys


def test_a_new_key_is_known_and_forgotten_when_the_scope_is_left(
    association: Association, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with scope.enter(association.pk):
        [subject] = actions.create_keys(association.pk, kind=KeyKind.PERSON, count=1)
        with django_assert_num_queries(0):
            key_for(subject)
    assert subject not in fields._keys()


def test_an_association_that_is_not_there_has_no_root_key_and_gets_none() -> None:
    with pytest.raises(KeyDestroyed):
        root_key(987_654)
    assert not DataKey.objects.filter(association=987_654).exists()


def test_the_instances_root_key_is_made_once_whoever_makes_it_first() -> None:
    """Two processes at their first use: the later one takes what the other wrote."""
    key = root_key(None)
    factories.make_user()
    forget_keys()

    row = fields._first_root(None)

    assert (row.subject, row.kind) == (fields.INSTANCE, "instance") == (UUID(int=0), "instance")
    assert fields._roots() == {}
    assert root_key(None) == key


def test_master_keys_that_do_not_fit_open_nothing(settings: Settings) -> None:
    root_key(None)
    row = DataKey._base_manager.get(subject=fields.INSTANCE)
    assert opens(row) is True

    settings.VAULT_KEKS = "other:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
    assert opens(row) is False
    settings.VAULT_KEKS = f"{row.kek_id}:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
    assert opens(row) is False
