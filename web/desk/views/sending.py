"""The association's choice: when do its mails leave?"""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.models import Association
from accounts.rules.roles import Right
from web.desk.forms.sending import SendWindowForm, chosen_now
from web.desk.views.doors import DeskRequest, form_facts, needs, shown


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.MANAGE)
def send_window(request: DeskRequest) -> HttpResponseBase:
    """No fresh factor: the hours open nothing to anybody, and alerts leave at any."""
    association: Association = request.association
    initial = chosen_now(association)
    posted = request.POST if request.method == "POST" else None
    form = SendWindowForm(posted, initial=initial, **form_facts(request))
    if not form.is_valid():
        return shown(request, "send_window.html", {"form": form}, status=422 if form.is_bound else 200)
    chosen = {name: form.cleaned_data[name] for name in initial}
    actions.set_send_window(association, **chosen, by=request.user, at=timezone.now())
    messages.success(request, _("C’est réglé, aussi pour les courriels qui attendent."))
    return redirect("desk:security")
