"""An attempt, with the channel's script beside it; and the dates of the case."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import access, actions
from cases.actions import NewFact
from cases.models import AttemptResult
from cases.rules.lifecycle import EventKind
from web.desk.forms.attempts import AttemptForm
from web.desk.forms.base import DeskForm
from web.desk.forms.facts import FactForm
from web.desk.pages import script
from web.desk.pages.deadlines import moves
from web.desk.pages.facts import facts
from web.desk.pages.words import definition_of
from web.desk.views.doors import CaseAction, stamp
from web.parts import deletion
from web.parts.ways import DELETION


class RecordAttempt(CaseAction):
    event = EventKind.ATTEMPT_MADE
    form_class = AttemptForm
    template = "attempt.html"
    title = gettext_lazy("Noter une démarche")
    button = gettext_lazy("Enregistrer la démarche")

    def asks(self) -> dict[str, Any]:
        standing = access.facts_of(self.case)
        return {"definition": definition_of(self.case), "is_deletion_asked": deletion.answered(standing) == "yes"}

    def initial(self) -> dict[str, Any]:
        return {"channel": self.request.GET.get("moyen", ""), "made_on": self.request.today}

    def more(self, form: DeskForm) -> dict[str, Any]:
        return {"script": script.script(self.case, chosen=str(form["channel"].value() or ""), now=timezone.localtime())}

    def act(self, form: AttemptForm) -> str:
        typed = form.cleaned_data
        actions.record_attempt(
            self.case,
            channel=typed["channel"],
            made_on=typed["made_on"],
            result=AttemptResult(typed["result"]),
            justificatif_asked=typed["justificatif_asked"] == "yes",
            obstacle=typed["obstacle"],
            adviser_reference=typed["adviser_reference"],
            note=typed["note"],
            deletion_requested=typed.get(DELETION, ""),
            token=typed["token"],
            version=typed["version"],
            **stamp(self.request),
        )
        return _("La démarche est enregistrée. Le délai de la suite est calculé.")


class RecordFacts(CaseAction):
    event = EventKind.FACT_CORRECTED
    form_class = FactForm
    template = "facts.html"
    title = gettext_lazy("Noter ou corriger une date")
    button = gettext_lazy("Enregistrer la date")
    intro = gettext_lazy("La date limite est recalculée. L’ancienne date reste visible dans ce qui s’est passé.")

    def asks(self) -> dict[str, Any]:
        return {"definition": definition_of(self.case)}

    def more(self, _form: DeskForm) -> dict[str, Any]:
        return {"facts": facts(access.fact_history(self.case))}

    def act(self, form: FactForm) -> str:
        typed = form.cleaned_data
        new = []
        if typed["earliest"]:
            known = {"earliest": typed["earliest"], "latest": typed["latest"], "known_by": typed["known_by"]}
            new.append(NewFact(kind=typed["kind"], **known))
        answered = ("notified_by", "residence", DELETION)
        new += [NewFact(kind=kind, value=typed[kind]) for kind in answered if typed.get(kind)]
        before = access.deadlines_of(self.case)
        actions.record_facts(self.case, new, version=typed["version"], **stamp(self.request))
        moved = moves(self.case, before, access.deadlines_of(self.case))
        return " ".join([_("La date est enregistrée."), *moved])
