"""What somebody decides upon a preview: what else is hidden or left in sight, whether it is kept."""

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

import vault.actions
from vault.access import own_zones_of, zones_of
from vault.rules.refusals import Code, Refused
from vault.rules.zones import Zone
from web.parts.deposits.forms import ZoneForm
from web.parts.deposits.preview import seen_of
from web.parts.deposits.rooms import Room

MOST_OWN = 60
KEEP, DISCARD, AGAIN, HIDE, REMOVE, SHOW = "keep", "discard", "again", "hide", "remove", "show"
_CHOICES = {HIDE, REMOVE, SHOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """`url`: where it leads; "" when the page comes again (with `form`, what was typed). `said`: the sentence of it."""

    url: str = ""
    said: str = ""
    form: ZoneForm | None = None
    is_late: bool = False


LATE = Done(is_late=True)


def decide(room: Room, request: HttpRequest) -> Done:
    """`is_late` when another tab was quicker: nothing was done then. Raises Refused."""
    typed, act = request.POST, request.POST.get("act", "")
    if room.is_expired or _is_done(room, act):
        return Done(url=room.page_url)
    if not room.is_open or typed.get("seen") != seen_of(room.deposit):
        return LATE
    if act == KEEP:
        return _keep(room)
    if act in {DISCARD, AGAIN}:
        return _discard(room, url=room.again_url if act == AGAIN else room.case_url)
    if act in _CHOICES:
        return _choose(room, typed, act)
    return Done(form=ZoneForm(pages=room.deposit.pages))


def _is_done(room: Room, act: str) -> bool:
    """The second press of a button: its page tells what the first one did."""
    if act == KEEP:
        return room.deposit.is_sealing or room.deposit.state == "SCELLE"
    return act in {DISCARD, AGAIN} and room.deposit.state == "DETRUIT"


def _keep(room: Room) -> Done:
    if not room.takes_more:
        raise Refused(Code.CLOSED_MEANWHILE)
    if not vault.actions.confirm(room.deposit, by=room.reader, at=room.at):
        return LATE
    return Done(url=room.page_url)


def _discard(room: Room, *, url: str) -> Done:
    if not vault.actions.discard(room.deposit, at=room.at):
        return LATE
    return Done(url=url, said=_("Le document est détruit : rien n’en a été gardé."))


def _choose(room: Room, typed: QueryDict, act: str) -> Done:
    own, shown = list(own_zones_of(room.deposit)), list(room.deposit.shown)
    if act == HIDE:
        form = ZoneForm(typed, pages=room.deposit.pages)
        if not form.is_valid():
            return Done(form=form)
        own, said = _with(own, form.zone, place=_place(typed, own))
    elif act == REMOVE:
        own, said = _without(own, place=_place(typed, own))
    else:
        shown, said = _uncertain(room, typed), _("C’est noté. Regardez l’aperçu.")
    if len(own) > MOST_OWN:
        return Done(url=room.page_url, said=_("Il y a déjà beaucoup de zones. Retirez-en avant d’en ajouter."))
    if not vault.actions.choose(room.deposit, own=own, shown=shown, at=room.at):
        return LATE
    return Done(url=room.page_url, said=said)


def _place(typed: QueryDict, own: list[Zone]) -> int | None:
    """Which of one's own zones is meant."""
    text = typed.get("zone", "")
    is_one = text.isascii() and text.isdigit() and len(text) < 4 and int(text) < len(own)
    return int(text) if is_one else None


def _with(own: list[Zone], zone: Zone, *, place: int | None) -> tuple[list[Zone], str]:
    """One more, or another in its place."""
    if place is None:
        return [*own, zone], _("L’endroit est caché.")
    return [*own[:place], zone, *own[place + 1 :]], _("La zone est déplacée.")


def _without(own: list[Zone], *, place: int | None) -> tuple[list[Zone], str]:
    if place is None:
        return own, _("Cette zone était déjà retirée.")
    return [*own[:place], *own[place + 1 :]], _("La zone est retirée : cet endroit se voit de nouveau.")


def _uncertain(room: Room, typed: QueryDict) -> list[int]:
    """What the person leaves in sight; what is certain stays hidden, whatever is sent."""
    asked = set(typed.getlist("shown"))
    return [place for place, zone in enumerate(zones_of(room.deposit)) if not zone.certain and str(place) in asked]
