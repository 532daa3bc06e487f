"""The letter of reminder as it is printed: in French, whatever language the desk speaks."""

from datetime import date

from cases.models import Case, Deadline
from cases.rules import letters
from cases.rules.letters import Letter
from procedures.rules.definitions import Certainty
from web.desk.pages.words import definition_of


def reminder(case: Case, row: Deadline, *, today: date) -> Letter | None:
    """None while the addressee is not late, or when another is bound."""
    if row.bound != "addressee" or row.met_on or row.due is None or row.due >= today:
        return None
    if row.start_earliest is None or row.start_latest is None:
        return None
    definition = definition_of(case)
    overdue = letters.Overdue(
        addressee=definition.addressee.fr,
        asked=definition.title.fr,
        expected=definition.deadline(row.key).title.fr,
        article=row.article,
        is_certain=definition.deadline(row.key).certainty is not Certainty.LOW,
        since_earliest=row.start_earliest,
        since_latest=row.start_latest,
        due=row.due,
    )
    return letters.reminder(overdue, today=today)


def sender(case: Case) -> str:
    """Who signs: the member, for themselves or for the person they act for."""
    return " ".join(filter(None, (case.member.first_name, case.member.last_name)))
