"""Rows for tests. Every text that tells who somebody is, is a canary: a sign that must never be found in a dump."""

import itertools
import random
import string
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from uuid import uuid4

from django.test import override_settings
from django.utils import timezone

import cases.actions
import observatory.actions
from accounts import actions, scope
from accounts.models import ApiToken, Association, Invitation, Membership, SignIn, SignInWay, User
from accounts.rules.roles import Role
from accounts.rules.tokens import TokenScope
from cases.access import count_and_newest
from cases.access.replies import reply_address
from cases.actions import NewBeneficiary, NewFact, NewMember, Outcome
from cases.models import (
    AttemptResult,
    BeneficiaryKind,
    Campaign,
    Case,
    ConsentKind,
    Export,
    Justificatif,
    Member,
    Reminder,
)
from cases.rules.exports import Selection
from cases.rules.fingerprints import fingerprint_of
from cases.tallies import campaigns
from notifications.actions import queue
from notifications.models import DropReason, Notice, NoticeState
from observatory.models import Release, StatPlan
from tests.vault.samples import pdf
from vault.redaction.pipeline import Rebuilt

OPPOSITION = "mon-espace-sante/opposition"
CHILD = "mon-espace-sante/opposition-enfant"
CLOSURE = "mon-espace-sante/cloture"

PASSWORD = "une phrase de passe longue"
# When whoever works in a test joined: long enough before it to be one of two people.
LONG_AGO = datetime(2026, 1, 5, 10, tzinfo=UTC)

# Column ("accounts.User.email") -> the canaries that this process planted there.
PLANTED: dict[str, list[str]] = defaultdict(list)
_count = itertools.count(1)


def plant(column: str, kind: str = "text") -> str:
    """A fresh canary for the column, remembered for the search: its kind is text, email or phone."""
    token = "".join(random.choices(string.ascii_lowercase, k=12))
    made = {"text": f"Zq{token}", "email": f"Zq{token}@exemple.invalid", "phone": f"0699{random.randrange(10**6):06d}"}
    PLANTED[column].append(made[kind])
    return made[kind]


def make_association(*, name: str = "Association des usagers", slug: str = "") -> Association:
    return actions.create_association(name, slug=slug or f"association-{next(_count)}")


def make_user(*, email: str | None = None, name: str | None = None, password: str | None = PASSWORD) -> User:
    """Signs in with `PASSWORD`; `email=""` for a person without an address, `password=None` for codes only."""
    return actions.create_user(
        email=plant("accounts.User.email", "email") if email is None else email,
        name=f"{plant('accounts.User.name')} Dupont" if name is None else name,
        password=password,
    )


def make_membership(
    association: Association, *roles: Role, user: User | None = None, at: datetime | None = None
) -> Membership:
    """A volunteer of the association, for long unless told; without a role they only have an account's rights."""
    return actions.join(association.pk, user=user or make_user(), roles=roles, at=at or LONG_AGO)


def make_invitation(
    association: Association,
    *,
    by: User,
    at: datetime,
    roles: Iterable[Role] = (Role.VOLUNTEER,),
    email: str | None = None,
) -> tuple[Invitation, str]:
    """An open invitation and its token."""
    with scope.enter(association.pk):
        return actions.invite(
            association.pk,
            email=plant("accounts.Invitation.email", "email") if email is None else email,
            name=plant("accounts.Invitation.name"),
            roles=roles,
            by=by,
            at=at,
        )


def make_sign_in(
    user: User,
    *,
    at: datetime,
    way: SignInWay = SignInWay.PASSWORD,
    device: str | None = None,
    association: Association | None = None,
) -> SignIn:
    """An open session of a browser that calls itself `device`, at work for the association if one is given."""
    row = actions.open_session(user, way=way, user_agent="", at=at)
    if association:
        actions.work_for(row.pk, association_id=association.pk)
    row.device = plant("accounts.SignIn.device") if device is None else device
    row.save(update_fields=["device"])
    return row


