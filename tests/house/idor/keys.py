"""Other people's ids as somebody might type them into a form or an address, each with a twin that is nobody's."""

import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.db import models

from accounts import scope
from accounts.models import Association, User
from cases.models import Case
from cases.rules import references
from tests.house.idor.forms import Box
from tests.house.idor.rows import Row, Rows
from tests.house.world import Side

NOWHERE = 2**31 - 9
MOST = 4  # a small number may be the id of rows in many tables
Pair = tuple[str, str]
# Boxes in which people look for people.
_SEARCHES = {"q", "who", "login", "email", "phone"}
# The last three count within one preview: a page of it, a place on it, a sign of what was looked at.
_NO_IDS = {"csrfmiddlewaretoken", "version", "next", "page", "zone", "seen"}
# Boxes whose name is not that of the model whose id they hold.
_MODELS = {"qui": "membership", "campagne": "campaign"}


def twin(value: Any) -> Any:
    """A value of the same shape that belongs to nothing."""
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, int):
        return NOWHERE
    text = str(value)
    try:
        references.parse(text)
    except references.NotAReference:
        sign = "Zq" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))
        if text.startswith("0699"):
            return f"0699{secrets.randbelow(10**6):06d}"
        return f"{sign}@exemple.invalid" if "@" in text else sign
    return references.make(secrets.randbelow)


def is_free_text(box: Box) -> bool:
    return box.kind in {"text", "textarea"} and box.name not in _SEARCHES


@dataclass(frozen=True)
class Foreign:
    """What is somebody else's: the case of another member of `side`, and the rows of their team when `is_away`."""

    rows: Rows
    mine: Side
    side: Side
    case: Case
    is_away: bool
    _models: dict[str, set[type[models.Model]]] = field(default_factory=dict)

    @cached_property
    def words(self) -> list[Pair]:
        """What tells who the other member is, and a colleague of theirs."""
        with scope.enter(self.side.association.pk):
            member = self.case.member
            known = [member.email, member.phone, member.last_name, self.case.reference]
            if self.is_away:
                known.append(self.side.team["volunteer"].user.email)
        return [(word, str(twin(word))) for word in known]

    @cached_property
    def ids(self) -> dict[type[models.Model], list[Any]]:
        """Of each table, the keys that are the other's: their own rows, or any row of their association."""
        found: dict[type[models.Model], list[Any]] = {}
        for key, row in self.rows.now.items():
            owner = self.rows.owner_of(key, row)
            is_theirs = owner.member == self.case.member_id or (self.is_away and owner.member is None)
            if owner.association == self.side.association.pk and is_theirs:
                found.setdefault(key[0], []).append(key[1])
        found[Association] = [self.side.association.pk] if self.is_away else []
        return found

    @cached_property
    def mine_by_text(self) -> dict[str, set[tuple[type[models.Model], str]]]:
        """{"3": {(Case, "id")}}: which of my own rows, and by which column, a text in a form may name."""
        found: dict[str, set[tuple[type[models.Model], str]]] = {}
        for (model, _), row in self.rows.now.items():
            if row.get("association_id") in {None, self.mine.association.pk}:
                for column in _naming(model):
                    found.setdefault(str(row[column]), set()).add((model, column))
        return found

    def values(self, box: Box) -> list[Pair]:
        """What of the other's could stand in this box of my form, each once, and its twin."""
        if box.name in _NO_IDS or is_free_text(box):
            return []
        if box.name == "token":
            found = self._tokens() if self.is_away else iter(())
        elif box.name in _SEARCHES or box.kind == "search":
            return self.words
        else:
            found = self._like(box)
        return list(dict(found).items())[:MOST]

    def typed(self, box: Box) -> list[Pair]:
        """What of the other's somebody might look for by this box of a search."""
        people = [(str(pk), str(twin(pk))) for pk in self.ids.get(User, ())[:1]]
        return self.words if is_free_text(box) else [*self.values(box), *people]

    def _like(self, box: Box) -> Iterator[Pair]:
        name = _MODELS.get(box.name, box.name)
        for shown in [box.value, *box.options]:
            for text in {shown, shown.rpartition("-")[2]} - {""}:
                prefix = shown.removesuffix(text)
                meant = {one for one in self.mine_by_text.get(text, set()) if one[0]._meta.model_name == name}
                # A box that is known holds that alone: the tail of a campaign's name may be the number of any row.
                for model, column in meant or (set() if box.name in _MODELS else self.mine_by_text.get(text, set())):
                    for value in self._values(model, column):
                        # `campagne-7` may be mine, and 7 a row of the other's.
                        if not (prefix and f"{prefix}{value}" in self.mine_by_text):
                            yield f"{prefix}{value}", f"{prefix}{twin(value)}"

    def _values(self, model: type[models.Model], column: str) -> list[Any]:
        """One of the other's is enough; of users two, since a member is not treated like a colleague."""
        theirs = [self.rows.now[model, pk][column] for pk in self.ids.get(model, ()) if (model, pk) in self.rows.now]
        return theirs[: 2 if model is User else 1]

    def _tokens(self) -> Iterator[Pair]:
        """Of forms that were sent: random, and seen by nobody but who sent them, so that inside one association the
        one answer «this was done already» tells nothing."""
        rows: Iterator[Row] = (
            row for key, row in self.rows.now.items() if row.get("token") and key[1] in self.ids.get(key[0], ())
        )
        for row in list(rows)[:2]:
            yield str(row["token"]), str(uuid4())


def _naming(model: type[models.Model]) -> list[str]:
    """The columns by which a form may name a row."""
    words = [column.attname for column in model._meta.concrete_fields if isinstance(column, models.SlugField)]
    return [model._meta.pk.attname, *words, *(["reference"] if model is Case else [])]
