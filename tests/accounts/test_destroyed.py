"""The list of destroyed keys outside the database: ids only, once committed, whatever the disk says."""

import logging
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from accounts import actions
from accounts.models import DataKey, KeyKind


@pytest.fixture
def listed(settings: Any, tmp_path: Path) -> Path:
    settings.DESTROYED_KEYS_FILE = str(tmp_path / "heads" / "destroyed-keys.txt")
    return tmp_path / "heads" / "destroyed-keys.txt"


@pytest.mark.django_db(transaction=True)
def test_a_destroyed_key_is_listed_by_its_id_once_it_is_committed(listed: Path) -> None:
    kept, first, second = actions.create_keys(None, kind=KeyKind.USER, count=3)
    with transaction.atomic():
        actions.destroy_keys([kept])
        transaction.set_rollback(True)

    actions.destroy_keys([first])
    actions.destroy_keys([second])

    assert listed.read_text() == f"{first}\n{second}\n"
    assert listed.stat().st_mode & 0o777 == 0o600
    assert actions.read_destroyed(listed) == {first, second}


@pytest.mark.django_db(transaction=True)
def test_a_list_that_cannot_be_written_stops_no_erasure_and_the_log_has_it(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    settings.DESTROYED_KEYS_FILE = str(tmp_path / "file" / "destroyed-keys.txt")
    [subject] = actions.create_keys(None, kind=KeyKind.USER)

    with caplog.at_level(logging.ERROR):
        assert actions.destroy_keys([subject]) == 1

    assert not DataKey.objects.filter(subject=subject).exists()
    assert str(subject) in caplog.text


def test_a_line_that_a_full_disk_cut_hides_no_other(listed: Path) -> None:
    first, second = uuid4(), UUID(int=7)
    actions.complete_destroyed([first])
    listed.write_text(f"{first}\n{str(second)[:12]}")

    assert actions.complete_destroyed([first, second]) == {first, second}

    assert listed.read_text().splitlines() == [str(first), str(second)[:12], str(second)]
    assert actions.read_destroyed(listed) == {first, second}
