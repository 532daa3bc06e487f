"""Who may see which figures. The functions marked «door» look past the scope: published releases are everybody's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from hashlib import sha256

from django.db.models import QuerySet
from django.http import Http404

from accounts.access import require
from accounts.models import Membership
from accounts.rules.roles import Right
from observatory.models import LedgerLine, Release, ReleaseFile, ReleaseQuerySet, StatEvent, StatPlan
from observatory.rules import budget, files, lifecycle, review
from observatory.rules.lifecycle import State
from observatory.rules.periods import Period
from observatory.rules.profiles import Profile, tables_of
from observatory.rules.review import Light
from procedures import registry
from procedures.rules.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A published number, or None twice where it is hidden. `keys` are its codes, empty for the total."""

    keys: tuple[str, ...]
    label: Text
    value: int | None
    margin: int | None
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseView:
    """A release as readers see it, read from its immutable file. A release whose draw failed has no rows."""

    slug: str
    title: Text
    campaign: str
    publisher: str
    table: str
    period: str
    version: int
    published_at: datetime | None
    rows: tuple[RowView, ...]
    total: RowView | None
    method: Text
    file_name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A published file, for download: its hash is its ETag."""

    name: str
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """What a reviewer judges by. Nothing in it is exact. `uncounted`: procedures outside the table's code list."""

    release: ReleaseView
    state: State
    state_label: Text
    hidden_cells: int
    cells: int
    light: Light
    spent: Fraction
    cap: Fraction
    uncounted: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A table whose last whole period has not been measured. `ready` once the events of that period are all frozen."""

    plan_id: int
    campaign: str
    table: str
    title: Text
    period: str
    epsilon: Fraction
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the persons of a campaign have paid so far, in epsilon, of what they may pay at most."""

    plan_id: int
    campaign: str
    spent: Fraction
    cap: Fraction


def published_releases() -> list[ReleaseView]:
    """Door: every published release of the instance, newest first. Two queries."""
    return _views(_published().order_by("-period", "-published_at", "-pk"))


def published_release(slug: str) -> ReleaseView | None:
    """Door: one published release; None for any other, whatever its state. Two queries."""
    return next(iter(_views(_published().filter(slug=slug))), None)


def published_file(slug: str) -> FileView | None:
    """Door: the CSV of a published release."""
    rows = ReleaseFile._base_manager.filter(release__slug=slug, release__state=State.PUBLISHED)
    file = rows.order_by("pk").first()
    return FileView(name=file.path, sha256=file.sha256, content=bytes(file.content)) if file else None


def altered_files() -> list[str]:
    """Door: the published files that no longer have the hash that they were published with."""
    rows = ReleaseFile._base_manager.filter(release__state=State.PUBLISHED).order_by("pk")
    return [file.path for file in rows.iterator(chunk_size=50) if _hash(bytes(file.content)) != file.sha256]


def releases_for(membership: Membership) -> list[ReviewView]:
    """All releases of the association in scope, newest first. Raises PermissionDenied without FIGURES_SEE."""
    require(membership, Right.FIGURES_SEE)
    releases = list(_in_scope().newest_first())
    spent = _spent({release.plan.campaign_id for release in releases})
    views = _views(releases)
    return [
        _review(release, view, spent=spent[release.plan.campaign_id])
        for release, view in zip(releases, views, strict=True)
    ]


def review_for(membership: Membership, slug: str) -> ReviewView:
    """One release with what a reviewer needs. Http404 outside the association; PermissionDenied without the right."""
    release = release_for(membership, slug, to=Right.FIGURES_SEE)
    campaign_id = release.plan.campaign_id
    return _review(release, _views([release])[0], spent=_spent({campaign_id})[campaign_id])


def release_for(membership: Membership, slug: str, *, to: Right) -> Release:
    """A release to act on. Http404 outside the association; PermissionDenied without the right."""
    require(membership, to)
    release = _in_scope().filter(slug=slug).first()
    if release is None:
        raise Http404
    return release


def plan_for_measure(membership: Membership, plan_id: int) -> StatPlan:
    """A plan to measure. Http404 outside the association; PermissionDenied without FIGURES_MEASURE."""
    require(membership, Right.FIGURES_MEASURE)
    plan: StatPlan | None = StatPlan.objects.filter(pk=plan_id).first()
    if plan is None:
        raise Http404
    return plan


