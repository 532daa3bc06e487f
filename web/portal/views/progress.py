"""How far somebody is in the guided steps, kept in the sealed session until they report or leave."""

from typing import cast

from django.http import HttpRequest

from web.portal.pages.steps import Progress

KEY = "portal_steps"


def progress_of(request: HttpRequest, reference: str) -> Progress | None:
    return cast(Progress | None, request.session.get(KEY, {}).get(reference))


def progress_in(request: HttpRequest, reference: str, *, channel: str) -> Progress:
    """Of this channel; another channel begins anew."""
    found = progress_of(request, reference)
    if found and found["channel"] == channel:
        return found
    return Progress(channel=channel, number=0, ticks={})


def keep(request: HttpRequest, reference: str, progress: Progress) -> None:
    request.session[KEY] = {**request.session.get(KEY, {}), reference: progress}


def forget(request: HttpRequest, reference: str) -> None:
    kept = {key: value for key, value in request.session.get(KEY, {}).items() if key != reference}
    request.session[KEY] = kept
