"""The shapes of version 1. A field is never renamed or removed here: that is another version."""

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from cases.rules.lifecycle import State
from cases.rules.queue import NEVER, WaitingFor
from procedures.rules.definitions import Beneficiaries, Bound, Certainty, LinkKind, OutcomeClass, RuleFamily
from procedures.rules.facts import KnownBy

Shape = serializers.Serializer[Any]


class CodeField(serializers.CharField):
    """A code, null where there is none."""

    def to_representation(self, value: object) -> str | None:  # type: ignore[override]  # null for no code
        return str(value) if value else None


class DayField(serializers.DateField):
    """A day, null where there is none; the database's «never» is none."""

    def to_representation(self, value: date) -> str | None:  # type: ignore[override]  # null for no day
        return None if value == NEVER else value.isoformat()


def code(**kwargs: Any) -> CodeField:
    return CodeField(allow_null=True, **kwargs)


def day(**kwargs: Any) -> DayField:
    return DayField(allow_null=True, **kwargs)


class ErrorDetail(Shape):
    code = serializers.CharField()
    message = serializers.CharField(help_text="For people, in the language of Accept-Language.")


class Error(Shape):
    error = ErrorDetail()


class CaseLine(Shape):
    """A case without its people: no name, address or free text."""

    reference = serializers.CharField()
    procedure = serializers.CharField()
    procedure_version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[one.value for one in State])
    outcome = code()
    outcome_class = code(help_text="Class of five, as in the outcomes of procedures.")
    channel = code()
    waiting_for = serializers.ChoiceField(choices=[one.value for one in WaitingFor])
    opened_on = day()
    closed_on = day()
    held_until = day()
    next_deadline_on = day()
    next_deadline_key = code()


