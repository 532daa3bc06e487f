"""A platform to be looked at: every state of a case once, a full desk, an empty one, and the longest words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.test import Client
from django.utils import timezone

import cases.actions
import observatory.actions
from accounts import actions as accounts
from accounts import scope
from accounts.access import SESSION_SIGN_IN, associations_at_work, factors_of, secrets_of, user_by_email
from accounts.models import Association, Membership, PasskeyKind, SignInEnd, SignInWay, User
from accounts.rules.roles import Role
from cases.actions import AttemptPlan, CasePlan, NewBeneficiary, NewFact, NewMember
from cases.models import AttemptResult, BeneficiaryKind, Campaign, Case, ConsentKind, Deadline, StopWhen
from observatory.models import Release, StatPlan
from tests import factories
from tests.deposits import kept_pages
from tests.people import signed_in, signed_in_by_code
from tests.stage_deposits import set_deposits
from tests.stage_inbound import set_inbound
from tests.stage_kept import set_kept
from tests.stage_lists import set_lists, stays_fresh
from tests.stage_watch import set_watch, unsent_of
from tests.web.desk.passkeys import give_passkey
from web.demo import seed, stories
from web.demo.people import VOLUNTEERS
from web.portal.views.doors import OWN_CARD

LONG_HOUSE = "Fédération interdépartementale des usagères et usagers du système de santé et du médico-social"
LONG_TITLE = "Campagne d’accompagnement aux oppositions et aux clôtures avec suppression, premier semestre"
LONG_FIRST = "Anne-Constance-Frédérique-Wilhelmine"
LONG_LAST = "Vandenbroeckhoven-Lacassagne-Desrousseaux"
LONG_MAIL = "anne-constance-frederique-wilhelmine.vandenbroeckhoven@association-exemple.invalid"
LONG_NOTE = (
    "La personne rappelle que le courrier est arrivé chez sa voisine, qu’il a été ouvert par erreur, puis rendu. "
    "Elle préfère être jointe le soir, après 18 h 30, et demande que rien ne soit laissé sur le répondeur. "
    "Adresse dictée : https://exemple.invalid/une/adresse/tres/longue/qui/ne/se/coupe/nulle/part/et/continue/encore "
) * 3
EVERYTHING = tuple(Role)
Story = Callable[[stories.Cast], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Stage:
    """`cookies`: the session of each person; `parts`: what addresses are built from, by a name of ours."""

    cookies: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str | int] = field(default_factory=dict)

    def let_in(self, person: str, browser: Client) -> None:
        self.cookies[person] = browser.cookies[settings.SESSION_COOKIE_NAME].value


def _not_asked(cast: stories.Cast) -> dict[str, object]:
    call = AttemptPlan(channel="phone", made_on=cast.ago(2), result=AttemptResult.CONFIRMED, justificatif_asked=False)
    return {"procedure": stories.OPPOSITION, "opened_on": cast.ago(8), "facts": _letter(cast, 20), "attempts": (call,)}


def _box_forgotten(cast: stories.Cast) -> dict[str, object]:
    call = AttemptPlan(
        channel="phone",
        made_on=cast.ago(2),
        result=AttemptResult.CONFIRMED,
        justificatif_asked=True,
        deletion_requested="no",
    )
    return {"procedure": stories.CLOSURE, "opened_on": cast.ago(8), "attempts": (call,)}


def _letter(cast: stories.Cast, days: int) -> tuple[NewFact, ...]:
    return (NewFact(kind="sent", earliest=cast.ago(days), known_by="postmark"),)


def _ended(outcome: str) -> Story:
    return lambda cast: stories.closed(cast, stories.OPPOSITION, outcome)


STORIES: dict[str, Story] = {
    **{story.__name__: story for story in stories.OPEN_STORIES},
    "not_asked": _not_asked,
    "box_forgotten": _box_forgotten,
    **dict.fromkeys(("to_check", "accepted", "redo", "kept_at_home"), stories.waiting),
    "converted": stories.letter_missed,
    "without_address": stories.waiting,
    "depositing": stories.waiting,
    **{outcome: _ended(outcome) for outcome in ("opposed_proven", "opposed", "refused", "unanswered", "abandoned")},
}


def set_up(*, today: date, at: datetime) -> Stage:
    """Needs an empty database; commits."""
    stage = Stage()
    seed.seed(cases_wanted=60, associations=3, number=1, today=today)
    first, second, third = (Association.objects.get(pk=pk) for pk in sorted(associations_at_work()))
    _let_demo_in(stage, first, second, third)
    with scope.enter(first.pk):
        _cases(stage, first, today=today, at=at)
    _releases(stage, first, second, third, today=today, at=at)
    _team(stage, first, at=at)
    _hand_out(stage, first, at=at)
    with scope.enter(first.pk):
        watched = Case.objects.with_people().get(reference=stage.parts["letter_soon"])
    stage.parts.update(set_watch(first, watched=watched, by=_by, at=at))
    _empty_house(stage, at=at)
    _long_house(stage, today=today, at=at)
    cases.actions.sweep(today=today, at=at)
    _missed(stage, first)
    return stage


def _let_demo_in(stage: Stage, first: Association, second: Association, third: Association) -> None:
    for one in VOLUNTEERS:
        stage.let_in(one.key, signed_in(_user(one.email), association=first))
    stage.let_in("donnees2", signed_in(_user("donnees2@demo.invalid"), association=second))
    stage.let_in("donnees3", signed_in(_user("donnees3@demo.invalid"), association=third))
    stage.let_in("family", signed_in_by_code(_user(stories.FAMILY_EMAIL), association=first))
    _sessions(stage, first)


def _sessions(stage: Stage, association: Association) -> None:
    """The family and a volunteer were elsewhere too; and the family has just entered with a card of the desk's."""
    now, family, by = timezone.now(), _user(stories.FAMILY_EMAIL), _by("benevole")
    for user, way in ((family, SignInWay.CODE), (by, SignInWay.PASSWORD)):
        factories.make_sign_in(user, at=now, way=way, device="Samsung Internet, Android")
        ended = factories.make_sign_in(user, at=now - timedelta(days=3), way=way, device="Safari, iPhone")
        accounts.end_session(ended.pk, end=SignInEnd.LEFT, at=now - timedelta(days=3))
        factories.make_sign_in(user, at=now - timedelta(days=5), way=way, device="")
    paused, browser = (signed_in_by_code(family, association=association) for _ in range(2))
    accounts.end_session(UUID(paused.session[SESSION_SIGN_IN]), end=SignInEnd.IDLE, at=now)
    stage.let_in("after a pause", paused)
    session = browser.session
    session[OWN_CARD] = {"code": "7K4M-2PQX-9BCD", "replacing": "", "next": "/espace/"}
    session.save()
    stage.let_in("with a printed card", browser)


