"""The list of all cases."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from web.desk.pages.head import Chip, chip, who
from web.desk.pages.words import definition_of, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    state: str = ""
    outcome: str = ""
    procedure: str = ""
    before: int | None = None

    def url(self, **changes: str) -> str:
        named = {"etat": self.state, "issue": self.outcome, "demarche": self.procedure} | changes
        return f"{reverse('desk:cases')}?{urlencode({name: value for name, value in named.items() if value})}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    who: str
    url: str
    reference: str
    procedure: str
    campaign: str
    chip: Chip
    opened_on: date
    followed_by: str


def row(case: Case, *, reader: UUID, today: date) -> Row:
    return Row(
        who=who(case),
        url=f"{reverse('desk:case', args=[case.reference])}?de=recherche",
        reference=case.reference,
        procedure=say(definition_of(case).short),
        campaign=case.campaign.title,
        chip=chip(case, today=today),
        opened_on=case.opened_on,
        followed_by=_followed_by(case, reader),
    )


def _followed_by(case: Case, reader: UUID) -> str:
    if case.assigned_to_id is None:
        return _("personne")
    if case.assigned_to_id == reader:
        return _("vous")
    return (case.assigned_to.name if case.assigned_to else "") or _("un collègue")
