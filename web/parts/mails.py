"""How somebody wants their mails: the questions that members and volunteers are asked alike."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.rules.modes import Choice, Mode, is_quiet
from notifications.rules.windows import WHOLE_DAY, Window
from web.parts.french import clock

NEVER = "never"
_MODES = [
    (Mode.MAIL.value, _("Un message pour chaque nouvelle")),
    (Mode.DIGEST.value, _("Un seul message par jour, s’il y a des nouvelles")),
    (Mode.NONE.value, _("Aucun message : je regarde moi-même")),
]


def _code(hour: int) -> str:
    """Answers are codes, never bare numbers: those are what ids look like."""
    return f"{hour:02}:00"


def _hour_of(code: str) -> int | None:
    return None if code == NEVER else int(code.partition(":")[0])


def _hours(numbers: range) -> Iterator[tuple[str, str]]:
    for number in numbers:
        yield _code(number), clock(time(number)) if number else gettext("minuit")


class MailFields(forms.Form):
    """Mixin, before the audience's own form. `offer` gives it the association's hours and what holds now."""

    window = Window()

    mode = forms.ChoiceField(label=_("Comment voulez-vous être prévenu ?"), choices=_MODES, widget=forms.RadioSelect)
    digest_at = forms.TypedChoiceField(
        label=_("Si c’est un seul message par jour : à quelle heure ?"),
        help_text=_("Une heure où l’association envoie ses messages."),
        coerce=_hour_of,
    )
    quiet_from = forms.TypedChoiceField(
        label=_("Ne pas être dérangé à partir de"),
        help_text=_("Ce qui vient entre ces deux heures attend la fin du calme."),
        coerce=_hour_of,
        empty_value=None,
    )
    quiet_until = forms.TypedChoiceField(label=_("jusqu’à"), coerce=_hour_of, empty_value=None)

    def offer(self, window: Window, *, chosen: Choice) -> None:
        """Before it is shown or checked."""
        self.window = window
        self._choices("digest_at", list(_hours(range(window.opens, window.closes))))
        any_hour = [(NEVER, gettext("Jamais")), *_hours(range(WHOLE_DAY))]
        self._choices("quiet_from", any_hour)
        self._choices("quiet_until", any_hour)
        self.initial = {
            **self.initial,
            "mode": chosen.mode.value,
            "digest_at": _code(min(max(chosen.digest_at, window.opens), window.closes - 1)),
            "quiet_from": NEVER if chosen.quiet_from is None else _code(chosen.quiet_from),
            "quiet_until": NEVER if chosen.quiet_until is None else _code(chosen.quiet_until),
        }

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  narrows the type
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = self.cleaned_data
        if {"mode", "digest_at", "quiet_from", "quiet_until"} <= typed.keys():
            fault = self._fault_in_quiet(typed["quiet_from"], typed["quiet_until"])
            if fault:
                self.add_error("quiet_until", fault)
        return typed

    def _fault_in_quiet(self, first: int | None, end: int | None) -> str:
        if (first is None) != (end is None):
            return gettext("Donnez les deux heures du calme, ou « Jamais » aux deux.")
        if first is not None and first == end:
            return gettext("Le calme doit finir à une autre heure que celle où il commence.")
        if first is not None and not self._has_room(Choice(quiet_from=first, quiet_until=end)):
            return gettext("Aucun message ne pourrait partir : laissez au moins une heure d’envoi de l’association.")
        return ""

    def _has_room(self, choice: Choice) -> bool:
        """On a day like any other: hours of the wall clock."""
        midnight = datetime(2026, 1, 5, tzinfo=ZoneInfo(self.window.time_zone))
        hours = range(self.window.opens, self.window.closes)
        return any(not is_quiet(choice, self.window, midnight + timedelta(hours=hour)) for hour in hours)

    @property
    def chosen(self) -> Choice:
        typed = self.cleaned_data
        return Choice(
            mode=Mode(typed["mode"]),
            digest_at=typed["digest_at"],
            quiet_from=typed["quiet_from"],
            quiet_until=typed["quiet_until"],
        )
