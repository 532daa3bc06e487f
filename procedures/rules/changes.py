"""What changed between two versions of a procedure, field by field, as its file names them."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time
from difflib import SequenceMatcher

from procedures.rules.definitions import Definition, Link, LinkKind
from procedures.rules.periods import Period
from procedures.rules.texts import Text

# The place of the file gives these two.
_FROM_THE_PLACE = {"key", "version"}
_NAMED_BY = ("key", "code", "value", "procedure", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`path`: like `channels[web].title.fr`. `before` is None for what is new, `after` for what is gone."""

    path: str
    before: str | None
    after: str | None

    def say(self) -> str:
        if self.before is None:
            return f"{self.path} is new: «{self.after}»."
        if self.after is None:
            return f"{self.path} is gone: it was «{self.before}»."
        return f"{self.path} was «{self.before}» and is now «{self.after}»."


def changes(before: Definition, after: Definition) -> list[Change]:
    """In the order of the format."""
    found = [
        change
        for name in (field.name for field in fields(Definition))
        if name not in _FROM_THE_PLACE and name != "links"
        for change in _compared(name, getattr(before, name), getattr(after, name))
    ]
    for kind in LinkKind:
        found += _compared(f"{kind}s", _links(before, kind), _links(after, kind))
    return found


def _links(definition: Definition, kind: LinkKind) -> tuple[Link, ...]:
    return tuple(link for link in definition.links if link.kind is kind)


def _compared(path: str, before: object, after: object) -> Iterator[Change]:
    if before == after:
        return
    one = after if before is None else before
    if isinstance(one, tuple):
        old = before if isinstance(before, tuple) else ()
        yield from _compared_lists(path, old, after if isinstance(after, tuple) else ())
    elif is_dataclass(one) and not isinstance(one, Period):
        for field in fields(one):
            pair = getattr(before, field.name, None), getattr(after, field.name, None)
            yield from _compared(f"{path}.{field.name}", *pair)
    else:
        yield Change(path=path, before=_said(before), after=_said(after))


def _compared_lists(path: str, before: Sequence[object], after: Sequence[object]) -> Iterator[Change]:
    if all(_is_plain(item) for item in (*before, *after)):
        yield from _compared_plain(path, before, after)
        return
    old, new = _by_name(before), _by_name(after)
    for name in [*old, *(name for name in new if name not in old)]:
        yield from _compared(f"{path}[{name}]", old.get(name), new.get(name))
    kept_before, kept_after = [n for n in old if n in new], [n for n in new if n in old]
    if kept_before != kept_after:
        yield Change(path=f"{path} (order)", before=", ".join(kept_before), after=", ".join(kept_after))


def _is_plain(item: object) -> bool:
    return isinstance(item, Text | str | int)


def _compared_plain(path: str, before: Sequence[object], after: Sequence[object]) -> Iterator[Change]:
    """Aligned, so that a line put first does not make all others look new. Numbers are those of the newer list."""
    matcher = SequenceMatcher(a=[_hashable(item) for item in before], b=[_hashable(item) for item in after])
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = max(i2 - i1, j2 - j1)
        for step in range(pairs):
            old = before[i1 + step] if i1 + step < i2 else None
            new = after[j1 + step] if j1 + step < j2 else None
            number = (j1 if new is not None else i1) + step + 1
            yield from _compared(f"{path}[{number}]", old, new)


def _hashable(item: object) -> Hashable:
    return (item.fr, item.en) if isinstance(item, Text) else str(item)


def _by_name(items: Sequence[object]) -> dict[str, object]:
    return {_name(item, number): item for number, item in enumerate(items, start=1)}


def _name(item: object, number: int) -> str:
    named = (getattr(item, attribute, None) for attribute in _NAMED_BY)
    return next((str(name) for name in named if name), str(number))


def _said(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