def _user(email: str) -> User:
    user = user_by_email(email)
    assert user
    return user


def _by(key: str) -> User:
    return _user(f"{key}@demo.invalid")


def _cases(stage: Stage, association: Association, *, today: date, at: datetime) -> None:
    """One case a story; its member enters as `member:<story>`."""
    campaign = Campaign.objects.get(slug=f"campagne-{today.year}")
    cast = stories.Cast(today=today, dice=Random(7), hands=[])
    written = cases.actions.create_cases(
        campaign, [_plan(name, story(cast)) for name, story in STORIES.items()], by=_by("benevole"), today=today
    )
    for name, case in zip(STORIES, written, strict=True):
        stage.parts[name] = case.reference
        if case.member.user:
            stage.let_in(f"member:{name}", signed_in_by_code(case.member.user, association=association))
    by_name = dict(zip(STORIES, written, strict=True))
    for place, name in enumerate(("to_check", "accepted", "redo")):
        _document(stage, by_name[name], name, place=place, today=today, at=at)
    following = cases.actions.convert_case(
        by_name["converted"], procedure=stories.CLOSURE, today=today, at=at, by=_by("benevole")
    )
    stage.parts["following"] = following.reference
    stage.parts.update(set_kept(by_name["kept_at_home"], by=_by("benevole"), today=today, at=at))
    stage.parts.update(set_deposits(by_name["depositing"], volunteer=_by("benevole"), at=at))
    _reminders(stage, by_name, today=today, at=at)
    stage.parts.update(set_inbound(by_name["waiting"], off=by_name["accepted"], by=_by("benevole"), at=at))
    stage.parts["letter_soon.unsent"] = unsent_of(by_name["letter_soon"], at=at)


def _plan(name: str, story: dict[str, object]) -> CasePlan:
    address = "" if name == "without_address" else f"{name.replace('_', '-')}@exemple.invalid"
    return CasePlan(
        household=f"stage-{name}",
        member=NewMember(first_name="Odile", last_name="Démo", email=address, phone="01 99 00 55 66"),
        beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
        assigned_to=_by("benevole"),
        **story,  # type: ignore[arg-type]  # the stories' keywords are the plan's
    )