def make_token(
    membership: Membership,
    *,
    at: datetime,
    scopes: Iterable[TokenScope] = tuple(TokenScope),
    networks: Iterable[str] = (),
    days: int = 90,
) -> tuple[ApiToken, str]:
    """A program's token and its text; every scope, from anywhere, unless told."""
    with scope.enter(membership.association_id):
        return actions.create_token(
            membership,
            label=plant("accounts.ApiToken.label"),
            scopes=scopes,
            networks=networks,
            days=days,
            at=at,
        )


def make_campaign(association: Association, *, today: date, slug: str = "") -> Campaign:
    """Open since last winter, for the three procedures."""
    with scope.enter(association.pk):
        return cases.actions.create_campaign(
            association.pk,
            title="Campagne de démonstration",
            slug=slug or f"campagne-{next(_count)}",
            procedures=[OPPOSITION, CHILD, CLOSURE],
            opens_on=today - timedelta(days=300),
            declared_size=250,
        )


def new_member(*, email: str | None = None) -> NewMember:
    """All that may be known of a member; `email=""` for a person without an address."""
    return NewMember(
        first_name=plant("cases.Member.first_name"),
        last_name=plant("cases.Member.last_name"),
        email=plant("cases.Member.email", "email") if email is None else email,
        phone=plant("cases.Member.phone", "phone"),
        region=plant("cases.Member.region"),
    )


def new_child() -> NewBeneficiary:
    return NewBeneficiary(
        kind=BeneficiaryKind.CHILD,
        first_name=plant("cases.Beneficiary.first_name"),
        birth_year=plant("cases.Beneficiary.birth_year"),
        ground="agrees",
    )


def make_case(
    campaign: Campaign,
    *,
    by: User,
    today: date,
    at: datetime,
    sent: int | None = 41,
    procedure: str = OPPOSITION,
    email: str | None = None,
    beneficiary: NewBeneficiary | None = None,
    consents: Iterable[ConsentKind] = (ConsentKind.HANDLING,),
) -> Case:
    """A case from a letter sent `sent` days ago (None: no letter), ready to be acted upon."""
    letter = [] if sent is None else [NewFact(kind="sent", earliest=today - timedelta(days=sent), known_by="postmark")]
    with scope.enter(campaign.association_id):
        return cases.actions.open_case(
            campaign,
            procedure=procedure,
            member=new_member(email=email),
            beneficiary=beneficiary or NewBeneficiary(kind=BeneficiaryKind.SELF),
            facts=letter,
            consents=list(consents),
            today=today,
            at=at,
            by=by,
        )


def make_attempt(case: Case, *, by: User, today: date, at: datetime) -> Case:
    """A call that was confirmed, with the adviser's reference and a note."""
    with scope.enter(case.association_id):
        return cases.actions.record_attempt(
            case,
            channel="phone",
            made_on=today,
            result=AttemptResult.CONFIRMED,
            justificatif_asked=True,
            adviser_reference=plant("cases.Attempt.adviser_reference"),
            note=plant("cases.Attempt.note"),
            today=today,
            at=at,
            by=by,
        )


def make_note(case: Case, *, by: User, at: datetime) -> str:
    """Adds a note to the journal and returns its text."""
    text = plant("cases.CaseEvent.note")
    with scope.enter(case.association_id):
        cases.actions.add_note(case, text=text, today=at.date(), at=at, by=by)
    return text


def send_waiting(*, on: date) -> None:
    """The mail server took what waits in the association in scope, in the morning of that day."""
    taken_at = timezone.make_aware(datetime.combine(on, time(9)))
    Notice.objects.filter(state=NoticeState.WAITING).update(state=NoticeState.SENT, sent_at=taken_at)


def make_mail(case: Case, *, doubtful: bool = False, at: datetime) -> Outcome:
    """A message to the address of the case: from its member, with a canary for the journal; or from a stranger."""
    column = "cases.InboundMail.{}" if doubtful else "cases.CaseEvent.note"
    with override_settings(REPLY_ADDRESS="reponse@exemple.invalid"), scope.enter(case.association_id):
        sender, address = Member.objects.get(pk=case.member_id).email, reply_address(case)
        message = EmailMessage()
        message["Message-ID"], message["To"] = f"<{uuid4().hex}@exemple.invalid>", address
        message["Subject"] = plant(column.format("title"))
        if doubtful:
            sender = f"{plant(column.format('sender_name'))} <{plant(column.format('sender'), 'email')}>"
        message["From"] = sender
        message.set_content(plant(column.format("text")))
        return cases.actions.receive_mail(bytes(message), at=at)


