"""What watches over the association: alerts, the team's factors and sessions, decoys, its choice, and the audit log."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import cases.access
import cases.actions
from accounts import access, actions
from accounts.access import Asked
from accounts.models import Association, Membership
from accounts.rules.audit import About, AuditKind
from accounts.rules.roles import Right
from cases.actions import SomebodyReal
from web.desk.forms.base import DeskForm
from web.desk.forms.security import ALL, DECOY, OWN, AuditForm, CanaryForm, VisibilityForm
from web.desk.pages import audit as page
from web.desk.pages import security as security_page
from web.desk.pages import sending as sending_page
from web.desk.views.doors import DeskRequest, form_facts, needs, shown, typed_again

_GET_AND_POST = ["GET", "HEAD", "POST"]


@require_safe
@needs(Right.AUDIT_READ)
def security(request: DeskRequest) -> HttpResponse:
    me, now = request.membership, timezone.now()
    alerts, team = access.alerts_for(me), access.team_watched(me, at=now)
    named = cases.access.references_of(me, [alert.about_id for alert in alerts if alert.about == About.CASE])
    manages = me.may(Right.MANAGE)
    context = {
        "alerts": page.alert_lines(
            alerts,
            references=named,
            members={one.membership.user_id: one.membership.pk for one in team},
            names={str(one.membership.pk): one.membership.user.name for one in team},
            may_see=access.answerable(alerts, me),
        ),
        "team": security_page.team(team, me=me),
        "links": security_page.links(**_waiting(me, now=now)),
        "manages": manages,
        "sees_all": request.association.team_sees_all,
        "mails_leave": sending_page.when(request.association),
        "decoys": cases.access.canaries(me),
        "chain": access.chain_state(me),
    }
    return shown(request, "security.html", context)


def _waiting(me: Membership, *, now: datetime) -> dict[str, int | None]:
    """What waits on the pages beside this one, as far as the reader decides about it."""
    manages = me.may(Right.MANAGE)
    return {
        "invitations": len(access.invitations_for(me)) if manages else None,
        "tokens": access.count_of_tokens(me, at=now) if manages else None,
        "exports": cases.access.lists_waiting(me, at=now) if me.may(Right.EXPORT_APPROVE) else None,
    }


@require_POST
@needs(Right.AUDIT_READ)
def alert_seen(request: DeskRequest, pk: int) -> HttpResponseBase:
    """A second click answers like the first. 403 for an alert about oneself that a colleague could look at."""
    actions.see_alert(access.alert_for(request.membership, pk), by=request.user, at=timezone.now())
    messages.success(request, _("C’est noté : l’alerte est vue."))
    return redirect("desk:security")


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE, fresh=True)
def close_sessions(request: DeskRequest, pk: int) -> HttpResponseBase:
    colleague = access.colleague_for(request.membership, pk)
    if request.method != "POST":
        context = {"form": DeskForm(**form_facts(request)), "name": colleague.user.name}
        return shown(request, "close_sessions.html", context)
    ended = actions.close_sessions_of(colleague, by=request.user, at=timezone.now())
    told = ngettext("%(number)s session est fermée.", "%(number)s sessions sont fermées.", ended)
    messages.success(request, told % {"number": ended})
    return redirect("desk:security")


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE, fresh=True, keeps=True)
def visibility(request: DeskRequest) -> HttpResponseBase:
    """The association's choice: do volunteers see each other's cases?"""
    association: Association = request.association
    initial = {"sees": ALL if association.team_sees_all else OWN}
    posted = request.POST if request.method == "POST" else None
    form = typed_again(request, VisibilityForm(posted, initial=initial, **form_facts(request)))
    if form.is_valid():
        on = form.cleaned_data["sees"] == ALL
        actions.set_team_sees_all(association, on=on, by=request.user, at=timezone.now())
        messages.success(request, _("C’est réglé, dès maintenant."))
        return redirect("desk:security")
    return shown(request, "visibility.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE, fresh=True, keeps=True)
def canary(request: DeskRequest) -> HttpResponseBase:
    """Mark a case as a decoy, or take the mark off. The case is not opened for that: nothing of it is shown."""
    form = typed_again(request, CanaryForm(request.POST if request.method == "POST" else None, **form_facts(request)))
    if form.is_valid() and _is_marked(request, form):
        return redirect("desk:security")
    return shown(request, "canary.html", {"form": form}, status=422 if form.is_bound else 200)


def _is_marked(request: DeskRequest, form: CanaryForm) -> bool:
    on = form.cleaned_data["state"] == DECOY
    try:
        case = cases.access.case_for(request.membership, form.cleaned_data["reference"], to=cases.access.Access.WORK)
        cases.actions.set_canary(case, on=on, by=request.user, at=timezone.now())
    except Http404:
        form.add_error("reference", _("Aucun dossier ne porte cette référence ici."))
        return False
    except SomebodyReal:
        form.add_error("reference", _("Ce dossier a une adresse ou un compte : c’est celui de quelqu’un."))
        return False
    messages.success(request, _("Le dossier est un leurre.") if on else _("Le dossier est un dossier ordinaire."))
    return True


# The log


@require_safe
@needs(Right.AUDIT_READ)
def audit(request: DeskRequest) -> HttpResponse:
    """Who did what, when and why; fifty at a time. The address holds codes and a reference only."""
    me = request.membership
    everybody = access.everybody_ever(me)
    form = AuditForm(request.GET or None, today=request.today, people=security_page.people(everybody))
    asked = _asked(request, form, everybody)
    entries, older = access.entries(me, asked, before=_before(request)) if asked else ([], None)
    named = cases.access.references_of(me, [entry.about_id for entry in entries if entry.about == About.CASE])
    context = {
        "form": form,
        "wrong": asked is None,
        "searched": asked not in (None, Asked()),
        "lines": page.lines(
            entries, references=named, targets=access.targets(me, entries), opens_cases=me.may(Right.WORK_OWN)
        ),
        "next_url": _address(request, avant=str(older)) if older else "",
        "first_url": _address(request) if request.GET.get("avant") else "",
    }
    return shown(request, "audit.html", context, status=422 if asked is None else 200)


def _asked(request: DeskRequest, form: AuditForm, everybody: list[Membership]) -> Asked | None:
    """None when an answer is wrong: then nothing is shown rather than everything."""
    if not form.is_bound:
        return Asked()
    if not form.is_valid():
        return None
    typed = form.cleaned_data
    case = cases.access.case_id(request.membership, typed["dossier"]) if typed["dossier"] else None
    if typed["dossier"] and case is None:
        form.add_error("dossier", _("Aucun dossier ne porte cette référence ici."))
        return None
    who = next((one.user_id for one in everybody if str(one.pk) == typed["qui"]), None)
    return Asked(
        who=who,
        case=case,
        kinds=(AuditKind(typed["type"]),) if typed["type"] else (),
        why=typed["raison"],
        since=_midnight(typed["du"]),
        until=_midnight(typed["au"], days=1),
    )


def _midnight(day: Any, *, days: int = 0) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) + timedelta(days=days) if day else None


def _before(request: DeskRequest) -> int | None:
    before = request.GET.get("avant", "")
    return int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None


def _address(request: DeskRequest, **more: str) -> str:
    asked = request.GET.copy()
    asked.pop("avant", None)
    for name, value in more.items():
        asked[name] = value
    return f"{request.path}?{asked.urlencode()}"
