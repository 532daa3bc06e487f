"""My mails: at once, once a day, or none."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notifications import actions
from notifications.access import choice_of, window_of
from notifications.rules.kinds import Audience
from web.desk.forms.mails import MailForm
from web.desk.views.doors import DeskRequest, form_facts, needs, shown


@require_http_methods(["GET", "HEAD", "POST"])
@needs()
def mails(request: DeskRequest) -> HttpResponseBase:
    """For this association alone."""
    form = MailForm(request.POST if request.method == "POST" else None, **form_facts(request))
    form.offer(window_of(request.association), chosen=choice_of(request.user.pk, audience=Audience.TEAM))
    if not form.is_valid():
        return shown(request, "mails.html", {"form": form}, status=422 if form.is_bound else 200)
    actions.choose(request.user, audience=Audience.TEAM, choice=form.chosen)
    messages.success(request, _("C’est réglé, aussi pour les messages qui attendent."))
    return redirect("desk:account")
