"""Measuring: one transaction writes what a table costs and the noisy file that it bought. There is no second draw."""

import logging
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from accounts import scope
from accounts.access import associations_at_work
from accounts.models import Association, User
from observatory.actions.refusals import (
    AlreadyMeasured,
    MeasureRefused,
    NotFrozen,
    OverBudget,
    PeriodNotOver,
    UnknownMeasure,
)
from observatory.models import CHARGED_HERE, LedgerLine, Release, ReleaseFile, StatEvent, StatPlan
from observatory.rules import budget, files, method
from observatory.rules import release as rules
from observatory.rules.lifecycle import State
from observatory.rules.periods import Period, UnreadablePeriod
from observatory.rules.profiles import Profile, UnknownTable, tables_of
from observatory.rules.tables import Keys, Table

log = logging.getLogger(__name__)
_SLUG_SIGNS = "23456789abcdefghjkmnpqrstvwxyz"


@transaction.atomic
def measure(plan: StatPlan, *, table: str, period: str, by: User | None, at: datetime) -> Release:
    """Draw a table once and charge it to the campaign's persons.

    A draw that fails comes back as a rejected release, charged and without file. So let the transaction commit in any
    case. Raises MeasureRefused before anything is written. Locks the plan.
    """
    plan = StatPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    declared, span = _declared(plan, table=table, period=period)
    _check(plan, declared, span, today=timezone.localdate(at))
    _charge(plan, declared, span, at=at)
    release = _draft(plan, declared, span, by=by, at=at)
    drawn = _draw(release, declared, span)
    changes = {"state": State.MEASURED} if drawn else {"state": State.REJECTED, "rejected_at": at}
    Release.objects.filter(pk=release.pk).update(**changes)
    StatPlan.objects.unmeasured().filter(pk=plan.pk).update(measured_at=at)
    release.refresh_from_db()
    return release


@dataclass(frozen=True, slots=True)
class MeasureReport:
    """`refused` names association, campaign, table and reason, in ids and codes."""

    measured: list[Release] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def measure_all(*, period: Period, table: str | None, at: datetime) -> MeasureReport:
    """Measure a period in every association: each table of that length of time in each plan, or only the one named."""
    report = MeasureReport()
    for association_id in associations_at_work():
        with scope.enter(association_id):
            for plan in StatPlan.objects.order_by("pk"):
                _measure_plan(plan, report, period=period, table=table, at=at)
    return report


def _measure_plan(plan: StatPlan, report: MeasureReport, *, period: Period, table: str | None, at: datetime) -> None:
    for declared in tables_of(Profile(plan.profile)):
        if declared.every is not period.every or table not in (None, declared.key):
            continue
        try:
            report.measured.append(measure(plan, table=declared.key, period=period.key, by=None, at=at))
        except MeasureRefused as refusal:
            place = f"association {plan.association_id}, campaign {plan.campaign_id}, {declared.key}"
            report.refused.append(f"{place}: {refusal}")


def _declared(plan: StatPlan, *, table: str, period: str) -> tuple[Table, Period]:
    try:
        declared, span = plan.table(table), Period.parse(period)
    except (UnknownTable, UnreadablePeriod) as error:
        raise UnknownMeasure(str(error)) from error
    if span.every is not declared.every or not StatEvent.carries(declared):
        raise UnknownMeasure(f"{declared.key} is not measured over {span.key}.")
    return declared, span


def _check(plan: StatPlan, table: Table, span: Period, *, today: date) -> None:
    if today < span.after:
        raise PeriodNotOver(f"{span.key} is not over.")
    lines = LedgerLine.objects.of_campaign(plan.campaign_id)
    if lines.filter(scope=CHARGED_HERE, table=table.key, period=span.key).exists():
        raise AlreadyMeasured(f"{table.key} of {span.key} was measured before.")
    if plan.events_until is None or plan.events_until < span.after:
        raise NotFrozen(f"Events are frozen until {plan.events_until or 'no day'}; {span.key} ends later.")
    new = budget.Charge(scope=CHARGED_HERE, table=table.key, epsilon=table.epsilon)
    if not budget.allows((line.charge for line in lines), new=new):
        raise OverBudget(f"{table.key} would bring the campaign above {budget.CAP}.")


def _charge(plan: StatPlan, table: Table, span: Period, *, at: datetime) -> None:
    try:
        with transaction.atomic():
            LedgerLine.objects.create(
                association_id=plan.association_id,
                campaign_id=plan.campaign_id,
                table=table.key,
                period=span.key,
                numerator=table.epsilon.numerator,
                denominator=table.epsilon.denominator,
                charged_at=at,
            )
    except IntegrityError as error:
        raise AlreadyMeasured(f"{table.key} of {span.key} is being measured by somebody else.") from error


def _draft(plan: StatPlan, table: Table, span: Period, *, by: User | None, at: datetime) -> Release:
    publisher = Association.objects.get(pk=plan.association_id)
    note = method.note(table, horizon_days=plan.horizon_days)
    token = "".join(secrets.choice(_SLUG_SIGNS) for _ in range(6))
    release: Release = Release.objects.create(
        association=publisher,
        plan=plan,
        profile=plan.profile,
        table=table.key,
        period=span.key,
        slug=f"{publisher.slug}-{span.key.lower()}-{table.key.lower()}-{token}",
        title=plan.title,
        publisher=publisher.name,
        method_fr=note.fr,
        method_en=note.en,
        measured_by=by,
        measured_at=at,
    )
    return release


def _draw(release: Release, table: Table, span: Period) -> bool:
    """Write the noisy file. False when that failed: the log names the error's class, never its words or its rows."""
    try:
        with transaction.atomic():
            _write_file(release, files.write(table, span, rules.publish(table, _counts(release.plan, table, span))))
    except Exception as error:  # noqa: BLE001  whatever happened, the draw is spent, and a traceback would show exact counts
        log.error("release %s: the draw failed with %s", release.pk, type(error).__name__)  # noqa: TRY400  the same reason
        return False
    return True


def _counts(plan: StatPlan, table: Table, span: Period) -> Counter[Keys]:
    """Exact counts. They live in this call's memory and go nowhere but into the noise. One query."""
    fields = [dimension.field for dimension in table.dimensions]
    events = StatEvent.objects.of_campaign(plan.campaign_id).within(span).filter(kind=table.kind)
    counts: Counter[Keys] = Counter()
    for *values, count in events.order_by().values_list(*fields).annotate(persons=Count("*")):
        keys = table.read(tuple(values))
        if keys is not None:
            counts[keys] += count
    return counts


def _write_file(release: Release, content: bytes) -> None:
    ReleaseFile.objects.create(
        association_id=release.association_id,
        release=release,
        path=f"{release.slug}.csv",
        sha256=sha256(content).hexdigest(),
        size=len(content),
        content=content,
    )
