"""Cases that go on one in another: what a case follows, and what follows it, as far as the reader may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership
from cases.access.doors import Reader, cases_of
from cases.access.reading import needs_reason, reasons_said
from cases.models import Case, CaseEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """`former`: the nearest first; `following`: the newest first.

    `joined`: those of the former whose events may stand below the case's own.
    """

    former: Sequence[Case]
    following: Sequence[Case]
    joined: Sequence[Case]


def chain_of(reader: Reader, case: Case, *, at: datetime) -> Chain:
    """Of a case that `case_for` gave. One query however long the chain, two when a colleague follows a former case.

    It ends at a case that the reader may not see. What somebody else follows is joined once a reason was said there.
    """
    others = list(cases_of(reader).filter(beneficiary=case.beneficiary_id).exclude(pk=case.pk).order_by("-pk"))
    former = list(_back_from(case, others))
    following = [one for one in others if one.follows_id == case.pk]
    return Chain(former=former, following=following, joined=_joined(reader, former, at=at))


def _back_from(case: Case, others: Sequence[Case]) -> Iterable[Case]:
    by_id: dict[int | None, Case] = {one.pk: one for one in others}
    before = by_id.pop(case.follows_id, None)
    while before:
        yield before
        before = by_id.pop(before.follows_id, None)


def _joined(reader: Reader, former: Sequence[Case], *, at: datetime) -> Sequence[Case]:
    if not isinstance(reader, Membership):
        return former
    theirs = {case.pk for case in former if needs_reason(case, reader=reader.user)}
    closed = theirs - reasons_said(theirs, reader=reader.user, at=at) if theirs else theirs
    return [case for case in former if case.pk not in closed]


def former_on(events: Iterable[CaseEvent], *, but: Case) -> list[Case]:
    """The former cases that a page of a joined timeline shows something of: their opening is to be recorded."""
    return list({event.case_id: event.case for event in events if event.case_id != but.pk}.values())
