"""How long a case is kept, as dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rules import keeping
from cases.rules.keeping import DEFAULT, FIRST_NOTICE, LAST_NOTICE, Terms, TooLong
from cases.rules.queue import NEVER

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2150, 12, 31))
terms = st.builds(Terms, active=st.integers(1, 3), archive=st.integers(2, 12))
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("expected", "archived", "purged"),
    [
        (date(2026, 1, 15), date(2026, 4, 15), date(2027, 4, 15)),
        (date(2026, 11, 30), date(2027, 2, 28), date(2028, 2, 29)),  # the end of February, leap year or not
        (date(2027, 11, 30), date(2028, 2, 29), date(2029, 2, 28)),
        (date(2028, 2, 29), date(2028, 5, 29), date(2029, 5, 29)),
        (date(2026, 12, 31), date(2027, 3, 31), date(2028, 3, 31)),
    ],
)
def test_three_months_after_the_last_expected_day_then_a_year(expected: date, archived: date, purged: date) -> None:
    assert (DEFAULT.archives_on(expected), DEFAULT.purges_on(expected)) == (archived, purged)


def test_where_there_was_a_complaint_the_archive_lasts_five_years() -> None:
    expected = date(2026, 1, 15)

    assert DEFAULT.purges_on(expected, has_complaint=True) == date(2031, 4, 15)
    assert DEFAULT.archives_on(expected) == date(2026, 4, 15)


@given(expected=days, kept=terms, has_complaint=st.booleans())
def test_nothing_is_kept_longer_than_the_default_nor_shorter_than_to_its_last_day(
    expected: date, kept: Terms, has_complaint: bool
) -> None:
    purged = kept.purges_on(expected, has_complaint=has_complaint)

    assert expected < kept.archives_on(expected) <= DEFAULT.archives_on(expected)
    assert kept.archives_on(expected) < purged <= DEFAULT.purges_on(expected, has_complaint=has_complaint)


@given(first=days, second=days, kept=terms)
def test_what_ended_later_is_kept_no_shorter(first: date, second: date, kept: Terms) -> None:
    first, second = sorted((first, second))

    assert kept.archives_on(first) <= kept.archives_on(second)
    assert kept.purges_on(first) <= kept.purges_on(second)


@given(opened=days, touched=st.none() | days, closed=st.none() | days, dues=st.lists(days, max_size=4), kept=terms)
def test_a_case_is_never_let_go_before_its_last_deadline(
    opened: date, touched: date | None, closed: date | None, dues: list[date], kept: Terms
) -> None:
    expected = keeping.last_expected(opened_on=opened, touched_on=touched, closed_on=closed, dues=dues)

    assert all(day <= expected for day in (opened, touched, closed, *dues) if day)
    assert all(day < kept.archives_on(expected) for day in dues)


@given(end=days, months=st.integers(1, 63))
def test_the_latest_start_is_the_last_day_from_which_the_months_have_passed(end: date, months: int) -> None:
    start = keeping.latest_start(end, months=months)

    assert keeping._after(start, months=months) <= end < keeping._after(start + DAY, months=months)


@given(expected=days, kept=terms)
def test_the_bound_of_the_sweep_and_the_day_on_the_page_are_one(expected: date, kept: Terms) -> None:
    last = kept.archives_on(expected)

    assert kept.to_archive(last) < expected <= kept.to_archive(last + DAY)
    for has_complaint in (False, True):
        purged = kept.purges_on(expected, has_complaint=has_complaint)
        notice = purged + timedelta(days=FIRST_NOTICE)
        assert kept.to_purge(purged, has_complaint=has_complaint) < expected
        assert expected <= kept.to_purge(purged + DAY, has_complaint=has_complaint)
        assert kept.to_purge(notice - DAY, has_complaint=has_complaint, within=-FIRST_NOTICE) < expected
        assert expected <= kept.to_purge(notice, has_complaint=has_complaint, within=-FIRST_NOTICE)


@pytest.mark.parametrize(("active", "archive"), [(0, 12), (4, 12), (3, 1), (3, 13), (-1, 2)])
def test_terms_that_are_longer_or_leave_no_time_for_a_notice_are_refused(active: int, archive: int) -> None:
    with pytest.raises(TooLong):
        Terms(active=active, archive=archive)


def test_what_never_ends_has_no_day() -> None:
    assert DEFAULT.archives_on(NEVER) == DEFAULT.purges_on(NEVER) == NEVER


PURGE = date(2027, 4, 15)


@pytest.mark.parametrize(
    ("today", "told", "told_on", "due"),
    [
        (date(2027, 3, 15), None, None, None),
        (date(2027, 3, 16), None, None, FIRST_NOTICE),
        (date(2027, 3, 20), FIRST_NOTICE, date(2027, 3, 16), None),
        (date(2027, 4, 7), FIRST_NOTICE, date(2027, 3, 16), None),
        (date(2027, 4, 8), FIRST_NOTICE, date(2027, 3, 16), LAST_NOTICE),
        (date(2027, 4, 9), LAST_NOTICE, date(2027, 4, 8), None),
        (date(2027, 6, 1), None, None, LAST_NOTICE),  # after an outage: the nearest alone
        (date(2027, 4, 8), LAST_NOTICE, date(2022, 4, 8), LAST_NOTICE),  # told of another day, five years ago
    ],
)
def test_the_person_is_told_thirty_and_seven_days_before(
    today: date, told: int | None, told_on: date | None, due: int | None
) -> None:
    assert keeping.notice_due(PURGE, told=told, told_on=told_on, today=today) == due


@pytest.mark.parametrize(
    ("today", "told", "told_on", "may"),
    [
        (date(2027, 4, 15), LAST_NOTICE, date(2027, 4, 8), False),  # its last day
        (date(2027, 4, 16), LAST_NOTICE, date(2027, 4, 8), True),
        (date(2027, 4, 16), FIRST_NOTICE, date(2027, 3, 16), False),
        (date(2027, 6, 1), None, None, False),
        (date(2027, 6, 7), LAST_NOTICE, date(2027, 6, 1), False),  # late: a week is left all the same
        (date(2027, 6, 9), LAST_NOTICE, date(2027, 6, 1), True),
    ],
)
def test_nothing_is_let_go_before_its_day_and_a_week_after_the_last_notice(
    today: date, told: int | None, told_on: date | None, may: bool
) -> None:
    assert keeping.may_let_go(PURGE, told=told, told_on=told_on, today=today) is may


@given(purge=days, told_on=st.none() | days, told=st.none() | st.sampled_from([FIRST_NOTICE, LAST_NOTICE]), today=days)
def test_the_real_day_is_never_before_the_planned_one(
    purge: date, told_on: date | None, told: int | None, today: date
) -> None:
    assert keeping.let_go_on(purge, told=told, told_on=told_on, today=today) >= purge
