"""What was kept as it came, before files were cleaned, goes with the migration; what happened stays written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.processes import ROOT

pytestmark = pytest.mark.slow

BEFORE = """
import django; django.setup()
from django.utils import timezone
from accounts import scope
from accounts.rules.roles import Role
from cases.actions import check_justificatif
from tests import factories
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
"""
AFTER = """
import django; django.setup()
from accounts import scope
from accounts.models import Association
from cases.models import CaseEvent, Justificatif
from vault.models import SealedFile
with scope.enter(Association.objects.get(slug="union").pk):
    print(SealedFile.objects.count())
    print(CaseEvent.objects.filter(kind="justificatif_received").count())
    print([(one.sealed_file_id, one.accepted) for one in Justificatif.objects.order_by("pk")])
"""


def run(folder: Path, *command: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "DATABASE_", "VAULT_"))}
    environment = kept | {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "VAR_DIR": str(folder)}
    ended = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout


def migrate(folder: Path, *to: str) -> None:
    run(folder, "manage.py", "migrate", "--verbosity", "0", *to)


def blobs(folder: Path) -> list[Path]:
    return [path for path in (folder / "sealed").rglob("*") if path.is_file()]


def test_what_was_rebuilt_stays_and_what_was_never_cleaned_goes_with_what_was_received_written(tmp_path: Path) -> None:
    """The way back forgets that the files were rebuilt: so they are what the version before had."""
    migrate(tmp_path)
    run(tmp_path, "-c", BEFORE)
    migrate(tmp_path)
    assert run(tmp_path, "-c", AFTER).splitlines()[0] == "2"
    assert len(blobs(tmp_path)) == 2
    migrate(tmp_path, "cases", "0002")
    migrate(tmp_path, "vault", "0001")
    assert len(blobs(tmp_path)) == 2

    migrate(tmp_path)

    assert run(tmp_path, "-c", AFTER).splitlines() == ["0", "2", "[(None, True), (None, None)]"]
    assert blobs(tmp_path) == []
    assert run(tmp_path, "manage.py", "check_cases")
    assert "0 sealed files checked" in run(tmp_path, "manage.py", "verify_vault")
