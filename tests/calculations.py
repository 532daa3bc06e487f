"""What people answer to the three questions of the calculator, and how a browser does."""

from collections.abc import Mapping

from playwright.sync_api import Page

# Of the calculator: which answers are chosen, and the dates.
CALCULATIONS: dict[str, Mapping[str, str]] = {
    "in-time": {"told": "letter", "letter": "13 10 2026"},
    "in-time-received": {"told": "email", "known": "received", "letter": "20 11 2026", "whom": "child"},
    "last-day": {"told": "letter", "letter": "12 10 2026"},
    "perhaps": {"told": "letter", "letter": "5 10 2026", "until": "20 10 2026"},
    "too-late": {"told": "letter", "letter": "1 9 2026"},
    "years-ago": {"told": "letter", "letter": "1 9 1986"},
    "never": {"told": "never"},
    "error": {"letter": "31 2 2026", "until": "1 1 2026"},
}


def calculate(page: Page, typed: Mapping[str, str]) -> None:
    for name, answer in typed.items():
        if name not in {"letter", "until"}:
            page.locator(f"main input[name={name}][value={answer}]").check()
            continue
        if name == "until":
            page.get_by_text("Le jour n’est pas sûr").click()
        for part, value in zip(("day", "month", "year"), answer.split(), strict=True):
            page.locator(f"main input[name={name}_{part}]").fill(value)
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name="Calculer ma date").click()
