"""The demo's data, deterministic for a seed and a day, written with bulk statements; marked as demo."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pikepdf
from django.db import transaction

import observatory.access
import observatory.actions
from accounts import actions as accounts
from accounts import scope
from accounts.access import memberships_of, user_by_email
from accounts.models import Association, User
from cases import actions as cases
from cases.models import Case, StopWhen
from vault.redaction.pipeline import Rebuilt
from web.demo import stories
from web.demo.people import VOLUNTEERS, DemoVolunteer, give_factors, in_association

NAMES = ("Les Tilleuls, entraide (démo)", "Collectif des Glycines (démo)", "Réseau des Saules (démo)")
ENOUGH_FOR_FIGURES = 100
PAST_CASES = 140
# The team is not new: two of them may decide together (accounts.rules.roles.SETTLES).
AT_WORK_FOR = timedelta(days=365)
CARDS = ("DEMO-CARD-2026", "DEMO-CARD-2027")
# As it comes from the printer: its first use asks for a code of one's own, and it opens nothing afterwards.
NEW_CARD = "DEMO-CARD-2028"


class AlreadySeeded(ValueError):
    """The database holds associations already."""


@dataclass(frozen=True, slots=True)
class Seeded:
    associations: int
    cases: int


def seed(*, cases_wanted: int, associations: int, number: int, today: date) -> Seeded:
    """Fill an empty platform. Raises AlreadySeeded."""
    if Association.objects.exists():
        raise AlreadySeeded("The platform holds associations already: nothing was written.")
    at = datetime.combine(today, time(9), tzinfo=ZoneInfo("Europe/Paris"))
    total = 0
    with transaction.atomic():
        for place in range(associations):
            share = cases_wanted if place == 0 else max(12, cases_wanted // 10)
            total += _association(place, share, dice=Random(number + place), today=today, at=at)  # noqa: S311  a demo, not a secret
    cases.sweep(today=today, at=at)
    observatory.actions.freeze(today=today)
    if associations > 1 and cases_wanted >= ENOUGH_FOR_FIGURES:
        _publish(today=today, at=at)
    return Seeded(associations=associations, cases=total)


def _publish(*, today: date, at: datetime) -> None:
    """The second association's figures of last year are out; the first one's wait to be measured."""
    measuring, reviewing = (user_by_email(f"{key}2@demo.invalid") for key in ("coordination", "donnees"))
    if measuring is None or reviewing is None:
        raise LookupError("The second association has no demo team.")
    [membership] = memberships_of(measuring)
    with scope.enter(membership.association_id):
        offers = observatory.access.offers_for(membership, today=today)
        chosen = next(
            (one for one in offers if one.table == "S1" and one.ready and one.campaign.startswith("Clôtures")), None
        )
        if chosen is None:
            return
        plan = observatory.access.plan_for_measure(membership, chosen.plan_id)
        release = observatory.actions.measure(plan, table=chosen.table, period=str(today.year - 1), by=measuring, at=at)
        observatory.actions.review(release, by=reviewing, at=at)
        observatory.actions.publish(release, by=reviewing, at=at)


def _association(place: int, wanted: int, *, dice: Random, today: date, at: datetime) -> int:
    name = NAMES[place] if place < len(NAMES) else f"Association {place + 1} (démo)"
    association = accounts.create_association(
        name,
        slug=f"demo-{place + 1}",
        is_demo=True,
        contact_phone="01 99 00 12 34",
        contact_email="contact@demo.invalid",
    )
    with scope.enter(association.pk):
        team = [_volunteer(one, association, place, at=at) for one in VOLUNTEERS]
        hands = [team[1], team[0], team[2], None]
        cast = stories.Cast(today=today, dice=dice, hands=hands)
        written = _campaigns(association, wanted, cast, by=team[3], at=at)
        _justificatifs(written, team[1], today=today, at=at)
        _reminders(written, team[1], today=today, at=at)
        return len(written)


def _volunteer(one: DemoVolunteer, association: Association, place: int, *, at: datetime) -> User:
    who = in_association(one, place)
    user = accounts.create_user(email=who.email, name=who.name, password=who.password)
    give_factors(who, user)
    accounts.join(association.pk, user=user, roles=who.roles, at=at - AT_WORK_FOR)
    return user


def _campaigns(association: Association, wanted: int, cast: stories.Cast, *, by: User, at: datetime) -> list[Case]:
    year = cast.today.year
    procedures = [stories.CHILD, stories.OPPOSITION, stories.CLOSURE]
    running = cases.create_campaign(
        association.pk,
        title=f"Opposition et clôture {year}",
        slug=f"campagne-{year}",
        procedures=procedures,
        opens_on=date(year, 1, 1),
        declared_size=120,
    )
    over = cases.create_campaign(
        association.pk,
        title=f"Clôtures {year - 1}",
        slug=f"clotures-{year - 1}",
        procedures=[stories.CLOSURE],
        opens_on=date(year - 1, 1, 1),
        closes_on=date(year - 1, 12, 31),
        declared_size=200,
    )
    past = wanted * 3 // 5
    below = cast.dice.randrange
    told = list(stories.last_year(cast, max(past, PAST_CASES) if association.slug == "demo-2" else past))
    finished = cases.create_cases(over, told, by=by, today=cast.today, below=below)
    current = cases.create_cases(
        running, list(stories.this_year(cast, wanted - past)), by=by, today=cast.today, below=below
    )
    if association.slug == "demo-1":
        _cards(current, by=by, today=cast.today, at=at)
    _erase_one(finished, today=cast.today, at=at, by=by)
    return current


def _cards(current: list[Case], *, by: User, today: date, at: datetime) -> None:
    """Some people without a mailbox enter with the code of a printed card."""
    without = [case for case in current if not case.member.email and case.state != "closed"]
    for case, code in zip(without, [*CARDS, NEW_CARD], strict=False):
        cases.renew_card(case, today=today, at=at, by=by)
        case.member.refresh_from_db()
        if case.member.user:
            accounts.set_card_code(case.member.user, code=code, is_new=code == NEW_CARD, at=at)


def _erase_one(finished: list[Case], *, today: date, at: datetime, by: User) -> None:
    if finished:
        cases.erase_case(finished[-1], today=today, at=at, by=by)


def _justificatifs(written: list[Case], by: User, *, today: date, at: datetime) -> None:
    """A made PDF for some cases that wait for one: received, some accepted, some to be sent again."""
    waiting = [case for case in written if case.state == "awaiting"]
    for place, case in enumerate(waiting[:30]):
        received = cases.keep_justificatif(
            case,
            made_document(case.reference, on=today - timedelta(days=place % 3)),
            kind="cloture" if case.procedure == stories.CLOSURE else "opposition",
            token=UUID(int=place + 1 + (case.association_id << 32)),
            today=today - timedelta(days=place % 3),
            at=at,
            by=by,
        )
        if place % 3:
            cases.check_justificatif(
                received,
                accepted=place % 3 == 1,
                refusal="" if place % 3 == 1 else "unreadable",
                today=today,
                at=at,
                by=by,
            )


def _reminders(written: list[Case], by: User, *, today: date, at: datetime) -> None:
    """One's own and one of the team for today; a case that waits for somebody to come home."""
    theirs = [case for case in written if case.state == "to_act" and case.assigned_to_id == by.pk]
    if len(theirs) < 3:
        return
    own, shared, aside = theirs[:3]
    cases.set_reminder(own, until=today, reason="Rappeler avant midi (démo).", for_user=by, at=at, by=by)
    cases.set_reminder(shared, until=today, reason="Demander des nouvelles (démo).", for_user=None, at=at, by=by)
    cases.hold(
        aside,
        until=today + timedelta(days=9),
        reason="En voyage jusqu’à la semaine prochaine (démo).",
        stop_when=StopWhen.ATTEMPT,
        today=today,
        at=at,
        by=by,
    )


def made_document(reference: str, *, on: date) -> Rebuilt:
    """What the engine would have made of it, made here at once: it holds nobody's number to look for."""
    lines = (
        "Document de demonstration",
        "Assurance Maladie : justificatif concernant Mon espace sante",
        f"Dossier {reference}, fait le {on:%d/%m/%Y}",
        "Nous confirmons avoir pris en compte votre demande.",
    )
    words = tuple(word for line in lines for word in line.split())
    return Rebuilt(pdf=made_pdf(lines), pixels=reference.encode(), words=words)


def made_pdf(lines: Sequence[str]) -> bytes:
    """A one-page PDF that says what it is; the same bytes for the same lines."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    shown = " ".join(f"({line}) Tj 0 -24 Td" for line in lines)
    page.Contents = pdf.make_stream(f"BT /F1 14 Tf 60 760 Td {shown} ET".encode("ascii"))
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()
