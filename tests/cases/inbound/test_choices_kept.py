"""A new address is a new account: how its person wants mails goes along, and leaves nothing with the former one."""

import pytest

import notifications.actions
from accounts import scope
from accounts.models import User
from cases import actions
from notifications.models import MailChoice
from notifications.rules.kinds import Audience
from notifications.rules.modes import Choice, Mode
from tests.cases.inbound.conftest import Open, Post

pytestmark = pytest.mark.django_db


def choose(post: Post, user: User, mode: Mode) -> None:
    with scope.enter(post.case.association_id):
        notifications.actions.choose(user, audience=Audience.MEMBER, choice=Choice(mode=mode))


def correct(post: Post, email: str) -> tuple[User, User]:
    """The account before, and the one after."""
    before = post.member().user
    with scope.enter(post.case.association_id):
        actions.correct_address(post.case, email=email, version=None, today=post.today, at=post.at, by=post.by.user)
    after = post.member().user
    assert before
    assert after
    return before, after


def choices(post: Post) -> list[tuple[object, str]]:
    with scope.enter(post.case.association_id):
        return list(MailChoice.objects.order_by("pk").values_list("user_id", "mode"))


def test_a_choice_follows_its_person_to_the_new_address(post: Post) -> None:
    user = post.member().user
    assert user
    choose(post, user, Mode.NONE)

    before, after = correct(post, "nouvelle@exemple.invalid")

    assert before != after
    assert choices(post) == [(after.pk, Mode.NONE)]


def test_what_was_chosen_under_the_new_account_stands(post: Post, open_post: Open) -> None:
    other = open_post(post.by, email="nouvelle@exemple.invalid")
    for one, mode in ((post, Mode.NONE), (other, Mode.DIGEST)):
        user = one.member().user
        assert user
        choose(post, user, mode)

    _, after = correct(post, "nouvelle@exemple.invalid")

    assert choices(post) == [(after.pk, Mode.DIGEST)]


def test_a_choice_stays_too_where_another_member_uses_the_former_account(post: Post, open_post: Open) -> None:
    other = open_post(post.by, email=post.email)
    user = other.member().user
    assert user
    assert user == post.member().user
    choose(post, user, Mode.NONE)

    before, after = correct(post, "nouvelle@exemple.invalid")

    assert sorted(choices(post)) == sorted([(before.pk, Mode.NONE), (after.pk, Mode.NONE)])
