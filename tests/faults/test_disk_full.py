"""A disk that is full while a document comes in: it is refused with a sentence, and nothing of it stays behind."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Membership
from cases.models import Case
from tests import deposits
from tests.faults.conftest import small_disk
from vault.models import Deposit
from vault.rules.refusals import Code, Refused


@pytest.mark.root
@pytest.mark.django_db
def test_a_document_that_finds_no_room_is_refused_whole_and_taken_once_there_is(
    volunteer: Membership,
    case: Case,
    now: datetime,
    tmp_path: Path,
    settings: Any,
) -> None:
    with small_disk(tmp_path / "small", kilobytes=64) as disk:
        kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": disk}}
        settings.STORAGES = settings.STORAGES | {"default": kept}

        with pytest.raises(Refused) as refused:
            deposits.received(case, b"%PDF-1.7" + b"x" * 100_000, by=volunteer.user, at=now)

        assert refused.value.code is Code.NO_ROOM
        assert [path for path in disk.rglob("*") if path.is_file()] == []
        deposit = deposits.received(case, b"%PDF-1.7" + b"x" * 1000, by=volunteer.user, at=now)
        assert isinstance(deposit, Deposit)
