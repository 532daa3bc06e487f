"""A disk that is full while a document comes in: it is refused with a sentence, and nothing of it stays behind."""

from pathlib import Path
from typing import Any

import pytest

from cases.models import Case
from tests.faults.conftest import small_disk
from tests.people import HouseClient
from tests.web.desk.conftest import address, answers
from tests.web.desk.test_deposits import sent, upload


@pytest.mark.root
@pytest.mark.django_db(transaction=True)
def test_a_document_that_finds_no_room_is_refused_whole_and_taken_once_there_is(
    at_work: HouseClient, case: Case, tmp_path: Path, settings: Any
) -> None:
    typed = answers(case, kind="opposition")
    with small_disk(tmp_path / "small", kilobytes=64) as disk:
        kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": disk}}
        settings.STORAGES = settings.STORAGES | {"default": kept}

        refused = at_work.post(address("upload", case), typed | {"file": upload(b"%PDF-1.7" + b"x" * 100_000)})

        assert refused.status_code == 507
        assert "La plateforme n’a plus de place et n’a rien gardé." in refused.content.decode()
        assert sent(case) == []
        assert [path for path in disk.rglob("*") if path.is_file()] == []

        taken = at_work.post(address("upload", case), typed | {"file": upload(b"%PDF-1.7" + b"x" * 1000)})

        [found] = sent(case)
        assert taken.headers["Location"] == address("deposit", case, found.pk)
