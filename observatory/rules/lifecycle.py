"""The states of a release, and which may follow which."""

from enum import StrEnum

from procedures.rules.texts import Text


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
LABELS: dict[State, Text] = {
    State.DRAFT: Text(fr="En préparation", en="In preparation"),
    State.MEASURED: Text(fr="Mesuré, à relire", en="Measured, to be reviewed"),
    State.REVIEWED: Text(fr="Relu, à publier", en="Reviewed, to be published"),
    State.PUBLISHED: Text(fr="Publié", en="Published"),
    State.REJECTED: Text(fr="Rejeté", en="Rejected"),
}
FINAL = frozenset(state for state, next_states in FOLLOWS.items() if not next_states)


def sources(state: State) -> list[State]:
    """The states that it may follow."""
    return [before for before, next_states in FOLLOWS.items() if state in next_states]
