"""Why a measure is refused. Nothing was drawn then, and nothing charged. `sentence` is what people read."""

from typing import ClassVar

from procedures.rules.texts import Text


class MeasureRefused(Exception):
    """Base of the refusals below."""

    sentence: ClassVar[Text]


class AlreadyMeasured(MeasureRefused):
    """This table of this period was measured before. Its noise is never drawn again, not even after a rejection."""

    sentence = Text(
        fr="Ce tableau a déjà été mesuré pour cette période. On ne mesure jamais deux fois, même après un rejet.",
        en="This table was already measured for this period. Nothing is measured twice, not even after a rejection.",
    )


class PeriodNotOver(MeasureRefused):
    """Whoever came later in the period would be left out for ever."""

    sentence = Text(
        fr="La période n’est pas terminée. Revenez quand elle le sera.",
        en="The period is not over. Come back when it is.",
    )


class NotFrozen(MeasureRefused):
    """The events of the period's last days are not frozen yet: run `stats_freeze` first."""

    sentence = Text(
        fr="Les derniers jours de la période ne sont pas encore relevés. Revenez demain, ils le seront cette nuit.",
        en="The last days of the period are not recorded yet. They will be tonight: come back tomorrow.",
    )


class UnknownMeasure(MeasureRefused):
    """No such table in the campaign's profile, no such period, or a table of another length of time."""

    sentence = Text(
        fr="Ce tableau n’existe pas pour cette campagne et cette période.",
        en="This table does not exist for this campaign and period.",
    )


class OverBudget(MeasureRefused):
    """The persons of the campaign would pay more than the cap."""

    sentence = Text(
        fr="Cette campagne a déjà publié tout ce que la protection des personnes permet.",
        en="This campaign has already published all that the protection of persons allows.",
    )
