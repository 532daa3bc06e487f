"""A second factor once more, before what protects others: where to give it, and the way back."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import access


def confirm_first(request: HttpRequest) -> HttpResponse:
    """Nothing is done before it, and a POST is not done after it either: the form comes back, to be sent again."""
    if request.method == "POST":
        messages.warning(
            request,
            _(
                "Rien n’a été fait : votre dernière confirmation date de plus de cinq minutes. "
                "Confirmez, puis recommencez."
            ),
        )
    name = "mfa_reauthenticate" if access.has_factor(request.user) else "account_reauthenticate"
    return redirect_to_login(request.get_full_path(), reverse(name))
