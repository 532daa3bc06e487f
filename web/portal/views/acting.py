"""What a member does: consents, chooses a channel, follows its steps, says what came of it, continues otherwise."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from cases import access, actions
from cases.access import Access
from cases.actions import AlreadyDone, BeforeLetter, NotAdmitted, StaleCase
from cases.models import AttemptResult, Case, ConsentKind, Deadline
from cases.rules.lifecycle import Impossible, State
from procedures import registry
from procedures.rules.definitions import Bound, Channel, Definition
from web.parts import deletion, errors
from web.parts.refusals import before_letter
from web.portal.forms import ConsentForm, PostedForm, ReportForm
from web.portal.pages import steps
from web.portal.pages.cases import on_miss_procedure
from web.portal.pages.timeline import language
from web.portal.views.doors import MemberRequest, member_page, refreshed, stale
from web.portal.views.progress import forget, keep, progress_in, progress_of

_GET_AND_POST = ["GET", "HEAD", "POST"]


def _case(request: MemberRequest, reference: str) -> tuple[Case, Definition]:
    case = access.case_for(request.user, reference, to=Access.WORK)
    return case, registry.version(case.procedure, case.procedure_version)


def _channel(definition: Definition, key: str) -> Channel | None:
    return next((one for one in definition.channels if one.key == key), None)


def _must_wait(case: Case) -> bool:
    """Nothing to do here: the case ended, or the consent is missing, which its own page says."""
    return case.is_closed or case.state == State.PREPARING


@require_http_methods(_GET_AND_POST)
@member_page
def consent(request: MemberRequest, reference: str) -> HttpResponse:
    case, _ = _case(request, reference)
    if case.state != State.PREPARING:
        return redirect("portal:case", reference=case.reference)
    form = ConsentForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "portal/consent.html", {"form": form, "reference": case.reference}, status=status)
    kinds = [ConsentKind.HANDLING, ConsentKind.STATISTICS][: 1 + form.cleaned_data["statistics"]]
    for kind in kinds:
        actions.give_consent(case, kind=kind, today=request.today, at=timezone.now(), by=request.user)
    messages.success(request, gettext("Votre accord est noté."))
    return redirect("portal:case", reference=case.reference)


@require_http_methods(_GET_AND_POST)
@member_page
def channel(request: MemberRequest, reference: str) -> HttpResponse:
    case, definition = _case(request, reference)
    if _must_wait(case):
        return redirect("portal:case", reference=case.reference)
    chosen = _channel(definition, request.POST.get("channel", ""))
    if request.method == "POST" and chosen:
        return redirect("portal:step", reference=case.reference, channel=chosen.key, number=0)
    known = progress_of(request, case.reference)
    context = {
        "reference": case.reference,
        "options": steps.options(definition, now=timezone.now(), chosen=known["channel"] if known else ""),
        "error": gettext("Choisissez un moyen.") if request.method == "POST" else "",
        "advice": [one.say(language()) for one in definition.advice],
        "phases": steps.phases(None, current=0),
    }
    return render(request, "portal/channel.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(_GET_AND_POST)
@member_page
def step(request: MemberRequest, reference: str, channel: str, number: int) -> HttpResponse:
    case, definition = _case(request, reference)
    if _must_wait(case):
        return redirect("portal:case", reference=case.reference)
    way = _channel(definition, channel)
    if way is None or number > len(way.steps):
        raise Http404
    progress = progress_in(request, case.reference, channel=way.key)
    if request.method == "POST":
        return _go_on(request, case, way, number=number, progress=progress)
    due = _due_of_member(access.deadlines_of(case))
    page = steps.step_page(way, reference=case.reference, number=number, progress=progress, due=due, now=timezone.now())
    return render(request, "portal/step.html", {"page": page, "reference": case.reference})


def _go_on(request: MemberRequest, case: Case, way: Channel, *, number: int, progress: steps.Progress) -> HttpResponse:
    """Keep the ticks and turn the page; after the last step comes what came of it."""
    typed = (place for place in request.POST.getlist("tick") if place.isascii() and place.isdigit() and len(place) < 4)
    ticked = [int(place) for place in typed][:20]
    if steps.forgets_deletion(way, number=number, ticked=ticked):
        messages.warning(request, gettext("La suppression n’est pas cochée : sans elle, tout reste archivé dix ans."))
    ahead = min(number + 1, len(way.steps))
    keep(
        request,
        case.reference,
        steps.Progress(channel=way.key, number=ahead, ticks={**progress["ticks"], str(number): ticked}),
    )
    if number == len(way.steps):
        return _to_report(case, way)
    return redirect("portal:step", reference=case.reference, channel=way.key, number=ahead)


def _to_report(case: Case, way: Channel) -> HttpResponse:
    response = redirect("portal:report", reference=case.reference)
    response["Location"] += f"?moyen={way.key}"
    return response


def _due_of_member(deadlines: list[Deadline]) -> Any:
    running = (one.due for one in deadlines if one.bound == Bound.MEMBER and one.is_running and one.due)
    return next(running, None)


@require_http_methods(_GET_AND_POST)
@member_page
def report(request: MemberRequest, reference: str) -> HttpResponse:
    case, definition = _case(request, reference)
    if _must_wait(case):
        return redirect("portal:case", reference=case.reference)
    way = _channel(definition, request.GET.get("moyen", "") or request.POST.get("channel", ""))
    is_asked = deletion.answered(access.facts_of(case)) == "yes"
    made: dict[str, Any] = {"definition": definition, "channel": way, "today": request.today}
    made["is_deletion_asked"] = is_asked
    context = {"reference": case.reference, "phases": steps.phases(way, current=2)}
    if request.method != "POST":
        form = ReportForm(version=case.version, **made)
        return render(request, "portal/report.html", {**context, "form": form})
    form = ReportForm(request.POST, **made)
    if not form.is_valid():
        return render(request, "portal/report.html", {**context, "form": form}, status=422)
    try:
        _record(request, case, form)
    except StaleCase as changed:
        again = ReportForm(refreshed(request.POST, version=changed.case.version), **made)
        return stale(request, "portal/report.html", {**context, "form": again})
    except BeforeLetter as early:
        form.add_error("other_day", before_letter(early))
        return render(request, "portal/report.html", {**context, "form": form}, status=422)
    except AlreadyDone:
        pass
    except Impossible:
        return _conflict(request, case)
    forget(request, case.reference)
    _tell(request, definition, form)
    return redirect("portal:case", reference=case.reference)


def _record(request: MemberRequest, case: Case, form: ReportForm) -> None:
    answers = form.cleaned_data
    actions.record_attempt(
        case,
        channel=answers["channel"],
        made_on=form.made_on,
        result=form.outcome,
        justificatif_asked=answers["asked"] == "yes",
        obstacle=answers["obstacle"],
        adviser_reference=answers.get("reference", ""),
        deletion_requested=answers.get("deletion", ""),
        token=form.sent_token,
        version=answers["version"],
        today=request.today,
        at=timezone.now(),
        by=request.user,
    )


def _tell(request: MemberRequest, definition: Definition, form: ReportForm) -> None:
    """That it is noted; after a failure, the way out of what was met."""
    if form.outcome in {AttemptResult.CONFIRMED, AttemptResult.UNCONFIRMED}:
        messages.success(request, gettext("C’est noté, merci."))
        return
    met = next((one for one in definition.obstacles if one.code == form.cleaned_data["obstacle"]), None)
    way_out = met.way_out.say(language()) if met else gettext("Essayez un autre moyen, ou appelez l’association.")
    messages.warning(request, gettext("C’est noté. %(way_out)s") % {"way_out": way_out})


@require_http_methods(_GET_AND_POST)
@member_page
def continue_by(request: MemberRequest, reference: str) -> HttpResponse:
    """The way on when the time has passed, or when no letter ever came."""
    case, definition = _case(request, reference)
    key = on_miss_procedure(definition)
    if case.is_closed or not key:
        return redirect("portal:case", reference=case.reference)
    form = PostedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _convert(request, case, key, form)
    following = registry.current(key)
    context = {
        "form": form,
        "reference": case.reference,
        "title": following.title.say(language()),
        "summary": following.summary.say(language()),
        "leaves": following.leaves.say(language()),
    }
    return render(request, "portal/continue.html", context, status=422 if request.method == "POST" else 200)


def _convert(request: MemberRequest, case: Case, key: str, form: PostedForm) -> HttpResponse:
    try:
        following = actions.convert_case(
            case, procedure=key, token=form.sent_token, today=request.today, at=timezone.now(), by=request.user
        )
    except AlreadyDone:
        return redirect("portal:home")
    except (Impossible, NotAdmitted):
        return _conflict(request, case)
    messages.success(request, gettext("Votre démarche continue autrement. Tout ce qui était noté est gardé."))
    return redirect("portal:case", reference=following.reference)


def _conflict(request: MemberRequest, case: Case) -> HttpResponse:
    return errors.conflict(request, back_url=f"/espace/{case.reference}/")