def _reminders(stage: Stage, by_name: dict[str, Case], *, today: date, at: datetime) -> None:
    """Two whose day has come, one for the team; and a case that is set aside."""
    by = _by("benevole")
    mine = cases.actions.set_reminder(
        by_name["letter_soon"], until=today, reason="Rappeler avant midi.", for_user=by, at=at, by=by
    )
    cases.actions.set_reminder(by_name["failed"], until=today, reason=LONG_NOTE[:300], for_user=None, at=at, by=by)
    cases.actions.hold(
        by_name["not_asked"],
        until=today + timedelta(days=9),
        reason="Elle attend le retour de sa fille.",
        stop_when=StopWhen.ATTEMPT,
        today=today,
        at=at,
        by=by,
    )
    stage.parts["letter_soon.reminder"] = mine.pk


def _document(stage: Stage, case: Case, name: str, *, place: int, today: date, at: datetime) -> None:
    by = _by("benevole")
    received = cases.actions.keep_justificatif(
        case, kept_pages(), kind="opposition", token=UUID(int=10**9 + place), today=today, at=at, by=by
    )
    stage.parts[f"{name}.document"] = received.pk
    if name != "to_check":
        refusal = "" if name == "accepted" else "unreadable"
        cases.actions.check_justificatif(received, accepted=not refusal, refusal=refusal, today=today, at=at, by=by)


def _missed(stage: Stage, association: Association) -> None:
    with scope.enter(association.pk):
        for name in ("letter_missed", "answer_overdue"):
            [missed] = Deadline.objects.missed().filter(case__reference=stage.parts[name])
            stage.parts[f"{name}.deadline"] = missed.pk


def _releases(
    stage: Stage, first: Association, second: Association, third: Association, *, today: date, at: datetime
) -> None:
    """One published, one to review, one reviewed; what is left can still be measured."""
    year = str(today.year - 1)
    published = _measure(first, year, by=_by("coordination"), at=at)
    draft = _measure(second, year, by=_by("coordination2"), at=at)
    reviewed = _measure(third, year, by=_by("coordination3"), at=at)
    with scope.enter(first.pk):
        assert observatory.actions.review(published, by=_by("donnees"), at=at)
        assert observatory.actions.publish(published, by=_by("donnees"), at=at)
    with scope.enter(third.pk):
        assert observatory.actions.review(reviewed, by=_by("donnees3"), at=at)
    stage.parts.update(published=published.slug, draft=draft.slug, reviewed=reviewed.slug)
    stage.parts.update(year=year, plan=published.plan_id)


def _measure(association: Association, year: str, *, by: User, at: datetime) -> Release:
    with scope.enter(association.pk):
        plan = StatPlan.objects.get(title__contains=year)
        return observatory.actions.measure(plan, table="S1", period=year, by=by, at=at)


def _team(stage: Stage, association: Association, *, at: datetime) -> None:
    by = _by("coordination")
    _, token = factories.make_invitation(association, by=by, at=at, email="invitee@exemple.invalid")
    late, _ = factories.make_invitation(association, by=by, at=at - timedelta(days=5), email="tard@exemple.invalid")
    new = factories.make_membership(association, Role.VOLUNTEER, at=at)
    stage.let_in("no factor", _confirmed(signed_in(new.user, factor=False)))
    stage.let_in("referent", _confirmed(signed_in(_by("referent"), association=association)))
    stage.parts.update({"invitation": token, "invitation.late": late.pk, "membership": new.pk})
    _lost_factor(stage, association, at=at)
    _member_of_nothing(stage)


def _lost_factor(stage: Stage, association: Association, *, at: datetime) -> None:
    """The referent's is asked for; a second coordinator has passkeys, few codes, and a closed desk elsewhere."""
    before = at - timedelta(days=40)
    user = _named("Claude Tissot", "cle")
    factories.make_membership(association, Role.COORDINATOR, user=user, at=before)
    elsewhere = accounts.create_association("Les Genêts", slug="les-genets")
    accounts.join(elsewhere.pk, user=user, roles=[Role.VOLUNTEER], at=before)
    for kind in (PasskeyKind.PHONE, PasskeyKind.KEY):
        give_passkey(user, kind, at=before)
    with secrets_of(user):
        codes = RecoveryCodes.activate(user).instance
    codes.data["used_mask"] = 0b111111
    codes.save(update_fields=["data"])
    user.factors_reset_at, user.factors_reset_in = before + timedelta(days=1), association
    user.save(update_fields=["factors_reset_at", "factors_reset_in"])
    stage.let_in("with passkeys", signed_in(user, association=association))
    with scope.enter(association.pk):
        mine = Membership.objects.get(user=_by("referent"))
        stage.parts["reset"] = accounts.ask_reset(mine, by=_by("coordination"), at=at).pk
    stage.parts["passkey"] = factors_of(user).passkeys[0].id


