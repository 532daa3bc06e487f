"""For the gallery: what programs and lists leave on the desk, in each of their states."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.test import Client

from accounts import actions as accounts
from accounts import scope
from accounts.models import Association, Membership, User
from accounts.rules.tokens import TokenScope
from cases import access
from cases import actions as cases
from cases.models import Case, Export
from cases.rules.exports import Selection

By = Callable[[str], User]
_LONG = "Appeler avant vendredi ceux dont la réponse tarde, puis rendre compte au bureau de ce qui a été répondu. " * 3


def stays_fresh(browser: Client) -> Client:
    """Its second factor is as if just given, however long the pictures take."""
    session = browser.session
    session[RECORDS] = [{**record, "at": time.time() + 86_400} for record in session[RECORDS]]
    session.save()
    return browser


def set_lists(association: Association, *, by: By, at: datetime) -> dict[str, int]:
    """The ids of requests by their state, and tokens of the coordinator's."""
    with scope.enter(association.pk):
        asker, approver = (Membership.objects.get(user=by(key)) for key in ("referent", "coordination"))
        _tokens(approver, at=at)
        return {f"list.{name}": export.pk for name, export in _lists(asker, approver, at=at).items()}


def _lists(asker: Membership, approver: Membership, *, at: datetime) -> dict[str, Export]:
    undecided = _ask(asker, Selection(state="closed"), at=at - timedelta(days=3))
    late = _approved(_ask(asker, Selection(), at=at - timedelta(days=2)), approver, at=at - timedelta(days=2))
    taken = _approved(_ask(asker, Selection(state="to_act"), at=at), approver, at=at)
    cases.take_export(taken, by=asker, head=["Référence"], cells=_reference, at=at)
    refused = _ask(asker, Selection(outcome="refused"), at=at, with_people=True)
    cases.refuse_export(refused, by=approver, at=at)
    ready = _approved(_ask(asker, Selection(state="awaiting"), at=at, with_people=True), approver, at=at)
    waiting = _ask(asker, Selection(state="awaiting"), at=at, with_people=True)
    return {
        "undecided": undecided,
        "late": late,
        "taken": taken,
        "refused": refused,
        "ready": ready,
        "waiting": waiting,
    }


def _reference(case: Case) -> list[str]:
    return [case.reference]


def _ask(asker: Membership, selection: Selection, *, at: datetime, with_people: bool = False) -> Export:
    count, _ = access.count_and_newest(asker, selection)
    return cases.ask_export(asker, selection=selection, with_people=with_people, reason=_LONG, seen=count, at=at)


def _approved(export: Export, approver: Membership, *, at: datetime) -> Export:
    assert cases.approve_export(export, by=approver, seen=export.count, at=at)
    return export


def _tokens(owner: Membership, *, at: datetime) -> None:
    for label, scopes, networks, days, age in (
        ("Ancien tableau", [TokenScope.CASES_LIST], [], 30, 40),
        ("Affichage du local", [TokenScope.CASES_LIST], ["192.0.2.0/24", "2001:db8:85a3:1234::/64"], 90, 80),
        ("Agenda partagé de l’équipe, avec les rappels du lundi", list(TokenScope), ["198.51.100.7/32"], 365, 10),
        ("Essai", list(TokenScope), [], 90, 1),
    ):
        made = at - timedelta(days=age)
        token, _ = accounts.create_token(owner, label=label, scopes=scopes, networks=networks, days=days, at=made)
        if label == "Essai":
            accounts.revoke_token(token, by=owner.user, at=at)
        else:
            accounts.note_use(token, today=made.date() + timedelta(days=min(age, 29)))
