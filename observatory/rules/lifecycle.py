"""The states of a release, and which may follow which."""

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    MEASURED = "measured"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    REJECTED = "rejected"


FOLLOWS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.MEASURED, State.REJECTED}),
    State.MEASURED: frozenset({State.REVIEWED, State.REJECTED}),
    State.REVIEWED: frozenset({State.PUBLISHED, State.REJECTED}),
    State.PUBLISHED: frozenset(),
    State.REJECTED: frozenset(),
}
FINAL = frozenset(state for state, next_states in FOLLOWS.items() if not next_states)


def sources(state: State) -> list[State]:
    """The states that it may follow."""
    return [before for before, next_states in FOLLOWS.items() if state in next_states]