def _hand_out(stage: Stage, association: Association, *, at: datetime) -> None:
    """Programs and lists; `fresh:` is somebody who has just given their second factor."""
    stage.parts.update(set_lists(association, by=_by, at=at))
    for key in ("coordination", "referent", "donnees"):
        stage.let_in(f"fresh:{key}", stays_fresh(signed_in(_by(key), association=association)))


def _confirmed(browser: Client) -> Client:
    """They have just proved once more who they are: pages about factors open."""
    session = browser.session
    session[RECORDS] = [{**record, "reauthenticated": True} for record in session[RECORDS]]
    session.save()
    return browser


def _member_of_nothing(stage: Stage) -> None:
    stage.let_in("stranger", signed_in_by_code(factories.make_user(password=None)))


def _empty_house(stage: Stage, *, at: datetime) -> None:
    """An association before its first case: one person with every role, no campaign."""
    association = accounts.create_association("Les Bleuets", slug="les-bleuets")
    before = at - timedelta(days=40)
    alone = factories.make_membership(association, *EVERYTHING, user=_named("Robin Dupont", "robin"), at=before)
    stage.let_in("alone", signed_in(alone.user, association=association))
    stage.let_in("fresh:alone", stays_fresh(signed_in(alone.user, association=association)))


def _long_house(stage: Stage, *, today: date, at: datetime) -> None:
    """One case, in which every text is as long as it can be; its member has a case elsewhere too."""
    association = accounts.create_association(LONG_HOUSE, slug="longue", contact_email=LONG_MAIL)
    user = _named(f"{LONG_FIRST} {LONG_LAST}", "long")
    at_work = factories.make_membership(association, *EVERYTHING, user=user, at=at - timedelta(days=40))
    accounts.join(Association.objects.get(slug="les-bleuets").pk, user=user, roles=[Role.VOLUNTEER], at=at)
    stage.let_in("long", signed_in(user, association=association))
    with scope.enter(association.pk):
        case = _long_case(association, at_work, today=today, at=at)
        stage.parts["long"] = case.reference
        member = case.member.user
        assert member
    stage.let_in("member:long", signed_in_by_code(member, association=association))
    _two_houses(stage, association, at_work, today=today)


def _long_case(association: Association, by: Membership, *, today: date, at: datetime) -> Case:
    campaign = _long_campaign(association, today=today)
    case = cases.actions.open_case(
        campaign,
        procedure=stories.CHILD,
        member=NewMember(
            first_name=LONG_FIRST, last_name=LONG_LAST, email=LONG_MAIL, phone="+33 1 99 00 12 34 poste 5678"
        ),
        beneficiary=NewBeneficiary(
            kind=BeneficiaryKind.CHILD, first_name=LONG_FIRST, birth_year="2020", ground="agrees"
        ),
        facts=[
            NewFact(
                kind="sent", earliest=today - timedelta(days=30), latest=today - timedelta(days=20), known_by="memory"
            )
        ],
        consents=[ConsentKind.HANDLING, ConsentKind.STATISTICS],
        today=today,
        at=at,
        by=by.user,
    )
    cases.actions.add_note(case, text=LONG_NOTE, today=today, at=at, by=by.user)
    return cases.actions.record_attempt(
        case,
        channel="phone",
        made_on=today,
        result=AttemptResult.UNCONFIRMED,
        justificatif_asked=True,
        adviser_reference="conseiller " + "9" * 60,
        note=LONG_NOTE,
        today=today,
        at=at,
        by=by.user,
    )


def _long_campaign(association: Association, *, today: date) -> Campaign:
    return cases.actions.create_campaign(
        association.pk,
        title=LONG_TITLE,
        slug="longue",
        procedures=[stories.CHILD, stories.OPPOSITION, stories.CLOSURE],
        opens_on=today - timedelta(days=200),
        declared_size=250,
    )


def _two_houses(stage: Stage, association: Association, by: Membership, *, today: date) -> None:
    """Somebody who is a member of two associations is asked which one."""
    with scope.enter(association.pk):
        [case] = cases.actions.create_cases(
            Campaign.objects.get(slug="longue"),
            [
                CasePlan(
                    household="two",
                    member=NewMember(first_name="Solène", last_name="Démo", email="preparing@exemple.invalid"),
                    beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
                    procedure=stories.OPPOSITION,
                    opened_on=today,
                )
            ],
            by=by.user,
            today=today,
        )
        assert case.member.user
        stage.let_in("member of two", signed_in_by_code(case.member.user))


def _named(name: str, key: str) -> User:
    return factories.make_user(email=f"{key}@exemple.invalid", name=name)
