"""What every form of the desk carries: the association it was rendered for, and a token so that two submits are one."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict

from web.parts.forms import DatePartsField, HouseForm

LONGEST_NOTE = 4000


class DeskForm(HouseForm, forms.Form):
    """`today` bounds the dates: nothing that has happened can be dated later."""

    association = forms.IntegerField(widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, association_id: int, today: date, **kwargs: Any) -> None:
        initial = {"association": association_id, "token": uuid4()} | (kwargs.pop("initial", None) or {})
        super().__init__(data, initial=initial, **kwargs)
        self.today = today
        for field in self.fields.values():
            if isinstance(field, DatePartsField) and field.latest is None:
                field.latest = today


class VersionedForm(DeskForm):
    """For actions that refuse what was decided upon an older state of the case."""

    version = forms.IntegerField(widget=forms.HiddenInput)


def radios(*, label: Any, required: bool = True, **kwargs: Any) -> forms.ChoiceField:
    """A few answers, all visible."""
    return forms.ChoiceField(label=label, required=required, widget=forms.RadioSelect, **kwargs)


def note_box(
    *, label: Any, help_text: Any = "", required: bool = False, max_length: int = LONGEST_NOTE
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def fill(form: forms.BaseForm, name: str, choices: list[tuple[str, Any]]) -> None:
    """Give a choice field the answers that only the case knows."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  a mistake of ours, for the type checker
    field.choices = choices


def leave_out(form: forms.BaseForm, *names: str) -> None:
    """Take away the questions that this case does not ask."""
    for name in names:
        del form.fields[name]
