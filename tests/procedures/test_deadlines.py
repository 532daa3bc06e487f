from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.rules.deadlines import ComputedDeadline, compute
from procedures.rules.definitions import Definition
from procedures.rules.facts import ImpossibleRange, StartFact
from tests.procedures.definition_text import RIGHT, definition, with_deadline_lines

days = st.dates(date(1950, 1, 1), date(2140, 12, 31))


def fact(kind: str, first: str, last: str = "", known_by: str = "letter") -> StartFact:
    return StartFact(kind, date.fromisoformat(first), date.fromisoformat(last or first), known_by)


def only(found: Definition, *facts: StartFact, **answers: str) -> ComputedDeadline:
    (deadline,) = compute(found, facts={one.kind: one for one in facts}, answers=answers)
    return deadline


def said(deadline: ComputedDeadline) -> str:
    return deadline.explanation.fr.replace("\u00a0", " ").replace("\u202f", " ")


EXTENDABLE = definition(with_deadline_lines('extension = "P2M"\npausable = true'))
FOR_MEMBER = definition(RIGHT.replace('bound = "addressee"', 'bound = "member"'))
APPEAL = definition(
    RIGHT.replace('bound = "addressee"', 'bound = "member"').replace("eu_1182_71", "fr_franc").replace("P1M", "P2M")
)
FROM_LETTER = definition(
    RIGHT.replace('bound = "addressee"', 'bound = "member"')
    .replace('start_fact = "received"', 'start_fact = "sent"')
    .replace("eu_1182_71", "fr_weeks")
    .replace("P1M", "P6W")
)
INFO = definition(RIGHT.replace('bound = "addressee"', 'bound = "info"'))


def test_a_request_received_before_easter_is_late_only_after_the_tuesday() -> None:
    deadline = only(definition(), fact("received", "2026-03-05", known_by="receipt"))

    assert (deadline.raw_end, deadline.due_earliest) == (date(2026, 4, 5), date(2026, 4, 5))
    assert (deadline.due_latest, deadline.due) == (date(2026, 4, 7), date(2026, 4, 7))
    assert [(day, name.fr) for day, name in deadline.skipped] == [
        (date(2026, 4, 5), "dimanche de Pâques"),
        (date(2026, 4, 6), "lundi de Pâques"),
    ]
    assert "5 avril 2026 est le dimanche de Pâques, le 6 le lundi de Pâques : reporté au mardi 7." in said(deadline)


def test_the_explanation_names_start_source_rule_and_both_dates_in_both_languages() -> None:
    deadline = only(definition(), fact("received", "2026-03-05", known_by="receipt"))

    for part in (
        "Départ : jeudi 5 mars 2026, jour de la réception, d’après l’accusé de réception.",
        "Durée : un mois, de date à date.",
        "Fin au plus tôt : dimanche 5 avril 2026 ; en retard seulement après le mardi 7 avril 2026.",
        "RGPD (GDPR) 12(3), vérifié le 23 novembre 2026",
        "règlement (CEE, Euratom) n° 1182/71, article 3",
    ):
        assert part in said(deadline)
    for part in (
        "Start: Thursday 5 March 2026, the day of receipt, by the receipt.",
        "5 April 2026 is Easter Sunday, the 6th Easter Monday: moved to Tuesday 7 April.",
        "late only after Tuesday 7 April 2026",
        "checked on 23 November 2026",
    ):
        assert part in deadline.explanation.en


def test_the_explanation_is_the_reasons_in_order() -> None:
    deadline = only(definition(), fact("received", "2026-03-05"))

    assert deadline.explanation.fr == " ".join(reason.fr for reason in deadline.reasons)


def test_the_first_of_the_month_is_said_1er_and_a_year_that_changes_is_named() -> None:
    deadline = only(definition(), fact("received", "2027-12-01"))  # 1 January 2028 is a Saturday

    assert "Le 1er janvier 2028 est un samedi et le jour de l’An, le 2 un dimanche : reporté au lundi 3." in said(
        deadline
    )

    over_new_year = only(definition(), fact("received", "2023-11-30"))  # 30 December 2023 is a Saturday

    assert "le 31 un dimanche, le 1er janvier 2024 le jour de l’An : reporté au mardi 2." in said(over_new_year)


