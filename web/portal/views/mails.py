"""My messages: at once, once a day, or none."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from notifications import actions
from notifications.access import choice_of, window_of
from notifications.rules.kinds import Audience
from web.portal.forms import MailForm
from web.portal.views.doors import MemberRequest, member_page


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def mails(request: MemberRequest) -> HttpResponse:
    """For the association whose space is open."""
    form = MailForm(request.POST if request.method == "POST" else None)
    form.offer(window_of(request.association), chosen=choice_of(request.user.pk, audience=Audience.MEMBER))
    if not form.is_valid():
        return render(request, "portal/mails.html", {"form": form}, status=422 if form.is_bound else 200)
    actions.choose(request.user, audience=Audience.MEMBER, choice=form.chosen)
    messages.success(request, gettext("C’est noté, aussi pour les messages qui attendent."))
    return redirect("portal:home")
