"""What a volunteer does with mail, who may, and how it ends."""

from datetime import timedelta

import pytest
from django.http import Http404

from accounts import scope
from accounts.models import Association, AuditEntry, DataKey, Membership
from cases import access, actions
from cases.models import InboundMail
from cases.rules.lifecycle import Impossible
from tests.cases.inbound.conftest import Open, Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(post: Post) -> InboundMail:
    """From an address that nobody knows, to the case's."""
    post.send(sender="Camille <autre@exemple.invalid>", text="Voici la suite.")
    [mail] = post.mails()
    return mail


def test_attached_its_words_are_the_cases(post: Post, waiting: InboundMail) -> None:
    with scope.enter(post.case.association_id):
        assert actions.attach_mail(waiting, post.case, today=post.today, at=post.at, by=post.by.user)
        assert not actions.attach_mail(waiting, post.case, today=post.today, at=post.at, by=post.by.user)
        assert not actions.discard_mail(waiting, at=post.at, by=post.by.user)
        assert not DataKey.objects.filter(subject=waiting.subject).exists()

    [event] = post.events("mail_received")
    assert event.note == "Camille <autre@exemple.invalid>\n\nRe: Des nouvelles\n\nVoici la suite."
    assert (event.by, event.payload) == (post.by.user, {"attached": True})
    [mail] = post.mails()
    assert (mail.state, mail.sender, mail.text, mail.sender_index) == ("read", "", "", "")


def test_sent_again_after_it_was_attached_or_discarded_it_is_known(post: Post, waiting: InboundMail) -> None:
    with scope.enter(post.case.association_id):
        assert actions.discard_mail(waiting, at=post.at, by=post.by.user)

    assert post.send(sender="Camille <autre@exemple.invalid>", text="Voici la suite.") is actions.Outcome.AGAIN


def test_discarded_it_is_unreadable(post: Post, waiting: InboundMail) -> None:
    with scope.enter(post.case.association_id):
        assert actions.discard_mail(waiting, at=post.at, by=post.by.user)
        assert not DataKey.objects.filter(subject=waiting.subject).exists()

    [mail] = post.mails()
    assert (mail.state, mail.text, mail.decided_by) == ("discarded", "", post.by.user)
    assert post.events("mail_received") == []


def test_nothing_is_attached_to_an_erased_case(post: Post, waiting: InboundMail, open_post: Open) -> None:
    other = open_post(post.by)
    with scope.enter(post.case.association_id):
        actions.erase_case(other.case, today=post.today, at=post.at, by=post.by.user)
        with pytest.raises(Impossible):
            actions.attach_mail(waiting, other.case, today=post.today, at=post.at, by=post.by.user)
    assert [mail.state for mail in post.mails()] == ["waiting"]


def test_a_filed_one_is_read_once(post: Post) -> None:
    post.send()
    [mail] = post.mails()
    with scope.enter(post.case.association_id):
        assert access.mail_count(post.by) == 1
        assert actions.mark_read(mail, at=post.at, by=post.by.user)
        assert not actions.mark_read(mail, at=post.at, by=post.by.user)
        assert access.mail_count(post.by) == 0


def test_after_thirty_days_what_waits_is_destroyed_and_what_is_unread_stays(post: Post, waiting: InboundMail) -> None:
    post.send(message_id="<2@exemple.invalid>")
    with scope.enter(post.case.association_id):
        assert actions.purge_mails(at=post.at + timedelta(days=29)) == 0
        assert actions.purge_mails(at=post.at + timedelta(days=30)) == 1
        assert not DataKey.objects.filter(subject=waiting.subject).exists()

    assert [mail.state for mail in post.mails()] == ["filed"]


def test_the_night_purges(post: Post, waiting: InboundMail) -> None:
    actions.sweep(today=post.today + timedelta(days=31), at=post.at + timedelta(days=31))

    assert post.mails() == []


def test_reading_one_that_waits_is_in_the_audit_log(post: Post, waiting: InboundMail) -> None:
    with scope.enter(post.case.association_id):
        assert access.mail_for(post.by, waiting.pk, at=post.at).text == "Voici la suite."
        entry = AuditEntry.objects.get(kind="mail_consulted")

    assert (entry.by, entry.payload) == (post.by.user, {"mail": waiting.pk})


def test_whoever_may_not_see_the_case_does_not_see_its_mail(
    post: Post, waiting: InboundMail, colleague: Membership, reception: Membership, association: Association
) -> None:
    association.team_sees_all = False
    association.save(update_fields=["team_sees_all"])
    for reader in (colleague, reception):
        reader.association.refresh_from_db()
        with scope.enter(association.pk):
            with pytest.raises(Http404):
                access.mail_for(reader, waiting.pk, at=post.at)
            assert access.mails_waiting(reader) == []
            assert access.mail_count(reader) == 0


def test_what_names_no_case_is_for_whoever_sees_every_case(
    post: Post, mailbox: str, coordinator: Membership, association: Association
) -> None:
    association.team_sees_all = False
    association.save(update_fields=["team_sees_all"])
    post.by.association.refresh_from_db()
    post.send(to=mailbox)
    with scope.enter(association.pk):
        assert access.mails_waiting(post.by) == []
        assert len(access.mails_waiting(coordinator)) == 1


def test_another_association_sees_nothing(
    post: Post, waiting: InboundMail, other_association: Association, open_post: Open
) -> None:
    from accounts.rules.roles import Role
    from tests import factories

    stranger = factories.make_membership(other_association, Role.COORDINATOR)
    with scope.enter(other_association.pk):
        assert access.mails_waiting(stranger) == []
        with pytest.raises(Http404):
            access.mail_for(stranger, waiting.pk, at=post.at)


def test_the_likeliest_case_comes_first(post: Post, waiting: InboundMail, open_post: Open) -> None:
    """By the address that it came to, before a reference that it cites."""
    cited = open_post(post.by)
    spaced = cited.case.reference.lower().replace("-", " ")
    post.send(sender="autre@exemple.invalid", text=f"Et pour {spaced} ?", message_id="<2@exemple.invalid>")
    mail = post.mails()[-1]
    with scope.enter(post.case.association_id):
        found = access.suggestions_of(post.by, access.mail_for(post.by, mail.pk, at=post.at))

    assert [(case.pk, [clue.value for clue in one.clues]) for case, one in found] == [
        (post.case.pk, ["named"]),
        (cited.case.pk, ["reference"]),
    ]


def test_the_sender_and_the_name_are_clues(post: Post, mailbox: str, open_post: Open) -> None:
    named = open_post(post.by)
    with scope.enter(post.case.association_id):
        member = named.member()
        names = f"{member.first_name} {member.last_name}"
    post.send(to=mailbox, text=f"Bonjour,\n\nCordialement,\n{names.upper()}")
    [mail] = post.mails()
    with scope.enter(post.case.association_id):
        found = access.suggestions_of(post.by, access.mail_for(post.by, mail.pk, at=post.at))

    assert [(case.pk, [clue.value for clue in one.clues]) for case, one in found] == [
        (post.case.pk, ["sender"]),
        (named.case.pk, ["full_name"]),
    ]
