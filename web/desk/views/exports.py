"""Lists of many cases: asked by one, approved by another, taken once. A fresh second factor at every step."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

import accounts.access
from accounts.access import TooNew
from accounts.rules.roles import Right
from cases import access, actions
from cases.actions import AlreadyDone, NotReady, RightGone, WrongCount
from cases.models import Export
from cases.rules.exports import MOST, Step
from web.desk.forms.base import DeskForm
from web.desk.forms.exports import DecideForm, ExportForm
from web.desk.pages import exports as page
from web.desk.views.doors import DeskRequest, form_facts, needs, shown, typed_again
from web.parts import errors
from web.parts.french import at_hour

FILE_NAME = "export.csv"
_GET_AND_POST = ["GET", "HEAD", "POST"]


@require_safe
@needs(fresh=True)
def exports(request: DeskRequest) -> HttpResponse:
    """All requests for who may approve, one's own for who may ask."""
    rows = access.exports_for(request.membership)
    context = {
        "requests": _in_words(request, rows),
        "asks": request.membership.may(Right.EXPORT_ASK),
    }
    return shown(request, "exports.html", context)


def _in_words(request: DeskRequest, rows: list[Export]) -> list[page.Request]:
    campaigns = access.campaigns_here()
    return page.requests(rows, campaigns=campaigns, me=request.user.pk, now=timezone.now())


@require_http_methods(_GET_AND_POST)
@needs(Right.EXPORT_ASK, fresh=True, keeps=True)
def export_ask(request: DeskRequest) -> HttpResponseBase:
    """Counts first: the request leaves only with the number that its asker has just read."""
    if _asks_from(request) > timezone.now():
        return _ask_page(request, None, status=200 if request.method != "POST" else 409)
    posted = request.POST if request.method == "POST" else None
    form = typed_again(request, ExportForm(posted, **form_facts(request), campaigns=access.campaigns_here()))
    if posted is None or not form.is_valid():
        return _ask_page(request, form, status=422 if form.is_bound else 200)
    count, _newest = access.count_and_newest(request.membership, form.selection)
    if not 0 < count <= MOST:
        form.add_error(None, _no_such_list(count))
        return _ask_page(request, form, status=422)
    if form.cleaned_data["counted"] != count:
        return _ask_page(request, _with_count(request, count), count=count)
    try:
        export = actions.ask_export(
            request.membership,
            selection=form.selection,
            with_people=form.with_people,
            reason=form.cleaned_data["reason"],
            seen=count,
            at=timezone.now(),
            form=form.cleaned_data["token"],
        )
    except AlreadyDone:
        return redirect("desk:exports")
    except WrongCount as now:
        return _ask_page(request, _with_count(request, now.count), count=now.count)
    messages.success(request, _("La demande est partie. Une deuxième personne a 24 heures pour répondre."))
    return redirect("desk:export", pk=export.pk)


def _asks_from(request: DeskRequest) -> datetime:
    me = request.membership
    return accounts.access.settling([me], Right.EXPORT_ASK)[me.pk]


def _with_count(request: DeskRequest, count: int) -> ExportForm:
    """The form as it was typed, with the number that is shown beside it."""
    typed = request.POST.copy()
    typed["counted"] = str(count)
    form = ExportForm(typed, **form_facts(request), campaigns=access.campaigns_here())
    form.is_valid()
    return form


def _no_such_list(count: int) -> str:
    if not count:
        return _("Aucun dossier ne répond à ces filtres. Élargissez-les.")
    values = {"count": count, "most": MOST}
    return _("%(count)s dossiers, c’est trop pour une liste : %(most)s au plus. Resserrez les filtres.") % values


def _ask_page(request: DeskRequest, form: ExportForm | None, *, count: int = 0, status: int = 200) -> HttpResponse:
    """Without a form for whoever may not ask yet."""
    context = {"form": form, "count": count, **_who_approves(request)}
    return shown(request, "export_ask.html", context, status=status)


def _who_approves(request: DeskRequest) -> dict[str, Any]:
    """Whether there is a second person for what the reader asks, and from when, if not yet."""
    ready_at = access.approvable_from(request.membership, by=access.approvers(request.membership))
    return {"nobody": ready_at is None, "waits_until": ready_at if ready_at and ready_at > timezone.now() else None}


@require_http_methods(_GET_AND_POST)
@needs(fresh=True)
def export(request: DeskRequest, pk: int) -> HttpResponseBase:
    """One request; its decision by somebody else, or its withdrawal by who asked."""
    found = access.export_for(request.membership, pk)
    if request.method != "POST":
        return _export_page(request, found)
    form = DecideForm(request.POST, **form_facts(request))
    if not form.is_valid():
        return _conflict(request, found)
    return _decide(request, found, form)


