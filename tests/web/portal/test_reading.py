"""What a member sees, and who sees nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import scope
from accounts.models import Association, Membership, User
from cases import access, actions
from cases.access import Why
from cases.actions import NewBeneficiary, NewFact
from cases.models import AttemptResult, BeneficiaryKind, Campaign, Case, CaseEvent, Decision
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.people import HouseClient, signed_in, signed_in_by_code
from tests.web.portal.answers import Answer, text


def title(response: Answer) -> str:
    return text(response).split("<title>")[1].split("</title>")[0]


def test_home_says_one_sentence_with_the_date_and_one_button(mine: HouseClient, case: Case) -> None:
    page = text(mine.get("/espace/"))

    assert "Vous avez jusqu’au <mark>mercredi 25\u00a0novembre 2026</mark> pour faire votre démarche." in page
    assert "Il vous reste 2 jours" in page
    assert page.count("<mark>") == 1
    assert page.count("button--primary") == 1
    assert "Commencer la démarche" in page
    assert "Pourquoi cette date" in page
    assert 'class="weeks"' in page


def test_no_page_title_tells_what_the_case_is_about(mine: HouseClient, case: Case) -> None:
    names = ["", f"{case.reference}/", f"{case.reference}/moyen/", f"{case.reference}/etapes/phone/1/"]
    names += [f"{case.reference}/fait/", f"{case.reference}/justificatif/", f"{case.reference}/pas-recu/"]
    names += [f"{case.reference}/continuer/"]

    assert {title(mine.get(f"/espace/{name}")) for name in names} == {"Mon espace"}


def test_without_a_letter_it_says_why_there_is_no_date_and_offers_the_other_way(
    opened: Callable[..., Case], association: Association
) -> None:
    case = opened(sent=None)
    assert case.member.user

    page = text(signed_in_by_code(case.member.user, association=association).get("/espace/"))

    assert "Pourquoi n’y a-t-il pas de date" in page
    assert "Clôturer et faire supprimer" in page
    assert f"/espace/{case.reference}/continuer/" in page


def test_children_come_first(mine: HouseClient, case: Case, childs_case: Case) -> None:
    page = text(mine.get("/espace/"))

    assert page.index("Lina<small>à faire en premier") < page.index("Moi<small>à faire")
    assert childs_case.reference in page
    assert f'href="/espace/{case.reference}/"' in page
    assert "votre accord" in page


def test_the_child_whose_day_is_nearest_comes_before_the_newest(
    mine: HouseClient,
    case: Case,
    childs_case: Case,
    campaign: Campaign,
    volunteer: Membership,
    today: date,
    now: datetime,
) -> None:
    with scope.enter(campaign.association_id):
        noted = [NewFact(kind="sent", earliest=today - timedelta(days=39), known_by="postmark")]
        actions.record_facts(childs_case, noted, today=today, at=now, by=volunteer.user)
        actions.open_case_for(
            case.member,
            campaign=campaign,
            procedure=factories.CHILD,
            beneficiary=NewBeneficiary(kind=BeneficiaryKind.CHILD, first_name="Noé", ground="agrees"),
            facts=[NewFact(kind="sent", earliest=today - timedelta(days=12), known_by="postmark")],
            consents=[],
            today=today,
            at=now,
            by=volunteer.user,
        )

    page = text(mine.get("/espace/"))

    assert page.index("Lina<small>") < page.index("Noé<small>")


def test_after_the_call_it_waits_for_the_justificatif(
    mine: HouseClient, case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    factories.make_attempt(case, by=volunteer.user, today=today, at=now)

    page = text(mine.get("/espace/"))

    assert "Il manque le <mark>justificatif</mark>" in page
    assert "mercredi 23\u00a0décembre 2026" in page
    assert "Je ne l’ai pas reçu" in page
    assert "Par téléphone, au 34\u00a022" in page


def test_a_missed_deadline_leaves_another_way(
    opened: Callable[..., Case], association: Association, today: date, now: datetime
) -> None:
    case = opened(sent=43)
    assert case.member.user
    mine = signed_in_by_code(case.member.user, association=association)

    before = text(mine.get("/espace/"))
    actions.sweep(today=today, at=now)
    after = text(mine.get("/espace/"))

    for page in (before, after):
        assert "Il reste <mark>un autre chemin</mark>" in page
        assert f"/espace/{case.reference}/continuer/" in page
    assert "Une date est passée" in after


def test_a_late_answer_is_to_be_claimed(
    case: Case, member: User, volunteer: Membership, today: date, now: datetime, clock: time_machine.Traveller
) -> None:
    factories.make_attempt(case, by=volunteer.user, today=today - timedelta(days=3), at=now)
    with scope.enter(case.association_id):
        [late] = [one for one in access.deadlines_of(case) if one.key == "justificatif"]
    clock.move_to(datetime(2026, 12, 30, 10, tzinfo=now.tzinfo))

    page = text(signed_in_by_code(member, association=case.association).get("/espace/"))

    assert late.due == date(2026, 12, 21)
    assert "La réponse devait arriver au plus tard le <mark>lundi 21\u00a0décembre 2026</mark>" in page


def test_who_opened_the_file_when_and_why_is_told_by_first_name(
    mine: HouseClient, case: Case, volunteer: Membership, now: datetime
) -> None:
    with scope.enter(case.association_id):
        access.consult(case, reader=volunteer.user, why=Why.ASSIGNED, at=now - timedelta(hours=1))

    page = text(mine.get("/espace/"))

    first = volunteer.user.name.split()[0]
    assert f"{first} a ouvert votre dossier" in page
    assert "aujourd’hui à 9\u00a0h, pour suivre votre dossier" in page
    assert "Dupont" not in page


def test_ones_own_opening_is_recorded_and_not_shown(mine: HouseClient, case: Case, member: User) -> None:
    page = text(mine.get("/espace/"))

    with scope.enter(case.association_id):
        opening = CaseEvent.objects.get(kind=EventKind.CASE_CONSULTED)
    assert (opening.by, opening.payload["why"]) == (member, "own")
    assert "a ouvert votre dossier" not in page


def test_notes_of_the_team_are_not_shown(mine: HouseClient, case: Case, volunteer: Membership, now: datetime) -> None:
    note = factories.make_note(case, by=volunteer.user, at=now)

    assert note not in text(mine.get("/espace/"))


def test_older_events_are_one_page_away(mine: HouseClient, case: Case, volunteer: Membership, now: datetime) -> None:
    with scope.enter(case.association_id):
        for hours in reversed(range(60)):
            access.consult(case, reader=volunteer.user, why=Why.SEARCH, at=now - timedelta(hours=hours))

    page = text(mine.get(f"/espace/{case.reference}/"))
    older = page.split('#histoire">')[0].rsplit('href="', 1)[1].replace("&amp;", "&")

    assert "a ouvert votre dossier" in text(mine.get(older))
    assert "dimanche 22\u00a0novembre 2026" not in page
    assert mine.get(f"/espace/{case.reference}/?avant=1%27").status_code == 404


def test_a_closed_case_says_how_it_ended(
    mine: HouseClient, case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    factories.make_attempt(case, by=volunteer.user, today=today, at=now)
    with scope.enter(case.association_id):
        actions.close_case(case, outcome="opposed", today=today, at=now, by=volunteer.user)

    page = text(mine.get("/espace/"))

    assert "C’est terminé. <mark>Opposition enregistrée, sans justificatif</mark>." in page
    assert mine.get(f"/espace/{case.reference}/pas-recu/").status_code == 200


def test_what_to_do_when_nothing_came_stands_in_order(
    mine: HouseClient, case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    factories.make_attempt(case, by=volunteer.user, today=today, at=now)

    page = text(mine.get(f"/espace/{case.reference}/pas-recu/"))

    assert "Il peut encore arriver jusqu’au mercredi 23\u00a0décembre 2026" in page
    assert (
        page.index("Rappelez le 34\u00a022") < page.index("délégué à la protection") < page.index("plainte à la CNIL")
    )
    assert "Ouvert maintenant, jusqu’à 17\u00a0h\u00a030" in page


def test_an_answered_deadline_presses_no_more(
    case: Case, member: User, volunteer: Membership, today: date, now: datetime, clock: time_machine.Traveller
) -> None:
    factories.make_attempt(case, by=volunteer.user, today=today, at=now)
    late = datetime(2027, 1, 5, 10, tzinfo=now.tzinfo)
    actions.sweep(today=late.date(), at=late)
    with scope.enter(case.association_id):
        [missed] = [one for one in access.deadlines_of(case) if one.is_missed]
        actions.answer_missed(
            missed, actions.Answer(decision=Decision.KEEP_WAITING), today=late.date(), at=late, by=volunteer.user
        )
    clock.move_to(late)

    page = text(signed_in_by_code(member, association=case.association).get("/espace/"))

    assert "Il manque le <mark>justificatif</mark>" in page
    assert "L’association a répondu à la date passée" in page


PAGES = [
    "",
    "moyen/",
    "etapes/phone/0/",
    "etapes/phone/1/",
    "fait/",
    "accord/",
    "continuer/",
    "justificatif/",
    "pas-recu/",
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_opens_the_case_of_somebody_else(
    case: Case, neighbour: HouseClient, outsider: HouseClient, volunteer: Membership, page: str, method: str
) -> None:
    address = f"/espace/{case.reference}/{page}"
    of_the_team = signed_in(volunteer.user, association=volunteer.association)

    refusals = [getattr(one, method)(address) for one in (neighbour, outsider, of_the_team)]

    assert {one.status_code for one in refusals} <= {404, 405}
    assert getattr(HouseClient(), method)(address).status_code in {302, 405}
    for refusal in refusals:
        assert case.member.first_name not in text(refusal)


@pytest.mark.parametrize("reference", ["BADU-KEVI-TOR", "1", "é", "..", "BADU-KEVI-TOR-BADU"])
def test_what_is_no_case_answers_like_what_is_not_ones_own(mine: HouseClient, reference: str) -> None:
    assert mine.get(f"/espace/{reference}/").status_code == 404


def test_pages_are_not_kept_by_the_browser(mine: HouseClient, case: Case) -> None:
    assert mine.get("/espace/")["Cache-Control"] == "no-store"
    assert HouseClient().get("/espace/entrer/")["Cache-Control"] == "no-store"


def test_a_large_household_costs_no_more_queries(
    mine: HouseClient,
    case: Case,
    childs_case: Case,
    campaign: Campaign,
    volunteer: Membership,
    today: date,
    now: datetime,
) -> None:
    mine.get(f"/espace/{case.reference}/")  # what a process or a session asks once is no part of it
    with CaptureQueriesContext(connection) as few:
        mine.get(f"/espace/{case.reference}/")
    with scope.enter(campaign.association_id):
        for _ in range(12):
            actions.open_case_for(
                case.member,
                campaign=campaign,
                procedure=factories.CHILD,
                beneficiary=factories.new_child(),
                today=today,
                at=now,
                by=volunteer.user,
            )
        for hours in reversed(range(40)):
            access.consult(case, reader=volunteer.user, why=Why.SEARCH, at=now - timedelta(hours=hours))

    mine.get(f"/espace/{case.reference}/")
    with CaptureQueriesContext(connection) as many:
        mine.get(f"/espace/{case.reference}/")

    assert len(many) <= len(few)
    assert len(few) <= 28


def test_every_sentence_of_an_attempt_that_failed(
    mine: HouseClient, case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(case.association_id):
        actions.record_attempt(
            case,
            channel="web",
            made_on=today,
            result=AttemptResult.FAILED,
            justificatif_asked=False,
            today=today,
            at=now,
            by=volunteer.user,
        )

    page = text(mine.get("/espace/"))

    assert "Vous pouvez <mark>recommencer</mark>" in page
    assert "Un essai n’a pas abouti\u00a0: En ligne" in page


def test_a_parent_is_told_children_first_until_the_childs_case_is_done(
    case: Case, childs_case: Case, mine: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    of_the_child = mine.get(reverse("portal:case", args=[childs_case.reference])).content.decode()
    before = mine.get(reverse("portal:case", args=[case.reference])).content.decode()
    with scope.enter(case.association_id):
        actions.close_case(childs_case, outcome="opposed", today=today, at=now, by=volunteer.user)
    after = mine.get(reverse("portal:case", args=[case.reference])).content.decode()

    assert ["Les enfants d’abord" in page for page in (of_the_child, before, after)] == [False, True, False]


@pytest.mark.parametrize(("zone", "day"), [("Indian/Reunion", 24), ("Europe/Paris", 23), ("America/Martinique", 23)])
def test_a_day_ends_at_the_earlier_midnight_of_the_association_and_of_paris(
    case: Case, member: User, association: Association, clock: time_machine.Traveller, zone: str, day: int
) -> None:
    association.time_zone = zone
    association.save(update_fields=["time_zone"])
    clock.move_to(datetime(2026, 11, 23, 22, 0, tzinfo=ZoneInfo("Europe/Paris")))

    response = signed_in_by_code(member, association=association).get(reverse("portal:home"))

    assert vars(response.wsgi_request)["today"] == date(2026, 11, day)
