"""A second factor once more, before what protects others: where to give it, and the way back."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import access
from vault.rules.detector import seen_in

# In the session, which is sealed: what was typed in a form that has to wait for the factor.
_TYPED = "typed_before_factor"
KEPT_FOR = timedelta(minutes=10)
_MOST_SIGNS = 20_000
Form = TypeVar("Form", bound=forms.Form)
_OF_THE_FORM = {"csrfmiddlewaretoken", "association", "token"}


def confirm_first(request: HttpRequest, *, kept: bool = False) -> HttpResponse:
    """Nothing is done before it, and a POST is not done after it either: the form comes back, to be sent again.

    `kept`: what was typed comes back with it.
    """
    if request.method == "POST":
        messages.warning(request, _kept() if kept else _lost())
    name = "mfa_reauthenticate" if access.has_factor(request.user) else "account_reauthenticate"
    return redirect_to_login(request.get_full_path(), reverse(name))


def _lost() -> str:
    return _(
        "Rien n’a été fait : votre dernière confirmation date de plus de cinq minutes. Confirmez, puis recommencez."
    )


def _kept() -> str:
    return _(
        "Rien n’a été fait : votre dernière confirmation date de plus de cinq minutes. "
        "Confirmez : ce que vous avez tapé revient, à relire et à envoyer."
    )


def keep_typed(request: HttpRequest, *, association_id: int, at: datetime) -> bool:
    """For ten minutes, for this page of this association. Not for forms with a password.

    False when it is too much, or holds a number that is written nowhere, not even in a session.
    """
    typed = {name: values for name, values in request.POST.lists() if name not in _OF_THE_FORM}
    texts = [text for values in typed.values() for text in values]
    if sum(map(len, texts)) > _MOST_SIGNS or any(map(seen_in, texts)):
        return False
    request.session[_TYPED] = {
        "path": request.path,
        "association": association_id,
        "until": (at + KEPT_FOR).timestamp(),
        "typed": typed,
    }
    return True


def drop_typed(request: HttpRequest, *, at: datetime) -> None:
    """What nobody came back for in time."""
    kept = request.session.get(_TYPED)
    if kept and kept["until"] <= at.timestamp():
        del request.session[_TYPED]


def filled_again(request: HttpRequest, form: Form, *, association_id: int) -> Form:
    """An empty form with what was typed before the factor, once; it is still to be read and sent."""
    kept: dict[str, Any] | None = request.session.get(_TYPED)
    if request.method != "GET" or not kept or kept["path"] != request.path:
        return form
    del request.session[_TYPED]
    if kept["association"] != association_id:
        return form
    typed = QueryDict(mutable=True)
    for name, values in kept["typed"].items():
        typed.setlist(name, values)
    for name, field in form.fields.items():
        if not field.widget.is_hidden:
            form.initial[name] = field.widget.value_from_datadict(typed, {}, form.add_prefix(name))
    return form
