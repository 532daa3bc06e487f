"""Every write of the observatory: freezing events, measuring a table once, and taking a release to the public."""

from observatory.actions.freezing import FreezeReport, PastDay, freeze, freeze_campaign, plan_for, refuse_past
from observatory.actions.measuring import MeasureReport, measure, measure_all
from observatory.actions.refusals import (
    AlreadyMeasured,
    MeasureRefused,
    NotFrozen,
    OverBudget,
    PeriodNotOver,
    UnknownMeasure,
)
from observatory.actions.releasing import publish, publish_reviewed, reject, review

__all__ = [
    "AlreadyMeasured",
    "FreezeReport",
    "MeasureRefused",
    "MeasureReport",
    "NotFrozen",
    "OverBudget",
    "PastDay",
    "PeriodNotOver",
    "UnknownMeasure",
    "freeze",
    "freeze_campaign",
    "measure",
    "measure_all",
    "plan_for",
    "publish",
    "publish_reviewed",
    "refuse_past",
    "reject",
    "review",
]
