"""What is asked, how often, and how many statements an answer may take.

A budget is what the page took with sixty cases, as the application's role on PostgreSQL: at two hundred thousand it may
take no more. It counts the session, the scope and the record of an opening too.
"""

from dataclasses import dataclass

HEADER = "X-Statements"


@dataclass(frozen=True, slots=True)
class Page:
    """`weight`: how often it is asked among those of the same people."""

    name: str
    weight: int
    budget: int


VOLUNTEER = {
    page.name: page
    for page in (
        Page("queue", 6, 18),
        Page("case", 8, 32),
        Page("search", 2, 20),
        Page("overview", 1, 20),
        Page("note: the form", 2, 19),
        Page("note: written", 2, 25),
        Page("attempt: the form", 1, 20),
        Page("attempt: written", 1, 45),
    )
}
MEMBER = {page.name: page for page in (Page("member: home", 3, 26), Page("member: case", 2, 26))}
PUBLIC = {
    page.name: page
    for page in (Page("home", 2, 2), Page("procedures", 2, 0), Page("calculator", 2, 0), Page("figures", 1, 2))
}
PROGRAM = {page.name: page for page in (Page("API: procedures", 1, 8), Page("API: list of cases", 3, 10))}
PAGES = VOLUNTEER | MEMBER | PUBLIC | PROGRAM
