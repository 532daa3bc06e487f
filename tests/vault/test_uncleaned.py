"""What was kept as it came, before files were cleaned, goes with the migration; what happened stays written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.migrated import migrated
from tests.config.processes import ROOT

__all__ = ["migrated"]

pytestmark = pytest.mark.slow

BEFORE_AND_BACK = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from accounts import scope
from accounts.rules.roles import Role
from cases.actions import check_justificatif
from tests import factories
from vault.models import SealedFile
today, now = timezone.localdate(), timezone.now()
by = factories.make_membership(factories.make_association(slug="union"), Role.VOLUNTEER)
campaign = factories.make_campaign(by.association, today=today)
for accepted in (True, None):
    case = factories.make_case(campaign, by=by.user, today=today, at=now)
    factories.make_attempt(case, by=by.user, today=today, at=now)
    one = factories.make_justificatif(case, by=by.user, today=today, at=now)
    if accepted:
        with scope.enter(by.association_id):
            check_justificatif(one, accepted=True, today=today, at=now, by=by.user)
with scope.enter(by.association_id):
    print(SealedFile.objects.count())
MigrationExecutor(connection).migrate([("cases", "0002_stages_and_reminders"), ("vault", "0001_initial")])
"""
AFTER = """
import django; django.setup()
from django.core.management import call_command
from accounts import scope
from accounts.models import Association
from cases.models import CaseEvent, Justificatif
from vault.models import SealedFile
call_command("migrate", verbosity=0)
with scope.enter(Association.objects.get(slug="union").pk):
    print(SealedFile.objects.count())
    print(CaseEvent.objects.filter(kind="justificatif_received").count())
    print([(one.sealed_file_id, one.accepted) for one in Justificatif.objects.order_by("pk")])
call_command("check_cases")
call_command("verify_vault")
"""


def run(folder: Path, program: str) -> list[str]:
    """The lines that a process of its own says, on the platform of this folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "DATABASE_", "VAULT_"))}
    environment = kept | {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "VAR_DIR": str(folder)}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout.splitlines()


def blobs(folder: Path) -> list[Path]:
    return [path for path in (folder / "sealed").rglob("*") if path.is_file()]


def test_what_was_rebuilt_stays_and_what_was_never_cleaned_goes_with_what_was_received_written(
    migrated: Path, tmp_path: Path
) -> None:
    """The way back forgets that the files were rebuilt: so they are what the version before had."""
    folder = Path(shutil.copytree(migrated, tmp_path / "var"))
    assert run(folder, BEFORE_AND_BACK) == ["2"]
    assert len(blobs(folder)) == 2

    said = run(folder, AFTER)

    assert said[:3] == ["0", "2", "[(None, True), (None, None)]"]
    assert blobs(folder) == []
    assert "0 sealed files checked" in said[-1]
