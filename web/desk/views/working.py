"""Day-to-day work on a case: confide, set aside, note, consent, card."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import access, actions
from cases.actions import HasAddress, StaleCase
from cases.models import ConsentKind, Reminder, StopWhen
from cases.rules.lifecycle import EventKind
from cases.rules.queue import Reason
from web.desk.forms.base import DeskForm, leave_out
from web.desk.forms.decisions import PlainForm
from web.desk.forms.working import MYSELF, NOBODY, AssignForm, ConsentForm, HoldForm, NoteForm, ReminderForm
from web.desk.pages.card import Card, card
from web.desk.pages.head import case_head
from web.desk.views.doors import CaseAction, Stop, case_url, shown, stamp
from web.parts import errors


class Assign(CaseAction):
    event = EventKind.CASE_ASSIGNED
    form_class = AssignForm
    title = gettext_lazy("Confier le dossier")
    button = gettext_lazy("Confier le dossier")

    def asks(self) -> dict[str, Any]:
        return {"team": [self._me(), *self._others()], "reader": str(self.request.user.pk)}

    def _me(self) -> tuple[str, str]:
        return str(self.request.user.pk), _("Moi")

    def _others(self) -> list[tuple[str, str]]:
        return [
            (str(user.pk), user.name or _("un collègue"))
            for user in access.colleagues()
            if user.pk != self.request.user.pk
        ]

    def act(self, form: AssignForm) -> str | HttpResponseBase:
        typed = form.cleaned_data
        to = None if typed["to"] == NOBODY else access.colleague(UUID(typed["to"]))
        who = stamp(self.request)
        try:
            actions.assign(self.case, to=to, version=typed["version"], **who)
        except StaleCase as stale:
            if stale.case.assigned_to_id != (to.pk if to else None):
                raise
            return redirect(case_url(self.case))
        if typed["note"]:
            actions.add_note(self.case, text=typed["note"], token=typed["token"], **who)
        return _("Le dossier est confié.") if to else _("Le dossier est rendu à l’équipe.")


class Hold(CaseAction):
    event = EventKind.CASE_HELD
    form_class = HoldForm
    template = "hold.html"
    title = gettext_lazy("Mettre en attente")
    button = gettext_lazy("Mettre en attente")

    def form(self, data: Any = None) -> DeskForm:
        form = super().form(data)
        if data is not None and "resume" in data:
            leave_out(form, "until", "reason", "stop_when")
        return form

    def more(self, _form: DeskForm) -> dict[str, Any]:
        keeps_running = self.case.reason == Reason.DEADLINE
        return {
            "held_until": self.case.held_until,
            "legal_day": self.case.next_deadline_on if keeps_running else None,
        }

    def act(self, form: HoldForm) -> str:
        typed = form.cleaned_data
        until = typed.get("until")
        actions.hold(
            self.case,
            until=until,
            reason=typed.get("reason", ""),
            stop_when=StopWhen(typed.get("stop_when", StopWhen.NOTHING)),
            token=typed["token"],
            **stamp(self.request),
        )
        return _("Le dossier est en attente.") if until else _("Le dossier est repris.")


class SetReminder(CaseAction):
    event = EventKind.REMINDER_SET
    form_class = ReminderForm
    title = gettext_lazy("Poser un rappel")
    button = gettext_lazy("Poser le rappel")
    intro = gettext_lazy("Ce jour-là, le rappel s’affiche en tête de « Maintenant », et part par message à qui il est.")

    def act(self, form: ReminderForm) -> str:
        typed, who = form.cleaned_data, stamp(self.request)
        actions.set_reminder(
            self.case,
            until=typed["until"],
            reason=typed["reason"],
            for_user=self.request.user if typed["to"] == MYSELF else None,
            stop_when=StopWhen(typed["stop_when"]),
            token=typed["token"],
            at=who["at"],
            by=who["by"],
        )
        return _("Le rappel est posé.")


class EndReminder(CaseAction):
    event = EventKind.REMINDER_ENDED
    form_class = PlainForm
    title = gettext_lazy("Terminer un rappel")
    button = gettext_lazy("C’est fait")
    reminder: Reminder

    def prepare(self) -> None:
        self.reminder = access.reminder_for(self.case, self.kwargs["pk"])

    def more(self, _form: DeskForm) -> dict[str, Any]:
        return {"intro": self.reminder.event.note}

    def act(self, _form: PlainForm) -> str:
        who = stamp(self.request)
        ended = actions.end_reminder(self.reminder, at=who["at"], by=who["by"])
        return _("Le rappel est terminé.") if ended else ""


class AddNote(CaseAction):
    event = EventKind.NOTE_ADDED
    form_class = NoteForm
    title = gettext_lazy("Ajouter une note")
    button = gettext_lazy("Garder la note")

    def act(self, form: NoteForm) -> str:
        typed = form.cleaned_data
        actions.add_note(self.case, text=typed["text"], token=typed["token"], **stamp(self.request))
        return _("La note est gardée.")


class Consents(CaseAction):
    event = EventKind.CONSENT_GIVEN
    form_class = ConsentForm
    title = gettext_lazy("Recueillir les accords")
    button = gettext_lazy("Enregistrer les réponses")
    intro = gettext_lazy(
        "Lisez chaque phrase à voix haute, et notez la réponse. "
        "Le second accord est libre : il ne change rien à la suite."
    )

    def initial(self) -> dict[str, Any]:
        standing = {row.kind for row in access.consents_of(self.case) if row.withdrawn_on is None}
        return dict.fromkeys(standing, "yes")

    def act(self, form: ConsentForm) -> str:
        who = stamp(self.request)
        for kind in (ConsentKind.HANDLING, ConsentKind.STATISTICS):
            write = actions.give_consent if form.cleaned_data[kind] == "yes" else actions.withdraw_consent
            write(self.case, kind=kind, **who)
        return _("Les réponses sont enregistrées.")


class MakeCard(CaseAction):
    """The answer to POST is the card itself: its code is shown once and kept nowhere."""

    event = EventKind.CARD_RENEWED
    form_class = PlainForm
    title = gettext_lazy("Faire une carte avec un code")
    button = gettext_lazy("Faire la carte")
    intro = gettext_lazy(
        "Pour une personne sans courriel : un code à taper pour suivre son dossier. "
        "Il n’est montré qu’une fois. Une carte déjà donnée cesse de marcher."
    )

    def prepare(self) -> None:
        if self.case.member.email_index:
            told = _("Cette personne a une adresse e-mail : elle entre avec un code reçu par message, sans carte.")
            raise Stop(errors.conflict(self.request, back_url=case_url(self.case), sentence=told))

    def act(self, form: PlainForm) -> HttpResponse:
        try:
            code = actions.renew_card(self.case, token=form.cleaned_data["token"], **stamp(self.request))
        except HasAddress:
            raise Stop(errors.conflict(self.request, back_url=case_url(self.case))) from None
        return shown(
            self.request,
            "card.html",
            {"head": case_head(self.case, today=self.request.today), "card": self._card(code)},
        )

    def _card(self, code: str) -> Card:
        address = settings.PUBLIC_ORIGIN + reverse("portal:login")
        return card(code, address=address, association=self.request.association)