def offers_for(membership: Membership, *, today: date) -> list[Offer]:
    """What may be measured today, by campaign and table. Two queries."""
    require(membership, Right.FIGURES_MEASURE)
    done = set(LedgerLine.objects.values_list("campaign_id", "table", "period"))
    plans = StatPlan.objects.order_by("title", "pk")
    return [
        offer
        for plan in plans
        for offer in _offers(plan, today=today)
        if (plan.campaign_id, offer.table, offer.period) not in done
    ]


def accounts_for(membership: Membership) -> list[Account]:
    """What each counted campaign has spent, by title. PermissionDenied without FIGURES_SEE. Two queries."""
    require(membership, Right.FIGURES_SEE)
    plans = list(StatPlan.objects.order_by("title", "pk"))
    spent = _spent({plan.campaign_id for plan in plans})
    return [
        Account(plan_id=plan.pk, campaign=plan.title, spent=spent[plan.campaign_id], cap=budget.CAP) for plan in plans
    ]


def _offers(plan: StatPlan, *, today: date) -> Iterable[Offer]:
    for table in tables_of(Profile(plan.profile)):
        period = Period.around(today, every=table.every).before
        if StatEvent.carries(table):
            yield Offer(
                plan_id=plan.pk,
                campaign=plan.title,
                table=table.key,
                title=_title(table.title, period.key),
                period=period.key,
                epsilon=table.epsilon,
                ready=plan.events_until is not None and plan.events_until >= period.after,
            )


def _published() -> QuerySet[Release]:
    """Past the scope: on PostgreSQL the policy of published rows lets them through, and nothing else."""
    return Release._base_manager.filter(state=State.PUBLISHED)


def _in_scope() -> ReleaseQuerySet:
    return Release.objects.select_related("plan")


def _views(releases: Iterable[Release]) -> list[ReleaseView]:
    found = list(releases)
    first_files: dict[int, ReleaseFile] = {}
    for file in ReleaseFile._base_manager.filter(release__in=[release.pk for release in found]).order_by("pk"):
        first_files.setdefault(file.release_id, file)
    return [_view(release, first_files.get(release.pk)) for release in found]


def _view(release: Release, file: ReleaseFile | None) -> ReleaseView:
    table = release.declaration
    names = [dimension.key for dimension in table.dimensions]
    rows = [_row(row) for row in files.read(bytes(file.content), dimensions=names)] if file else []
    return ReleaseView(
        slug=release.slug,
        title=_title(table.title, release.period),
        campaign=release.title,
        publisher=release.publisher,
        table=release.table,
        period=release.period,
        version=release.version,
        published_at=release.published_at,
        rows=tuple(row for row in rows if row.keys),
        total=next((row for row in rows if not row.keys), None),
        method=Text(fr=release.method_fr, en=release.method_en),
        file_name=file.path if file else "",
        sha256=file.sha256 if file else "",
        size=file.size if file else 0,
    )


def _row(row: files.Row) -> RowView:
    return RowView(keys=row.keys, label=row.label, value=row.value, margin=row.margin, hidden=row.hidden)


def _title(title: Text, period: str) -> Text:
    return Text(fr=f"{title.fr}, {period}", en=f"{title.en}, {period}")


def _review(release: Release, view: ReleaseView, *, spent: Fraction) -> ReviewView:
    return ReviewView(
        release=view,
        state=State(release.state),
        state_label=lifecycle.LABELS[State(release.state)],
        hidden_cells=sum(row.hidden for row in view.rows),
        cells=len(view.rows),
        light=review.light((row.value, row.margin) for row in view.rows),
        spent=spent,
        cap=budget.CAP,
        uncounted=_uncounted(release),
    )


def _uncounted(release: Release) -> tuple[Text, ...]:
    """Procedures that the table has no code for: a difference of lists, never of data."""
    listed = [set(one.readings) for one in release.declaration.dimensions if one.field == "procedure"]
    return tuple(one.short for one in registry.all_current() if any(one.key not in keys for keys in listed))


def _spent(campaign_ids: set[int]) -> dict[int, Fraction]:
    lines = list(LedgerLine.objects.filter(campaign_id__in=campaign_ids))
    return {
        campaign_id: budget.spent(line.charge for line in lines if line.campaign_id == campaign_id)
        for campaign_id in campaign_ids
    }


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
