"""Before and after every page of the desk: rights, the case, the record of its opening, one answer for each refusal."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views import View

from accounts.access import alert_count, factor_given_at, has_fresh_factor
from accounts.models import Association, Membership, User
from accounts.rules.audit import Why
from accounts.rules.roles import Right
from cases import access
from cases.access import Access
from cases.actions import AlreadyDone, BeforeLetter, StaleCase
from cases.models import Case
from cases.rules import lifecycle
from cases.rules.lifecycle import EventKind, Impossible, State
from vault.rules.refusals import Refused
from web.desk.forms.base import DeskForm
from web.desk.pages import menu
from web.desk.pages.head import case_head
from web.desk.pages.refusals import not_now
from web.desk.pages.words import capped
from web.desk.views.stepup import Form, confirm_first, drop_typed, filled_again, keep_typed
from web.parts import errors
from web.parts.refusals import before_letter

FROM_QUEUE = "maintenant"
Answer = Callable[..., HttpResponseBase]


class DeskRequest(HttpRequest):
    """A request after the scope's middleware let it into /desk/."""

    membership: Membership
    association: Association
    today: date
    user: User


class Stop(Exception):
    """Nothing is done: this answer instead."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__("Another answer than the page.")
        self.response = response


def needs(*rights: Right, fresh: bool = False, keeps: bool = False) -> Callable[[Answer], Answer]:
    """403 for a role without all of these rights; 409 for a form that was rendered for another association.

    `fresh`: the second factor must have been given within the last five minutes; else it is asked for first.
    Not for a door that takes a POST alone: the way back leads to its own form.
    `keeps`: what was typed waits for the factor; the view fills its form with `typed_again`.
    """

    def guard(view: Answer) -> Answer:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            desk = cast(DeskRequest, request)
            if not all(desk.membership.may(right) for right in rights):
                raise PermissionDenied
            now = timezone.now()
            drop_typed(request, at=now)
            if fresh and not has_fresh_factor(request, at=now):
                return _wait_for_factor(desk, keeps=keeps, at=now)
            if request.method == "POST" and request.POST.get("association") != str(desk.association.pk):
                return errors.conflict(request, back_url=reverse("desk:now"))
            try:
                return view(request, *args, **kwargs)
            except Stop as stop:
                return stop.response

        return guarded

    return guard


def _wait_for_factor(request: DeskRequest, *, keeps: bool, at: datetime) -> HttpResponse:
    mine = request.POST.get("association") == str(request.association.pk)
    kept = keeps and mine and keep_typed(request, association_id=request.association.pk, at=at)
    return confirm_first(request, kept=kept)


def shown(
    request: DeskRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    counts: dict[str, str] | None = None,
) -> HttpResponse:
    """A page of the desk with its menu. `counts`: for the menu, by view name, already capped.

    For whoever watches over the association one query more, the alerts that nobody has looked at; for whoever decides
    about lists another one, those that wait.
    """
    lists = access.lists_waiting(request.membership, at=timezone.now())
    waiting = {"desk:security": alert_count(request.membership), "desk:exports": lists}
    counted = {**(counts or {}), **{name: capped(number) for name, number in waiting.items() if number}}
    whole = {**context, "today": request.today, "nav": menu.desk_menu(request, request.membership, counts=counted)}
    return render(request, f"desk/{template}", whole, status=status)


def opened_case(request: DeskRequest, reference: str, *, to: Access = Access.CONSULT, why: Why = Why.SEARCH) -> Case:
    """The case, its opening recorded for the person to see. `why`: of this page, when the case is nobody's.

    404 for what this membership may not see. Raises Stop towards the page that asks why, for somebody else's case.
    """
    reach = Access.CONSULT_ARCHIVED if to is Access.CONSULT else to
    case, at = access.case_for(request.membership, reference, to=reach), timezone.now()
    if access.needs_reason(case, reader=request.user) and not access.said_why(case, reader=request.user, at=at):
        raise Stop(_ask_why(request, case))
    if not access.may_read_on(case, reader=request.user, factor_at=factor_given_at(request), at=at):
        raise Stop(_ask_factor(request))
    access.consult(case, reader=request.user, why=why_of(request, case, page=why), at=at)
    return case


def reread_case(request: DeskRequest, reference: str, *, to: Access = Access.WORK) -> Case:
    """The case of a page that was just opened, for what that page asks for by itself: this records nothing.

    404 for what this membership may not see; Stop, as ever, for somebody else's case without a reason.
    """
    case = access.case_for(request.membership, reference, to=to)
    if access.needs_reason(case, reader=request.user):
        at = timezone.now()
        if not access.said_why(case, reader=request.user, at=at):
            raise Stop(_ask_why(request, case))
    return case


def why_of(request: DeskRequest, case: Case, *, page: Why = Why.SEARCH) -> Why:
    """The reason of this reading, from the route."""
    if case.assigned_to_id == request.user.pk:
        return Why.ASSIGNED
    if access.needs_reason(case, reader=request.user):
        return Why.REASON
    return Why.QUEUE if request.GET.get("de") == FROM_QUEUE else page


def _ask_why(request: DeskRequest, case: Case) -> HttpResponseBase:
    if request.method == "POST":
        messages.warning(request, _("Rien n’a été enregistré : dites d’abord pourquoi vous ouvrez ce dossier."))
    onwards = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('desk:reason', args=[case.reference])}?{onwards}")


def _ask_factor(request: DeskRequest) -> HttpResponseBase:
    """Many files were opened within the hour: whoever sits here proves again who they are."""
    return confirm_first(request)


def may_list(request: DeskRequest) -> None:
    """Before a search, or a page of a list beyond its first. After many names: Stop, towards the second factor."""
    if access.may_list_on(request.membership, factor_at=factor_given_at(request), at=timezone.now()):
        return
    raise Stop(confirm_first(request))


def typed_again(request: DeskRequest, form: Form) -> Form:
    """A form of a door that keeps what was typed before the factor (`needs(…, keeps=True)`)."""
    return filled_again(request, form, association_id=request.association.pk)


def case_url(case: Case) -> str:
    return reverse("desk:case", args=[case.reference])


class CaseAction(View):
    """A form about one case: shown on GET, done once on POST, then back to the case.

    422 with everything typed when an answer is wrong; 409 when the case changed meanwhile (the form comes back with
    what was typed) or does not admit the step; a second submit of the same form answers like the first.
    """

    right: ClassVar[Right] = Right.WORK_OWN
    event: ClassVar[EventKind]
    form_class: ClassVar[type[DeskForm]]
    template: ClassVar[str] = "action.html"
    title: ClassVar[str | Promise]
    button: ClassVar[str | Promise]
    intro: ClassVar[str | Promise] = ""
    takes_file: ClassVar[bool] = False
    request: DeskRequest
    case: Case

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return needs(self.right)(self._dispatch)(request, *args, **kwargs)

    def _dispatch(self, request: HttpRequest, reference: str, **kwargs: Any) -> HttpResponseBase:
        self.case = opened_case(self.request, reference, to=Access.WORK)
        self.prepare()
        return super().dispatch(request, reference, **kwargs)

    # What an action says about itself

    def prepare(self) -> None:
        """Fetch what the address names. Raises Http404, Stop."""

    def asks(self) -> dict[str, Any]:
        """More arguments of the form."""
        return {}

    def initial(self) -> dict[str, Any]:
        return {}

    def more(self, _form: DeskForm) -> dict[str, Any]:
        """More context of the page."""
        return {}

    def act(self, form: Any) -> str | HttpResponseBase:
        """Do it; the sentence that says so, or another answer than the case's page."""
        raise NotImplementedError

    # The way of a form

    def get(self, request: HttpRequest, _reference: str, **_kwargs: Any) -> HttpResponseBase:
        state = State(self.case.state)
        if not lifecycle.may(state, self.event):
            return errors.conflict(request, back_url=case_url(self.case), sentence=not_now(state, self.event))
        return self.page(self.form())

    def post(self, request: HttpRequest, _reference: str, **_kwargs: Any) -> HttpResponseBase:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            return self._done(self.act(form))
        except AlreadyDone:
            return redirect(case_url(self.case))
        except StaleCase as stale:
            return self._changed(stale.case)
        except Impossible:
            return errors.conflict(request, back_url=case_url(self.case))
        except BeforeLetter as early:
            form.add_error("made_on" if "made_on" in form.fields else "done_on", before_letter(early))
            return self.page(form, status=422)
        except Refused as refused:
            form.add_error("file", refused.say(getattr(self.request, "LANGUAGE_CODE", "fr")))
            return self.page(form, status=refused.status)

    def form(self, data: QueryDict | None = None) -> DeskForm:
        initial = {"version": self.case.version} | self.initial()
        files: dict[str, Any] = {"files": self.request.FILES} if self.takes_file and data is not None else {}
        return self.form_class(
            data,
            **form_facts(self.request),
            initial=initial,
            **files,
            **self.asks(),
        )

    def _done(self, outcome: str | HttpResponseBase) -> HttpResponseBase:
        if isinstance(outcome, HttpResponseBase):
            return outcome
        if outcome:
            messages.success(self.request, outcome)
        return redirect(case_url(self.case))

    def _changed(self, fresh: Case) -> HttpResponse:
        """The form again, as typed, upon the case as it is now: the reader decides whether it still holds."""
        typed = self.request.POST.copy()
        typed["version"] = str(fresh.version)
        form = self.form(typed)
        form.is_valid()
        alert = _(
            "Un collègue a modifié ce dossier pendant que vous écriviez. Rien n’a été enregistré. "
            "Relisez ce qui a changé dans le dossier, puis envoyez de nouveau si cela tient toujours."
        )
        return self.page(form, status=409, alert=alert)

    def page(self, form: DeskForm, *, status: int = 200, alert: str = "") -> HttpResponse:
        context = {
            "head": case_head(self.case, today=self.request.today),
            "form": form,
            "title": self.title,
            "button": self.button,
            "intro": self.intro,
            "alert": alert,
            "takes_file": self.takes_file,
            **self.more(form),
        }
        return shown(self.request, self.template, context, status=status)


def form_facts(request: DeskRequest) -> dict[str, Any]:
    """What every form of the desk is made with."""
    return {"association_id": request.association.pk, "today": request.today}


def stamp(request: DeskRequest) -> dict[str, Any]:
    """Who and when, as every action wants to know."""
    return {"today": request.today, "at": timezone.now(), "by": request.user}
