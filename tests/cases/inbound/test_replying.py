"""The address that answers come to."""

import re
from datetime import timedelta
from typing import Any

import pytest

from accounts import scope
from accounts.models import Association
from cases import access
from cases.access.replies import reply_address, reply_ids
from cases.actions import Outcome, erase_case
from cases.notices import _member
from cases.notices.readers import to_user
from notifications import smtp
from notifications.access import notice_ids
from notifications.registry import Recipient
from notifications.rules.kinds import Words
from tests.cases.inbound.conftest import Open, Post

pytestmark = pytest.mark.django_db


def tag_of(address: str) -> str:
    return address.partition("+")[2].partition("@")[0]


def test_an_address_is_the_same_each_time_and_fits(post: Post) -> None:
    assert post.address == post.address
    assert re.fullmatch(r"reponse\+[a-z2-7]{45}@opposable\.example", post.address)
    assert len(post.address.split("@")[0]) <= 64


def test_the_door_tells_two_ids_and_whose_it_is_and_nothing_else(post: Post, open_post: Open) -> None:
    other = open_post(post.by)

    assert reply_ids(tag_of(post.address)) == (post.case.association_id, post.case.pk, "member")
    assert reply_ids(tag_of(post.address).upper()) == (post.case.association_id, post.case.pk, "member")
    assert reply_ids(tag_of(post.team_address)) == (post.case.association_id, post.case.pk, "team")
    assert tag_of(other.address) != tag_of(post.address)
    assert post.case.reference.lower().replace("-", "") not in post.address


def test_with_one_sign_changed_it_leads_nowhere(post: Post) -> None:
    """But for the last, of which a bit says nothing."""
    tag = tag_of(post.address)
    changed = [tag[:at] + ("a" if tag[at] != "a" else "b") + tag[at + 1 :] for at in range(44)]

    assert [reply_ids(one) for one in changed] == [None] * 44


@pytest.mark.parametrize("tag", ["", "a", "1", "é", "aaaa", "a" * 45, "2" * 64, "a" * 5000])
def test_what_was_never_written_leads_nowhere(tag: str, db: None) -> None:
    assert reply_ids(tag) is None


def test_a_message_id_tells_two_ids_and_nothing_else(post: Post, other_association: Association) -> None:
    notice = post.notice()

    assert notice_ids(notice.message_id) == (post.case.association_id, notice.pk)
    assert notice_ids(notice.message_id.upper()) is None
    assert notice_ids("<a@exemple.invalid>") is None
    assert notice_ids("") is None


def test_a_notice_to_the_member_says_where_to_answer(post: Post) -> None:
    with scope.enter(post.case.association_id):
        recipient = _member(post.notice())

    assert recipient
    assert smtp.message(Words("a", "b", "c"), recipient, message_id="<a@b>").message()["Reply-To"] == post.address


def test_a_notice_to_the_team_says_another_address(post: Post) -> None:
    with scope.enter(post.case.association_id):
        recipient = to_user(post.by.user, about=post.case)

    assert recipient
    assert recipient.reply_to == post.team_address != post.address


def test_whoever_has_the_teams_address_writes_in_nobodys_name(post: Post) -> None:
    """Also with the member's own sender, which anybody may write."""
    assert post.send(to=post.team_address) is Outcome.WAITING

    assert post.events("mail_received") == []
    [mail] = post.mails()
    assert (mail.doubt, mail.case_id) == ("unverified", post.case.pk)


def test_without_the_setting_nothing_is_promised(post: Post, settings: Any) -> None:
    settings.REPLY_ADDRESS = ""
    with scope.enter(post.case.association_id):
        recipient = _member(post.notice())
        assert reply_address(post.case) == ""

    assert recipient
    assert recipient.reply_to == ""
    built = smtp.message(Words("a", "b", "c"), Recipient("a@exemple.invalid"), message_id="<a@b>").message()
    assert built["Reply-To"] is None


def test_the_address_of_an_erased_case_is_nobodys(post: Post) -> None:
    address, email = post.address, post.email
    with scope.enter(post.case.association_id):
        erase_case(post.case, today=post.today, at=post.at + timedelta(hours=1), by=None)

    assert post.send(to=address, sender=email) is Outcome.NOBODY_TOLD
    assert post.mails() == []
    with scope.enter(post.case.association_id):
        assert access.mail_count(post.by) == 0
