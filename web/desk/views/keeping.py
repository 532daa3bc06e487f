"""How long cases are kept, what lies in the restricted archive, and the way out of it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

import accounts.actions
from accounts.rules.roles import Right
from cases import access, actions
from web.desk.forms.base import DeskForm
from web.desk.forms.keeping import KeepingForm, chosen_now
from web.desk.pages import keeping as page
from web.desk.pages.head import case_head
from web.desk.views.doors import DeskRequest, case_url, form_facts, needs, opened_case, shown, stamp, typed_again
from web.parts import errors

_GET_AND_POST = ["GET", "HEAD", "POST"]


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE, fresh=True, keeps=True)
def keeping(request: DeskRequest) -> HttpResponseBase:
    """Shorter terms let go of files for good: the second factor is asked for, and what it costs at once is told."""
    initial = chosen_now(request.association)
    posted = request.POST if request.method == "POST" else None
    form = typed_again(request, KeepingForm(posted, initial=initial, **form_facts(request)))
    if not form.is_valid():
        return shown(request, "keeping.html", {"form": form}, status=422 if form.is_bound else 200)
    cost = access.brought_forward(request.membership, form.terms, today=request.today)
    read = f"{form.terms.active}+{form.terms.archive}: {cost.archived}+{cost.told}"
    if (cost.archived or cost.told) and form.cleaned_data["counted"] != read:
        typed = request.POST.copy()
        typed["counted"] = read
        return shown(request, "keeping.html", {"form": KeepingForm(typed, **form_facts(request)), "cost": cost})
    moment = stamp(request)
    chosen = {"active": form.terms.active, "archive": form.terms.archive}
    accounts.actions.set_terms(request.association, **chosen, by=moment["by"], at=moment["at"])
    messages.success(request, _("C’est réglé, pour tous les dossiers."))
    return redirect("desk:archives")


@require_safe
@needs(Right.MANAGE)
def archives(request: DeskRequest) -> HttpResponse:
    rows = access.archived_cases(request.membership)
    terms = access.terms_of(request.association)
    context = {
        "rows": page.archived(rows, terms=terms, today=request.today),
        "unanswered": page.archived(access.left_unanswered(request.membership), terms=terms, today=request.today),
        "by_hand": page.archived(access.to_tell_by_hand(rows), terms=terms, today=request.today),
        "gone": page.gone(access.purge_log(request.membership)),
        "terms": page.terms_in_words(request.association),
    }
    return shown(request, "archives.html", context)


@require_http_methods(_GET_AND_POST)
@needs(Right.MANAGE)
def case_return(request: DeskRequest, reference: str) -> HttpResponseBase:
    """The reason was typed to open it; a second click answers like the first."""
    case = opened_case(request, reference)
    if case.archived_on is None:
        told = _("Ce dossier n’est pas en archive : l’équipe y travaille.")
        return errors.conflict(request, back_url=case_url(case), sentence=told)
    if request.method == "POST":
        actions.keep_longer(case, **stamp(request))
        messages.success(request, _("Le dossier est sorti de l’archive : l’équipe le voit de nouveau."))
        return redirect(case_url(case))
    context = {
        "head": case_head(case, today=request.today),
        "form": DeskForm(**form_facts(request)),
        "title": _("Sortir le dossier de l’archive"),
        "button": _("Sortir de l’archive"),
        "intro": _("L’équipe le verra de nouveau dans ses listes. Le délai de conservation repart d’aujourd’hui."),
    }
    return shown(request, "action.html", context)