def _decide(request: DeskRequest, found: Export, form: DecideForm) -> HttpResponseBase:
    at, approves = timezone.now(), form.cleaned_data["decision"] == "approve"
    if approves and (not request.membership.may(Right.EXPORT_APPROVE) or found.asked_by_id == request.user.pk):
        raise PermissionDenied
    try:
        if approves:
            done = actions.approve_export(found, by=request.membership, seen=form.cleaned_data["seen"], at=at)
        else:
            done = actions.refuse_export(found, by=request.membership, at=at)
    except TooNew as new:
        return _conflict(request, found, sentence=_too_new(new.ready_at))
    except WrongCount:
        alert = _("Le nombre de dossiers a changé pendant que vous lisiez. Rien n’est décidé : relisez, puis décidez.")
        return _export_page(request, found, status=409, alert=alert)
    if not done:
        return _conflict(request, found)
    messages.success(request, _said(found, request=request, approved=approves))
    return redirect("desk:exports")


def _too_new(ready_at: datetime) -> str:
    return _(
        "Cette liste ne peut être approuvée qu’à partir du %(day)s : il faut deux personnes qui ont ce droit depuis "
        "sept jours. Elle peut être refusée dès maintenant."
    ) % {"day": at_hour(ready_at)}


def _said(found: Export, *, request: DeskRequest, approved: bool) -> str:
    if approved:
        return _("C’est approuvé. La personne qui demande a 24 heures pour prendre la liste, une seule fois.")
    if found.asked_by_id == request.user.pk:
        return _("La demande est retirée.")
    return _("C’est refusé. La personne qui demande en est prévenue.")


def _conflict(request: DeskRequest, found: Export, *, sentence: str = "") -> HttpResponse:
    address = reverse("desk:export", args=[found.pk])
    return errors.conflict(request, back_url=address, back_label=_("Voir où en est la demande"), sentence=sentence)


def _export_page(request: DeskRequest, found: Export, *, status: int = 200, alert: str = "") -> HttpResponse:
    [words] = _in_words(request, [found])
    now = access.count_now(found) if words.step in {Step.WAITING, Step.READY} else None
    asker = access.asker_of(found)
    decides = words.step is Step.WAITING and not words.is_mine and request.membership.may(Right.EXPORT_APPROVE)
    ready_at = access.approvable_from(asker, by=[request.membership]) if decides and asker else None
    context: dict[str, Any] = {
        "one": words,
        "asked_count": found.count,
        "now": now,
        "alert": alert,
        "asker_left": asker is None,
        "decides": decides,
        "too_new": _too_new(ready_at) if ready_at and ready_at > timezone.now() else "",
        "withdraws": words.step is Step.WAITING and words.is_mine,
        "take_url": reverse("desk:export_take", args=[found.pk]) if words.step is Step.READY and words.is_mine else "",
        "form": DecideForm(initial={"seen": now}, **form_facts(request)),
    }
    if words.is_mine and words.step is Step.WAITING:
        context |= _who_approves(request)
    return shown(request, "export.html", context, status=status)


@require_http_methods(_GET_AND_POST)
@needs(Right.EXPORT_ASK, fresh=True)
def export_take(request: DeskRequest, pk: int) -> HttpResponseBase:
    """GET says what will happen; POST makes the file, once. Somebody else's is refused."""
    found = access.export_for(request.membership, pk)
    if found.asked_by_id != request.user.pk:
        raise PermissionDenied
    if request.method != "POST":
        return _take_page(request, found)
    try:
        content = actions.take_export(
            found,
            by=request.membership,
            head=page.head(with_people=found.with_people),
            cells=page.cells_with_people if found.with_people else page.cells,
            at=timezone.now(),
        )
    except RightGone:
        sentence = _("Votre accès a changé pendant que la liste se préparait. Rien n’a été téléchargé.")
        return errors.reserved(request, sentence=sentence)
    except WrongCount as grown:
        return _conflict(request, found, sentence=_grown(found, grown.count))
    except NotReady:
        return _conflict(request, found, sentence=_not_ready())
    return _file(content)


def _take_page(request: DeskRequest, found: Export) -> HttpResponse:
    [words] = _in_words(request, [found])
    if words.step is not Step.READY:
        return _conflict(request, found, sentence=_not_ready())
    return shown(request, "export_take.html", {"one": words, "form": DeskForm(**form_facts(request))})


def _not_ready() -> str:
    return _("Cette liste ne peut pas être prise : elle l’a déjà été, ou son délai est passé. Refaites une demande.")


def _grown(found: Export, count: int) -> str:
    values = {"now": count, "approved": found.approved_count}
    return (
        _(
            "Les mêmes filtres désignent maintenant %(now)s dossiers, et %(approved)s ont été approuvés. "
            "Rien n’a été téléchargé : refaites une demande."
        )
        % values
    )


def _file(content: bytes) -> HttpResponse:
    """A name that tells nothing, for whoever looks over a shoulder at the downloads."""
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    answer["Cache-Control"] = "no-store"
    return answer
