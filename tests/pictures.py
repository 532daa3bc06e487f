"""What a picture of the gallery is: one state of one page, for one person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.urls import reverse
from playwright.sync_api import Page

from tests.stage import Stage

NOBODY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One state of one page.

    `places` fills the address: a name that the stage knows becomes its value there. `press` are buttons pressed one
    after the other, `act` whatever else leads to the state. `error`: a page for what went wrong, whose template is
    shown as it is. `status`: of the first answer.
    """

    name: str
    view: str
    who: str = NOBODY
    places: Mapping[str, str | int] = field(default_factory=dict)
    query: str = ""
    press: tuple[str, ...] = ()
    act: Callable[[Page], None] | None = None
    error: str = ""
    status: int = 200

    def address(self, stage: Stage) -> str:
        if self.error:
            return f"/{self.error}/"
        kwargs = {place: stage.parts.get(str(value), value) for place, value in self.places.items()}
        query = "".join(str(stage.parts.get(part, part)) for part in self.query.split("|"))
        return reverse(self.view, kwargs=kwargs) + query
