"""A document on its way, as its member sees it: what happens, before and after, what else is hidden, kept or not."""

from datetime import datetime

import pytest

from accounts.models import User
from cases.models import Case
from tests import deposits
from tests.people import HouseClient


def test_each_page_is_shown_before_and_after(mine: HouseClient, case: Case, member: User, now: datetime) -> None:
    found = deposits.to_confirm(case, by=member, at=now)
    from vault.access import page_after
    from accounts import scope
    with scope.enter(case.association_id):
        page_after(found, 1)
    r = mine.get(f"/espace/{case.reference}/depot/{found.pk}/apres/1/")
    assert r.status_code == 200
