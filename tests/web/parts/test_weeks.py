from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from web.parts.weeks import DayKind, Weeks, weeks

SENT = date(2026, 10, 15)
DUE = date(2026, 11, 26)


def drawn(start: date, *, due: date, today: date) -> Weeks:
    grid = weeks(start, due=due, today=today)
    assert grid is not None
    return grid


def kinds(grid: Weeks) -> list[DayKind]:
    return [cell.kind for row in grid.rows for cell in row.cells]


def test_six_weeks_are_six_rows_of_seven_and_the_last_day_is_marked() -> None:
    grid = drawn(SENT, due=DUE, today=date(2026, 11, 23))

    assert [len(row.cells) for row in grid.rows] == [7] * 6
    assert kinds(grid) == [DayKind.PAST] * 38 + [DayKind.TODAY, DayKind.LEFT, DayKind.LEFT, DayKind.DUE]
    assert (grid.past, grid.left) == (38, 3)


def test_on_the_last_day_the_last_day_wins_over_today() -> None:
    assert kinds(drawn(SENT, due=DUE, today=DUE))[-1] is DayKind.DUE


def test_a_missed_delay_is_all_past_but_its_last_day() -> None:
    grid = drawn(SENT, due=DUE, today=date(2026, 12, 3))

    assert kinds(grid) == [DayKind.PAST] * 41 + [DayKind.DUE]
    assert grid.left == 0


def test_months_and_empty_delays_are_no_grid() -> None:
    assert weeks(SENT, due=date(2027, 1, 15), today=DUE) is None
    assert weeks(SENT, due=SENT, today=DUE) is None


@given(start=st.dates(date(2000, 1, 1), date(2100, 1, 1)), length=st.integers(1, 56), ago=st.integers(-90, 90))
def test_every_day_of_the_delay_has_one_square_of_its_own(start: date, length: int, ago: int) -> None:
    grid = drawn(start, due=start + timedelta(days=length), today=start + timedelta(days=ago))

    days = [cell.day for row in grid.rows for cell in row.cells]
    places = {(cell.text_x, cell.text_y) for row in grid.rows for cell in row.cells}
    assert days == [start + timedelta(days=n) for n in range(1, length + 1)]
    assert len(places) == length
    assert kinds(grid).count(DayKind.DUE) == 1
    assert kinds(grid).count(DayKind.TODAY) <= 1
