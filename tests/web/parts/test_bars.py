from web.parts.bars import SCALE, Value, bars


def test_the_widest_bar_with_its_margin_fills_the_drawing() -> None:
    wide, narrow = bars([Value(label="a", value=90, margin=10), Value(label="b", value=45, margin=10)]).bars

    assert float(wide.high) == SCALE + 1
    assert float(narrow.width) == float(wide.width) / 2
    assert float(narrow.low) < float(narrow.width) < float(narrow.high)


def test_a_margin_never_reaches_below_zero() -> None:
    assert float(bars([Value(label="a", value=4, margin=10)]).bars[0].low) == 1


def test_a_hidden_value_gives_nothing_away_by_its_length() -> None:
    shown = bars([Value(label="a", value=500), Value(label="b", value=None)])
    alone = bars([Value(label="b", value=None)])

    assert shown.bars[1].width == alone.bars[0].width
    assert shown.bars[1].value is None


def test_a_heading_opens_each_group_once() -> None:
    chart = bars([Value(label=x, value=1, group=g) for x, g in (("a", "One"), ("b", "One"), ("c", "Two"))])

    assert [bar.head for bar in chart.bars] == ["One", "", "Two"]


def test_lengths_are_written_with_a_point_in_every_language() -> None:
    assert all("," not in bar.width for bar in bars([Value(label="a", value=1), Value(label="b", value=3)]).bars)
