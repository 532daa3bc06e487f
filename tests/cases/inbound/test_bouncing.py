"""Mails that came back."""

from datetime import timedelta

import pytest

from accounts import scope
from accounts.access import user_by_email
from accounts.models import Association, Membership
from cases import actions, notices
from cases.actions import Outcome
from cases.models import Deadline, MailBounce
from cases.notices import digests
from cases.notices.readers import TO_MEMBER, TO_WHOM_IT_BINDS
from notifications.models import Notice
from tests import factories
from tests.cases.inbound import shapes
from tests.cases.inbound.conftest import Open, Post

pytestmark = pytest.mark.django_db


def bounces(post: Post) -> list[tuple[bool, str]]:
    with scope.enter(post.case.association_id):
        return list(MailBounce.objects.order_by("pk").values_list("is_hard", "code"))


@pytest.mark.parametrize("shape", shapes.BOUNCES)
def test_the_second_hard_bounce_ends_mails_to_the_address_and_says_so_once(shape: str, post: Post) -> None:
    first, second, third = post.notice(), post.notice(), post.notice()

    assert post.bounce(first, shape=shape) is Outcome.BOUNCE
    assert post.member().takes_mail
    assert post.bounce(second, shape=shape) is Outcome.BOUNCE
    assert not post.member().takes_mail
    assert post.bounce(third, shape=shape) is Outcome.BOUNCE

    assert len(post.events("mail_stopped")) == 1
    with scope.enter(post.case.association_id):
        assert notices._member(Notice.objects.get(pk=third.pk)) is None


def test_the_same_report_twice_is_one(post: Post) -> None:
    notice = post.notice()
    post.bounce(notice)
    post.bounce(notice, shape="gmail")

    assert bounces(post) == [(True, "5.1.1")]
    assert post.member().takes_mail


def test_a_soft_bounce_is_noted_and_ends_nothing(post: Post) -> None:
    for notice in [post.notice() for _ in range(4)]:
        post.bounce(notice, status="5.2.2")

    assert bounces(post) == [(False, "5.2.2")] * 4
    assert post.member().takes_mail


def test_a_notice_that_was_late_and_then_came_back_counts(post: Post) -> None:
    for notice in [post.notice(), post.notice()]:
        post.bounce(notice, status="4.4.1", action="delayed")
        post.bounce(notice)

    assert len(bounces(post)) == 4
    assert not post.member().takes_mail


def test_a_forged_report_without_our_message_id_has_no_effect(post: Post) -> None:
    post.notice()
    for number in range(3):
        raw = shapes.postfix(message_id=f"<{number:032x}@opposable.example>", to=post.email)
        assert actions.receive_mail(raw, at=post.at) is Outcome.STRAY_BOUNCE

    assert bounces(post) == []
    assert post.member().takes_mail


def test_a_report_about_another_address_has_no_effect(post: Post, open_post: Open) -> None:
    """Whoever got one mail of ours knows its Message-ID, and nobody else's."""
    other = open_post(post.by)
    for notice in [post.notice(), post.notice()]:
        raw = shapes.postfix(message_id=notice.message_id, to=other.email)
        assert actions.receive_mail(raw, at=post.at) is Outcome.STRAY_BOUNCE

    assert post.member().takes_mail
    assert other.member().takes_mail


@pytest.mark.parametrize("kind", ["answer_overdue", "answer_drags", "deadline_moved"])
def test_a_report_about_a_notice_to_the_team_has_no_effect(kind: str, post: Post) -> None:
    """Whoever has left the team still has its mails, and knows the member's address."""
    with scope.enter(post.case.association_id):
        Deadline.objects.filter(case=post.case).update(bound="authority")
    for notice in [post.notice(kind=kind), post.notice(kind=kind)]:
        assert post.bounce(notice) is Outcome.STRAY_BOUNCE

    assert bounces(post) == []
    assert post.member().takes_mail


def test_a_day_that_moved_counts_where_the_member_is_bound(post: Post) -> None:
    with scope.enter(post.case.association_id):
        Deadline.objects.filter(case=post.case).update(bound="member")

    assert post.bounce(post.notice(kind="deadline_moved")) is Outcome.BOUNCE


