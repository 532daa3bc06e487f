"""The desk's page of mail."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.urls import reverse

from accounts import scope
from accounts.fields import load_keys
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.roles import Role
from cases.models import Case, CaseEvent, InboundMail, MailBounce, Member
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.people import HouseClient, signed_in
from web.desk.pages import inbound as words

pytestmark = pytest.mark.django_db
LIST = reverse("desk:inbound")


@pytest.fixture
def case(volunteer: Membership, today: date, now: datetime) -> Case:
    campaign = factories.make_campaign(volunteer.association, today=today)
    return factories.make_case(campaign, by=volunteer.user, today=today, at=now)


@pytest.fixture
def at_work(volunteer: Membership) -> HouseClient:
    return signed_in(volunteer.user, association=volunteer.association)


@pytest.fixture
def waiting(case: Case, now: datetime) -> InboundMail:
    factories.make_mail(case, doubtful=True, at=now)
    with scope.enter(case.association_id):
        found: InboundMail = InboundMail.objects.get()
        return found


def url_of(mail: InboundMail) -> str:
    return reverse("desk:inbound_mail", args=[mail.pk])


def states(case: Case) -> list[str]:
    with scope.enter(case.association_id):
        return list(InboundMail.objects.order_by("pk").values_list("state", flat=True))


def test_what_waits_is_listed_and_counted_and_read_on_its_own_page(at_work: HouseClient, waiting: InboundMail) -> None:
    title, text = (factories.PLANTED[f"cases.InboundMail.{name}"][-1] for name in ("title", "text"))

    listed = at_work.get(LIST).content.decode()
    assert title in listed
    assert text not in listed
    assert text in at_work.get(url_of(waiting)).content.decode()
    assert LIST in at_work.get(reverse("desk:now")).content.decode()


def test_an_empty_page_says_so(at_work: HouseClient, case: Case) -> None:
    assert "Aucun message n’attend." in at_work.get(LIST).content.decode()


def test_it_is_attached_to_the_case_that_is_suggested(at_work: HouseClient, waiting: InboundMail, case: Case) -> None:
    page = at_work.get(url_of(waiting)).content.decode()
    assert case.reference in page

    sent = at_work.post(url_of(waiting), {**hidden(case), "to": case.reference})
    assert (sent.status_code, sent["Location"]) == (302, LIST)
    assert states(case) == ["read"]
    with scope.enter(case.association_id):
        assert factories.PLANTED["cases.InboundMail.text"][-1] in CaseEvent.objects.get(kind="mail_received").note
    assert (
        "Message classé dans le dossier." in at_work.get(reverse("desk:case", args=[case.reference])).content.decode()
    )


def hidden(case: Case) -> dict[str, str]:
    return {"association": str(case.association_id), "token": "6f2f1c2e-7b0f-4c2a-9a52-0b8f7a4e1d11"}


def test_it_is_attached_by_a_typed_reference(at_work: HouseClient, waiting: InboundMail, case: Case) -> None:
    typed = case.reference.lower().replace("-", " ")
    sent = at_work.post(url_of(waiting), {**hidden(case), "to": "autre", "reference": typed})

    assert sent.status_code == 302
    assert states(case) == ["read"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choisissez un dossier."),
        ({"to": "autre"}, "Écrivez la référence du dossier."),
        ({"to": "autre", "reference": "BADU-KEVI-ZZZ"}, "Aucun dossier n’a cette référence ici."),
        ({"to": "BADU-KEVI-TOR"}, "Choisissez un dossier."),
    ],
)
def test_what_names_no_case_is_asked_again(
    typed: dict[str, str], sentence: str, at_work: HouseClient, waiting: InboundMail, case: Case
) -> None:
    sent = at_work.post(url_of(waiting), {**hidden(case), **typed})

    assert sent.status_code == 422
    assert states(case) == ["waiting"]
    if "to" not in typed or typed["to"] == "autre":
        assert sentence in sent.content.decode()


def test_words_that_are_shown_again_are_read_again(at_work: HouseClient, waiting: InboundMail, case: Case) -> None:
    """Without an opening before, so that nobody reads past the audit log."""
    page = at_work.post(url_of(waiting), {**hidden(case), "to": "autre", "reference": ""})

    assert factories.PLANTED["cases.InboundMail.text"][-1] in page.content.decode()
    with scope.enter(case.association_id):
        assert AuditEntry.objects.get(kind="mail_consulted").payload == {"mail": waiting.pk}


def test_one_that_stands_in_the_case_already_is_not_attached_again(
    at_work: HouseClient, waiting: InboundMail, case: Case, now: datetime
) -> None:
    with scope.enter(case.association_id):
        InboundMail.objects.filter(pk=waiting.pk).update(mark="ab" * 32)
        CaseEvent.objects.record(case, EventKind.MAIL_RECEIVED, at=now, by=None, token=UUID(hex="ab" * 16))

    assert at_work.post(url_of(waiting), {**hidden(case), "to": case.reference}).status_code == 409
    assert states(case) == ["waiting"]


def test_days_are_those_of_the_clock_on_the_wall(waiting: InboundMail, case: Case) -> None:
    """In Paris it is past midnight, and a day later than in UTC."""
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    waiting.received_at = late
    bounce = MailBounce(member=case.member, is_hard=True, at=late)
    with scope.enter(case.association_id):
        load_keys([waiting.subject])
        shown, trouble = words.waiting(waiting), words.trouble(case, [bounce])

    assert trouble
    assert shown.until.replace("\u00a0", " ") == "dimanche 20 décembre 2026"
    assert "vendredi 20 novembre 2026" in trouble.text.replace("\u00a0", " ")


def test_it_is_not_attached_to_a_case_that_one_may_not_reach(
    at_work: HouseClient, waiting: InboundMail, case: Case, other_association: Association, today: date, now: datetime
) -> None:
    stranger = factories.make_membership(other_association, Role.COORDINATOR)
    campaign = factories.make_campaign(other_association, today=today)
    theirs = factories.make_case(campaign, by=stranger.user, today=today, at=now)

    sent = at_work.post(url_of(waiting), {**hidden(case), "to": "autre", "reference": theirs.reference})
    assert sent.status_code == 422
    assert states(case) == ["waiting"]


def test_discarded_it_is_gone_and_a_colleague_who_was_later_is_told(
    at_work: HouseClient, waiting: InboundMail, case: Case
) -> None:
    assert at_work.post(url_of(waiting), {**hidden(case), "discard": "1"}).status_code == 302
    assert states(case) == ["discarded"]
    assert at_work.get(url_of(waiting)).status_code == 404


def test_a_form_of_another_association_does_nothing(at_work: HouseClient, waiting: InboundMail, case: Case) -> None:
    sent = at_work.post(url_of(waiting), {"association": "0", "discard": "1"})

    assert sent.status_code == 409
    assert states(case) == ["waiting"]


def test_one_on_a_case_is_listed_until_it_is_read(at_work: HouseClient, case: Case, now: datetime) -> None:
    factories.make_mail(case, at=now)
    with scope.enter(case.association_id):
        mail = InboundMail.objects.get()
    assert "J’ai lu" in at_work.get(LIST).content.decode()

    for _ in range(2):
        sent = at_work.post(reverse("desk:inbound_read", args=[mail.pk]), {"association": str(case.association_id)})
        assert sent.status_code == 302
    assert states(case) == ["read"]
    assert "J’ai lu" not in at_work.get(LIST).content.decode()


def test_an_address_that_takes_no_mail_is_listed_and_corrected(at_work: HouseClient, case: Case, now: datetime) -> None:
    with scope.enter(case.association_id):
        Member.objects.filter(pk=case.member_id).update(email_off_at=now)
    address, page = reverse("desk:address", args=[case.reference]), reverse("desk:case", args=[case.reference])
    assert address in at_work.get(LIST).content.decode()
    assert "Ses courriels reviennent." in at_work.get(page).content.decode()

    refused = at_work.post(address, {**hidden(case), "version": case.version, "email": "personne"})
    assert refused.status_code == 422
    sent = at_work.post(address, {**hidden(case), "version": case.version, "email": "nouvelle@exemple.invalid"})
    assert (sent.status_code, sent["Location"]) == (302, page)
    assert "Ses courriels reviennent." not in at_work.get(page).content.decode()
    assert address not in at_work.get(LIST).content.decode()


def test_whoever_follows_no_cases_does_not_get_in(association: Association, waiting: InboundMail) -> None:
    delegate = factories.make_membership(association, Role.DATA_DELEGATE)
    browser = signed_in(delegate.user, association=association)

    for url in (LIST, url_of(waiting)):
        assert browser.get(url).status_code == 403


def test_another_association_finds_nothing(other_association: Association, waiting: InboundMail) -> None:
    stranger = factories.make_membership(other_association, Role.COORDINATOR)
    browser = signed_in(stranger.user, association=other_association)

    assert browser.get(url_of(waiting)).status_code == 404
    assert factories.PLANTED["cases.InboundMail.title"][-1] not in browser.get(LIST).content.decode()
