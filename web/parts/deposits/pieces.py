"""A file that comes in pieces, for a script that goes on where a connection broke; JSON with one sentence a refusal."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

import vault.actions
from vault.rules.refusals import Refused
from web.parts.deposits.rooms import Room

if TYPE_CHECKING:
    from vault.models import Deposit

LONGEST_NUMBER = 9


def begun(room: Room) -> JsonResponse:
    """Where to send the pieces, and how many bytes of each part came already: [524288, 0]."""
    return JsonResponse(
        {
            "page": room.page_url,
            "piece": room.url("deposit_piece"),
            "finish": room.url("deposit_finish"),
            "received": _received(room.deposit),
        }
    )


def refused(form_errors: Any) -> JsonResponse:
    """What the form of the first call lacks: its first sentence."""
    sentences = [str(sentence) for lines in form_errors.values() for sentence in lines]
    return _error(sentences[0], status=422)


def not_now(sentence: str) -> JsonResponse:
    return _error(sentence, status=409)


def guarded(do: Callable[[], JsonResponse]) -> JsonResponse:
    """A refusal of the vault as its own sentence and status."""
    try:
        return do()
    except Refused as refusal:
        return _error(refusal.say(get_language() or "fr"), status=refusal.status, code=refusal.code.value)


def add(room: Room, request: HttpRequest) -> JsonResponse:
    """One piece: `part` (from 0), `offset` in it, and the bytes as the file `data`."""
    part, offset = _number(request.POST.get("part", "")), _number(request.POST.get("offset", ""))
    data = request.FILES.get("data")
    if part is None or offset is None or data is None:
        return _error(_("Cette demande ne peut pas être lue."), status=422)
    return guarded(lambda: _added(room, data.read(), part=part, offset=offset))


def _added(room: Room, data: bytes, *, part: int, offset: int) -> JsonResponse:
    reached = vault.actions.add_piece(room.deposit, data, part=part, offset=offset, at=room.at)
    return JsonResponse({"reached": reached})


def finish(room: Room) -> JsonResponse:
    def done() -> JsonResponse:
        vault.actions.finish(room.deposit, at=room.at)
        return JsonResponse({"page": room.page_url})

    return guarded(done)


def _received(deposit: "Deposit") -> list[int]:
    return [sum(size for _name, size in part) for part in deposit.pieces]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def _error(sentence: str, *, status: int, code: str = "") -> JsonResponse:
    return JsonResponse({"error": sentence, "code": code}, status=status)
