"""The answers of a deposit's pages, the same in the portal and at the desk."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

import vault.access
from vault.rules.refusals import Refused
from web.parts import errors
from web.parts.deposits import acts
from web.parts.deposits.forms import ZoneForm
from web.parts.deposits.pages import over, waiting
from web.parts.deposits.preview import BEFORE, preview
from web.parts.deposits.rooms import Room
from web.parts.headers import FILE_POLICY

# Draws the audience's page around a context, with this status.
Draw = Callable[[dict[str, Any], int], HttpResponse]
PREVIEW = "components/deposit_preview.html"
WAITING = "components/deposit_waiting.html"
OVER = "components/deposit_over.html"


def answer(room: Room, request: HttpRequest, draw: Draw) -> HttpResponse:
    """Whatever the deposit's state is, one address shows it; a decision leads back to it."""
    if request.method != "POST":
        return _show(room, request, draw)
    try:
        done = acts.decide(room, request)
    except Refused as refusal:
        messages.error(request, refusal.say(get_language() or "fr"))
        return redirect(room.page_url)
    if done.is_late:
        return _late(room, request)
    if done.form is not None:
        return _preview(room, request, draw, form=done.form, status=422)
    if done.said:
        messages.success(request, done.said)
    return redirect(done.url)


def towards(room: Room) -> HttpResponse:
    """To the page of what was just sent."""
    return redirect(room.page_url)


def picture(content: bytes) -> HttpResponse:
    """A page as a picture: never kept by a browser, never taken for anything else."""
    headers = {
        "Content-Disposition": 'inline; filename="page"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type="image/jpeg", headers=headers)


def before(room: Room, number: int) -> HttpResponse:
    """The page as it came. Raises Http404."""
    return _page(room, number, vault.access.page_before)


def after(room: Room, number: int) -> HttpResponse:
    """The page as it would be kept. Raises Http404."""
    return _page(room, number, vault.access.page_after)


def _page(room: Room, number: int, read: Callable[..., bytes]) -> HttpResponse:
    if not room.is_open or not 1 <= number <= room.deposit.pages:
        raise Http404
    try:
        return picture(read(room.deposit, number))
    except (Refused, IndexError):
        raise Http404 from None


def _show(room: Room, request: HttpRequest, draw: Draw) -> HttpResponse:
    if room.is_open:
        return _moved_on() if "etat" in request.GET else _preview(room, request, draw)
    if room.is_on_its_way:
        return _waiting(room, request, draw)
    if "etat" in request.GET:
        return _moved_on()
    if room.deposit.state == "SCELLE":
        messages.success(request, _("Votre document est gardé, à l’abri. Ce que vous aviez envoyé est détruit."))
        return redirect(room.case_url)
    return draw({"fragment": OVER, "page": over(room, get_language() or "fr")}, 200)


def _preview(
    room: Room, request: HttpRequest, draw: Draw, *, form: ZoneForm | None = None, status: int = 200
) -> HttpResponse:
    said = " ".join(str(one) for one in messages.get_messages(request)) if "HX-Request" in request.headers else ""
    page = preview(room, is_before=request.GET.get("vue") == BEFORE, said=said)
    context = {"fragment": PREVIEW, "page": page, "form": form or ZoneForm(pages=room.deposit.pages)}
    return draw(context, status)


def _waiting(room: Room, request: HttpRequest, draw: Draw) -> HttpResponse:
    """`etat`: what a page that asks again by itself shows already; then nothing is sent twice."""
    page = waiting(room)
    known = request.GET.get("etat")
    if known == page.state:
        return HttpResponse(status=204)
    if known is not None:
        return _moved_on()
    return draw({"fragment": WAITING, "page": page}, 200)


def _moved_on() -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def _late(room: Room, request: HttpRequest) -> HttpResponse:
    """Another tab was quicker; a script's page is sent to what is true now."""
    sentence = _("Ce document a changé entre-temps, dans un autre onglet : rien n’a été fait.")
    if "HX-Request" in request.headers:
        messages.warning(request, sentence)
        return HttpResponse(status=204, headers={"HX-Redirect": room.page_url})
    label = _("Voir où en est le document")
    return errors.conflict(request, back_url=room.page_url, back_label=label, sentence=sentence)
