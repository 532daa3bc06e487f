"""Decisions: on a missed deadline, on the end of a case, on going on otherwise."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Decision
from procedures.rules.definitions import Outcome, OutcomeClass
from web.desk.forms.base import DeskForm, VersionedForm, fill, radios
from web.desk.pages.words import say
from web.parts.forms import DatePartsField

DECISIONS: dict[str, str | Promise] = {
    Decision.ACT_AGAIN: _("Recommencer la démarche"),
    Decision.REMIND: _("Une relance est partie : attendre encore quatorze jours"),
    Decision.KEEP_WAITING: _("Attendre encore, sans relancer"),
    Decision.CONVERT: _("Continuer par une autre démarche : %(procedure)s"),
    Decision.WAS_DONE: _("C’était fait à temps"),
    Decision.CLOSE: _("Clore le dossier"),
}


def check_proof(outcome: str, outcomes: Sequence[Outcome], *, has_justificatif: bool) -> None:
    """A proven outcome stands on an accepted justificatif, whichever form closes the case."""
    proven = {one.key for one in outcomes if one.class5 is OutcomeClass.OBTAINED_PROVEN}
    if outcome in proven and not has_justificatif:
        raise ValidationError(
            gettext(
                "Aucun justificatif n’est accepté dans ce dossier. Déposez-le et vérifiez-le, "
                "ou choisissez une issue sans justificatif."
            )
        )


class AnswerForm(DeskForm):
    decision = radios(label=_("Que décidez-vous ?"))
    done_on = DatePartsField(
        label=_("Si c’était fait : quel jour ?"),
        required=False,
        help_text=_("Seulement si la démarche a été faite à temps."),
    )
    outcome = radios(label=_("Si vous clôturez : comment cela a-t-il fini ?"), required=False)

    def __init__(
        self,
        *args: Any,
        decisions: Sequence[Decision],
        outcomes: Sequence[Outcome],
        procedure: str,
        has_justificatif: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.outcomes, self.has_justificatif = outcomes, has_justificatif
        said = [(one.value, str(DECISIONS[one]).replace("%(procedure)s", procedure)) for one in decisions]
        fill(self, "decision", list(said))
        fill(self, "outcome", [(outcome.key, say(outcome.title)) for outcome in outcomes])
        if Decision.WAS_DONE not in decisions:
            del self.fields["done_on"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed: dict[str, Any] = self.cleaned_data
        decision = typed.get("decision")
        if decision == Decision.WAS_DONE and not typed.get("done_on") and "done_on" not in self.errors:
            self.add_error("done_on", gettext("Indiquez le jour où la démarche a été faite."))
        if decision == Decision.CLOSE:
            self._check_outcome(typed.get("outcome", ""))
        return typed

    def _check_outcome(self, outcome: str) -> None:
        if not outcome:
            self.add_error("outcome", gettext("Dites comment la démarche a fini."))
            return
        try:
            check_proof(outcome, self.outcomes, has_justificatif=self.has_justificatif)
        except ValidationError as refused:
            self.add_error("outcome", refused)


class CloseForm(VersionedForm):
    outcome = radios(label=_("Comment la démarche a-t-elle fini ?"))

    def __init__(self, *args: Any, outcomes: Sequence[Outcome], has_justificatif: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fill(self, "outcome", [(outcome.key, say(outcome.title)) for outcome in outcomes])
        self.outcomes, self.has_justificatif = outcomes, has_justificatif

    def clean_outcome(self) -> str:
        outcome: str = self.cleaned_data["outcome"]
        check_proof(outcome, self.outcomes, has_justificatif=self.has_justificatif)
        return outcome


class PlainForm(DeskForm):
    """Nothing to answer: the button is the decision."""
