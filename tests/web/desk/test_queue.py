"""«Maintenant», the overview and the list of all cases."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.models import Campaign, Case
from tests import factories
from tests.factories import CHILD, new_child
from tests.people import HouseClient
from tests.web.desk.conftest import OpenOne, address, answers

Desk = Callable[[Membership], HouseClient]
NOW = "/desk/"


def test_the_most_pressing_stands_first_and_alone_is_filled(
    open_one: OpenOne, at_work: HouseClient, today: date
) -> None:
    calm = open_one(sent=30)
    without_date = open_one(sent=None)
    tomorrow = open_one(sent=41)

    page = at_work.get(NOW)

    names = [(section.id, [row.about.split(" · ")[0] for row in section.rows]) for section in page.context["sections"]]
    assert names == [
        ("groupe-now", [tomorrow.reference]),
        ("groupe-soon", [without_date.reference]),
        ("groupe-later", [calm.reference]),
    ]
    assert page.content.decode().count("button--primary") == 1


def test_what_ends_tomorrow_stands_above_a_hundred_older_ones(open_one: OpenOne, at_work: HouseClient) -> None:
    for _ in range(55):
        open_one(sent=None)
    tomorrow = open_one(sent=41)

    first = at_work.get(NOW).context

    assert first["sections"][0].rows[0].about.startswith(tomorrow.reference)
    assert sum(len(section.rows) for section in first["sections"]) == 50
    rest = at_work.get(first["next_url"]).context
    assert sum(len(section.rows) for section in rest["sections"]) == 6
    assert not rest["next_url"]


def test_each_page_goes_on_where_the_last_one_stopped(open_one: OpenOne, at_work: HouseClient) -> None:
    opened = {open_one(sent=sent).reference for sent in [41] * 30 + [30] * 30}

    first = at_work.get(NOW).context
    second = at_work.get(first["next_url"]).context

    seen = [
        row.about.split(" · ")[0] for page in (first, second) for section in page["sections"] for row in section.rows
    ]
    assert len(seen) == 60
    assert set(seen) == opened


@pytest.mark.parametrize("after", ["x", "a.b.c", "a.2026-11-23", "2026-11-23.5", "a.2026-13-41.9"])
def test_a_wrong_place_in_the_list_is_not_found(after: str, case: Case, at_work: HouseClient) -> None:
    assert at_work.get(NOW, {"apres": after}).status_code == 404


@pytest.mark.parametrize(
    ("prepare", "chip", "action"),
    [
        ({"sent": 41}, "Dernier jour demain", "Appeler le 34"),
        ({"sent": 42}, "Dernier jour aujourd’hui", "Appeler le 34"),
        ({"sent": 37}, "Délai J‑5", "Appeler le 34"),
        ({"sent": None}, "Démarche à faire", "Appeler le 34"),
        ({"consents": []}, "À préparer", "Recueillir l’accord"),
        ({"sent": 43}, "Délai dépassé, à vérifier", "Appeler le 34"),
    ],
)
def test_a_row_says_why_and_what_to_do(
    prepare: dict[str, Any], chip: str, action: str, open_one: OpenOne, at_work: HouseClient
) -> None:
    open_one(**prepare)

    [section] = at_work.get(NOW).context["sections"]

    [row] = section.rows
    assert row.chip.text == chip
    assert row.action.label.startswith(action)
    assert row.fact


def test_a_missed_deadline_leads_to_its_answer(
    open_one: OpenOne, at_work: HouseClient, today: date, now: datetime
) -> None:
    late = open_one(sent=50)
    actions.sweep(today=today, at=now)

    [section] = at_work.get(NOW).context["sections"]

    assert section.rows[0].action.url.startswith(address("case", late) + "delai/")
    assert "le dernier jour était le" in section.rows[0].fact


def test_a_document_to_check_is_a_row(
    case: Case, at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    factories.make_justificatif(case, by=volunteer.user, today=today, at=now)

    [section] = at_work.get(NOW).context["sections"]

    assert section.rows[0].chip.text == "Justificatif à vérifier"
    assert section.rows[0].action.label == "Vérifier le document"


def test_rows_name_people_by_first_name_and_initial(case: Case, at_work: HouseClient) -> None:
    page = at_work.get(NOW).content.decode()

    assert case.member.first_name in page
    assert case.member.last_name not in page
    assert case.member.email not in page


def test_a_childs_row_names_both(open_one: OpenOne, at_work: HouseClient) -> None:
    child = open_one(procedure=CHILD, beneficiary=new_child())

    page = at_work.get(NOW).content.decode()

    assert f"pour {child.beneficiary.first_name}" in page


def test_segments_tell_mine_from_the_teams_and_nobodys(
    open_one: OpenOne, at_work: HouseClient, colleague: Membership
) -> None:
    open_one()
    open_one(by=colleague.user)
    open_one(by=None)

    page = at_work.get(NOW, {"qui": "team"})

    assert [segment.count for segment in page.context["segments"]] == ["1", "3", "1"]
    assert _shown(page.context) == 3
    assert _shown(at_work.get(NOW, {"qui": "nobody"}).context) == 1
    assert _shown(at_work.get(NOW, {"qui": "tout le monde"}).context) == 1


def test_counts_stop_at_ninety_nine(campaign: Campaign, at_work: HouseClient, open_one: OpenOne) -> None:
    first = open_one()
    with scope.enter(campaign.association_id):
        row: dict[str, Any] = dict(Case.objects.filter(pk=first.pk).values().get())
        del row["id"]
        for number in range(105):
            Case.objects.create(**row | {"reference": f"X{number:012d}"})

    assert [segment.count for segment in at_work.get(NOW).context["segments"]] == ["99+", "99+", "0"]


def test_filters_keep_the_segment(open_one: OpenOne, at_work: HouseClient, campaign: Campaign) -> None:
    open_one(sent=41)
    open_one(sent=None)

    page = at_work.get(NOW, {"qui": "team", "motif": "act", "campagne": campaign.slug})

    assert _shown(page.context) == 1
    assert "qui=team" in page.context["segments"][0].url or "qui=mine" in page.context["segments"][0].url
    assert at_work.get(NOW, {"campagne": "autre"}).context["empty"] == "Aucun dossier ne répond à ces filtres."


def test_an_empty_list_says_what_comes(open_one: OpenOne, at_work: HouseClient) -> None:
    assert "Aucune date" in at_work.get(NOW).context["empty"]

    open_one(sent=1)
    assert at_work.get(NOW).context["empty"] == (
        "Rien d’autre cette semaine. La prochaine date est le dimanche 3\u00a0janvier 2027."
    )


def test_an_empty_list_of_mine_names_the_teams(open_one: OpenOne, at_work: HouseClient, colleague: Membership) -> None:
    open_one(by=colleague.user)

    assert "L’équipe a 1 dossier à suivre." in at_work.get(NOW, {"qui": "mine"}).context["empty"]


def test_whoever_has_nothing_of_their_own_sees_the_teams_list_first(
    open_one: OpenOne, at_work: HouseClient, colleague: Membership
) -> None:
    open_one(by=colleague.user)
    assert _shown(at_work.get(NOW).context) == 1

    open_one()
    assert _shown(at_work.get(NOW).context) == 1


def test_other_associations_are_not_in_the_list(case: Case, stranger: Membership, desk: Desk) -> None:
    page = desk(stranger).get(NOW, {"qui": "team"})

    assert case.reference not in page.content.decode()
    assert [segment.count for segment in page.context["segments"]] == ["0", "0", "0"]


def test_reception_lists_its_own_and_nobodys(open_one: OpenOne, reception: Membership, desk: Desk) -> None:
    theirs = open_one()
    mine = open_one(by=reception.user)
    nobodys = open_one(by=None)

    page = desk(reception).get(NOW, {"qui": "team"}).content.decode()

    assert theirs.reference not in page
    assert mine.reference in page
    assert nobodys.reference in page


def test_the_list_costs_the_same_at_one_row_and_at_fifty(
    open_one: OpenOne, at_work: HouseClient, today: date, now: datetime
) -> None:
    """Session (and its row), user and membership are not counted."""
    open_one(sent=41)
    at_work.get(NOW)
    one = _queries(at_work, NOW)
    for number in range(52):
        open_one(sent=30 + number % 20)
    actions.sweep(today=today, at=now)
    fifty = _queries(at_work, NOW)

    assert len(fifty) == len(one)
    assert len(one) <= 8, one


def test_the_overview_leads_to_its_lists(open_one: OpenOne, at_work: HouseClient) -> None:
    open_one()
    closed = open_one()
    at_work.post(address("close", closed), answers(closed, outcome="refused"))

    page = at_work.get(reverse("desk:overview"))

    lines = {line.label: line for table in page.context["tables"] for line in table.lines}
    assert (lines["Clos"].count, lines["Refusé"].count) == ("1", "1")
    listed = at_work.get(lines["Refusé"].url)
    assert [row.reference for row in listed.context["rows"]] == [closed.reference]
    assert [row.reference for row in at_work.get(lines["Clos"].url).context["rows"]] == [closed.reference]
    assert at_work.get(lines["Délai qui court"].url).status_code == 200


@pytest.mark.parametrize("column", ["email", "phone", "first_name", "reference"])
def test_a_case_is_found_by(column: str, case: Case, open_one: OpenOne, at_work: HouseClient) -> None:
    open_one()
    looked_for = case.reference.lower() if column == "reference" else getattr(case.member, column)

    found = at_work.post(reverse("desk:cases"), {"association": case.association_id, "q": looked_for})

    assert [row.reference for row in found.context["rows"]] == [case.reference]


def test_a_search_never_stands_in_the_address(case: Case, at_work: HouseClient) -> None:
    page = at_work.get(NOW).content.decode()

    form = page[page.index('aria-label="Chercher un dossier"') - 200 : page.index('name="q"')]
    assert 'method="post"' in form


@pytest.mark.parametrize("place", [f"{NOW}?campagne=%00", "/desk/dossiers/?demarche=%00"])
def test_a_filter_with_a_nul_finds_nothing_and_breaks_nothing(place: str, at_work: HouseClient) -> None:
    assert at_work.get(place).status_code == 200


@pytest.mark.parametrize("typed", ["", "   ", "'; DROP TABLE", "é" * 500, "\x00", "@", "000000"])
def test_an_odd_search_finds_nothing_and_breaks_nothing(typed: str, at_work: HouseClient, campaign: Campaign) -> None:
    found = at_work.post(reverse("desk:cases"), {"association": campaign.association_id, "q": typed})

    assert found.status_code == 200


def test_another_associations_person_is_not_found(case: Case, stranger: Membership, desk: Desk) -> None:
    for looked_for in (case.reference, case.member.email, case.member.first_name):
        sent = {"association": stranger.association_id, "q": looked_for}
        assert desk(stranger).post(reverse("desk:cases"), sent).context["rows"] == []


def test_all_cases_come_fifty_at_a_time(open_one: OpenOne, at_work: HouseClient) -> None:
    for _ in range(51):
        open_one()

    first = at_work.get(reverse("desk:cases")).context
    second = at_work.get(first["next_url"]).context

    assert (len(first["rows"]), len(second["rows"])) == (50, 1)
    assert second["first_url"]


def _shown(context: Any) -> int:
    return sum(len(section.rows) for section in context["sections"])


def _queries(at_work: HouseClient, url: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert at_work.get(url).status_code == 200
    not_ours = (
        "django_session",
        "accounts_signin",
        "set_config",
        '"accounts_user"."id" = ',
        "SAVEPOINT",
        "BEGIN",
        "COMMIT",
    )
    found = [query["sql"] for query in captured.captured_queries]
    return [
        sql
        for sql in found
        if not any(sign in sql for sign in not_ours) and not sql.startswith('SELECT "accounts_membership"')
    ]
