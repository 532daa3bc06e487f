"""Published figures as their pages show them: always with a margin, hidden ones hatched."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from observatory.access import ReleaseView
from web.parts import bars
from web.public.pages.words import said


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """None = hidden, never zero."""

    label: str
    value: int | None
    margin: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    """One release of the list. `headline`: its total or its first published row, None when all is hidden."""

    url: str
    title: str
    campaign: str
    publisher: str
    published_at: datetime | None
    headline: RowLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePage:
    """`sha256` in eights, so that a narrow page can break it."""

    title: str
    campaign: str
    publisher: str
    period: str
    version: int
    published_at: datetime | None
    rows: tuple[RowLine, ...]
    total: RowLine | None
    any_hidden: bool
    chart: bars.Bars
    method: str
    file_url: str
    file_name: str
    sha256: tuple[str, ...]
    size: int


def release_line(release: ReleaseView) -> ReleaseLine:
    return ReleaseLine(
        url=reverse("public:release", args=[release.slug]),
        title=said(release.title),
        campaign=release.campaign,
        publisher=release.publisher,
        published_at=release.published_at,
        headline=_headline(release),
    )


def release_page(release: ReleaseView) -> ReleasePage:
    rows = _rows(release)
    return ReleasePage(
        title=said(release.title),
        campaign=release.campaign,
        publisher=release.publisher,
        period=release.period,
        version=release.version,
        published_at=release.published_at,
        rows=rows,
        total=_total(release),
        any_hidden=any(row.value is None for row in rows),
        chart=bars.bars([_bar(row, number) for number, row in enumerate(rows)]),
        method=said(release.method),
        file_url=reverse("public:release_file", args=[release.slug, release.file_name]) if release.file_name else "",
        file_name=release.file_name,
        sha256=tuple(release.sha256[start : start + 8] for start in range(0, len(release.sha256), 8)),
        size=release.size,
    )


def _headline(release: ReleaseView) -> RowLine | None:
    published = (row for row in _rows(release) if row.value is not None)
    return _total(release) or next(published, None)


def _rows(release: ReleaseView) -> tuple[RowLine, ...]:
    return tuple(RowLine(label=said(row.label), value=row.value, margin=row.margin or 0) for row in release.rows)


def _total(release: ReleaseView) -> RowLine | None:
    total = release.total
    if total is None or total.value is None:
        return None
    return RowLine(label=said(total.label), value=total.value, margin=total.margin or 0)


def _bar(row: RowLine, number: int) -> bars.Value:
    return bars.Value(label=row.label, value=row.value, margin=row.margin, tone=number % 3 + 1)
