"""What a member is told before everything goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from cases.models import Case
from cases.rules.lifecycle import State
from procedures import registry
from web.portal.pages.timeline import language


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A case of which a copy can be taken first."""

    reference: str
    procedure: str
    url: str
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePage:
    """`nothing_goes`: a pending complaint stands on all of them."""

    cases: list[Copied]
    has_held: bool
    nothing_goes: bool


def erase_page(household: Sequence[Case], held: Sequence[Case]) -> ErasePage:
    kept = {case.pk for case in held}
    standing = [case for case in household if case.state != State.ERASED]
    return ErasePage(
        cases=[_copied(case, is_held=case.pk in kept) for case in standing],
        has_held=bool(kept),
        nothing_goes=bool(standing) and all(case.pk in kept for case in standing),
    )


def _copied(case: Case, *, is_held: bool) -> Copied:
    definition = registry.version(case.procedure, case.procedure_version)
    return Copied(
        reference=case.reference,
        procedure=definition.short.say(language()),
        url=reverse("portal:copy", args=[case.reference]),
        is_held=is_held,
    )
