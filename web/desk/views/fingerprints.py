"""A file that stayed with the person: is the one that they show the one whose fingerprint was noted?"""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules.roles import Right
from cases import access
from cases.models import Justificatif
from web.desk.forms.justificatifs import KeptProofForm
from web.desk.pages.case import justificatif_title
from web.desk.pages.head import case_head
from web.desk.pages.words import definition_of
from web.desk.views.doors import DeskRequest, form_facts, needs, opened_case, shown
from web.parts.fingerprints import groups


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.WORK_OWN)
def prove(request: DeskRequest, reference: str, pk: int) -> HttpResponse:
    """Asked of the browser, or of us where there is no script; nothing of the file is kept."""
    case = opened_case(request, reference)
    found = access.fingerprint_for(case, pk)
    form = proof_form(request, request.POST if request.method == "POST" else None)
    context = {
        "head": case_head(case, today=request.today),
        "title": _("Comparer avec le fichier"),
        "document": justificatif_title(definition_of(case), found.kind),
        **proof(found, form),
    }
    if not form.is_bound:
        return shown(request, "prove.html", context)
    if not form.is_valid():
        return shown(request, "prove.html", context, status=form.status)
    outcome = "yes" if form.proves(found.fingerprint) else "no"
    return shown(request, "prove.html", {**context, "outcome": outcome})


def proof_form(request: DeskRequest, data: QueryDict | None = None) -> KeptProofForm:
    """Its boxes have ids of their own: it stands beside another form, too."""
    files = request.FILES if data is not None else None
    return KeptProofForm(data, files=files, auto_id="proof_%s", **form_facts(request))


def proof(found: Justificatif, form: KeptProofForm) -> dict[str, Any]:
    """What components/proof.html shows."""
    return {
        "form": form,
        "day": found.received_on,
        "fingerprint": found.fingerprint,
        "groups": groups(found.fingerprint),
        "outcome": "",
    }
