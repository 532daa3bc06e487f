"""From counts to a published table and its file, with a random source that tests choose."""

import csv
import io
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory.rules import files, hiding, method, release
from observatory.rules.lifecycle import FINAL, FOLLOWS, State, sources
from observatory.rules.periods import Period
from observatory.rules.profiles import TABLES, Profile, table_of
from observatory.rules.release import Figure, PublishedTable
from observatory.rules.tables import Table
from procedures.rules.texts import Text

ALL_TABLES = [table for tables in TABLES.values() for table in tables]
S1 = table_of(Profile.SMALL, "S1")
M1 = table_of(Profile.MEDIUM, "M1")


@settings(max_examples=60)
@given(st.sampled_from(ALL_TABLES), st.data(), st.integers(0, 2**32))
def test_whatever_the_counts_nothing_small_and_never_one_hidden_cell(
    table: Table, data: st.DataObject, seed: int
) -> None:
    counts = {keys: data.draw(st.integers(0, 200)) for keys in table.cells[:20]}

    published = release.publish(table, counts, below=Random(seed).randrange)

    shown = [figure.value for _, figure in published.cells if figure.value is not None]
    assert [keys for keys, _ in published.cells] == table.cells
    assert len(table.cells) - len(shown) != 1
    assert all(value >= hiding.threshold(table.cell_scale) >= 11 for value in shown)
    assert all((figure.value is None) == (figure.margin is None) for _, figure in published.cells)
    assert (published.total is not None) == table.measures_total


@settings(max_examples=40)
@given(st.lists(st.integers(500, 5000), min_size=6, max_size=6), st.integers(0, 2**32))
def test_shown_cells_add_up_to_the_shown_total(numbers: list[int], seed: int) -> None:
    counts = dict(zip(M1.cells, numbers, strict=True))

    published = release.publish(M1, counts, below=Random(seed).randrange)

    assert published.total is not None
    assert sum(figure.value or 0 for _, figure in published.cells) == published.total.value


def test_undeclared_cells_are_dropped_and_missing_ones_are_zero() -> None:
    below = Random(3).randrange

    published = release.publish(S1, {("obtained",): 150, ("pigeon",): 10_000}, below=below)

    obtained, not_obtained, abandoned = (figure for _, figure in published.cells)
    assert abs((obtained.value or 0) - 150) < 30
    assert not_obtained.hidden
    assert abandoned.hidden


def test_a_total_is_never_negative_and_hidden_when_small() -> None:
    for seed in range(30):
        published = release.publish(M1, {}, below=Random(seed).randrange)
        assert published.total is not None
        assert published.total.value is None or published.total.value >= hiding.threshold(M1.total_scale)


def test_one_person_changes_no_more_than_one_cell_and_the_total() -> None:
    counts = dict.fromkeys(S1.cells, 300)
    one_more = counts | {("abandoned",): 301}

    without, within = (release.publish(S1, each, below=Random(5).randrange) for each in (counts, one_more))

    differences = [(b.value or 0) - (a.value or 0) for (_, a), (_, b) in zip(without.cells, within.cells, strict=True)]
    assert differences == [0, 0, 1]


def test_the_file_says_what_was_published_and_reads_back() -> None:
    published = release.publish(M1, dict.fromkeys(M1.cells, 200), below=Random(1).randrange)
    content = files.write(M1, Period.parse("2025-Q2"), published)

    rows = files.read(content, dimensions=["procedure", "outcome"])

    assert rows == files.rows_of(M1, published)
    assert rows[-1].keys == ()
    assert content.decode().splitlines()[0] == "quarter,procedure,outcome,label_fr,label_en,value,margin_95,hidden"


def test_the_yearly_file_has_the_promised_columns_and_hides_wholly() -> None:
    published = PublishedTable(
        cells=(
            (("obtained",), Figure(118, 4)),
            (("not_obtained",), Figure(None, None)),
            (("abandoned",), Figure(None, None)),
        ),
        total=None,
    )

    lines = files.write(S1, Period.parse("2025"), published).decode().splitlines()

    assert lines == [
        "year,outcome,label_fr,label_en,value,margin_95,hidden",
        "2025,obtained,Obtenu,Obtained,118,4,false",
        "2025,not_obtained,Refusé ou sans réponse,Refused or unanswered,,,true",
        "2025,abandoned,Abandonné,Abandoned,,,true",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@sum", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    label = Text(fr=text, en="Obtenu = oui")
    monkeypatch.setattr(files, "rows_of", lambda *_: [files.Row(keys=("k",), label=label, value=1, margin=0)])

    written = files.write(S1, Period.parse("2025"), PublishedTable(cells=(), total=None)).decode()

    [_, line] = csv.reader(io.StringIO(written, newline=""))
    assert line == ["2025", "k", "'" + text.replace("\r", " "), "Obtenu = oui", "1", "0", "false"]


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.key)
def test_every_declared_text_stands_in_the_file_as_it_is(table: Table) -> None:
    published = release.publish(table, {}, below=Random(1).randrange)
    content = files.write(table, Period.around(Period.parse("2025-05").first, every=table.every), published)

    cells = [cell for line in csv.reader(io.StringIO(content.decode())) for cell in line]

    assert not any(cell.startswith(("=", "+", "-", "@", "'")) for cell in cells)


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.key)
def test_the_method_note_is_whole_in_both_languages(table: Table) -> None:
    note = method.note(table, horizon_days=90)

    assert "{" not in note.fr + note.en
    assert f"{float(table.epsilon):.2f}" in note.en
    assert f"{float(table.epsilon):.2f}".replace(".", ",") in note.fr
    assert str(hiding.threshold(table.cell_scale)) in note.fr


@pytest.mark.parametrize(("epsilon", "certainty"), [(Fraction(1), 74), (Fraction(7, 10), 67), (Fraction(3, 10), 58)])
def test_what_a_doubter_can_reach_is_said_and_rounded_up(epsilon: Fraction, certainty: int) -> None:
    assert method.certainty(epsilon) == certainty


def test_a_release_goes_forward_only() -> None:
    assert {State.PUBLISHED, State.REJECTED} == FINAL
    assert sources(State.PUBLISHED) == [State.REVIEWED]
    assert sources(State.REJECTED) == [State.DRAFT, State.MEASURED, State.REVIEWED]
    assert all(State.DRAFT not in following for following in FOLLOWS.values())
