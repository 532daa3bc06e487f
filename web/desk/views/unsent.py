"""A mail that did not leave: try again, or say that it is settled."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

import notifications.actions
from accounts.rules.roles import Right
from cases import access
from cases.access import Unsent
from web.desk.forms.unsent import AGAIN, UnsentForm
from web.desk.pages import unsent as page
from web.desk.views.doors import DeskRequest, form_facts, needs, opened_case, shown


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.WORK_OWN)
def unsent(request: DeskRequest, pk: int) -> HttpResponseBase:
    """404 for what is no task of this person, and for what a colleague answered. Opening it opens the case."""
    found = access.unsent_one(request.membership, pk)
    if found.case:
        opened_case(request, found.case.reference)
    form = UnsentForm(request.POST if request.method == "POST" else None, **form_facts(request))
    if not form.is_valid():
        context = {"form": form, "task": page.task(found, today=request.today)}
        return shown(request, "unsent.html", context, status=422 if form.is_bound else 200)
    if _answer(request, found, answer=form.cleaned_data["answer"]):
        messages.success(request, _("C’est noté."))
    return redirect("desk:now")


def _answer(request: DeskRequest, found: Unsent, *, answer: str) -> bool:
    now = timezone.now()
    if answer == AGAIN:
        return notifications.actions.retry(found.notice, at=now)
    return notifications.actions.answer_unsent(found.notice, at=now, by=request.user)
