import pytest

from procedures.rules.reading import BadDefinition
from tests.procedures.definition_text import RIGHT, definition, problems_of, spoiled, with_deadline_lines


def with_words(words: str) -> str:
    """The right definition with a justificatif that holds these."""
    both = '{ fr = "Un", en = "One" }'
    return f'{RIGHT}\n[[justificatifs]]\nkey = "lettre"\ntitle = {both}\nhow = {both}\nwords = {words}\n'


MISTAKES = {
    "a word too short to be looked for": (
        with_words('["plainte", "le"]'),
        "justificatifs[lettre].words",
        "'le' is too short to be looked for",
        "three letters or more",
    ),
    "a word looked for twice": (
        with_words('["plainte", "plainte", "demande"]'),
        "justificatifs[lettre].words",
        "'plainte' stands there twice",
        "keep one of them",
    ),
    "a word that is no text": (
        with_words('["plainte", 15]'),
        "justificatifs[lettre].words",
        "must hold texts only",
        'write words = ["…", "…"]',
    ),
    "unknown key": (spoiled("certainty =", "certainly ="), "certainly", "unknown key", "did you mean certainty?"),
    "missing key": (spoiled('certainty = "high"', ""), "certainty", "missing", "use one of: high, medium, low"),
    "missing English": (
        spoiled('{ fr = "Demander", en = "Ask" }', '{ fr = "Demander" }'),
        "title.en",
        "missing English text",
        "write it in English too",
    ),
    "empty French": (
        spoiled('{ fr = "Par lettre", en', '{ fr = " ", en'),
        "channels[letter].title.fr",
        "missing French text",
        "write it in French too",
    ),
    "one language only": (
        spoiled('{ fr = "Rien", en = "Nothing" }', '"Rien"'),
        "leaves",
        "must hold both languages",
        'write { fr = "…", en = "…" }',
    ),
    "third language": (
        spoiled('en = "Nothing" }', 'en = "Nothing", de = "Nichts" }'),
        "leaves.de",
        "unknown key",
        "keep fr and en only",
    ),
    "unknown rule": (
        spoiled("eu_1182_71", "eu_1182_17"),
        "deadlines[answer].rule",
        "unknown value 'eu_1182_17'",
        "did you mean eu_1182_71? use one of: fr_cpc, eu_1182_71, fr_franc, fr_silence, fr_weeks",
    ),
    "unknown fact": (
        spoiled('"received"', '"recieved"'),
        "deadlines[answer].start_fact",
        "unknown value 'recieved'",
        "did you mean received?",
    ),
    "unknown outcome class": (
        spoiled("obtained_proven", "won"),
        "outcomes[answered].class5",
        "unknown value 'won'",
        "use one of: obtained_proven, obtained_unproven, refused, unanswered, abandoned",
    ),
    "unknown beneficiary": (
        spoiled('["self"]', '["self", "friend"]'),
        "beneficiaries",
        "unknown value 'friend'",
        "use one of: self, child, represented",
    ),
    "bad period": (
        spoiled('"P1M"', '"1 month"'),
        "deadlines[answer].length",
        "'1 month' is not a period",
        "write P6W, P3M, P10Y or P1M10D",
    ),
    "bad date": (
        spoiled("valid_from = 2026-01-01", 'valid_from = "2026-01-01"'),
        "valid_from",
        "'2026-01-01' is not a date",
        "without quotes",
    ),
    "no source": (
        RIGHT[: RIGHT.index("[[sources]]")],
        "sources",
        "missing or empty",
        "add a [[sources]] with title, url and read_on",
    ),
    "no checked_on": (spoiled("checked_on = 2026-11-23", ""), "checked_on", "missing date", "write checked_on ="),
    "no channel": (
        RIGHT[: RIGHT.index("[[channels]]")] + RIGHT[RIGHT.index("[[deadlines]]") :],
        "channels",
        "missing or empty",
        "add at least one [[channels]]",
    ),
    "plain http": (
        spoiled('article_url = "https', 'article_url = "http'),
        "deadlines[answer].article_url",
        "is not an https address",
        "beginning with https://",
    ),
    "unknown zone": (
        with_deadline_lines('zone = "FR-99"'),
        "deadlines[answer].zone",
        "unknown value 'FR-99'",
        "FR-974",
    ),
    "unknown answer": (
        with_deadline_lines('[deadlines.condition]\nanswer = "mood"\nvalue = "good"'),
        "deadlines[answer].condition.answer",
        "unknown value 'mood'",
        "deletion_requested",
    ),
    "unknown met_by": (
        with_deadline_lines('met_by = ["magic"]'),
        "deadlines[answer].met_by",
        "unknown value 'magic'",
        "justificatif",
    ),
    "twice the same key": (
        RIGHT.replace("[[outcomes]]", RIGHT[RIGHT.index("[[outcomes]]") : RIGHT.index("[[sources]]")] + "[[outcomes]]"),
        "outcomes",
        "key 'answered' is used twice",
        "its own key",
    ),
    "a key with capitals": (
        spoiled('key = "letter"', 'key = "La Poste"'),
        "channels[La Poste].key",
        "'La Poste' is not a key",
        "small letters",
    ),
    "a table where a list belongs": (
        spoiled("[[outcomes]]", "[outcomes]"),
        "outcomes",
        "must be a list",
        "[[outcomes]]",
    ),
    "an hour that closes before it opens": (
        RIGHT.replace(
            "[[channels.steps]]",
            '[channels.hours]\ntime_zone = "Europe/Paris"\n'
            'slots = [{ days = ["mon"], opens = 17:30:00, closes = 08:30:00 }]\n[[channels.steps]]',
        ),
        "channels[letter].hours.slots[['mon']].closes",
        "is not after opens",
        "the same day",
    ),
    "retired before it began": (
        spoiled("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2025-12-31"),
        "valid_to",
        "is before valid_from",
        "the last day",
    ),
    "a number that is not whole": (
        spoiled("certainty", 'position = "first"\ncertainty'),
        "position",
        "must be a whole number",
        "write position = 100",
    ),
    "a yes that is not true": (
        with_deadline_lines('rolls = "yes"'),
        "deadlines[answer].rolls",
        "must be true or false",
        "write rolls = true",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_told_with_its_place_and_its_mend(name: str) -> None:
    text, where, message, mend = MISTAKES[name]

    problems = problems_of(text)

    found = [problem for problem in problems if problem.where == where and message in problem.message]
    assert found, [str(problem) for problem in problems]
    assert mend in found[0].mend


def test_the_right_text_has_no_problem() -> None:
    assert problems_of(RIGHT) == []


def test_ten_mistakes_in_one_file_are_told_at_once() -> None:
    text = RIGHT
    for right, wrong in (
        ("eu_1182_71", "latin"),
        ('"P1M"', '"soon"'),
        ('"received"', '"dreamt"'),
        ("obtained_proven", "won"),
        ("certainty =", "certainly ="),
        ('en = "Nothing"', 'en = ""'),
        ('["self"]', '["friend"]'),
        ("valid_from = 2026-01-01", "valid_from = 2026"),
        ('bound = "addressee"', 'bound = "nobody"'),
        ('key = "write"', 'key = "Write it"'),
    ):
        text = text.replace(right, wrong, 1)

    problems = problems_of(text)

    assert len({problem.where for problem in problems}) >= 10
    assert all(problem.mend for problem in problems)


def test_the_error_says_everything_in_one_line() -> None:
    with pytest.raises(BadDefinition) as caught:
        definition(spoiled('"P1M"', '"soon"'))

    assert "deadlines[answer].length: 'soon' is not a period. write P6W" in str(caught.value)
    assert caught.value.name == "essai/demande 1"


def test_plain_typing_is_typeset_on_reading() -> None:
    read = definition(spoiled('fr = "Une demande"', 'fr = "Une demande : l\'accès au 34 22 ?"'))

    assert read.summary.fr == "Une demande\u00a0: l’accès au 34\u00a022\u202f?"
