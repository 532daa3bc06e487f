"""The procedures, for whoever coordinates: what is to be read again, and what is uncertain."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.rules.roles import Right
from procedures import registry
from web.desk.pages import procedures as page
from web.desk.views.doors import DeskRequest, needs, shown


@require_safe
@needs(Right.MANAGE)
def procedures(request: DeskRequest) -> HttpResponse:
    """No query of its own: definitions are files."""
    all_of_them = registry.all_current()
    context = {
        "lines": page.lines(all_of_them, today=request.today),
        "to_read_again": page.to_read_again(all_of_them, today=request.today),
    }
    return shown(request, "procedures.html", context)
