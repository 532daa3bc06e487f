"""`manage.py verify_vault` and the nightly sweep's door."""

import io
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.vault import samples
from vault import actions, tasks
from vault.models import SealedFile
from vault.redaction.pipeline import Rebuilt

pytestmark = pytest.mark.django_db


NOTHING = {
    "checked": 0,
    "damaged": [],
    "missing": [],
    "unreadable": [],
    "orphans": 0,
    "unsound": [],
    "orphan_paths": [],
}


def verify(*arguments: str) -> tuple[str, str]:
    """What it prints, and how it complains ("" when it does not)."""
    out = io.StringIO()
    try:
        call_command("verify_vault", *arguments, stdout=out)
    except CommandError as complaint:
        return out.getvalue(), str(complaint)
    return out.getvalue(), ""


@pytest.fixture
def three(case_key: UUID, now: datetime) -> list[SealedFile]:
    made = [Rebuilt(samples.pdf(), pixels=bytes([number]), words=()) for number in range(3)]
    return [actions.keep(one, subject=case_key, file_id=uuid4(), at=now) for one in made]


def test_whole_files_are_counted(three: list[SealedFile]) -> None:
    printed, complaint = verify("--json")

    assert json.loads(printed) == NOTHING | {"checked": 3}
    assert complaint == ""
    assert verify()[0].startswith("3 sealed files checked: 0 damaged")


def test_damaged_missing_and_orphaned_blobs_are_told_apart(three: list[SealedFile], store: Path) -> None:
    whole, damaged, missing = three
    (store / damaged.stored_name).write_bytes(b"changed")
    (store / missing.stored_name).unlink()
    (store / whole.stored_name).with_name("orphan").write_bytes(b"no row")

    printed, complaint = verify("--json")

    orphan = str(Path(whole.stored_name).with_name("orphan"))
    assert json.loads(printed) == {
        "checked": 3,
        "damaged": [damaged.pk],
        "missing": [missing.pk],
        "unreadable": [],
        "orphans": 1,
        "unsound": [
            {"id": one.pk, "flaw": flaw, "association": "union", "path": one.stored_name}
            for one, flaw in ((damaged, "damaged"), (missing, "missing"))
        ],
        "orphan_paths": [orphan],
    }
    assert str(damaged.pk) in complaint
    told = verify()[0].splitlines()
    assert f"damaged: {damaged.stored_name} (association «union», sealed file {damaged.pk})" in told
    assert f"missing: {missing.stored_name} (association «union», sealed file {missing.pk})" in told
    assert f"without a row: {orphan}" in told


def test_a_blob_that_cannot_be_read_is_told_and_the_others_are_checked(three: list[SealedFile], store: Path) -> None:
    first, damaged, last = three
    (store / first.stored_name).unlink()
    (store / first.stored_name).mkdir()
    folder = (store / last.stored_name).parent
    if last.stored_name.rpartition("/")[0] not in first.stored_name + damaged.stored_name:
        (store / last.stored_name).unlink()
        folder.rmdir()
        folder.touch()  # a file where the folder was
    (store / damaged.stored_name).write_bytes(b"changed")

    printed, complaint = verify("--json")

    told = json.loads(printed)
    assert (told["checked"], told["damaged"]) == (3, [damaged.pk])
    assert first.pk in told["unreadable"]
    assert {"id": first.pk, "flaw": "unreadable", "association": "union", "path": first.stored_name} in told["unsound"]
    assert "unreadable" in complaint


def test_a_blob_that_lost_its_end_is_damaged(three: list[SealedFile], store: Path) -> None:
    cut = store / three[1].stored_name
    cut.write_bytes(cut.read_bytes()[:-1])

    printed, complaint = verify("--json")

    assert json.loads(printed)["damaged"] == [three[1].pk]
    assert complaint


def test_blobs_whose_row_or_association_is_gone_are_counted_and_no_failure(
    three: list[SealedFile], store: Path
) -> None:
    SealedFile.objects.filter(pk=three[0].pk).delete()
    elsewhere = store / "999999" / "ab"
    elsewhere.mkdir(parents=True)
    (elsewhere / "abcd").write_bytes(b"of nobody")
    (store / "stray").write_bytes(b"at the top")
    (elsewhere.parent / "stray").write_bytes(b"in a folder")

    printed, complaint = verify("--json")

    paths = [three[0].stored_name, "999999/ab/abcd", "stray", "999999/stray"]
    assert json.loads(printed) == NOTHING | {"checked": 2, "orphans": 4, "orphan_paths": paths}
    assert complaint == ""


def test_an_empty_vault_is_sound() -> None:
    assert verify("--json") == (json.dumps(NOTHING) + "\n", "")


@pytest.mark.parametrize("sweep", [tasks.sweep, lambda: call_command("sweep_vault")])
def test_task_and_command_sweep(
    sweep: Callable[[], None], three: list[SealedFile], store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan = (store / three[0].stored_name).with_name("orphan")
    orphan.write_bytes(b"no row")
    os.utime(orphan, (0, 0))

    sweep()

    assert not orphan.exists()
    assert (store / three[0].stored_name).exists()


def test_the_sweep_tells_how_many(store: Path, case_key: UUID) -> None:
    out = io.StringIO()

    call_command("sweep_vault", stdout=out)

    assert out.getvalue() == (
        "0 deposits ran out, 0 were emptied at last, 0 rows went; 0 blobs without a row removed.\n"
    )


def test_the_worker_of_documents_may_be_replaced_by_cron(store: Path, case_key: UUID) -> None:
    out = io.StringIO()

    for command in ("analyse_deposits", "seal_deposits"):
        call_command(command, stdout=out)

    assert out.getvalue().splitlines() == ["0 deposits taken up.", "0 deposits sealed."]


def test_the_daily_check_complains_of_what_is_lost(three: list[SealedFile], store: Path) -> None:
    out = io.StringIO()
    call_command("check_vault", stdout=out)
    assert out.getvalue() == "The sealed files whose turn it is are sound.\n"
    turn = timezone.localdate().toordinal() % 100
    SealedFile.objects.filter(pk=three[0].pk).update(id=100_000 + turn)
    (store / three[0].stored_name).unlink()

    with pytest.raises(CommandError, match=rf"{100_000 + turn} \(missing\)"):
        call_command("check_vault")
