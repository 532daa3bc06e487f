"""At the door: what is taken lies sealed in the antechamber; what is not leaves nothing."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.db import connection

from accounts import scope
from accounts.actions import create_keys
from accounts.models import Association, KeyKind, Membership, User
from tests.vault import samples
from tests.vault.standin import Engine
from vault import actions
from vault.actions import antechamber, receiving
from vault.box import antechamber as box
from vault.box import keys
from vault.models import Deposit, DepositState
from vault.rules.refusals import Code, Refused

pytestmark = pytest.mark.django_db
PAPER = b"Attestation " + samples.NIR
Send = Callable[..., Deposit]


@pytest.fixture
def send(case_key: UUID, member: User, now: datetime, engine: Engine) -> Send:
    """`send(b"...", token=..., by=..., at=...)`."""

    def sent(*parts: Any, **told: Any) -> Deposit:
        given: dict[str, Any] = {
            "subject": case_key,
            "label": "attestation",
            "token": uuid4(),
            "by": member,
            "at": now,
        } | told
        return actions.receive(list(parts), **given)

    return sent


def files_in(store: Path) -> list[Path]:
    return sorted(path for path in store.rglob("*") if path.is_file())


def parts_of(deposit: Deposit) -> list[bytes]:
    key = antechamber.key_of(deposit)
    return [b"".join(antechamber.get(deposit, name, key=key) for name, _ in part) for part in deposit.pieces]


def refusal_of(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value


def test_what_is_taken_lies_sealed_and_waits(send: Send, store: Path, now: datetime) -> None:
    deposit = send(io.BytesIO(PAPER), b"second page")

    assert (deposit.state, deposit.expires_at) == (DepositState.RECEIVED, now + timedelta(minutes=30))
    assert parts_of(deposit) == [PAPER, b"second page"]
    assert {path.parent for path in files_in(store)} == {store / deposit.folder}
    for path in files_in(store):
        assert samples.NIR not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_once_the_row_is_there(send: Send, pokes: list[str]) -> None:
    send(PAPER)

    scope_is_over = connection.vendor != "postgresql"  # there, the scope is a transaction
    assert pokes == (["vault.analyse"] if scope_is_over else [])


def test_the_same_form_is_the_same_deposit(send: Send, store: Path) -> None:
    token = uuid4()

    first, again = send(PAPER, token=token), send(b"other bytes", token=token)

    assert again == first
    assert Deposit.objects.count() == 1
    assert len(files_in(store)) == 1


def test_two_at_once_with_one_form_are_one_deposit(send: Send, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both looked for the row before either had written it."""
    token = uuid4()
    first = send(PAPER, token=token)
    looked = iter([None, first])
    monkeypatch.setattr("vault.actions.receiving._same", lambda **_: next(looked))

    assert send(PAPER, token=token) == first

    assert Deposit.objects.count() == 1
    assert {path.parent.name for path in files_in(store)} == {first.file_id.hex}


def test_the_token_of_another_case_finds_nothing_of_it(send: Send, association: Association) -> None:
    token = uuid4()
    [other_case] = create_keys(association.pk, kind=KeyKind.CASE)

    assert send(PAPER, token=token) != send(PAPER, token=token, subject=other_case)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([], Code.EMPTY),
        ([b""], Code.EMPTY),
        ([b"one", b""], Code.EMPTY),
        ([b"x"] * 31, Code.TOO_MANY_PAGES),
        ([b"x" * 60, b"x" * 41], Code.TOO_HEAVY),
        ([io.BytesIO(b"x" * 101)], Code.TOO_HEAVY),
        ([InMemoryUploadedFile(io.BytesIO(), "file", "fichier", None, 101, None)], Code.TOO_HEAVY),
    ],
)
def test_what_is_refused_leaves_nothing(send: Send, store: Path, settings: Any, parts: list[Any], code: Code) -> None:
    settings.UPLOAD_MAX_BYTES = 100

    assert refusal_of(lambda: send(*parts)).code is code

    assert files_in(store) == []
    assert not Deposit.objects.exists()


