"""Mail of people: onto its case, or to the team, or to nobody."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import scope
from accounts.models import DataKey, Membership
from cases import actions
from cases.actions import Outcome
from cases.models import Case, CaseEvent, InboundMail, Member
from tests.cases.inbound import shapes
from tests.cases.inbound.conftest import Open, Post

pytestmark = pytest.mark.django_db

# Made up, with its right key.
NUMBER = "253072B07300470"


def test_what_the_member_answers_stands_in_the_journal_of_the_case(post: Post) -> None:
    assert post.send(text="J’ai appelé ce matin.") is Outcome.FILED

    [event] = post.events("mail_received")
    assert event.note == "Re: Des nouvelles\n\nJ’ai appelé ce matin."
    assert event.by == post.member().user
    assert event.payload == {}
    [mail] = post.mails()
    assert (mail.state, mail.case_id, mail.event_id) == ("filed", post.case.pk, event.pk)
    assert (mail.sender, mail.title, mail.text) == ("", "", "")


def test_the_event_is_chained_like_any_other(post: Post) -> None:
    post.send()
    with scope.enter(post.case.association_id):
        while actions.chain_events():
            pass
        assert CaseEvent.objects.get(kind="mail_received").hash


def test_the_address_is_found_however_servers_write_it(post: Post) -> None:
    elsewhere = {"to": "a@exemple.invalid"}
    ways = [{"to": post.address.upper()}, *({name: post.address} for name in ("cc", "x_original_to", "envelope_to"))]
    for number, told in enumerate(elsewhere | way for way in ways):
        assert post.send(message_id=f"<{number}@exemple.invalid>", **told) is Outcome.FILED


def test_the_same_message_twice_is_one(post: Post) -> None:
    assert post.send() is Outcome.FILED
    assert post.send() is Outcome.AGAIN

    assert len(post.events("mail_received")) == 1


def test_another_message_under_the_same_id_is_another(post: Post) -> None:
    assert post.send() is Outcome.FILED
    assert post.send(text="Tout autre chose") is Outcome.FILED

    assert len(post.events("mail_received")) == 2


def test_long_after_it_is_known_again(post: Post) -> None:
    """The row is gone after a month, what it brought to the case is not."""
    later = post.at + timedelta(days=31)
    assert post.send() is Outcome.FILED
    assert post.send(sender="autre@exemple.invalid") is Outcome.WAITING
    filed, waiting = post.mails()
    with scope.enter(post.case.association_id):
        actions.mark_read(filed, at=post.at, by=post.by.user)
        actions.attach_mail(waiting, post.case, today=post.at.date(), at=post.at, by=post.by.user)
        assert actions.purge_mails(at=later) == 2

    assert [post.send(), post.send(sender="autre@exemple.invalid")] == [Outcome.AGAIN, Outcome.AGAIN]
    assert len(post.events("mail_received")) == 2


def test_a_message_without_an_id_is_one_too(post: Post) -> None:
    assert post.send(message_id=None) is Outcome.FILED
    assert post.send(message_id=None) is Outcome.AGAIN
    assert post.send(message_id=None, text="Autre chose") is Outcome.FILED


@pytest.mark.parametrize("number", [NUMBER, " ".join(NUMBER), f"{NUMBER[:13]} clé {NUMBER[13:]}"])
def test_a_number_is_hidden_and_the_event_says_so(number: str, post: Post) -> None:
    assert post.send(subject=f"Mon n° {number}", text=f"C’est le {number}.") is Outcome.FILED

    [event] = post.events("mail_received")
    assert event.payload == {"masked": True}
    assert "•" in event.note
    assert not any(sign.isdigit() for sign in event.note)


@pytest.mark.parametrize(
    "headers",
    [
        "From: {member} <autre@exemple.invalid>",
        "From: {member}(<autre@exemple.invalid>",
        'From: "{member}" <autre@exemple.invalid>',
        'From: "{member}" <root>',
        'From: "{member}" (<root>',
        'From: "{member}" <>',
        'From: "{member} <autre@exemple.invalid>',
        'From: " {member}',
        "From: {member} <root>",
        "From: ((( {member}",
        "From: {member}, autre@exemple.invalid",
        "From: {member}" + " " * 2000 + ", autre@exemple.invalid",
        "From: {member}\nFrom: autre@exemple.invalid",
        "From: autre@exemple.invalid\nFrom: {member}",
        "From: Camille\nSender: {member}",
        "Sender: {member}",
        'From: "{member}" <autre@exemple.invalid>\nContent-Type: text/plain; name*' + "9" * 5000 + "=a",
    ],
)
def test_who_stands_beside_the_one_address_of_the_one_from_is_not_believed(headers: str, post: Post) -> None:
    """A server that checks DMARC looks at another address than the member's, or at none."""
    told = f"Return-Path: <autre@exemple.invalid>\nTo: {post.address}\n{headers.format(member=post.email)}\n\nBonjour"

    assert actions.receive_mail(shapes.crlf(told), at=post.at) is Outcome.WAITING
    assert post.events("mail_received") == []


