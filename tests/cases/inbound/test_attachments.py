"""What is attached to a message: through the vault, and confirmed by whoever works on the case."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404

import vault.actions
from accounts import scope
from accounts.models import Membership
from cases import access, actions
from cases.actions import Outcome, TryLater
from cases.models import Justificatif
from tests import papers
from tests.cases.inbound.conftest import Post
from tests.vault import standin
from tests.vault.samples import pdf
from tests.vault.standin import Engine
from vault.actions.antechamber import LASTS, MAIL_LASTS
from vault.box import keys
from vault.models import Deposit, DepositState
from vault.rules.refusals import Code, Refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return standin.install(monkeypatch)


def with_files(post: Post, *files: tuple[bytes, str, str], **told: Any) -> bytes:
    message = post.letter(**told)
    for data, kind, name in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return bytes(message)


PDF = (pdf(b"Une lettre"), "application/pdf", "lettre.pdf")
PHOTO = (papers.photo(), "image/jpeg", "IMG_0001.jpg")
HEIC = (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 40, "image/heic", "IMG_0002.HEIC")
WINMAIL = (b"\x78\x9f\x3e\x22tnef", "application/ms-tnef", "winmail.dat")


def deposits(post: Post) -> list[Deposit]:
    with scope.enter(post.case.association_id):
        return list(Deposit.objects.order_by("pk"))


def test_each_file_is_a_deposit_of_the_case(post: Post) -> None:
    assert actions.receive_mail(with_files(post, PDF, PHOTO, HEIC), at=post.at) is Outcome.FILED

    assert [(one.subject, one.by, one.by_mail, one.state) for one in deposits(post)] == [
        (post.case.subject, post.member().user, True, DepositState.RECEIVED)
    ] * 3
    assert post.events("mail_received")[0].payload == {"deposits": 3}


def test_what_cannot_be_taken_is_named_by_its_code(post: Post) -> None:
    script = (b"<script>", "text/html", "a.html")
    actions.receive_mail(with_files(post, WINMAIL, PDF, script), at=post.at)

    assert post.events("mail_received")[0].payload == {"deposits": 1, "refused": "type"}


def test_too_heavy_a_file_does_not_stop_the_others(post: Post, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = len(PDF[0])
    heavy = (pdf(b"Une lettre" * 50), "application/pdf", "lourd.pdf")
    actions.receive_mail(with_files(post, heavy, PDF), at=post.at)

    assert post.events("mail_received")[0].payload == {"deposits": 1, "refused": "trop-lourd"}


def test_the_quota_of_whoever_sends_holds_by_mail_too(post: Post) -> None:
    for number in range(2):
        raw = with_files(post, *[PDF] * 6, message_id=f"<{number}@exemple.invalid>")
        actions.receive_mail(raw, at=post.at)

    assert len(deposits(post)) == 10
    assert post.events("mail_received")[1].payload == {"deposits": 4, "refused": "quota"}


def test_it_waits_three_days_for_the_team_and_then_for_a_person(post: Post, engine: Engine) -> None:
    actions.receive_mail(with_files(post, PDF), at=post.at)
    assert deposits(post)[0].expires_at == post.at + MAIL_LASTS

    later = post.at + timedelta(hours=1)
    vault.actions.analyse_waiting(at=later)

    [deposit] = deposits(post)
    assert deposit.state == DepositState.TO_CONFIRM
    assert deposit.expires_at >= later + MAIL_LASTS > later + LASTS
    with scope.enter(post.case.association_id):
        assert access.standing_of(post.case, at=later + timedelta(days=2))[0].awaits_person
        assert access.standing_of(post.case, at=later + timedelta(days=4))[0].code == Code.EXPIRED


def test_whoever_works_on_the_case_confirms_and_it_is_sealed(post: Post, engine: Engine) -> None:
    actions.receive_mail(with_files(post, PDF), at=post.at)
    vault.actions.analyse_waiting(at=post.at)
    with scope.enter(post.case.association_id):
        deposit = access.deposit_for(post.case, deposits(post)[0].pk, by=post.by.user, team=True)
        assert vault.actions.confirm(deposit, by=post.by.user, at=post.at)
    assert actions.seal_confirmed(today=post.today, at=post.at) == 1

    with scope.enter(post.case.association_id):
        kept = Justificatif.objects.get()
        assert (kept.received_by, kept.case) == (post.by.user, post.case)


def test_the_member_may_confirm_it_in_their_space(post: Post, engine: Engine) -> None:
    actions.receive_mail(with_files(post, PDF), at=post.at)
    user = post.member().user
    assert user
    with scope.enter(post.case.association_id):
        assert access.deposit_for(post.case, deposits(post)[0].pk, by=user).by_mail


def test_another_member_or_what_was_not_mailed_opens_for_nobody(post: Post, colleague: Membership) -> None:
    actions.receive_mail(with_files(post, PDF), at=post.at)
    [mailed] = deposits(post)
    user = post.member().user
    assert user
    with scope.enter(post.case.association_id):
        typed = vault.actions.receive(
            [PDF[0]], subject=post.case.subject, label="opposition", token=mailed.file_id, by=user, at=post.at
        )
        for pk, team in ((mailed.pk, False), (typed.pk, True)):
            with pytest.raises(Http404):
                access.deposit_for(post.case, pk, by=colleague.user, team=team)


def test_while_the_keys_are_away_the_mail_server_keeps_the_message(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise keys.KeysAway("ConnectionError")

    with monkeypatch.context() as patched:
        patched.setattr(keys.WrappedKeys, "put", away)
        patched.setattr(keys.RedisKeys, "put", away)
        with pytest.raises(TryLater):
            actions.receive_mail(with_files(post, PDF), at=post.at)
    assert (post.events("mail_received"), deposits(post), post.mails()) == ([], [], [])

    assert actions.receive_mail(with_files(post, PDF), at=post.at) is Outcome.FILED


def test_a_full_disk_is_a_reason_to_come_back(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise Refused(Code.NO_ROOM)

    monkeypatch.setattr("vault.actions.receiving.put", full)
    with pytest.raises(TryLater):
        actions.receive_mail(with_files(post, PDF), at=post.at)


def test_where_the_door_is_closed_by_choice_the_words_are_taken(post: Post, settings: Any) -> None:
    settings.VAULT_UPLOADS = False

    assert actions.receive_mail(with_files(post, PDF), at=post.at) is Outcome.FILED
    assert post.events("mail_received")[0].payload == {"refused": "ferme"}


def test_where_the_keys_would_end_with_this_process_the_words_are_taken(post: Post, settings: Any) -> None:
    """As in the embedded default: the platform's own processes could never open what another one took in."""
    settings.VAULT_SAS_URL = settings.VAULT_SAS_KEY = ""

    assert actions.receive_mail(with_files(post, PDF), at=post.at) is Outcome.FILED
    assert post.events("mail_received")[0].payload == {"refused": "ferme"}
    assert deposits(post) == []


def test_files_of_what_waits_are_not_kept_and_their_number_is_told(post: Post, store: Path) -> None:
    raw = with_files(post, PDF, PHOTO, sender="autre@exemple.invalid")
    assert actions.receive_mail(raw, at=post.at) is Outcome.WAITING

    assert [mail.left_out for mail in post.mails()] == [2]
    assert deposits(post) == []
    assert [path for path in store.rglob("*") if path.is_file()] == []
