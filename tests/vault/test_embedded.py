"""The platform as a stranger starts it seals a document without any server; once it is started again, what was not
sealed is noise."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster import free_port
from tests.config.migrated import migrated
from tests.config.processes import ROOT, pids_in, started
from tests.config.test_runplatform import command, environment, opened

__all__ = ["migrated"]

pytestmark = pytest.mark.slow

FIRST = """
import django; django.setup()
from uuid import uuid4
from django.utils import timezone
from accounts import scope
from accounts.rules.roles import Role
from tests import factories
from tests.config.processes import eventually
from tests.vault.letters import letter
from vault import actions
from vault.models import Deposit
by = factories.make_membership(factories.make_association(slug="union"), Role.VOLUNTEER)
campaign = factories.make_campaign(by.association, today=timezone.localdate())
case = factories.make_case(campaign, by=by.user, today=timezone.localdate(), at=timezone.now())
def becomes(deposit, state):
    eventually(lambda: Deposit.objects.get(pk=deposit.pk).state == state, what=f"it is {state}", within=90)
    return Deposit.objects.get(pk=deposit.pk)
def analysed(place):
    sent = actions.receive([letter(place)], subject=case.subject, label="opposition", token=uuid4(), by=by.user,
                           at=timezone.now())
    return becomes(sent, "A_CONFIRMER")
with scope.enter(by.association_id):
    first = analysed(1)
    assert actions.confirm(first, by=by.user, at=timezone.now())
    becomes(first, "SCELLE")
    print(analysed(2).pk)
"""
THEN = """
import sys, django; django.setup()
from django.utils import timezone
from accounts import scope
from accounts.models import Association
from tests.config.processes import eventually
from vault import actions
from vault.models import Deposit
with scope.enter(Association.objects.get(slug="union").pk):
    deposit = Deposit.objects.get(pk=sys.argv[1])
    assert actions.confirm(deposit, by=deposit.by, at=timezone.now())
    eventually(lambda: Deposit.objects.get(pk=deposit.pk).state == "EXPIRE", what="it cannot be had back", within=90)
"""


def passing_key(log: Path) -> str:
    """As the web process has it in its environment: nowhere else is it to be found."""
    [web] = pids_in(log, name="web")[-1:]
    told = dict(entry.split("=", 1) for entry in Path(f"/proc/{web}/environ").read_text().split("\0") if "=" in entry)
    return told["VAULT_SAS_KEY"]


def run(own: dict[str, str], program: str, *arguments: str, key: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT, env=own | {"VAULT_SAS_KEY": key}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout.strip()


def test_a_document_is_sealed_without_any_server_and_a_new_start_forgets_the_rest(
    migrated: Path, tmp_path: Path
) -> None:
    folder, log, port = Path(shutil.copytree(migrated, tmp_path / "var")), tmp_path / "first.log", free_port()
    own = environment(folder) | {"DEMO": "false"}
    with started(command(port), log=log, environment=own) as platform:
        opened(platform, port, log)
        key = passing_key(log)
        second = run(own, FIRST, key=key)
    assert key.encode() not in b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    again = tmp_path / "second.log"
    with started(command(port), log=again, environment=own) as platform:
        opened(platform, port, again)
        other = passing_key(again)
        assert other != key
        run(own, THEN, second, key=other)
