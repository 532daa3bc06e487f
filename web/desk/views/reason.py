"""Why somebody opens a case that a colleague follows: asked first, kept in the case, worth twelve hours."""

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules.roles import Right
from cases import access, actions
from cases.access import Access
from cases.models import Case
from web.desk.forms.reason import ReasonForm
from web.desk.views.doors import DeskRequest, case_url, needs, shown


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.WORK_OWN)
def reason(request: DeskRequest, reference: str) -> HttpResponseBase:
    """No name of a person is shown: the file is still closed. A case that needs no reason opens at once."""
    case, at = access.case_for(request.membership, reference, to=Access.CONSULT_ARCHIVED), timezone.now()
    onwards = _onwards(request, case)
    if not access.needs_reason(case, reader=request.user) or access.said_why(case, reader=request.user, at=at):
        return redirect(onwards)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        association_id=request.association.pk,
        today=request.today,
    )
    if form.is_valid():
        actions.say_why(case, reason=form.cleaned_data["reason"], at=at, by=request.user)
        return redirect(onwards)
    context = {
        "form": form,
        "reference": case.reference,
        "follower": (case.assigned_to and case.assigned_to.name) or _("un collègue"),
        "is_archived": case.archived_on is not None,
    }
    return shown(request, "reason.html", context, status=422 if form.is_bound else 200)


def _onwards(request: DeskRequest, case: Case) -> str:
    """Where the reader was going, within the desk; else the case."""
    asked = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/desk/")
    return asked if is_ours else case_url(case)
