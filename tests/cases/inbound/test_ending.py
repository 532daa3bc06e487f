"""Mail and the end of what it is about: the archive, the mail of the day, erasure and purge."""

from datetime import timedelta

import pytest

from accounts import scope
from cases import actions
from cases.actions import Outcome
from cases.models import Case, InboundMail, MailBounce, Member
from cases.notices import digests
from notifications.models import Notice
from notifications.rules.kinds import DIGESTS, Audience
from tests.cases.inbound.conftest import Open, Post


def put_in_archive(post: Post) -> None:
    with scope.enter(post.case.association_id):
        Case.objects.filter(pk=post.case.pk).update(archived_on=post.today - timedelta(days=1))


def archived_on(post: Post) -> object:
    with scope.enter(post.case.association_id):
        return Case.objects.values_list("archived_on", flat=True).get(pk=post.case.pk)


def digest_of(post: Post, *, about: list[Notice]) -> Notice:
    """The mail of the day for the member, with these news held for it."""
    made = post.notice()
    ids = {"user": str(post.member().user_id)}
    with scope.enter(post.case.association_id):
        Notice.objects.filter(pk=made.pk).update(kind=DIGESTS[Audience.MEMBER], subject_ids=ids)
        rows = Notice.objects.filter(pk__in=[one.pk for one in about])
        rows.update(state="held", digest=made.pk, sent_at=None)
        found: Notice = Notice.objects.get(pk=made.pk)
        return found


@pytest.mark.django_db
class TestTheArchive:
    def test_an_answer_takes_its_case_out_of_it(self, post: Post) -> None:
        put_in_archive(post)

        assert post.send() is Outcome.FILED
        assert archived_on(post) is None
        assert len(post.events("case_returned")) == 1

    def test_what_nobody_verified_leaves_it_there(self, post: Post) -> None:
        put_in_archive(post)

        assert post.send(sender="autre@exemple.invalid") is Outcome.WAITING
        assert archived_on(post) is not None


@pytest.mark.django_db
class TestTheMailOfTheDay:
    def test_it_says_where_to_answer_when_its_news_are_of_one_case(self, post: Post) -> None:
        digest = digest_of(post, about=[post.notice(), post.notice()])
        with scope.enter(post.case.association_id):
            recipient = digests._gathered_for_member(digest)

        assert recipient
        assert recipient.reply_to == post.address

    def test_of_two_cases_an_answer_goes_to_neither(self, post: Post, open_post: Open) -> None:
        other = open_post(post.by)
        digest = digest_of(post, about=[post.notice(), other.notice()])
        with scope.enter(post.case.association_id):
            recipient = digests._gathered_for_member(digest)

        assert recipient
        assert recipient.reply_to == ""

    def test_it_counts_when_it_comes_back_and_ends_with_the_address(self, post: Post) -> None:
        gathered = [digest_of(post, about=[]), digest_of(post, about=[])]

        assert [post.bounce(one) for one in gathered] == [Outcome.BOUNCE, Outcome.BOUNCE]
        assert not post.member().takes_mail
        with scope.enter(post.case.association_id):
            assert digests._gathered_for_member(gathered[0]) is None


@pytest.mark.django_db(transaction=True)
class TestThePurge:
    def test_reports_go_with_a_notice_that_is_too_old(self, post: Post) -> None:
        old, new = post.notice(), post.notice()
        for notice in (old, new):
            post.bounce(notice)
        with scope.enter(post.case.association_id):
            Notice.objects.filter(pk=old.pk).update(created_at=post.at - timedelta(days=91))

        told = actions.purge(today=post.today, at=post.at).told()["tables"]

        assert told["cases.MailBounce"] == {"age": 1}
        assert told["notifications.Notice"]["age"] >= 1
        with scope.enter(post.case.association_id):
            assert list(MailBounce.objects.values_list("notice", flat=True)) == [new.pk]
        assert not post.member().takes_mail

    def test_nothing_of_an_erased_person_is_left(self, post: Post) -> None:
        post.bounce(post.notice())
        assert post.send() is Outcome.FILED
        assert post.send(subject="Autre", sender="autre@exemple.invalid") is Outcome.WAITING
        with scope.enter(post.case.association_id):
            actions.erase_person(Member.objects.get(pk=post.case.member_id), today=post.today, at=post.at, by=None)

        told = actions.purge(today=post.today, at=post.at).told()

        assert (told["waiting"], told["set_aside"]) == (0, 0)
        with scope.enter(post.case.association_id):
            for model in (InboundMail, MailBounce, Member, Case):
                assert not model._default_manager.exists(), model
