"""Which association and which case a mail is for, when it names several or none."""

from typing import Any

import pytest

from accounts import scope
from accounts.models import Association
from cases import actions
from cases.actions import Outcome, TryLater
from cases.models import InboundMail
from tests.cases.inbound import shapes
from tests.cases.inbound.conftest import Open, Post

pytestmark = pytest.mark.django_db


def waiting_in(association: Association) -> int:
    with scope.enter(association.pk):
        return int(InboundMail.objects.count())


@pytest.fixture
def with_mailboxes(post: Post, other_association: Association) -> dict[str, Association]:
    mine = post.case.association
    for one, address in ((mine, "contact@une.example"), (other_association, "contact@autre.example")):
        one.contact_email = address
        one.save(update_fields=["contact_email"])
    return {"contact@une.example": mine, "contact@autre.example": other_association}


def test_where_one_association_works_what_names_none_is_its_own(post: Post, mailbox: str) -> None:
    assert post.send(to=mailbox) is Outcome.WAITING
    assert [mail.case_id for mail in post.mails()] == [None]


def test_where_two_work_what_names_none_is_nobodys(post: Post, mailbox: str, other_association: Association) -> None:
    assert post.send(to=mailbox) is Outcome.NOBODY_TOLD
    assert post.send(to=mailbox, return_path="<>") is Outcome.ROBOT

    for one in (post.case.association, other_association):
        with scope.enter(one.pk):
            assert InboundMail.objects.count() == 0


@pytest.mark.parametrize("to", ["reponse+autre@opposable.example", "Bureau@Autre.example"])
def test_an_address_that_names_an_association_leads_to_it_alone(
    to: str, post: Post, other_association: Association
) -> None:
    other_association.contact_email = "bureau@autre.example"
    other_association.save(update_fields=["contact_email"])

    assert post.send(to=to) is Outcome.WAITING
    assert post.mails() == []
    with scope.enter(other_association.pk):
        assert InboundMail.objects.count() == 1


def test_an_answer_to_another_associations_mail_is_not_led_by_a_strangers_address(
    post: Post, other_association: Association
) -> None:
    """Named one, answering the other: the address decides, and nothing of the other's case shows."""
    notice = post.notice()
    assert post.send(to="reponse+autre@opposable.example", in_reply_to=notice.message_id) is Outcome.WAITING

    assert post.mails() == []
    with scope.enter(other_association.pk):
        assert InboundMail.objects.get().case_id is None


def test_a_suspended_association_takes_no_mail(post: Post, other_association: Association) -> None:
    address, email = post.address, post.email
    Association.objects.filter(pk=post.case.association_id).update(is_active=False)

    assert post.send(to=address, sender=email) is Outcome.NOBODY_TOLD


@pytest.mark.parametrize("header", ["x_original_to", "delivered_to", "envelope_to"])
def test_of_a_mail_to_two_associations_each_gets_its_copy(
    header: str, post: Post, with_mailboxes: dict[str, Association]
) -> None:
    """As the mail server hands it over twice, with the same headers that everybody sees."""
    told: dict[str, Any] = {"to": ", ".join(with_mailboxes), "cc": f"reponse+{post.case.association.slug}@x.example"}
    for address in with_mailboxes:
        assert post.send(**told, **{header: address}) is Outcome.WAITING

    assert [waiting_in(one) for one in with_mailboxes.values()] == [1, 1]


def test_an_envelope_that_says_nothing_leaves_it_to_the_headers(
    post: Post, mailbox: str, with_mailboxes: dict[str, Association]
) -> None:
    assert post.send(to="contact@autre.example", x_original_to=mailbox, delivered_to="opposable@localhost")
    assert [waiting_in(one) for one in with_mailboxes.values()] == [0, 1]


def test_without_an_envelope_a_mail_to_two_is_told_to_its_sender(
    post: Post, with_mailboxes: dict[str, Association]
) -> None:
    assert post.send(to=", ".join(with_mailboxes)) is Outcome.NOBODY_TOLD
    assert [waiting_in(one) for one in with_mailboxes.values()] == [0, 0]


