"""Documents on their way as the machine leaves them, without its work: what it does to a page is asked elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import vault.actions
from accounts import scope
from accounts.models import User
from cases.models import Case
from tests import papers
from vault.actions.antechamber import LASTS, key_of, put
from vault.box.antechamber import ANALYSIS
from vault.models import Deposit, DepositState
from vault.redaction import paper
from vault.redaction.painting import decoded, painted
from vault.redaction.paper import Sheet
from vault.redaction.pipeline import AnalysedPage, Analysis, Rebuilt
from vault.rules.refusals import Code
from vault.rules.zones import Mark, Point, Zone

A4 = (595.0, 842.0)


def _box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


NUMBER = Zone(1, _box(0.46, 0.408, 0.768, 0.429), Mark.NIR, certain=True)
MAYBE = Zone(2, _box(0.386, 0.226, 0.652, 0.246), Mark.NIR, certain=False)
PAGES = (papers.FIRST_PAGE, papers.SECOND_PAGE)


def received(case: Case, *parts: bytes, by: User, at: datetime, token: UUID | None = None) -> Deposit:
    """Sent, and not yet looked at by the machine."""
    content = parts or (papers.photo(),)
    with scope.enter(case.association_id):
        return vault.actions.receive(
            content, subject=case.subject, label="opposition", token=token or uuid4(), by=by, at=at
        )


def to_confirm(
    case: Case,
    *,
    by: User,
    at: datetime,
    pages: Sequence[tuple[str, ...]] = PAGES,
    found: Sequence[Zone] = (NUMBER, MAYBE),
) -> Deposit:
    """Analysed: it waits for this person."""
    photos = [papers.photo(lines) for lines in pages]
    deposit = received(case, *photos, by=by, at=at)
    analysis = Analysis(tuple(AnalysedPage(A4, drawn=False, picture=one) for one in photos), tuple(found))
    put(deposit, ANALYSIS, analysis.pack(), key=key_of(deposit))
    return changed(
        deposit,
        state=DepositState.TO_CONFIRM,
        pages=len(photos),
        found=[zone.to_json() for zone in found],
        expires_at=at + LASTS,
    )


def ended(case: Case, *, state: DepositState, code: Code | None = None, by: User, at: datetime) -> Deposit:
    """It came to nothing."""
    return changed(received(case, by=by, at=at), state=state, code=code or "", holds=False, expires_at=at)


def changed(deposit: Deposit, **values: object) -> Deposit:
    with scope.enter(deposit.association_id):
        Deposit.objects.filter(pk=deposit.pk).update(**values)
        deposit.refresh_from_db()
    return deposit


def kept_pages(lines: tuple[str, ...] = papers.FIRST_PAGE) -> Rebuilt:
    """What is kept of a page: the number black, no words beneath."""
    pixels = painted(decoded(papers.photo(lines)), [NUMBER])
    return Rebuilt(pdf=paper.made([Sheet(pixels, A4, exact=False, words=())]), pixels=uuid4().bytes, words=())