def test_the_limit_itself_is_taken(send: Send, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 100

    assert send(b"x" * 60, io.BytesIO(b"x" * 40)).size == 100


@pytest.mark.parametrize("reason", ["switched off", "no engine"])
def test_a_closed_door_takes_nothing(send: Send, store: Path, settings: Any, engine: Engine, reason: str) -> None:
    settings.VAULT_UPLOADS = reason != "switched off"
    engine.lacks = "no box" if reason == "no engine" else None

    refusal = refusal_of(lambda: send(PAPER))

    assert (refusal.code, refusal.status) == (Code.CLOSED, 503)
    assert files_in(store) == []


def test_a_member_sends_ten_in_an_hour(send: Send, now: datetime) -> None:
    sent = [send(PAPER) for _ in range(10)]

    refusal = refusal_of(lambda: send(PAPER))
    assert (refusal.code, refusal.status) == (Code.QUOTA, 429)
    assert send(PAPER, token=sent[0].token) == sent[0]  # the same form again is none more
    assert send(PAPER, at=now + timedelta(hours=1)).state == DepositState.RECEIVED


def test_a_volunteer_deposits_for_many(send: Send, volunteer: Membership) -> None:
    for _ in range(12):
        send(PAPER, by=volunteer.user)

    assert Deposit.objects.filter(by=volunteer.user).count() == 12


def test_whoever_left_the_team_is_a_member_like_others(send: Send, volunteer: Membership, now: datetime) -> None:
    volunteer.revoked_at = now
    volunteer.save(update_fields=["revoked_at"])
    for _ in range(10):
        send(PAPER, by=volunteer.user)

    assert refusal_of(lambda: send(PAPER, by=volunteer.user)).code is Code.QUOTA


def test_another_association_sees_no_deposit(send: Send, other_association: Association) -> None:
    send(PAPER)

    with scope.enter(other_association.pk):
        assert not Deposit.objects.exists()


class TestPieces:
    @pytest.fixture
    def opened(self, case_key: UUID, member: User, now: datetime, engine: Engine) -> Deposit:
        return actions.begin(subject=case_key, label="attestation", token=uuid4(), by=member, at=now)

    def test_they_make_the_parts_in_order(self, opened: Deposit, now: datetime, pokes: list[str]) -> None:
        assert actions.add_piece(opened, b"first ", part=0, offset=0, at=now) == 6
        assert actions.add_piece(opened, b"photo", part=0, offset=6, at=now) == 11
        assert actions.add_piece(opened, b"second photo", part=1, offset=0, at=now) == 12

        assert actions.finish(opened, at=now)

        assert (opened.state, parts_of(opened)) == (DepositState.RECEIVED, [b"first photo", b"second photo"])

    def test_each_lies_sealed(self, opened: Deposit, now: datetime, store: Path) -> None:
        actions.add_piece(opened, PAPER, part=0, offset=0, at=now)

        [blob] = files_in(store)
        assert samples.NIR not in blob.read_bytes()

    @pytest.mark.parametrize(
        ("part", "offset", "reached"),
        [(0, 0, 5), (0, 3, 5), (0, 9, 5), (1, 4, 0), (2, 0, 0), (-1, 0, 0)],
    )
    def test_one_that_came_before_or_too_early_changes_nothing(
        self, opened: Deposit, now: datetime, store: Path, part: int, offset: int, reached: int
    ) -> None:
        actions.add_piece(opened, b"first", part=0, offset=0, at=now)

        assert actions.add_piece(opened, b"again", part=part, offset=offset, at=now) == reached

        assert (actions.reached(opened, part=0), len(files_in(store))) == (5, 1)

    def test_two_at_once_are_taken_once(self, opened: Deposit, now: datetime, store: Path) -> None:
        late = Deposit.objects.get(pk=opened.pk)
        actions.add_piece(opened, b"first", part=0, offset=0, at=now)

        assert actions.add_piece(late, b"first", part=0, offset=0, at=now) == 5

        assert len(files_in(store)) == 1

    def test_all_together_have_the_limit_of_one_file(self, opened: Deposit, now: datetime, settings: Any) -> None:
        settings.UPLOAD_MAX_BYTES = 10
        actions.add_piece(opened, b"x" * 6, part=0, offset=0, at=now)

        assert refusal_of(lambda: actions.add_piece(opened, b"x" * 5, part=1, offset=0, at=now)).code is Code.TOO_HEAVY
        assert actions.add_piece(opened, b"x" * 4, part=1, offset=0, at=now) == 4

    def test_nothing_is_added_once_it_is_finished(self, opened: Deposit, now: datetime) -> None:
        actions.add_piece(opened, PAPER, part=0, offset=0, at=now)
        assert (actions.finish(opened, at=now), actions.finish(opened, at=now)) == (True, False)

        assert refusal_of(lambda: actions.add_piece(opened, b"x", part=1, offset=0, at=now)).code is Code.EXPIRED

    def test_an_empty_one_cannot_be_finished(self, opened: Deposit, now: datetime) -> None:
        assert refusal_of(lambda: actions.finish(opened, at=now)).code is Code.EMPTY

    def test_one_that_is_abandoned_expires(self, opened: Deposit, now: datetime) -> None:
        actions.add_piece(opened, PAPER, part=0, offset=0, at=now)
        later = now + timedelta(minutes=31)

        assert refusal_of(lambda: actions.add_piece(opened, b"x", part=1, offset=0, at=later)).code is Code.EXPIRED
        assert refusal_of(lambda: actions.finish(opened, at=later)).code is Code.EXPIRED
        assert actions.sweep(at=later).expired == 1

    def test_each_piece_gives_it_more_time(self, opened: Deposit, now: datetime) -> None:
        actions.add_piece(opened, b"x", part=0, offset=0, at=now + timedelta(minutes=20))

        assert actions.add_piece(Deposit.objects.get(), b"y", part=0, offset=1, at=now + timedelta(minutes=45)) == 2

    def test_they_are_not_endless(self, opened: Deposit, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(receiving, "MAX_PIECES", 3)
        for part, offset in [(0, 0), (0, 1), (1, 0)]:
            actions.add_piece(opened, b"x", part=part, offset=offset, at=now)
        late = Deposit.objects.get(pk=opened.pk)
        late.pieces = late.pieces[:1]

        assert refusal_of(lambda: actions.add_piece(opened, b"x", part=1, offset=1, at=now)).code is Code.TOO_LONG
        assert actions.add_piece(late, b"x", part=1, offset=0, at=now) == 1

    def test_it_stays_open_for_two_hours_however_many_come(self, opened: Deposit, now: datetime) -> None:
        for quarter in range(8):
            later = now + timedelta(minutes=15 * quarter)
            actions.add_piece(Deposit.objects.get(), b"x", part=0, offset=quarter, at=later)

        assert Deposit.objects.get().expires_at == now + timedelta(hours=2)


def test_a_disk_that_fills_up_half_way_leaves_nothing(send: Send, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, written = box.write, list[str]()

    def fills_up(folder: str, name: str, plain: bytes, **sealed: bytes) -> None:
        if written:
            raise Refused(Code.NO_ROOM)
        written.append(name)
        write(folder, name, plain, **sealed)

    monkeypatch.setattr(box, "write", fills_up)

    assert refusal_of(lambda: send(PAPER, b"second page")).code is Code.NO_ROOM
    assert (len(written), files_in(store), Deposit.objects.count()) == (1, [], 0)


def test_keys_that_are_away_close_the_door(send: Send, settings: Any, store: Path) -> None:
    settings.VAULT_SAS_URL = "redis://127.0.0.1:1/0"

    refusal = refusal_of(lambda: send(PAPER))

    assert (refusal.code, refusal.status) == (Code.CLOSED, 503)
    assert files_in(store) == []


def test_the_passing_key_of_another_start_opens_nothing(send: Send, settings: Any) -> None:
    settings.VAULT_SAS_URL = ""
    deposit = send(PAPER)
    assert parts_of(deposit) == [PAPER]

    settings.VAULT_SAS_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

    with pytest.raises(keys.KeyGone):
        parts_of(deposit)
