from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.parts import dates
from web.parts.dates import Flaw, ShortMonth


@pytest.mark.parametrize(
    ("day", "month", "year", "read"),
    [
        ("20", "11", "2026", date(2026, 11, 20)),
        (" 1er ", "Janvier", "2027", date(2027, 1, 1)),
        ("3", "août", "2026", date(2026, 8, 3)),
        ("3", "déc.", "2026", date(2026, 12, 3)),
        ("3", "December", "2026", date(2026, 12, 3)),
        ("29", "02", "2028", date(2028, 2, 29)),
        ("", "", "", Flaw.EMPTY),
        ("", "11", "2026", Flaw.NO_DAY),
        ("20", "", "2026", Flaw.NO_MONTH),
        ("20", "11", " ", Flaw.NO_YEAR),
        ("32", "11", "2026", Flaw.DAY),
        ("0", "11", "2026", Flaw.DAY),
        ("vingt", "11", "2026", Flaw.DAY),
        ("20", "13", "2026", Flaw.MONTH),
        ("20", "jui", "2026", Flaw.MONTH),
        ("20", "11", "26", Flaw.YEAR),
        ("20", "11", "9999", Flaw.FAR),
        ("٢", "11", "2026", Flaw.DAY),
        ("29", "2", "2026", ShortMonth(date(2026, 2, 1), 28)),
        ("31", "avril", "2026", ShortMonth(date(2026, 4, 1), 30)),
    ],
)
def test_what_was_typed_is_a_date_or_one_thing_to_correct(day: str, month: str, year: str, read: object) -> None:
    assert dates.read(day, month, year) == read


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_no_text_at_all_breaks_the_reading(day: str, month: str, year: str) -> None:
    assert isinstance(dates.read(day, month, year), date | Flaw | ShortMonth)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_date_that_exists_can_be_typed(day: date) -> None:
    assert dates.read(str(day.day), str(day.month), str(day.year)) == day