def test_of_a_mail_to_two_cases_each_gets_its_copy(post: Post, open_post: Open) -> None:
    other, email = open_post(post.by), post.email
    both = [post.address, other.address]

    assert post.send(to=", ".join(both), x_original_to=both[0]) is Outcome.FILED
    assert other.send(to=", ".join(both), x_original_to=both[1], sender=email) is Outcome.WAITING
    assert post.send(to=", ".join(both), x_original_to=both[0]) is Outcome.AGAIN
    assert [mail.case_id for mail in post.mails()] == [post.case.pk, other.case.pk]


@pytest.mark.parametrize("marks", shapes.LISTS.values(), ids=shapes.LISTS)
def test_an_association_behind_a_list_keeps_its_mail(
    marks: dict[str, str], post: Post, mailbox: str, with_mailboxes: dict[str, Association]
) -> None:
    """What a list says of the sender is not believed; to a list nothing is said."""
    told = {name.replace("-", "_"): value for name, value in marks.items()}

    assert post.send(to="contact@une.example", x_original_to=mailbox, **told) is Outcome.WAITING
    assert post.send(message_id="<2@exemple.invalid>", **told) is Outcome.WAITING
    assert post.send(to=mailbox, message_id="<3@exemple.invalid>", **told) is Outcome.ROBOT
    assert post.events("mail_received") == []


def test_what_comes_through_a_list_and_names_nothing_is_dropped(post: Post, mailbox: str) -> None:
    assert post.send(to=mailbox, list_id="<achats.exemple.invalid>") is Outcome.ROBOT
    assert post.mails() == []


def test_a_letter_that_is_taken_for_a_report_is_kept(post: Post) -> None:
    told = {"sender": "postmaster@petite-asso.invalid", "subject": "Lettre non remise au ministère"}

    assert post.send(**told) is Outcome.WAITING
    assert post.send(subject="Lettre non remise", return_path="<>") is Outcome.STRAY_BOUNCE
    assert [mail.title for mail in post.mails()] == ["Lettre non remise au ministère"]


def test_what_cannot_be_read_at_all_waits(post: Post) -> None:
    raw = shapes.crlf(f"From: ?\nTo: {post.address}\nContent-Type: text/plain; name*{'9' * 5000}=a\n\nBonjour")

    assert actions.receive_mail(raw, at=post.at) is Outcome.WAITING
    assert [mail.left_out for mail in post.mails()] == [1]


def test_a_flood_stays_with_the_mail_server(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.actions.mailing.MOST_WAITING", 2)
    for number in range(2):
        post.send(sender="autre@exemple.invalid", message_id=f"<{number}@exemple.invalid>")

    with pytest.raises(TryLater):
        post.send(sender="autre@exemple.invalid", message_id="<3@exemple.invalid>")
    assert len(post.mails()) == 2


def test_one_sender_does_not_close_the_inbox_to_the_others(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.actions.mailing.MOST_FROM_ONE", 2)
    for number in range(2):
        post.send(sender="autre@exemple.invalid", message_id=f"<{number}@exemple.invalid>")

    with pytest.raises(TryLater):
        post.send(sender="Autre@exemple.invalid", message_id="<3@exemple.invalid>")
    assert post.send(sender="troisieme@exemple.invalid") is Outcome.WAITING
    assert post.send() is Outcome.FILED


def test_what_names_no_case_leaves_room_for_what_does(
    post: Post, mailbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.actions.mailing.MOST_WAITING", 4)
    for number in range(3):
        post.send(sender=f"{number}@exemple.invalid", to=mailbox)

    with pytest.raises(TryLater):
        post.send(sender="3@exemple.invalid", to=mailbox)
    assert post.send(sender="3@exemple.invalid") is Outcome.WAITING
    with pytest.raises(TryLater):
        post.send(sender="4@exemple.invalid")