def test_a_missing_day_of_the_month_is_explained() -> None:
    deadline = only(definition(), fact("received", "2026-08-31"))

    assert "Le dernier mois n’a pas de 31 : son dernier jour le remplace." in said(deadline)
    assert "The last month has no 31st" in deadline.explanation.en


def test_a_range_protects_the_member_by_its_first_day_and_the_addressee_by_its_last() -> None:
    between = fact("received", "2026-03-05", "2026-03-12", known_by="memory")

    addressee, member = only(definition(), between), only(FOR_MEMBER, between)

    assert (addressee.due_earliest, addressee.due_latest, addressee.due) == (
        date(2026, 4, 5),
        date(2026, 4, 13),
        date(2026, 4, 13),
    )
    assert (member.due_earliest, member.due_latest, member.due) == (
        date(2026, 4, 5),
        date(2026, 4, 13),
        date(2026, 4, 5),
    )
    assert "entre le jeudi 5 mars 2026 et le jeudi 12 mars 2026" in said(member)
    assert "Dernier jour sûr pour agir : dimanche 5 avril 2026" in said(member)


def test_a_range_is_told_from_the_day_that_protects() -> None:
    between = fact("received", "2026-01-15", "2026-01-31")

    addressee, member = only(definition(), between), only(FOR_MEMBER, between)

    assert (addressee.raw_end, member.raw_end) == (date(2026, 2, 28), date(2026, 2, 15))
    assert "n’a pas de 31" in said(addressee)
    assert "n’a pas de 31" not in said(member)
    assert "Fin du délai : samedi 28 février 2026." in said(addressee)
    assert "Fin du délai : dimanche 15 février 2026." in said(member)


def test_a_member_keeps_the_day_that_the_rule_would_move_and_is_told_why() -> None:
    deadline = only(APPEAL, fact("received", "2007-10-01"))

    assert (deadline.due, deadline.due_latest) == (date(2007, 12, 2), date(2007, 12, 3))
    assert "Le 2 décembre 2007 est un dimanche : la règle reporterait, mais par prudence nous gardons ce jour." in said(
        deadline
    )


def test_people_overseas_have_a_month_more_for_an_appeal() -> None:
    deadline = only(APPEAL, fact("received", "2026-01-15"), residence="overseas")

    assert deadline.due == date(2026, 4, 16)
    assert "Un mois de plus pour qui habite outre-mer." in said(deadline)


def test_information_is_never_moved() -> None:
    deadline = only(INFO, fact("received", "2026-03-05"))

    assert (deadline.due, deadline.due_latest, deadline.skipped) == (date(2026, 4, 5), date(2026, 4, 5), ())
    assert "Pour information, sans alerte" in said(deadline)


def test_an_unknown_start_gives_no_date_and_says_why() -> None:
    deadline = only(definition())

    assert (deadline.start, deadline.raw_end, deadline.due, deadline.due_earliest, deadline.due_latest) == (None,) * 5
    assert deadline.explanation.en == "No start."
    assert deadline.applies


def test_a_receipt_before_the_sending_is_told() -> None:
    deadline = only(definition(), fact("received", "2026-03-05"), fact("sent", "2026-03-09"))

    assert "l’une des deux dates est fausse" in said(deadline)
    assert "fausse" not in said(only(definition(), fact("received", "2026-03-05"), fact("sent", "2026-03-05")))


