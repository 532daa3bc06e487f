"""A case with a justificatif, and an authority that dates."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Membership
from cases import actions
from cases.management.commands import verify_evidence
from cases.models import Case, Justificatif
from tests import factories
from tests.cases.conftest import OpenOne
from tests.cases.evidence.authority import Tsa, found_authority, reply, serving
from tests.cases.evidence.bags import Files, Run, opened


@pytest.fixture(scope="session")
def authority_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority") / "ca"
    found_authority(folder)
    return folder


@pytest.fixture
def tsa(authority_folder: Path, settings: Any) -> Iterator[Tsa]:
    """The configured authority; it answers as OpenSSL does."""
    made = Tsa(authority_folder, authority_folder / "root.pem", answer=partial(reply, authority_folder))
    with serving(made):
        settings.TSA_URL, settings.TSA_CA_FILE = made.url, str(made.root)
        yield made


@pytest.fixture
def case(open_one: OpenOne) -> Case:
    return open_one()


@pytest.fixture
def justificatif(case: Case, in_scope: Membership, today: date, now: datetime) -> Justificatif:
    return factories.make_justificatif(case, by=in_scope.user, today=today, at=now)


@pytest.fixture
def path(case: Case, justificatif: Justificatif, tsa: Tsa, tmp_path: Path, today: date, now: datetime) -> Path:
    """An export with a document, a root and its token."""
    actions.root_all(today=today, at=now)
    actions.stamp_all()
    out = tmp_path / "preuves.zip"
    call_command("export_evidence", case.reference, "--out", str(out), stdout=io.StringIO())
    return out


@pytest.fixture
def files(path: Path) -> Files:
    return opened(path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def ran(*arguments: str) -> tuple[int, str, str]:
        status = 0
        try:
            verify_evidence.Command().run_from_argv(["manage.py", "verify_evidence", *arguments])
        except SystemExit as ended:
            status = int(str(ended.code))
        return status, *capsys.readouterr()

    return ran