def make_reminder(case: Case, *, by: User, today: date, at: datetime, days: int = 0) -> Reminder:
    """Set by this person for themselves, for today unless told."""
    with scope.enter(case.association_id):
        return cases.actions.set_reminder(
            case,
            until=today + timedelta(days=days),
            reason=plant("cases.CaseEvent.note"),
            for_user=by,
            at=at,
            by=by,
        )


def make_unsent(
    association: Association, *, at: datetime, kind: str = "deadline_near", code: str = "smtp_550", **ids: int
) -> Notice:
    """A mail that was given up; `code=""`: for want of an address."""
    with scope.enter(association.pk):
        queue(kind=kind, dedupe_key=f"unsent:{next(_count)}", ids=ids, at=at)
        row: Notice = Notice.objects.latest("pk")
        row.state, row.reason = (NoticeState.DEAD, "") if code else (NoticeState.DROPPED, DropReason.NO_ADDRESS)
        row.error_class = code
        row.save(update_fields=["state", "reason", "error_class"])
        return row


def say_why(case: Case, *, by: User, at: datetime) -> str:
    """Types the reason of opening a case that somebody else follows; good for twelve hours."""
    text = plant("cases.CaseEvent.note")
    with scope.enter(case.association_id):
        cases.actions.say_why(case, reason=text, at=at, by=by)
    return text


def make_justificatif(case: Case, *, by: User, today: date, at: datetime) -> Justificatif:
    """A PDF whose text is a canary, as if it had been deposited, cleaned and confirmed."""
    content = plant("vault.SealedFile.content").encode()
    with scope.enter(case.association_id):
        return cases.actions.keep_justificatif(
            case, rebuilt(content), kind="attestation", token=uuid4(), today=today, at=at, by=by
        )


def make_fingerprint(
    case: Case, *, by: User, today: date, at: datetime, content: bytes = b"A file.", salt: bytes = b"\x01" * 32
) -> Justificatif:
    """Of a file that its owner keeps."""
    with scope.enter(case.association_id):
        return cases.actions.record_fingerprint(
            case,
            fingerprint_of([content], salt=salt),
            kind="opposition",
            token=uuid4(),
            today=today,
            at=at,
            by=by,
        )


def rebuilt(content: bytes = b"", *, pixels: bytes = b"") -> Rebuilt:
    """What the engine would have made of a document, without its work; no two show the same unless told."""
    return Rebuilt(pdf=pdf(content), pixels=pixels or uuid4().bytes, words=())


def make_export(
    asker: Membership, *, at: datetime, with_people: bool = True, selection: Selection | None = None
) -> Export:
    """A request for a list, of every case unless told, that waits for somebody else's decision."""
    chosen = selection or Selection()
    with scope.enter(asker.association_id):
        count, _ = count_and_newest(asker, chosen)
        return cases.actions.ask_export(
            asker, selection=chosen, with_people=with_people, reason=plant("cases.Export.reason"), seen=count, at=at
        )


def make_release(campaign: Campaign, *, by: User, reviewed_by: User, today: date, at: datetime) -> Release:
    """Last year's figures, published; few people make every number noise."""
    with scope.enter(campaign.association_id):
        [tally] = [tally for tally in campaigns() if tally.id == campaign.pk]
        observatory.actions.freeze_campaign(tally, today=today)
        plan = StatPlan.objects.get(campaign_id=campaign.pk)
        release = observatory.actions.measure(plan, table="S1", period=str(today.year - 1), by=by, at=at)
        assert observatory.actions.review(release, by=reviewed_by, at=at)
        assert observatory.actions.publish(release, by=reviewed_by, at=at)
        return release