def test_a_condition_that_is_not_met_says_so() -> None:
    found = definition(
        with_deadline_lines(
            '[deadlines.condition]\nanswer = "deletion_requested"\nvalue = "yes"\n'
            'otherwise = { fr = "Non demandé.", en = "Not asked." }\nunknown = { fr = "Inconnu.", en = "Unknown." }'
        )
    )
    received = fact("received", "2026-03-05")

    met = only(found, received, deletion_requested="yes")
    unmet = only(found, received, deletion_requested="no")
    unknown = only(found, received, deletion_requested="unknown")

    assert met.due == date(2026, 4, 7)
    assert (unmet.due, unmet.applies, unmet.explanation.en) == (None, False, "Not asked.")
    assert (unknown.due, unknown.applies, unknown.explanation.en) == (None, True, "Unknown.")
    assert only(found, received) == only(found, received, deletion_requested="") == unknown


def test_a_range_must_run_forward() -> None:
    with pytest.raises(ImpossibleRange, match="2026-03-12 is after 2026-03-05"):
        fact("received", "2026-03-12", "2026-03-05")


@given(
    first=days, width=st.integers(0, 60), found=st.sampled_from([definition(), FOR_MEMBER, APPEAL, INFO, EXTENDABLE])
)
def test_the_prudent_date_is_never_after_the_late_one(first: date, width: int, found: Definition) -> None:
    deadline = only(found, StartFact("received", first, first + timedelta(days=width)))

    assert deadline.due_earliest is not None
    assert deadline.due_latest is not None
    assert deadline.due_earliest <= deadline.due_latest
    assert deadline.due in (deadline.due_earliest, deadline.due_latest)
    assert deadline.explanation.fr
    assert deadline.explanation.en


@given(first=days, more=st.integers(0, 60))
def test_more_doubt_never_makes_a_member_later_nor_an_addressee_earlier(first: date, more: int) -> None:
    certain = StartFact("received", first, first)
    doubtful = StartFact("received", first - timedelta(days=more), first + timedelta(days=more))

    member, doubting_member = only(FOR_MEMBER, certain), only(FOR_MEMBER, doubtful)
    addressee, doubted_addressee = only(definition(), certain), only(definition(), doubtful)

    assert member.due
    assert doubting_member.due
    assert addressee.due
    assert doubted_addressee.due
    assert doubting_member.due <= member.due
    assert doubted_addressee.due >= addressee.due


@pytest.mark.parametrize(
    ("sent", "received", "earliest", "latest"),
    [
        (("2026-02-12", "2026-02-12"), "2026-02-10", "2026-03-24", "2026-03-24"),
        (("2026-02-01", "2026-02-12"), "2026-02-10", "2026-03-15", "2026-03-24"),
        (("2026-02-01", "2026-02-05"), "2026-02-10", "2026-03-15", "2026-03-19"),
    ],
)
def test_what_has_arrived_was_not_sent_later(sent: tuple[str, str], received: str, earliest: str, latest: str) -> None:
    deadline = only(FROM_LETTER, fact("sent", *sent), fact("received", received))

    assert (str(deadline.due_earliest), str(deadline.due_latest)) == (earliest, latest)


def test_a_sending_that_a_receipt_bounds_is_told_where_it_does() -> None:
    received = fact("received", "2026-02-10")

    bounded = only(FROM_LETTER, fact("sent", "2026-02-01", "2026-02-12"), received)
    same_day = only(FROM_LETTER, fact("sent", "2026-02-01", "2026-02-10"), received)

    assert [one.fr for one in bounded.reasons if one not in same_day.reasons] != []
    assert len(bounded.reasons) == len(same_day.reasons) + 1


def test_a_customary_day_moves_the_day_of_an_addressee_alone() -> None:
    """Good Friday in Martinique, which no law made a holiday; Easter Monday follows."""
    text = RIGHT.replace('rule = "eu_1182_71"', 'rule = "fr_franc"\nzone = "FR-972"').replace("P1M", "P2M")
    received = fact("received", "2026-02-02")

    addressee = only(definition(text), received)
    member = only(definition(text.replace('bound = "addressee"', 'bound = "member"')), received)

    assert (addressee.raw_end, addressee.due_latest) == (date(2026, 4, 3), date(2026, 4, 7))
    assert member.due_latest == date(2026, 4, 3)
