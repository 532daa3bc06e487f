"""A hundredth of the sealed files a day: what is lost is told once, to those who watch over the association."""

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from accounts.models import AuditEntry
from accounts.rules.audit import AuditKind
from tests.vault import samples
from vault import actions
from vault.models import SealedFile
from vault.redaction.pipeline import Rebuilt

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(case_key: UUID, now: datetime) -> list[SealedFile]:
    made = [Rebuilt(samples.pdf(), pixels=bytes([number]), words=()) for number in range(3)]
    return [actions.keep(one, subject=case_key, file_id=uuid4(), at=now) for one in made]


def turn_of(sealed: SealedFile, today: date) -> date:
    return next(day for day in (today + timedelta(n) for n in range(100)) if day.toordinal() % 100 == sealed.pk % 100)


def test_each_has_its_turn_every_hundred_days(kept: list[SealedFile], store: Path, today: date, now: datetime) -> None:
    for one in kept:
        (store / one.stored_name).write_bytes(b"changed")

    told = [actions.check_part(today=today + timedelta(number), at=now) for number in range(100)]

    assert sorted(pk for flaws in told for pk in flaws) == [one.pk for one in kept]


def test_what_is_sound_raises_nothing(kept: list[SealedFile], today: date, now: datetime) -> None:
    assert actions.check_part(today=turn_of(kept[0], today), at=now) == {}
    assert not AuditEntry.objects.filter(kind=AuditKind.FILE_DAMAGED).exists()


def test_what_is_lost_is_an_alert_once(kept: list[SealedFile], store: Path, today: date, now: datetime) -> None:
    (store / kept[1].stored_name).unlink()
    day = turn_of(kept[1], today)

    assert actions.check_part(today=day, at=now) == {kept[1].pk: "missing"}
    assert actions.check_part(today=day + timedelta(100), at=now) == {kept[1].pk: "missing"}

    [alert] = AuditEntry.objects.filter(kind=AuditKind.FILE_DAMAGED)
    assert (alert.about_id, alert.payload, alert.by) == (str(kept[1].pk), {"flaw": "missing"}, None)


def test_days_without_a_check_are_made_up_for(kept: list[SealedFile], store: Path, today: date, now: datetime) -> None:
    for one in kept:
        (store / one.stored_name).unlink()
    last = turn_of(kept[0], today)

    missed = actions.check_part(today=last + timedelta(9), at=now, since=last - timedelta(1))
    everything = actions.check_part(today=last, at=now, since=last - timedelta(400))

    assert kept[0].pk in missed
    assert set(everything) == {one.pk for one in kept}
    assert kept[0].pk not in actions.check_part(today=last + timedelta(9), at=now, since=last)
