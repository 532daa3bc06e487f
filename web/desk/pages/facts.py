"""The facts that stand now, in words, each with what it said before it was corrected."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import CaseFact
from web.desk.pages.case import Fact
from web.desk.pages.words import ANSWERS, FACTS, KNOWN_BY, answer, label
from web.parts.french import at_hour, plain_words


def facts(history: Sequence[CaseFact]) -> list[Fact]:
    """From all that was ever recorded, in its order: dated facts first, then answers; the last of a kind stands."""
    by_kind: dict[str, list[CaseFact]] = {}
    for row in history:
        by_kind.setdefault(row.kind, []).append(row)
    return [_fact(rows) for rows in sorted(by_kind.values(), key=lambda rows: rows[-1].earliest is None)]


def _fact(rows: Sequence[CaseFact]) -> Fact:
    return Fact(term=_term(rows[-1]), value=_said(rows[-1]), before=list(_before(rows)))


def _term(row: CaseFact) -> str:
    return label(FACTS, row.kind) if row.kind in FACTS else capfirst(label(ANSWERS, row.kind))


def _before(rows: Sequence[CaseFact]) -> Iterator[str]:
    """The newest first: what it said, who noted it, who corrected it and when."""
    for former, its_correction in reversed(list(pairwise(rows))):
        yield _("%(said)s. Noté le %(noted)s par %(by)s, corrigé le %(corrected)s par %(corrector)s.") % {
            "said": _said(former),
            "noted": at_hour(former.recorded_at),
            "by": _name(former.recorded_by),
            "corrected": at_hour(its_correction.recorded_at),
            "corrector": _name(its_correction.recorded_by),
        }


def _name(user: User | None) -> str:
    return (user.name or _("un collègue")) if user else _("la plateforme")


def _said(row: CaseFact) -> str:
    if row.earliest is None:
        return answer(row.kind, row.value)
    days = plain_words(row.earliest)
    if row.latest != row.earliest:
        days = _("entre le %(first)s et le %(last)s") % {"first": days, "last": plain_words(row.latest)}
    source = _(", d’après %(source)s") % {"source": label(KNOWN_BY, row.known_by)} if row.known_by else ""
    return f"{days}{source}"
