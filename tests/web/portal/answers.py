"""What the pages answer, as tests read it."""

from typing import Any

# Django's test client adds so much to a response that its type says little.
Answer = Any


def text(answer: Answer) -> str:
    return str(answer.content.decode())
