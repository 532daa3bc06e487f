"""Answering a missed deadline; closing, continuing otherwise, reopening."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import access, actions
from cases.actions import AfterTheDay, Answer, NotAdmitted
from cases.models import Case, Deadline, Decision
from cases.rules.lifecycle import EventKind
from procedures import registry
from procedures.rules.definitions import DeadlineRule, Definition
from web.desk.forms.base import DeskForm
from web.desk.forms.decisions import AnswerForm, CloseForm, PlainForm
from web.desk.pages.deadlines import deadlines
from web.desk.pages.refusals import not_admitted
from web.desk.pages.words import definition_of, say
from web.desk.views.doors import CaseAction, Stop, case_url, stamp
from web.parts import errors
from web.parts.french import plain_words


class AnswerMissed(CaseAction):
    event = EventKind.MISSED_DEADLINE_ANSWERED
    form_class = AnswerForm
    template = "answer.html"
    title = gettext_lazy("Un délai est passé")
    button = gettext_lazy("Enregistrer la décision")
    deadline: Deadline

    def prepare(self) -> None:
        self.deadline = access.deadline_for(self.case, self.kwargs["pk"])
        if not self.deadline.is_missed and self.request.method != "POST":
            told = _("Ce délai n’attend pas de réponse : il n’est pas dépassé, ou la suite est déjà décidée.")
            raise Stop(errors.conflict(self.request, back_url=case_url(self.case), sentence=told))

    def asks(self) -> dict[str, Any]:
        following = self._following()
        return {
            "decisions": self._decisions(following),
            "outcomes": definition_of(self.case).outcomes,
            "procedure": say(following.short) if following else "",
            "has_justificatif": _has_accepted(self.case),
        }

    def more(self, _form: DeskForm) -> dict[str, Any]:
        [shown] = deadlines(self.case, [self.deadline], today=self.request.today)
        return {"deadline": shown}

    def act(self, form: AnswerForm) -> str | HttpResponseBase:
        typed = form.cleaned_data
        following = self._following()
        answer = Answer(
            decision=Decision(typed["decision"]),
            done_on=typed.get("done_on"),
            outcome=typed.get("outcome", ""),
            procedure=following.key if following else "",
        )
        try:
            case = actions.answer_missed(self.deadline, answer, token=typed["token"], **stamp(self.request))
        except AfterTheDay:
            form.add_error("done_on", _after_the_day(self.deadline))
            return self.page(form, status=422)
        if case is None:
            return _("Un collègue a déjà décidé de la suite : rien n’a changé.")
        return _("La décision est enregistrée.") if case.pk == self.case.pk else _towards(self, case)

    def _rule(self) -> DeadlineRule | None:
        rules = definition_of(self.case).deadlines
        return next((rule for rule in rules if rule.key == self.deadline.key), None)

    def _following(self) -> Definition | None:
        rule = self._rule()
        return following_of(self.case, rule.on_miss_procedure if rule else None, today=self.request.today)

    def _decisions(self, following: Definition | None) -> list[Decision]:
        """Waiting is for what others owe; «was done» for what the member had to do."""
        rule = self._rule()
        offered = {
            Decision.ACT_AGAIN: True,
            Decision.REMIND: self.deadline.bound == "addressee",
            Decision.KEEP_WAITING: self.deadline.bound != "member",
            Decision.CONVERT: following is not None,
            Decision.WAS_DONE: rule is not None and "acted" in rule.met_by,
            Decision.CLOSE: True,
        }
        return [decision for decision, is_offered in offered.items() if is_offered]


def _after_the_day(deadline: Deadline) -> str:
    told = _("Le dernier jour possible était le %(day)s : ce qui est fait après ne l’était pas à temps.")
    return told % {"day": plain_words(deadline.due_latest)}


def following_of(case: Case, key: str | None, *, today: date) -> Definition | None:
    """The procedure that may take over, when it stands and admits this person."""
    if key is None:
        return None
    definition = registry.current(key)
    admitted = definition.admits(case.beneficiary.kind) and definition.can_be_opened(today)
    return definition if admitted else None


def _has_accepted(case: Case) -> bool:
    return any(row.accepted for row in access.justificatifs_of(case))


def _towards(action: CaseAction, new: Case) -> HttpResponseBase:
    messages.success(action.request, _("Le dossier continue ici ; l’ancien est clos, et relié à celui-ci."))
    return redirect(case_url(new))


class Close(CaseAction):
    event = EventKind.CASE_CLOSED
    form_class = CloseForm
    title = gettext_lazy("Clore le dossier")
    button = gettext_lazy("Clore le dossier")
    intro = gettext_lazy("Un dossier clos peut être rouvert.")

    def asks(self) -> dict[str, Any]:
        return {"outcomes": definition_of(self.case).outcomes, "has_justificatif": _has_accepted(self.case)}

    def act(self, form: CloseForm) -> str:
        typed = form.cleaned_data
        actions.close_case(
            self.case,
            outcome=typed["outcome"],
            version=typed["version"],
            token=typed["token"],
            **stamp(self.request),
        )
        return _("Le dossier est clos.")


class Convert(CaseAction):
    event = EventKind.CASE_CONVERTED
    form_class = PlainForm
    title = gettext_lazy("Continuer par une autre démarche")
    button = gettext_lazy("Ouvrir la nouvelle démarche")
    following: Definition

    def prepare(self) -> None:
        following = following_of(self.case, definition_of(self.case).follows_on_miss, today=self.request.today)
        if following is None:
            told = _("Aucune autre démarche ne prend la suite de celle-ci.")
            raise Stop(errors.conflict(self.request, back_url=case_url(self.case), sentence=told))
        self.following = following

    def more(self, _form: DeskForm) -> dict[str, Any]:
        return {"intro": f"{say(self.following.title)}. {say(self.following.summary)}"}

    def act(self, form: PlainForm) -> str | HttpResponseBase:
        try:
            new = actions.convert_case(
                self.case,
                procedure=self.following.key,
                token=form.cleaned_data["token"],
                **stamp(self.request),
            )
        except NotAdmitted as refused:
            form.add_error(None, not_admitted(refused.code))
            return self.page(form, status=422)
        return _towards(self, new)


class Reopen(CaseAction):
    event = EventKind.CASE_REOPENED
    form_class = PlainForm
    title = gettext_lazy("Rouvrir le dossier")
    button = gettext_lazy("Rouvrir le dossier")
    intro = gettext_lazy("Le dossier retourne à « démarche à faire ». Son issue est effacée ; l’histoire reste.")

    def act(self, _form: PlainForm) -> str:
        actions.reopen_case(self.case, **stamp(self.request))
        return _("Le dossier est rouvert.")
