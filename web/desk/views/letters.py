"""The letter that reminds an addressee, ready to be printed and signed."""

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.rules.roles import Right
from cases import access
from web.desk.pages import letters as page
from web.desk.pages.head import case_head
from web.desk.views.doors import DeskRequest, case_url, needs, opened_case, shown
from web.parts import errors


@require_safe
@needs(Right.WORK_OWN)
def reminder(request: DeskRequest, reference: str, pk: int) -> HttpResponseBase:
    """Of an addressee's deadline that passed; 409 for another."""
    found = opened_case(request, reference)
    letter = page.reminder(found, access.deadline_for(found, pk), today=request.today)
    if letter is None:
        told = _("Aucune relance n’est à écrire : cette date n’est pas passée, ou elle ne lie pas l’organisme.")
        return errors.conflict(request, back_url=case_url(found), sentence=told)
    answer: HttpResponse = shown(
        request,
        "letter.html",
        {"head": case_head(found, today=request.today), "letter": letter, "sender": page.sender(found)},
    )
    return answer
