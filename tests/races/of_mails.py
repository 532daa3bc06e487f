"""The transitions of mail that came in."""

from collections.abc import Callable

from accounts import scope
from cases import actions
from cases.models import InboundMail
from tests import factories
from tests.races.of_cases import on_a_case
from tests.races.racing import Load, Race, World, on


def _on_a_mail(act: Callable[[World, InboundMail], object], *, doubtful: bool) -> Callable[[World], Load]:
    """`doubtful`: one that waits; else it is on its case."""

    def prepare(world: World) -> Load:
        case = world.case()
        factories.make_mail(case, doubtful=doubtful, at=world.now)
        with scope.enter(world.association.pk):
            mail = InboundMail.objects.get(case=case)
        return on(InboundMail, mail.pk, lambda fresh: act(world, fresh), "case")

    return prepare


def _attach(world: World, mail: InboundMail) -> object:
    assert mail.case
    return actions.attach_mail(mail, mail.case, today=world.today, at=world.now, by=world.by.user)


RACES = {
    "cases.attach_mail": Race(prepare=_on_a_mail(_attach, doubtful=True)),
    "cases.correct_address": Race(
        prepare=on_a_case(
            lambda world, case, token: actions.correct_address(
                case,
                email="autre@exemple.invalid",
                version=case.version,
                today=world.today,
                at=world.now,
                by=world.by.user,
            )
        )
    ),
    "cases.discard_mail": Race(
        prepare=_on_a_mail(
            lambda world, mail: actions.discard_mail(mail, at=world.now, by=world.by.user), doubtful=True
        )
    ),
    "cases.mark_read": Race(
        prepare=_on_a_mail(lambda world, mail: actions.mark_read(mail, at=world.now, by=world.by.user), doubtful=False)
    ),
}
