"""What was promised against what arrived."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.chaos.apps import address
from tests.chaos.ground import Ground

HEAD = f"{'scenario':<12}{'promised':>9}{'delivered':>10}{'refused':>8}{'lost':>6}{'doubled':>8}{'bound':>6}  verdict"
MISSED = "deadline_missed"
FLAGGED = "SELECT count(*) FROM cases_deadline WHERE missed_on IS NOT NULL AND case_id > %s"
TOLD = (
    "SELECT message_id FROM notifications_notice n "
    "JOIN cases_deadline d ON d.id = (n.subject_ids->>'deadline')::bigint WHERE n.kind = %s AND d.case_id > %s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`refused`: the server said 550, the notice is dead and shown. `bound`: copies that deaths may double.

    `strange`: what no fault excuses: a copy under another Message-ID, an event or a notice too many.
    """

    name: str
    promised: int
    delivered: int
    refused: int
    lost: int
    doubled: int
    bound: int
    strange: int
    words: str = ""

    @property
    def holds(self) -> bool:
        return not self.lost and not self.strange and self.doubled <= self.bound

    def line(self) -> str:
        verdict = "holds" if self.holds else "BROKEN"
        figures = (
            f"{self.promised:>9}{self.delivered:>10}{self.refused:>8}{self.lost:>6}{self.doubled:>8}{self.bound:>6}"
        )
        return f"{self.name:<12}{figures}  {verdict}  {self.words}"


def of_promises(ground: Ground, name: str, *, people: Iterable[int], bound: int, words: str) -> Account:
    """`people`: those whose promise was committed, with the answer heard or not."""
    rows = {
        key: (state, message_id)
        for key, state, message_id in ground.rows(
            "SELECT dedupe_key, state, message_id FROM notifications_notice WHERE kind = 'chaos'"
        )
    }
    promised = {address(person): rows.get(f"chaos:{person}", ("", "")) for person in people}
    return _account(ground, name, promised=promised, bound=bound, words=words)


def of_deadlines(ground: Ground, name: str, *, since: int, places: Sequence[int], bound: int) -> Account:
    """Each day seeded after the case `since`, for the people of `places`, is flagged, told and noted once."""
    [(flagged,)] = ground.rows(FLAGGED, since)
    events = ground.rows(
        "SELECT count(*) FROM cases_caseevent WHERE kind = %s AND case_id > %s GROUP BY case_id", MISSED, since
    )
    ids = [found for (found,) in ground.rows(TOLD, MISSED, since)]
    copies = [ground.sink.copies.get(f"c{place}@chaos.invalid", Counter()) for place in places]
    strange = abs(flagged - len(places)) + abs(len(events) - len(places)) + sum(count - 1 for (count,) in events)
    return Account(
        name=name,
        promised=len(ids),
        delivered=sum(1 for mails in copies if mails),
        refused=0,
        lost=sum(1 for mails in copies if not mails),
        doubled=sum(mails.total() - 1 for mails in copies if mails),
        bound=bound,
        strange=strange + sum(1 for mails in copies if not set(mails) <= set(ids) or len(mails) > 1),
        words=f"{flagged} days flagged, {sum(count for (count,) in events)} events",
    )


def _account(ground: Ground, name: str, *, promised: dict[str, tuple[str, str]], bound: int, words: str) -> Account:
    copies = {to: ground.sink.copies.get(to, Counter()) for to in promised}
    refused = {to for to, (state, _) in promised.items() if state == "dead" and to in ground.sink.never}
    return Account(
        name=name,
        promised=len(promised),
        delivered=sum(1 for mails in copies.values() if mails),
        refused=len(refused),
        lost=sum(1 for to, mails in copies.items() if not mails and to not in refused),
        doubled=sum(mails.total() - 1 for mails in copies.values() if mails),
        bound=bound,
        strange=sum(1 for to, mails in copies.items() if set(mails) - {promised[to][1]}),
        words=words,
    )
