"""A member chooses how they are told: at once, once a day, or not at all but for the last days."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

import cases.actions
import notifications.actions
from accounts import scope
from accounts.models import Association, Membership, User
from cases.models import Case
from notifications.access import choice_of
from notifications.models import MailChoice, Notice, NoticeState
from notifications.rules.kinds import DIGESTS, Audience
from notifications.rules.modes import Choice, Mode
from tests import factories
from tests.notifications.conftest import Sink, sink
from tests.people import HouseClient, signed_in_by_code
from tests.web.portal.answers import text

__all__ = ["sink"]

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = reverse("portal:mails")


def typed(**answers: str) -> dict[str, str]:
    whole = {"mode": "digest", "digest_at": "18:00", "quiet_from": "never", "quiet_until": "never"}
    return {"token": str(uuid4()), **whole, **answers}


def chosen(member: User, association: Association) -> Choice:
    with scope.enter(association.pk):
        return choice_of(member.pk, audience=Audience.MEMBER)


def test_the_choice_is_kept_and_shown_again(mine: HouseClient, member: User, association: Association) -> None:
    answer = mine.post(PAGE, typed(quiet_from="20:00", quiet_until="09:00"))

    assert answer.headers["Location"] == reverse("portal:home")
    assert chosen(member, association) == Choice(mode=Mode.DIGEST, digest_at=18, quiet_from=20, quiet_until=9)
    page = text(mine.get(PAGE))
    assert 'value="digest" ' in page
    assert "dans les derniers jours" in page


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"mode": "pigeon"}, "Comment voulez-vous"),
        ({"mode": ""}, "Répondez à cette question"),
        ({"digest_at": "07:00"}, "à quelle heure"),  # the association sends from eight
        ({"quiet_from": "20:00"}, "les deux heures"),
        ({"quiet_from": "20:00", "quiet_until": "20:00"}, "finir à une autre heure"),
        ({"quiet_from": "08:00", "quiet_until": "20:00"}, "au moins une heure"),
        ({"quiet_from": "99:00", "quiet_until": "20:00"}, "Ne pas être dérangé"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    mine: HouseClient, member: User, association: Association, answers: dict[str, str], told: str
) -> None:
    answer = mine.post(PAGE, typed(**answers))

    assert answer.status_code == 422
    assert told in text(answer)
    assert chosen(member, association) == Choice()


def test_who_is_no_member_here_chooses_nothing(member: User, volunteer: Membership) -> None:
    outsider = signed_in_by_code(volunteer.user)

    assert outsider.get(PAGE).status_code == 404
    assert outsider.post(PAGE, typed()).status_code == 404
    assert HouseClient().post(PAGE, typed()).headers["Location"].startswith("/espace/entrer/")
    with scope.enter(volunteer.association_id):
        assert not MailChoice.objects.exists()


def test_a_day_with_two_news_is_one_neutral_mail_without_a_word_of_the_case(
    case: Case, mine: HouseClient, member: User, sink: Sink, now: datetime
) -> None:
    mine.post(PAGE, typed())
    with scope.enter(case.association_id):
        deadlines = list(case.deadlines.filter(bound="member").values_list("pk", flat=True)) or [
            case.deadlines.latest("pk").pk
        ]
        for number in (1, 2):
            notifications.actions.queue(
                kind="deadline_missed", dedupe_key=f"n{number}", ids={"deadline": deadlines[0]}, at=now
            )
        case.deadlines.update(missed_on=now.date())
    assert notifications.actions.deliver(now=now).held == 2

    assert notifications.actions.deliver(now=now.replace(hour=18)).sent == 1

    [mail] = sink.messages
    body = mail.get_body(("plain",))
    assert body is not None
    assert "2 nouvelles vous attendent" in body.get_content()
    assert case.reference not in mail.as_string() + body.get_content()
    assert mail["Subject"] == "Vos nouvelles du jour"
    with scope.enter(case.association_id):
        assert {row.state for row in Notice.objects.all()} == {NoticeState.SENT}
        assert Notice.objects.filter(kind=DIGESTS[Audience.MEMBER]).count() == 1


def test_whoever_is_erased_leaves_no_choice_behind(
    case: Case, mine: HouseClient, member: User, volunteer: Membership, now: datetime
) -> None:
    mine.post(PAGE, typed())
    with scope.enter(case.association_id):
        cases.actions.erase_person(case.member, today=now.date(), at=now, by=volunteer.user)

        assert not MailChoice.objects.exists()


def test_the_last_days_of_ones_own_deadline_still_leave(
    case: Case, mine: HouseClient, sink: Sink, now: datetime
) -> None:
    mine.post(PAGE, typed(mode="none"))
    with scope.enter(case.association_id):
        deadline = case.deadlines.latest("pk")
        case.deadlines.filter(pk=deadline.pk).update(missed_on=now.date())
        for number, days in enumerate((14, 2)):
            notifications.actions.queue_many(
                [
                    notifications.actions.NoticeRow(
                        kind="deadline_missed",
                        dedupe_key=f"n{number}",
                        ids={"deadline": deadline.pk},
                        leave_by=now + timedelta(days=days),
                    )
                ],
                at=now,
            )

    done: Any = notifications.actions.deliver(now=now)

    assert (done.sent, done.dropped) == (1, 1)


def test_the_page_is_found_from_ones_space(case: Case, mine: HouseClient) -> None:
    assert f'href="{PAGE}"' in text(mine.get(reverse("portal:home")))
    assert factories.PLANTED["cases.Member.email"][-1] not in text(mine.get(PAGE))