def test_every_kind_that_a_member_may_get_is_known_as_such(post: Post) -> None:
    """By whom each of them is for at the time of sending."""
    readers = {notices._member, notices._its_member, notices._whoever_is_bound, digests._gathered_for_member}
    to_members = {kind.key for kind in (*notices._KINDS, *digests.KINDS) if kind.recipient in readers}

    assert to_members == {*TO_MEMBER, TO_WHOM_IT_BINDS}


def test_a_report_about_a_notice_that_never_left_has_no_effect(post: Post) -> None:
    notice = post.notice()
    with scope.enter(post.case.association_id):
        Notice.objects.filter(pk=notice.pk).update(attempts=0)

    assert post.bounce(notice) is Outcome.STRAY_BOUNCE


def test_correcting_the_address_lets_mails_leave_again_and_counts_anew(post: Post) -> None:
    for notice in [post.notice(), post.notice()]:
        post.bounce(notice)
    before = post.email
    with scope.enter(post.case.association_id):
        actions.correct_address(
            post.case, email=" nouvelle@exemple.invalid", version=None, today=post.today, at=post.at, by=post.by.user
        )

    member = post.member()
    assert member.takes_mail
    assert post.email == "nouvelle@exemple.invalid"
    assert member.user == user_by_email("nouvelle@exemple.invalid")
    assert user_by_email(before) is None
    assert len(post.events("address_corrected")) == 1
    post.bounce(post.notice())
    assert post.member().takes_mail


def test_a_report_about_the_former_address_says_nothing_of_the_new_one(post: Post) -> None:
    former, before = [post.notice(), post.notice()], post.email
    with scope.enter(post.case.association_id):
        actions.correct_address(
            post.case, email="nouvelle@exemple.invalid", version=None, today=post.today, at=post.at, by=post.by.user
        )

    for notice in former:
        assert post.bounce(notice, to=before) is Outcome.STRAY_BOUNCE
    assert post.member().takes_mail


def test_the_same_address_again_says_that_it_works(post: Post) -> None:
    account = post.member().user
    for notice in [post.notice(), post.notice()]:
        post.bounce(notice)
    with scope.enter(post.case.association_id):
        actions.correct_address(
            post.case, email=post.email, version=None, today=post.today, at=post.at, by=post.by.user
        )

    assert post.member().takes_mail
    assert post.member().user == account


def test_an_account_that_somebody_else_uses_stays(post: Post, other_association: Association, open_post: Open) -> None:
    """The same person is a member elsewhere: that association's word stands there."""
    elsewhere = factories.make_membership(other_association)
    campaign = factories.make_campaign(other_association, today=post.today)
    factories.make_case(campaign, by=elsewhere.user, today=post.today, at=post.at, email=post.email)
    before = post.email
    with scope.enter(post.case.association_id):
        actions.correct_address(
            post.case, email="nouvelle@exemple.invalid", version=None, today=post.today, at=post.at, by=post.by.user
        )

    assert user_by_email(before) is not None


def test_nobody_enters_with_the_address_of_a_decoy(post: Post, volunteer: Membership, open_post: Open) -> None:
    decoy = open_post(volunteer, email="")
    with scope.enter(decoy.case.association_id):
        actions.set_canary(decoy.case, on=True, at=post.at, by=volunteer.user)
        actions.correct_address(
            decoy.case, email="a@exemple.invalid", version=None, today=post.today, at=post.at, by=volunteer.user
        )

    assert decoy.email == "a@exemple.invalid"
    assert user_by_email("a@exemple.invalid") is None


def test_erasing_the_person_erases_the_reports(post: Post) -> None:
    post.bounce(post.notice())
    with scope.enter(post.case.association_id):
        actions.erase_case(post.case, today=post.today, at=post.at + timedelta(days=1), by=None)

    assert bounces(post) == []
    assert post.bounce(post.notice(), to="camille@exemple.invalid") is Outcome.STRAY_BOUNCE
