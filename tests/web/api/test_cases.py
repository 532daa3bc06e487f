"""`/api/v1/cases/`: who may read, in which shape, and at what cost. Beside each access, its refusal."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import scope
from accounts.models import Membership, User
from cases import actions
from cases.models import Case, CaseEvent
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.factories import CLOSURE, OPPOSITION
from tests.people import HouseClient, signed_in, signed_in_by_code
from tests.web.api.conftest import OpenOne

LIST = "/api/v1/cases/"

pytestmark = pytest.mark.django_db


def one(case: Case) -> str:
    return f"{LIST}{case.reference}/"


def references(answer: dict[str, Any]) -> list[str]:
    return [line["reference"] for line in answer["results"]]


def error_of(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/json"
    assert response.json().keys() == {"error"}
    assert response.json()["error"].keys() == {"code", "message"}
    assert response.json()["error"]["message"]
    return response.status_code, response.json()["error"]["code"]


# Who


def test_nobody_reads_without_signing_in(client: HouseClient, case: Case) -> None:
    for url in (LIST, one(case)):
        response = client.get(url)
        assert error_of(response) == (401, "not_authenticated")
        assert response["WWW-Authenticate"] == "Bearer"


def test_a_password_alone_is_not_enough(case: Case, coordinator: Membership) -> None:
    half_way = signed_in(coordinator.user, factor=False, association=coordinator.association)

    for url in (LIST, one(case)):
        assert error_of(half_way.get(url)) == (403, "permission_denied")


def test_a_session_opened_by_a_mail_code_is_refused(case: Case, coordinator: Membership) -> None:
    by_code = signed_in_by_code(coordinator.user, factor=True, association=coordinator.association)

    assert error_of(by_code.get(LIST)) == (403, "permission_denied")


def test_a_member_is_refused_their_own_case_too(case: Case, member_user: User) -> None:
    member = signed_in_by_code(member_user, association=case.association)

    for url in (LIST, one(case)):
        assert error_of(member.get(url)) == (403, "permission_denied")


def test_a_data_delegate_does_not_read_cases(case: Case, delegate: Membership) -> None:
    for url in (LIST, one(case)):
        assert error_of(signed_in(delegate.user).get(url)) == (403, "permission_denied")


def test_another_association_finds_nothing(case: Case, stranger: Membership) -> None:
    elsewhere = signed_in(stranger.user, association=stranger.association)

    assert elsewhere.get(LIST).json() == {"results": [], "next": None}
    assert error_of(elsewhere.get(one(case))) == (404, "not_found")
    assert error_of(elsewhere.get(LIST, {"after": case.reference})) == (400, "bad_parameter")


def test_a_volunteer_reads_their_own_and_nobody_s_but_not_a_colleague_s(
    open_one: OpenOne, volunteer: Membership, colleague: Membership, today: date, now: datetime
) -> None:
    mine, free, theirs = open_one(), open_one(), open_one()
    with scope.enter(volunteer.association_id):
        for case, to in ((mine, volunteer), (theirs, colleague)):
            actions.assign(case, to=to.user, today=today, at=now, by=volunteer.user)
        for case in (free,):
            Case.objects.filter(pk=case.pk).update(assigned_to=None)
    volunteer.association.team_sees_all = False
    volunteer.association.save(update_fields=["team_sees_all"])
    at_work = signed_in(volunteer.user, association=volunteer.association)

    assert references(at_work.get(LIST).json()) == [free.reference, mine.reference]
    assert at_work.get(one(mine)).status_code == 200
    assert error_of(at_work.get(one(theirs))) == (404, "not_found")


# What


def test_the_list_has_this_shape_and_no_other(reader: HouseClient, case: Case) -> None:
    assert reader.get(LIST).json() == {
        "results": [
            {
                "reference": case.reference,
                "procedure": OPPOSITION,
                "procedure_version": 1,
                "state": "awaiting",
                "outcome": None,
                "outcome_class": None,
                "channel": "phone",
                "waiting_for": "addressee",
                "opened_on": "2026-11-23",
                "closed_on": None,
                "held_until": None,
                "next_deadline_on": "2026-12-23",
                "next_deadline_key": "justificatif",
            }
        ],
        "next": None,
    }


def test_one_case_has_this_shape_and_no_other(reader: HouseClient, case: Case) -> None:
    whole = reader.get(one(case)).json()

    line = reader.get(LIST).json()["results"][0]
    assert {name: whole.pop(name) for name in line} == line
    deadlines = {row["key"]: row for row in whole.pop("deadlines")}
    assert whole == {
        "facts": [
            {
                "kind": "sent",
                "earliest": "2026-10-13",
                "latest": "2026-10-13",
                "known_by": "postmark",
                "value": None,
            },
            {"kind": "acted", "earliest": "2026-11-23", "latest": "2026-11-23", "known_by": "memory", "value": None},
            {"kind": "justificatif_asked", "earliest": None, "latest": None, "known_by": None, "value": "yes"},
            {"kind": "asked", "earliest": "2026-11-23", "latest": "2026-11-23", "known_by": "memory", "value": None},
        ],
        "attempts": [
            {
                "channel": "phone",
                "made_on": "2026-11-23",
                "result": "confirmed",
                "obstacle": None,
                "justificatif_asked": True,
            }
        ],
    }
    opposed = deadlines["opposer"]
    assert opposed.pop("explanation").keys() == {"fr", "en"}
    assert opposed == {
        "key": "opposer",
        "bound": "member",
        "rule": "fr_weeks",
        "article": "CSP R. 1111-28",
        "start_kind": "sent",
        "start_earliest": "2026-10-13",
        "start_latest": "2026-10-13",
        "raw_end": "2026-11-24",
        "due": "2026-11-24",
        "due_earliest": "2026-11-24",
        "due_latest": "2026-11-24",
        "met_on": "2026-11-23",
        "missed_on": None,
        "answered_on": None,
        "decision": None,
    }


def test_no_answer_holds_a_person_or_free_text(reader: HouseClient, case: Case) -> None:
    told = reader.get(LIST).content.decode() + reader.get(one(case)).content.decode()

    assert [text for texts in factories.PLANTED.values() for text in texts if text in told] == []


def test_a_consultation_is_recorded_for_the_member_to_see(
    reader: HouseClient, case: Case, coordinator: Membership
) -> None:
    reader.get(one(case))

    with scope.enter(case.association_id):
        event = CaseEvent.objects.get(case=case, kind=EventKind.CASE_CONSULTED)
    assert (event.by_id, event.payload["why"]) == (coordinator.user_id, "api")


def test_a_list_and_a_refusal_record_nothing(reader: HouseClient, case: Case, stranger: Membership) -> None:
    reader.get(LIST)
    signed_in(stranger.user, association=stranger.association).get(one(case))

    with scope.enter(case.association_id):
        assert not CaseEvent.objects.filter(kind=EventKind.CASE_CONSULTED).exists()


def test_a_reference_may_be_typed_as_people_type_it(reader: HouseClient, case: Case) -> None:
    assert reader.get(f"{LIST}{case.reference.lower().replace('-', '')}/").json()["reference"] == case.reference


# Pages and filters


def test_pages_of_fifty_hold_every_case_once(reader: HouseClient, open_one: OpenOne) -> None:
    opened = [open_one(sent=None).reference for _ in range(53)]

    first = reader.get(LIST).json()
    second = reader.get(first["next"]).json()

    assert len(first["results"]) == 50
    assert references(first) + references(second) == opened[::-1]
    assert second["next"] is None


def test_a_case_opened_meanwhile_moves_no_line(reader: HouseClient, open_one: OpenOne) -> None:
    opened = [open_one(sent=None).reference for _ in range(52)]
    first = reader.get(LIST).json()

    open_one(sent=None)

    assert references(reader.get(first["next"]).json()) == opened[1::-1]


def test_the_last_page_has_no_next_even_when_it_is_full(reader: HouseClient, open_one: OpenOne) -> None:
    for _ in range(50):
        open_one(sent=None)

    assert reader.get(LIST).json()["next"] is None


def test_nothing_comes_after_the_first_case(reader: HouseClient, case: Case) -> None:
    assert reader.get(LIST, {"after": case.reference}).json() == {"results": [], "next": None}


def test_filters_narrow_and_stay_on_the_next_page(reader: HouseClient, open_one: OpenOne, case: Case) -> None:
    closures = [open_one(procedure=CLOSURE, sent=None).reference for _ in range(51)]

    assert references(reader.get(LIST, {"state": "awaiting"}).json()) == [case.reference]
    assert references(reader.get(LIST, {"procedure": OPPOSITION}).json()) == [case.reference]
    first = reader.get(LIST, {"procedure": CLOSURE, "state": "to_act"}).json()
    assert references(reader.get(first["next"]).json()) == [closures[0]]


@pytest.mark.parametrize(
    "asked",
    [
        {"after": "17"},
        {"after": "BADU-KEVI-TOX"},
        {"after": "' OR 1=1 --"},
        {"state": "lost"},
        {"procedure": "mon-espace-sante/autre"},
        {"status": "closed"},
        {"after": ["A", "B"]},
        {"format": "xml"},
    ],
)
def test_a_parameter_that_means_nothing_is_refused(reader: HouseClient, asked: dict[str, Any], case: Case) -> None:
    status, code = error_of(reader.get(LIST, asked))

    assert (status, code) == (400, "bad_parameter")


def test_one_case_takes_no_parameter(reader: HouseClient, case: Case) -> None:
    assert error_of(reader.get(one(case), {"expand": "member"})) == (400, "bad_parameter")


@pytest.mark.parametrize("reference", ["1", "BADU-KEVI-TOX", "..", "%00", "DROP TABLE"])
def test_what_is_no_reference_is_404(reader: HouseClient, reference: str) -> None:
    assert error_of(reader.get(f"{LIST}{reference}/")) == (404, "not_found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_cases_are_only_read(client: HouseClient, reader: HouseClient, case: Case, method: str) -> None:
    for url in (LIST, one(case)):
        assert error_of(getattr(reader, method)(url)) == (405, "method_not_allowed")
        assert error_of(getattr(client, method)(url)) == (405, "method_not_allowed")


# Cost


@pytest.mark.parametrize("number", [1, 50])
def test_the_list_costs_the_same_at_any_size(reader: HouseClient, open_one: OpenOne, number: int) -> None:
    for _ in range(number):
        last = open_one(sent=None)

    assert len(queries(reader, LIST)) == 5
    assert len(queries(reader, f"{LIST}?after={last.reference}")) <= 9  # a page beyond the first is recorded: three


def test_one_case_costs_the_same_whatever_it_holds(
    reader: HouseClient, case: Case, coordinator: Membership, today: date, now: datetime
) -> None:
    reader.get(one(case))
    before = len(queries(reader, one(case)))
    for _ in range(5):
        case = factories.make_attempt(case, by=coordinator.user, today=today, at=now)

    assert len(queries(reader, one(case))) == before == 14


def queries(client: HouseClient, url: str) -> list[dict[str, str]]:
    """What is asked of the tables: savepoints and the scope's settings are left out."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return [one for one in captured.captured_queries if "FROM" in one["sql"]]


def test_a_session_says_why_before_it_reads_a_colleague_s_case(
    open_one: OpenOne, volunteer: Membership, coordinator: Membership, today: date, now: datetime
) -> None:
    case = open_one(by=volunteer.user)
    reader = signed_in(coordinator.user, association=coordinator.association)

    assert error_of(reader.get(one(case))) == (403, "reason_missing")
    assert "confié à quelqu’un d’autre" in reader.get(one(case)).json()["error"]["message"]
    factories.say_why(case, by=coordinator.user, at=now)
    assert reader.get(one(case)).status_code == 200
