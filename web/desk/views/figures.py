"""Figures: measured once by coordinators, reviewed and published by data delegates. Exact counts reach no page."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules.roles import Right
from observatory import access, actions
from observatory.access import Offer
from observatory.actions import MeasureRefused
from observatory.models import Release
from web.desk.forms.base import DeskForm
from web.desk.pages import figures as page
from web.desk.pages.words import say
from web.desk.views.doors import DeskRequest, needs, shown
from web.parts import errors


@require_safe
@needs(Right.FIGURES_SEE)
def figures(request: DeskRequest) -> HttpResponse:
    """Seven queries at any size, five for whoever does not measure."""
    measures = request.membership.may(Right.FIGURES_MEASURE)
    offers = access.offers_for(request.membership, today=request.today) if measures else []
    context = {
        "measures": measures,
        "ledgers": page.ledgers(access.accounts_for(request.membership)),
        "offers": page.offer_lines(offers),
        "releases": page.release_lines(access.releases_for(request.membership)),
    }
    return shown(request, "figures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.FIGURES_MEASURE)
def measure(request: DeskRequest, plan: int, table: str, period: str) -> HttpResponseBase:
    """GET explains what a measure is; POST draws it, once and for all. 409 when it was measured already."""
    found = access.plan_for_measure(request.membership, plan)
    offer = _offer(request, found.pk, table, period)
    if request.method != "POST":
        if offer is None:
            raise Http404
        return _measure_page(request, offer)
    try:
        release = actions.measure(found, table=table, period=period, by=request.user, at=timezone.now())
    except MeasureRefused as refused:
        return _measure_page(request, offer, refusal=say(refused.sentence))
    messages.success(request, _("Le tableau est mesuré. Il attend maintenant d’être relu."))
    return redirect("desk:release", slug=release.slug)


def _offer(request: DeskRequest, plan_id: int, table: str, period: str) -> Offer | None:
    offers = access.offers_for(request.membership, today=request.today)
    asked = (plan_id, table, period)
    return next((one for one in offers if (one.plan_id, one.table, one.period) == asked), None)


def _measure_page(request: DeskRequest, offer: Offer | None, *, refusal: str = "") -> HttpResponse:
    context = {
        "form": DeskForm(association_id=request.association.pk, today=request.today),
        "offer": page.offer_line(offer) if offer else None,
        "refusal": refusal,
    }
    return shown(request, "measure.html", context, status=409 if refusal else 200)


@require_safe
@needs(Right.FIGURES_SEE)
def release(request: DeskRequest, slug: str) -> HttpResponse:
    view = access.review_for(request.membership, slug)
    return shown(request, "release.html", {"page": page.release_page(view, membership=request.membership)})


@require_POST
@needs(Right.FIGURES_REVIEW)
def review(request: DeskRequest, slug: str) -> HttpResponseBase:
    return _move(request, slug, actions.review, _("Vous avez relu ces nombres. Ils peuvent être publiés."))


@require_POST
@needs(Right.FIGURES_REVIEW)
def publish(request: DeskRequest, slug: str) -> HttpResponseBase:
    return _move(request, slug, actions.publish, _("Ces nombres sont publiés. Ils ne changeront plus."))


@require_POST
@needs(Right.FIGURES_REVIEW)
def reject(request: DeskRequest, slug: str) -> HttpResponseBase:
    return _move(request, slug, actions.reject, _("Ces nombres ne paraîtront jamais."))


def _move(request: DeskRequest, slug: str, act: Callable[..., bool], done: str) -> HttpResponseBase:
    """409 when a colleague was quicker, or the step before is missing."""
    found: Release = access.release_for(request.membership, slug, to=Right.FIGURES_REVIEW)
    address = reverse("desk:release", args=[found.slug])
    if not act(found, by=request.user, at=timezone.now()):
        return errors.conflict(request, back_url=address)
    messages.success(request, done)
    return redirect(address)
