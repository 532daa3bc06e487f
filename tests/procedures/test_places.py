import pytest

from procedures.rules.places import line_of
from tests.procedures.definition_text import RIGHT

LINES = RIGHT.splitlines()
TEXT = """
title = { fr = "a", en = "b" }
advice = [
  { fr = "x", en = "y" },
]

[leaves]
fr = "r"

[[channels]]
key = "web"
[[channels.steps]]
key = "one"
[[channels.steps]]
key = "two"
detail = { fr = "x" }

[[channels]]
key = "phone"
certainty = "high"
[[channels.steps]]
key = "two"
title.fr = "x"
[channels.hours]
zone = "FR-99"

[[sources]]
url = "https://example.org/a.b"
read_on = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("title.en", 2),
        ("advice[1].en", 3),
        ("leaves.en", 7),
        ("channels", 10),
        ("channels[web].steps[two].detail.en", 16),
        ("channels[phone].steps[two].title.en", 23),
        ("channels[phone].steps[two].detail", 21),
        ("channels[phone].hours.zone", 25),
        ("channels[phone].certainty", 20),
        ("sources[https://example.org/a.b].read_on", 29),
        ("certainty", None),
        ("file", None),
    ],
)
def test_the_line_of_a_key_or_of_the_table_around_it(path: str, line: int | None) -> None:
    assert line_of(path, TEXT) == line


def test_every_key_of_the_right_definition_is_found_on_a_line_that_bears_it() -> None:
    for path in ("certainty", "deadlines[answer].rule", "outcomes[answered].class5", "channels[letter].title.fr"):
        line = line_of(path, RIGHT)
        assert line is not None
        assert path.split(".")[-1].partition("[")[0] in LINES[line - 1]
