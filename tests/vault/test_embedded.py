"""The platform as a stranger starts it seals a document without any server; once it is started again, what was not
sealed is noise."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster import free_port
from tests.config.processes import ROOT, eventually, pids_in, started
from tests.config.test_runplatform import command, environment, opened

pytestmark = pytest.mark.slow

SEND = """
import sys, django; django.setup()
from uuid import uuid4
from django.utils import timezone
from accounts import scope
from accounts.models import Association, Membership
from cases.models import Case
from tests.vault.letters import letter
from vault import actions
association = Association.objects.get(slug="demo-1")
with scope.enter(association.pk):
    case = Case.objects.filter(state="awaiting").order_by("pk").first()
    by = Membership.objects.active().order_by("pk").first().user
    sent = actions.receive([letter(int(sys.argv[1]))], subject=case.subject, label="opposition", token=uuid4(), by=by,
                           at=timezone.now())
    print(sent.pk)
"""
CONFIRM = """
import sys, django; django.setup()
from django.utils import timezone
from accounts import scope
from accounts.models import Association
from vault import actions
from vault.models import Deposit
with scope.enter(Association.objects.get(slug="demo-1").pk):
    deposit = Deposit.objects.get(pk=sys.argv[1])
    print(actions.confirm(deposit, by=deposit.by, at=timezone.now()))
"""
STATE = """
import sys, django; django.setup()
from accounts import scope
from accounts.models import Association
from vault.models import Deposit
with scope.enter(Association.objects.get(slug="demo-1").pk):
    print(Deposit.objects.get(pk=sys.argv[1]).state)
"""


def passing_key(log: Path) -> str:
    """As the web process has it in its environment: nowhere else is it to be found."""
    [web] = pids_in(log, name="web")[-1:]
    told = dict(entry.split("=", 1) for entry in Path(f"/proc/{web}/environ").read_text().split("\0") if "=" in entry)
    return told["VAULT_SAS_KEY"]


def run(folder: Path, program: str, argument: str, *, key: str) -> str:
    own = environment(folder) | {"VAULT_SAS_KEY": key}
    ended = subprocess.run(
        [sys.executable, "-c", program, argument],
        cwd=ROOT, env=own, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout.strip()


def test_a_document_is_sealed_without_any_server_and_a_new_start_forgets_the_rest(tmp_path: Path) -> None:
    folder, log, port = tmp_path / "var", tmp_path / "first.log", free_port()
    with started(command(port), log=log, environment=environment(folder)) as platform:
        opened(platform, port, log)
        key = passing_key(log)
        first = run(folder, SEND, "1", key=key)
        eventually(lambda: run(folder, STATE, first, key=key) == "A_CONFIRMER", what="it is analysed", within=90)
        assert run(folder, CONFIRM, first, key=key) == "True"
        eventually(lambda: run(folder, STATE, first, key=key) == "SCELLE", what="it is sealed", within=90)
        second = run(folder, SEND, "2", key=key)
        eventually(lambda: run(folder, STATE, second, key=key) == "A_CONFIRMER", what="it is analysed", within=90)
    assert key.encode() not in b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    again = tmp_path / "second.log"
    with started(command(port), log=again, environment=environment(folder)) as platform:
        opened(platform, port, again)
        assert passing_key(again) != key
        assert run(folder, CONFIRM, second, key=key) == "True"
        eventually(lambda: run(folder, STATE, second, key="") == "EXPIRE", what="it cannot be had back", within=90)