def test_a_stranger_who_has_the_address_is_not_believed(post: Post) -> None:
    assert post.send(sender="Camille <autre@exemple.invalid>") is Outcome.WAITING

    assert post.events("mail_received") == []
    [mail] = post.mails()
    assert (mail.state, mail.doubt, mail.case_id) == ("waiting", "unverified", post.case.pk)
    assert (mail.sender, mail.sender_name, mail.title) == ("autre@exemple.invalid", "Camille", "Re: Des nouvelles")


def test_nobody_is_not_taken_for_a_member_without_an_address(post: Post) -> None:
    address = post.address
    with scope.enter(post.case.association_id):
        Member.objects.filter(pk=post.case.member_id).update(email_index="")

    assert post.send(sender="(personne)", to=address) is Outcome.WAITING
    assert post.events("mail_received") == []


def test_a_volunteers_answer_is_not_believed_either(post: Post) -> None:
    """The member has the case's address too, and may write any sender."""
    assert post.send(sender=post.by.user.email) is Outcome.WAITING


def test_another_member_is_a_stranger(post: Post, open_post: Open) -> None:
    other = open_post(post.by)

    assert post.send(sender=other.email) is Outcome.WAITING
    assert other.events("mail_received") == []


@pytest.mark.parametrize("told", [{"auto_submitted": "auto-replied"}, {"precedence": "auto_reply"}])
def test_an_automatic_answer_leaves_nothing(told: dict[str, str], post: Post) -> None:
    assert post.send(**told) is Outcome.ROBOT

    assert (post.mails(), post.events("mail_received")) == ([], [])


def test_a_closed_case_takes_words_and_no_file(post: Post, volunteer: Membership) -> None:
    with scope.enter(post.case.association_id):
        actions.close_case(post.case, outcome="abandoned", today=post.today, at=post.at, by=volunteer.user)
    message = post.letter()
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="a.pdf")

    assert actions.receive_mail(bytes(message), at=post.at) is Outcome.FILED
    assert post.events("mail_received")[0].payload == {"refused": "ferme-entre-temps"}


def test_an_answer_from_the_members_address_without_the_cases_waits(post: Post, mailbox: str) -> None:
    notice = post.notice()
    assert post.send(to=mailbox, in_reply_to=notice.message_id) is Outcome.WAITING

    [mail] = post.mails()
    assert (mail.doubt, mail.case_id) == ("unaddressed", post.case.pk)


def test_while_it_waits_its_words_have_a_key_of_their_own(post: Post) -> None:
    post.send(sender="autre@exemple.invalid")

    [mail] = post.mails()
    with scope.enter(post.case.association_id):
        assert DataKey.objects.get(subject=mail.subject).kind == "mail"


def test_a_sender_that_is_a_number_is_hidden(post: Post) -> None:
    assert post.send(sender=f"{NUMBER}@exemple.invalid", text=f"n° {NUMBER}") is Outcome.WAITING

    [mail] = post.mails()
    assert mail.is_masked
    assert NUMBER not in mail.sender + mail.text


def test_erasing_the_case_destroys_what_came_to_its_address(post: Post) -> None:
    post.send()
    post.send(sender="autre@exemple.invalid", message_id="<2@exemple.invalid>")
    subjects = [mail.subject for mail in post.mails(state="waiting")]
    with scope.enter(post.case.association_id):
        actions.erase_case(post.case, today=post.today, at=post.at + timedelta(hours=1), by=None)

    assert post.mails() == []
    with scope.enter(post.case.association_id):
        assert not DataKey.objects.filter(subject__in=subjects).exists()
        assert Case.objects.get(pk=post.case.pk).state == "erased"


def test_erasing_a_person_destroys_what_waits_from_their_address(post: Post, mailbox: str) -> None:
    post.send(to=mailbox)
    with scope.enter(post.case.association_id):
        actions.erase_person(post.member(), today=post.today, at=post.at + timedelta(hours=1), by=None)

    assert post.mails() == []


@pytest.mark.parametrize("told", [{}, {"sender": "autre@exemple.invalid"}], ids=["filed", "waiting"])
def test_what_fails_half_way_leaves_nothing(told: Any, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(InboundMail, "save", fail)
    message = shapes.letter(**({"sender": post.email, "to": post.address} | told))
    with pytest.raises(ConnectionError):
        actions.receive_mail(bytes(message), at=post.at)

    assert post.events("mail_received") == []
