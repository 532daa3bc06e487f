"""What a member does alone: consent, steps, report, another way; and the bad input that changes nothing."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import uuid4

import pytest

from accounts import scope
from accounts.models import Association, Membership, User
from cases import access, actions
from cases.models import Attempt, AttemptResult, Campaign, Case, Consent, Deadline
from cases.rules.lifecycle import State
from tests import factories
from tests.people import HouseClient, signed_in_by_code
from tests.web.portal.answers import Answer, text

OTHER_DAY = {"when": "other", "other_day_day": "18", "other_day_month": "novembre", "other_day_year": "2026"}


def fresh(case: Case) -> Case:
    with scope.enter(case.association_id):
        found: Case = Case.objects.select_related("beneficiary").get(pk=case.pk)
        return found


def attempts(case: Case) -> list[Attempt]:
    with scope.enter(case.association_id):
        return access.attempts_of(case)


def answers(case: Case, **changed: str) -> dict[str, str]:
    """A call made today, confirmed, the justificatif asked for."""
    given = {
        "token": str(uuid4()),
        "version": str(case.version),
        "channel": "phone",
        "result": "confirmed",
        "asked": "yes",
        "when": "today",
    }
    return given | changed


def report(browser: HouseClient, case: Case, **changed: str) -> Answer:
    return browser.post(f"/espace/{case.reference}/fait/", answers(case, **changed))


def test_the_channels_stand_in_the_order_of_the_procedure(mine: HouseClient, case: Case) -> None:
    page = text(mine.get(f"/espace/{case.reference}/moyen/"))

    assert page.index("En ligne, sur") < page.index("Par téléphone, au")
    assert "Ouvert maintenant, jusqu’à 17\u00a0h\u00a030" in page


def test_choosing_a_channel_leads_to_what_will_be_asked_for(mine: HouseClient, case: Case) -> None:
    address = f"/espace/{case.reference}/moyen/"

    chosen = mine.post(address, {"channel": "phone"})
    page = text(mine.get(chosen.headers["Location"]))

    assert chosen.headers["Location"] == f"/espace/{case.reference}/etapes/phone/0/"
    assert "Ne les écrivez jamais ici" in page
    assert "le numéro de sécurité sociale" in page
    assert "avant 17\u00a0h\u00a030" in page
    assert page.count('<input type="text"') == 0
    assert mine.post(address, {"channel": "pigeon"}).status_code == 422


def test_words_to_say_aloud_are_quoted(mine: HouseClient, case: Case) -> None:
    page = text(mine.get(f"/espace/{case.reference}/etapes/phone/3/"))

    assert "<q>«\u00a0Je m’oppose à la création de mon espace santé.\u00a0»</q>" in page
    assert "Étape 3 sur 5" in page


def test_ticks_are_kept_and_the_way_is_taken_up_again(mine: HouseClient, case: Case) -> None:
    first = mine.post(f"/espace/{case.reference}/etapes/phone/0/", {"tick": ["0", "2"]})
    mine.post(first.headers["Location"], {})

    before = text(mine.get(f"/espace/{case.reference}/etapes/phone/0/"))
    home = text(mine.get("/espace/"))

    assert before.count(" checked") == 2
    assert "Reprendre où j’en étais" in home
    assert f"/espace/{case.reference}/etapes/phone/2/" in home


def test_after_the_last_step_comes_what_came_of_it(mine: HouseClient, case: Case) -> None:
    answer = mine.post(f"/espace/{case.reference}/etapes/phone/5/", {"tick": "x"})

    assert answer.headers["Location"] == f"/espace/{case.reference}/fait/?moyen=phone"
    assert "Qu’est-ce que cela a donné" in text(mine.get(answer.headers["Location"]))


@pytest.mark.parametrize("place", ["phone/6", "pigeon/1", "phone/99999999999999999999"])
def test_a_step_that_is_none_is_not_found(mine: HouseClient, case: Case, place: str) -> None:
    assert mine.get(f"/espace/{case.reference}/etapes/{place}/").status_code == 404


def test_a_report_moves_the_case_and_starts_the_wait(mine: HouseClient, case: Case, member: User, today: date) -> None:
    answer = report(mine, case, reference="REF 2026-118")

    [made] = attempts(case)
    assert answer.headers["Location"] == f"/espace/{case.reference}/"
    assert (made.channel, made.made_on, made.result) == ("phone", today, AttemptResult.CONFIRMED)
    assert (made.justificatif_asked, made.made_by) == (True, member)
    with scope.enter(case.association_id):
        assert made.adviser_reference == "REF 2026-118"
    assert fresh(case).state == State.AWAITING
    assert "Il manque le <mark>justificatif</mark>" in text(mine.get("/espace/"))


def test_the_same_report_sent_twice_is_one(mine: HouseClient, case: Case) -> None:
    sent = answers(case)
    sent.pop("version")

    twice = [mine.post(f"/espace/{case.reference}/fait/", sent) for _ in range(2)]

    assert {one.status_code for one in twice} == {302}
    assert len(attempts(case)) == 1


def test_a_stale_report_comes_back_with_what_was_typed(
    mine: HouseClient, case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(case.association_id):
        actions.hold(case, until=None, today=today, at=now, by=volunteer.user)

    answer = report(mine, case, reference="REF 77", when="yesterday")

    page = text(answer)
    assert answer.status_code == 409
    assert "Le dossier a changé pendant que vous écriviez" in page
    assert 'value="REF 77"' in page
    assert f'name="version" value="{fresh(case).version}"' in page
    assert attempts(case) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"asked": ""}, "Répondez à cette question."),
        ({"result": ""}, "Répondez à cette question."),
        ({"when": "other"}, "Indiquez la date"),
        (OTHER_DAY | {"other_day_day": "24"}, "pas encore arrivée"),
        (
            {"when": "other", "other_day_day": "31", "other_day_month": "2", "other_day_year": "2026"},
            "n’a que 28 jours",
        ),
        (OTHER_DAY | {"other_day_year": "1666"}, "trop loin"),
        ({"reference": "2 53 07 2B 073 004 70"}, "ressemble à un numéro personnel"),
        ({"reference": "2 53 07 75 073 004 70"}, "ressemble à un numéro personnel"),
    ],
)
def test_a_wrong_answer_is_said_and_nothing_is_lost(
    mine: HouseClient, case: Case, changed: dict[str, str], said: str
) -> None:
    answer = report(mine, case, **({"reference": "REF 5"} | changed))

    assert answer.status_code == 422
    assert said in text(answer).replace("\u202f", " ")
    assert 'value="confirmed"' in text(answer)
    assert attempts(case) == []


def test_an_attempt_of_another_day_counts_from_that_day(mine: HouseClient, case: Case) -> None:
    report(mine, case, **OTHER_DAY)

    assert attempts(case)[0].made_on == date(2026, 11, 18)


def test_a_failure_says_the_way_out_of_what_was_met(mine: HouseClient, case: Case) -> None:
    answer = report(mine, case, result="failed", obstacle="CODE_EXPIRED", asked="no")

    page = text(mine.get(answer.headers["Location"]))
    assert "Demandez-en un nouveau sur monespacesante.fr" in page
    assert fresh(case).state == State.TO_ACT
    assert attempts(case)[0].obstacle == "CODE_EXPIRED"


def test_a_closure_must_say_whether_deletion_was_asked_for(
    opened: Callable[..., Case], association: Association
) -> None:
    case = opened(procedure=factories.CLOSURE, sent=None)
    assert case.member.user
    mine = signed_in_by_code(case.member.user, association=association)

    without = report(mine, case)
    with_it = report(mine, case, deletion="yes")

    assert without.status_code == 422
    assert "sans cette demande, tout reste archivé dix ans." in text(without)
    assert with_it.status_code == 302
    with scope.enter(case.association_id):
        due = Deadline.objects.get(case=case, key="suppression").due
    assert due == date(2027, 2, 23)


def test_what_was_already_done_can_be_told_without_the_steps(mine: HouseClient, case: Case) -> None:
    page = text(mine.get(f"/espace/{case.reference}/fait/"))

    assert "Par quel moyen" in page
    assert report(mine, case, channel="").status_code == 422


def test_a_consent_is_given_by_the_member_and_each_alone(mine: HouseClient, childs_case: Case) -> None:
    address = f"/espace/{childs_case.reference}/accord/"

    page = text(mine.get(address))
    refused = mine.post(address, {"token": str(uuid4()), "statistics": "on"})
    given = mine.post(address, {"token": str(uuid4()), "handling": "on"})

    assert " checked" not in page
    assert refused.status_code == 422
    assert given.status_code == 302
    with scope.enter(childs_case.association_id):
        assert [one.kind for one in Consent.objects.filter(beneficiary=childs_case.beneficiary)] == ["handling"]
    assert fresh(childs_case).state == State.TO_ACT


@pytest.mark.parametrize("page", ["moyen/", "fait/", "etapes/phone/1/"])
def test_without_consent_nothing_is_acted_upon(mine: HouseClient, childs_case: Case, page: str) -> None:
    for method in (mine.get, mine.post):
        answer = method(f"/espace/{childs_case.reference}/{page}")

        assert answer.headers["Location"] == f"/espace/{childs_case.reference}/"
    assert attempts(childs_case) == []


def test_the_other_way_keeps_the_person_the_consent_and_the_volunteer(
    mine: HouseClient, case: Case, volunteer: Membership
) -> None:
    address = f"/espace/{case.reference}/continuer/"
    sent = {"token": str(uuid4())}

    page = text(mine.get(address))
    answer = mine.post(address, sent)
    again = mine.post(address, sent)

    with scope.enter(case.association_id):
        following = Case.objects.get(follows=case)
    assert "Clôturer Mon espace santé" in page
    assert answer.headers["Location"] == f"/espace/{following.reference}/"
    assert again.status_code == 302
    assert (following.procedure, following.state) == (factories.CLOSURE, State.TO_ACT)
    assert following.assigned_to == volunteer.user
    assert "Cette démarche continue <mark>par une autre</mark>" in text(mine.get(f"/espace/{case.reference}/"))


def test_a_closed_case_admits_no_report(
    mine: HouseClient, case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(case.association_id):
        actions.close_case(case, outcome="abandoned", today=today, at=now, by=volunteer.user)

    assert report(mine, case).status_code == 302
    assert attempts(case) == []


def test_a_campaigns_end_does_not_matter_to_a_member(mine: HouseClient, campaign: Campaign, case: Case) -> None:
    assert mine.get("/espace/").status_code == 200
