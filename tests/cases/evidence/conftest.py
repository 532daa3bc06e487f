"""A case with a justificatif, and an authority that dates."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Membership
from cases.models import Case, Justificatif
from tests import factories
from tests.cases.conftest import OpenOne
from tests.cases.evidence.authority import Tsa, found_authority, reply, serving


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
