"""How fast somebody reads, and whether what they open is a decoy: both raise an alert, and too fast asks for a factor.

Sixty different cases in an hour, and mails that wait to be classified, are one alert an hour. A case that is not among
them then opens only after the second factor was given again, which is worth sixty more. The same for more than five
hundred names that were leafed through: pages of lists beyond the first, and what searches found.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, IntegerField, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from accounts.models import AuditEntry, Membership, User
from accounts.rules.audit import READINGS, About, AuditKind, Why
from cases.models import Case

MOST_AN_HOUR = 60
MOST_LISTED = 500
HOUR = timedelta(hours=1)


def may_read_on(case: Case, *, reader: User, factor_at: datetime | None, at: datetime) -> bool:
    """May the reader open this case without giving the second factor again? `factor_at`: when they last gave it.

    A program gives none: it waits until the hour is over. One query for whoever never raised an alert.
    """
    last = _of_files(AuditEntry.objects.filter(by=reader, kind=AuditKind.MASS_READING)).order_by("-at").first()
    if last is None or _read(reader, since=at - HOUR).filter(about_id=str(case.pk)).exists():
        return True
    if factor_at is None:
        return _how_many(reader, since=at - HOUR) < MOST_AN_HOUR
    return factor_at > last.at and _how_many(reader, since=max(factor_at, at - HOUR)) < MOST_AN_HOUR


def raise_alerts(cases: Iterable[Case], *, reader: User, why: Why, at: datetime) -> None:
    """After readings were recorded: one query for most. Each alert at most once an hour for a reader (and a decoy).

    An alert that a program raised, under its owner's name, says so.
    """
    raise_decoy_alerts([case for case in cases if case.is_canary], reader=reader, why=why, at=at)
    number = _how_many(reader, since=at - HOUR)
    if number >= MOST_AN_HOUR and not _of_files(_raised(AuditKind.MASS_READING, reader, at=at)).exists():
        AuditEntry.objects.record(AuditKind.MASS_READING, at=at, by=reader, why=_of_program(why), found=number)


def _of_program(why: Why) -> Why:
    return why if why is Why.API else Why.NOTHING


def raise_decoy_alerts(decoys: Iterable[Case], *, reader: User, why: Why = Why.NOTHING, at: datetime) -> None:
    """One for each that this reader raised none for within the hour."""
    for decoy in decoys:
        if not _raised(AuditKind.CANARY_READ, reader, at=at).filter(about_id=str(decoy.pk)).exists():
            AuditEntry.objects.record(
                AuditKind.CANARY_READ,
                at=at,
                by=reader,
                about=About.CASE,
                about_id=decoy.pk,
                why=_of_program(why),
            )


def may_list_on(reader: Membership, *, factor_at: datetime | None, at: datetime) -> bool:
    """May the reader leaf on, or search, without giving the second factor again? As for files; one query for most."""
    alerts = AuditEntry.objects.filter(by=reader.user_id, kind=AuditKind.MASS_READING, payload__lists=True)
    last = alerts.order_by("-at").first()
    if last is None:
        return True
    if factor_at is None:
        return _rows_listed(reader.user, since=at - HOUR) <= MOST_LISTED
    return factor_at > last.at and _rows_listed(reader.user, since=max(factor_at, at - HOUR)) <= MOST_LISTED


def record_listing(reader: Membership, *, found: int, why: Why, at: datetime) -> None:
    """A page of a list beyond its first was shown, with so many rows."""
    AuditEntry.objects.record(AuditKind.LISTED, at=at, by=reader.user, why=why, found=found)
    raise_list_alert(reader, why=why, at=at)


def raise_list_alert(reader: Membership, *, why: Why, at: datetime) -> None:
    """After a page or a search was recorded: one query for most. Once an hour for a reader."""
    number = _rows_listed(reader.user, since=at - HOUR)
    if number <= MOST_LISTED:
        return
    if not _raised(AuditKind.MASS_READING, reader.user, at=at).filter(payload__lists=True).exists():
        AuditEntry.objects.record(
            AuditKind.MASS_READING, at=at, by=reader.user, why=_of_program(why), found=number, lists=True
        )


def _rows_listed(reader: User, *, since: datetime) -> int:
    shown = AuditEntry.objects.filter(by=reader, at__gt=since, kind__in=[AuditKind.LISTED, AuditKind.SEARCHED])
    rows = Cast(KT("payload__found"), IntegerField())
    return int(shown.order_by().aggregate(rows=Sum(rows))["rows"] or 0)


def _of_files(alerts: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
    return alerts.filter(payload__lists__isnull=True)


def _raised(kind: AuditKind, reader: User, *, at: datetime):  # type: ignore[no-untyped-def]  # an AuditEntryQuerySet
    return AuditEntry.objects.filter(by=reader, kind=kind, at__gt=at - HOUR)


def _read(reader: User, *, since: datetime):  # type: ignore[no-untyped-def]  # an AuditEntryQuerySet
    return AuditEntry.objects.filter(by=reader, at__gt=since, kind__in=READINGS, about=About.CASE)


def _how_many(reader: User, *, since: datetime) -> int:
    """Different cases, and different mails that are on none yet: each holds a person's words."""
    entries = AuditEntry.objects.filter(by=reader, at__gt=since).order_by()
    of_cases, of_mails = Q(kind__in=READINGS, about=About.CASE), Q(kind=AuditKind.MAIL_CONSULTED)
    found = entries.filter(of_cases | of_mails).aggregate(
        cases=Count("about_id", distinct=True, filter=of_cases),
        mails=Count(KT("payload__mail"), distinct=True, filter=of_mails),
    )
    return int(found["cases"] + found["mails"])
