"""The transitions of cases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from accounts import scope
from accounts.models import Membership, User
from accounts.rules.roles import Role
from cases import actions
from cases.access import count_and_newest
from cases.actions import Answer, NewBeneficiary, NewFact
from cases.models import (
    AttemptResult,
    BeneficiaryKind,
    Case,
    ConsentKind,
    Deadline,
    Decision,
    Export,
    Justificatif,
    Reminder,
)
from cases.rules.exports import Selection
from tests import factories
from tests.factories import CLOSURE, OPPOSITION
from tests.races.racing import Load, Race, World, on

REST = ("campaign__association", "member", "beneficiary__member")


def on_a_case(act: Callable[..., object], **made: Any) -> Callable[[World], Load]:
    """`act(world, case, token)`: the same form, sent eight times."""

    def prepare(world: World) -> Load:
        token = uuid4()
        case = world.case(**made)
        return on(Case, case.pk, lambda fresh: act(world, fresh, token), *REST)

    return prepare


def _on(world: World) -> dict[str, Any]:
    return {"today": world.today, "at": world.now, "by": world.by.user}


def _attempt(world: World, case: Case, token: Any) -> object:
    return actions.record_attempt(
        case,
        channel="phone",
        made_on=world.today,
        result=AttemptResult.CONFIRMED,
        justificatif_asked=True,
        token=token,
        **_on(world),
    )


def _note(world: World, case: Case, token: Any) -> bool:
    actions.add_note(case, text="Rappeler.", token=token, **_on(world))
    return True


def _facts(world: World, case: Case, token: Any) -> object:
    fact = NewFact(kind="sent", earliest=world.today - timedelta(days=20), known_by="postmark")
    return actions.record_facts(case, [fact], version=case.version, **_on(world))


def _reminder(world: World, case: Case, token: Any) -> object:
    until = world.today + timedelta(days=3)
    return actions.set_reminder(
        case, until=until, reason="Rappeler.", for_user=None, token=token, at=world.now, by=world.by.user
    )


def _keep(world: World, case: Case, token: Any) -> object:
    return actions.keep_justificatif(case, factories.rebuilt(b"x"), kind="opposition", token=token, **_on(world))


def _fingerprint(world: World, case: Case, token: Any) -> object:
    return actions.record_fingerprint(case, "a" * 64, kind="opposition", token=token, **_on(world))


def _card(world: World, case: Case, token: Any) -> object:
    return actions.renew_card(case, token=token, **_on(world))


def _opening(world: World) -> Load:
    token = uuid4()
    return lambda: (
        lambda: actions.open_case(
            world.campaign,
            procedure=OPPOSITION,
            member=factories.new_member(email=""),
            beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
            consents=[ConsentKind.HANDLING],
            token=token,
            **_on(world),
        )
    )


def _missed(world: World) -> Load:
    case = world.case(sent=60)
    actions.sweep(today=world.today, at=world.now)
    with scope.enter(world.association.pk):
        deadline = Deadline.objects.missed().get(case=case)
    return on(
        Deadline,
        deadline.pk,
        lambda row: actions.answer_missed(row, Answer(decision=Decision.KEEP_WAITING), **_on(world)),
        *(f"case__{name}" for name in REST),
    )


def _closed(world: World) -> Load:
    case = world.case()
    with scope.enter(world.association.pk):
        actions.close_case(case, outcome="abandoned", **_on(world))
    return on(Case, case.pk, lambda row: actions.reopen_case(row, **_on(world)), *REST)


def _withdrawal(world: World) -> Load:
    return on(
        Case,
        world.case().pk,
        lambda row: actions.withdraw_consent(row, kind=ConsentKind.HANDLING, **_on(world)),
        *REST,
    )


def _consent(world: World, case: Case, token: Any) -> object:
    return actions.give_consent(case, kind=ConsentKind.STATISTICS, **_on(world))


def _check(world: World) -> Load:
    kept = factories.make_justificatif(world.case(), by=world.by.user, today=world.today, at=world.now)
    return on(
        Justificatif,
        kept.pk,
        lambda row: actions.check_justificatif(row, accepted=True, **_on(world)),
        *(f"case__{name}" for name in REST),
    )


def _end_reminder(world: World) -> Load:
    reminder = factories.make_reminder(world.case(), by=world.by.user, today=world.today, at=world.now, days=3)
    return on(
        Reminder,
        reminder.pk,
        lambda row: actions.end_reminder(row, at=world.now, by=world.by.user),
        *(f"case__{name}" for name in REST),
    )


def _asked(world: World) -> Load:
    world.case()
    with scope.enter(world.association.pk):
        seen, _ = count_and_newest(world.by, Selection())
    form = uuid4()
    return lambda: (
        lambda: actions.ask_export(
            world.by, selection=Selection(), with_people=False, reason="Bilan.", seen=seen, at=world.now, form=form
        )
    )


def _export(world: World) -> tuple[Export, int]:
    """Of one case in every round."""
    with scope.enter(world.association.pk):
        is_first = not Case.objects.exists()
    if is_first:
        world.case()
    export = factories.make_export(world.by, at=world.now)
    return export, export.count


def _approval(world: World) -> Load:
    export, seen = _export(world)
    by = world.team[1]
    return on(Export, export.pk, lambda row: actions.approve_export(row, by=by, seen=seen, at=world.now), "asked_by")


def _refusal(world: World) -> Load:
    export, _ = _export(world)
    by = world.team[1]
    return on(Export, export.pk, lambda row: actions.refuse_export(row, by=by, at=world.now), "asked_by")


def _taking(world: World) -> Load:
    export, seen = _export(world)
    with scope.enter(world.association.pk):
        assert actions.approve_export(export, by=world.team[1], seen=seen, at=world.now)
    return on(
        Export,
        export.pk,
        lambda row: actions.take_export(
            row, by=world.by, head=["R"], cells=lambda case: [case.reference], at=world.now
        ),
        "asked_by",
    )


def _leaving(world: World) -> Load:
    gone = factories.make_membership(world.association, Role.VOLUNTEER)
    factories.make_case(world.campaign, by=gone.user, today=world.today, at=world.now)
    return on(
        Membership, gone.pk, lambda row: actions.let_go(row, by=world.by.user, at=world.now), "user", "association"
    )


def _kept_longer(world: World) -> Load:
    case = world.case()
    with scope.enter(world.association.pk):
        Case.objects.filter(pk=case.pk).update(archived_on=world.today)
    return on(Case, case.pk, lambda row: actions.keep_longer(row, **_on(world)), *REST)


def _former(world: World) -> Load:
    gone = factories.make_membership(world.association, Role.VOLUNTEER)
    with scope.enter(world.association.pk):
        actions.let_go(gone, by=world.by.user, at=world.now)
    return on(User, gone.user_id, lambda row: actions.close_former(row, by=world.by.user, at=world.now))


def _decoy(world: World, case: Case, token: Any) -> object:
    return actions.set_canary(case, on=True, by=world.by.user, at=world.now)


def _sweep(world: World) -> Load:
    world.case(sent=60)

    def swept() -> bool:
        return bool(actions.sweep(today=world.today, at=world.now).flagged)

    return lambda: swept


RACES = {
    "cases.add_note": Race(prepare=on_a_case(_note)),
    "cases.answer_missed": Race(prepare=_missed),
    "cases.approve_export": Race(prepare=_approval),
    "cases.ask_export": Race(prepare=_asked),
    "cases.assign": Race(
        prepare=on_a_case(
            lambda world, case, token: actions.assign(case, to=world.team[1].user, version=case.version, **_on(world))
        )
    ),
    "cases.check_justificatif": Race(prepare=_check),
    "cases.close_case": Race(
        prepare=on_a_case(lambda world, case, token: actions.close_case(case, outcome="abandoned", **_on(world)))
    ),
    "cases.close_former": Race(prepare=_former),
    "cases.convert_case": Race(
        prepare=on_a_case(
            lambda world, case, token: actions.convert_case(case, procedure=CLOSURE, token=token, **_on(world))
        )
    ),
    "cases.end_reminder": Race(prepare=_end_reminder),
    "cases.erase_case": Race(
        prepare=on_a_case(lambda world, case, token: actions.erase_case(case, **_on(world)), email="")
    ),
    "cases.give_consent": Race(prepare=on_a_case(_consent)),
    "cases.hold": Race(
        prepare=on_a_case(
            lambda world, case, token: actions.hold(
                case, until=world.today + timedelta(days=9), reason="Congés.", token=token, **_on(world)
            )
        )
    ),
    "cases.keep_justificatif": Race(prepare=on_a_case(_keep)),
    "cases.keep_longer": Race(prepare=_kept_longer),
    "cases.let_go": Race(prepare=_leaving),
    "cases.open_case": Race(prepare=_opening, shares=True),
    "cases.record_attempt": Race(prepare=on_a_case(_attempt)),
    "cases.record_facts": Race(prepare=on_a_case(_facts)),
    "cases.record_fingerprint": Race(prepare=on_a_case(_fingerprint), shares=True),
    "cases.refuse_export": Race(prepare=_refusal),
    "cases.renew_card": Race(prepare=on_a_case(_card, email="")),
    "cases.reopen_case": Race(prepare=_closed),
    "cases.set_canary": Race(prepare=on_a_case(_decoy, email="")),
    "cases.set_reminder": Race(prepare=on_a_case(_reminder)),
    "cases.sweep": Race(prepare=_sweep),
    "cases.take_export": Race(prepare=_taking),
    "cases.withdraw_consent": Race(prepare=_withdrawal),
}