class CasePage(Shape):
    results = CaseLine(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page, null on the last one.")


class CaseFact(Shape):
    """A dated fact (earliest, latest, known_by) or an answer (value)."""

    kind = serializers.CharField()
    earliest = day()
    latest = day()
    known_by = code()
    value = code()


class CaseAttempt(Shape):
    """One try over one channel, without its note."""

    channel = serializers.CharField()
    made_on = day()
    result = serializers.CharField()
    obstacle = code()
    justificatif_asked = serializers.BooleanField()


class CaseDeadline(Shape):
    key = serializers.CharField()
    bound = serializers.ChoiceField(choices=[one.value for one in Bound])
    rule = serializers.ChoiceField(choices=[one.value for one in RuleFamily])
    article = serializers.CharField()
    start_kind = code()
    start_earliest = day()
    start_latest = day()
    raw_end = day()
    due = day()
    due_earliest = day()
    due_latest = day()
    met_on = day()
    missed_on = day()
    answered_on = day()
    decision = code()
    explanation = serializers.SerializerMethodField()

    @extend_schema_field({"$ref": "#/components/schemas/Text"})
    def get_explanation(self, deadline: Any) -> dict[str, str]:
        return {"fr": deadline.explanation_fr, "en": deadline.explanation_en}


class CaseWhole(CaseLine):
    facts = CaseFact(many=True)
    deadlines = CaseDeadline(many=True)
    attempts = CaseAttempt(many=True)


class Text(Shape):
    """One text in both languages."""

    fr = serializers.CharField()
    en = serializers.CharField()


class ProcedureLine(Shape):
    key = serializers.CharField()
    version = serializers.IntegerField()
    title = Text()
    short = Text()
    summary = Text()
    beneficiaries = serializers.ListField(child=serializers.ChoiceField(choices=[one.value for one in Beneficiaries]))
    certainty = serializers.ChoiceField(choices=[one.value for one in Certainty])
    checked_on = serializers.DateField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    follows_on_miss = serializers.CharField(allow_null=True)


class ProcedureList(Shape):
    results = ProcedureLine(many=True)


class ProcedureStep(Shape):
    key = serializers.CharField()
    title = Text()
    detail = Text()
    say = Text(allow_null=True)
    checks = Text(many=True)


@extend_schema_field({"type": "string", "pattern": r"^\d{2}:\d{2}$", "example": "08:30"})
class HourField(serializers.TimeField):
    """Hours and minutes: less than what a schema calls a `time`, which has seconds and an offset."""

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class OpeningSlot(Shape):
    """`weekdays`: 0 is Monday."""

    weekdays = serializers.ListField(child=serializers.IntegerField())
    opens = HourField()
    closes = HourField()


class OpeningHours(Shape):
    slots = OpeningSlot(many=True)
    closed_on_holidays = serializers.BooleanField()
    zone = serializers.CharField()
    time_zone = serializers.CharField()


class ProcedureChannel(Shape):
    key = serializers.CharField()
    title = Text()
    summary = Text()
    at_hand = Text(many=True)
    never_store = Text(many=True)
    steps = ProcedureStep(many=True)
    certainty = serializers.ChoiceField(choices=[one.value for one in Certainty])
    hours = OpeningHours(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    url = serializers.URLField(allow_null=True)
    address = serializers.CharField(allow_null=True)


class ProcedureDeadline(Shape):
    """`length`: an ISO 8601 period."""

    key = serializers.CharField()
    title = Text()
    start_fact = serializers.CharField()
    length = serializers.CharField()
    rule = serializers.ChoiceField(choices=[one.value for one in RuleFamily])
    bound = serializers.ChoiceField(choices=[one.value for one in Bound])
    article = serializers.CharField()
    article_url = serializers.URLField()
    checked_on = serializers.DateField()
    certainty = serializers.ChoiceField(choices=[one.value for one in Certainty])
    on_miss = Text()
    on_miss_procedure = serializers.CharField(allow_null=True)
    note = Text(allow_null=True)


class ProcedureJustificatif(Shape):
    key = serializers.CharField()
    title = Text()
    how = Text()
    after = Text(allow_null=True)


class ProcedureOutcome(Shape):
    key = serializers.CharField()
    title = Text()
    class5 = serializers.ChoiceField(choices=[one.value for one in OutcomeClass])


class ProcedureObstacle(Shape):
    code = serializers.CharField()
    title = Text()
    way_out = Text()


class ProcedureLink(Shape):
    kind = serializers.ChoiceField(choices=[one.value for one in LinkKind])
    title = Text()
    text = Text()
    url = serializers.URLField(allow_null=True)
    procedure = serializers.CharField(allow_null=True)


class ProcedureSource(Shape):
    title = Text()
    url = serializers.URLField(allow_null=True)
    read_on = serializers.DateField()


class ProcedureWhole(ProcedureLine):
    addressee = Text()
    eligibility = Text()
    leaves = Text()
    successor = Text(allow_null=True)
    note = Text(allow_null=True)
    advice = Text(many=True)
    channels = ProcedureChannel(many=True)
    deadlines = ProcedureDeadline(many=True)
    justificatifs = ProcedureJustificatif(many=True)
    outcomes = ProcedureOutcome(many=True)
    obstacles = ProcedureObstacle(many=True)
    escalation = Text(many=True)
    links = ProcedureLink(many=True)
    sources = ProcedureSource(many=True)
    legal_basis = serializers.ListField(child=serializers.CharField())


_DATED = {
    "type": "object",
    "properties": {
        "earliest": {"type": "string", "format": "date"},
        "latest": {"type": "string", "format": "date"},
        "known_by": {"type": "string", "nullable": True, "enum": [*(one.value for one in KnownBy), None]},
    },
    "required": ["earliest", "latest"],
}


@extend_schema_field({"type": "object", "additionalProperties": {"oneOf": [{"type": "string"}, _DATED]}})
class FactsField(serializers.JSONField):
    """Facts by kind."""


class ExplainQuestion(Shape):
    """What happened."""

    procedure = serializers.CharField(help_text="Key of a procedure.")
    deadline = serializers.CharField(allow_null=True, required=False, help_text="Key of the only one asked for.")
    facts = FactsField(
        required=False,
        help_text="By kind: `2022-02-03`, `2022-02-03..2022-02-10`, either with how it is known after an `@` "
        "(`2022-02-03@postmark`), the same as an object, or an answer (`yes`).",
    )


class ExplainedStart(Shape):
    """All null when the start is not known; `known_by` null when nobody said."""

    earliest = day()
    latest = day()
    known_by = code()


class ExplainedMiss(Text):
    """What to do when it is missed. `procedure`: the one that takes over."""

    procedure = serializers.CharField(allow_null=True)


class ExplainedDeadline(Shape):
    """`last_useful`: by channel, the last moment at which it answers, on the channel's own clock."""

    key = serializers.CharField()
    bound = serializers.ChoiceField(choices=[one.value for one in Bound])
    rule = serializers.ChoiceField(choices=[one.value for one in RuleFamily])
    article = serializers.CharField()
    start = ExplainedStart()
    raw_end = day()
    due = day()
    due_earliest = day()
    due_latest = day()
    last_useful = serializers.DictField(child=serializers.CharField())
    on_miss = ExplainedMiss()
    explanation = Text()


class ReleaseFile(Shape):
    """The file that the numbers were read from; it never changes."""

    name = serializers.CharField()
    url = serializers.URLField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="In bytes.")


class ReleaseLine(Shape):
    slug = serializers.CharField()
    title = Text()
    campaign = serializers.CharField()
    publisher = serializers.CharField()
    table = serializers.CharField()
    period = serializers.CharField()
    version = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    file = serializers.SerializerMethodField()

    @extend_schema_field(ReleaseFile(allow_null=True))
    def get_file(self, release: Any) -> dict[str, object] | None:
        if not release.file_name:
            return None
        url = reverse("public:release_file", args=[release.slug, release.file_name], request=self.context["request"])
        return {"name": release.file_name, "url": url, "sha256": release.sha256, "size": release.size}


class ReleaseList(Shape):
    results = ReleaseLine(many=True)


class ReleaseRow(Shape):
    """A published number with its 95 % margin; null twice where it is hidden, which is never zero."""

    keys = serializers.ListField(child=serializers.CharField())
    label = Text()  # type: ignore[assignment]  # a field of that name; the metaclass takes it off the class
    value = serializers.IntegerField(allow_null=True)
    margin = serializers.IntegerField(allow_null=True)
    hidden = serializers.BooleanField()


class ReleaseWhole(ReleaseLine):
    rows = ReleaseRow(many=True)
    total = ReleaseRow(allow_null=True)
    method = Text()
