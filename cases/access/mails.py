"""Mail that came in: which association it is for, and who of the team may read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.http import Http404

from accounts import scope
from accounts.access import active_associations
from accounts.fields import blind_index, load_keys
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import AuditKind, Why
from accounts.rules.roles import Right
from cases.access.doors import cases_of
from cases.access.lists import CAP, load_people
from cases.access.pace import raise_alerts
from cases.access.replies import case_of, reply_ids
from cases.access.search import EMAIL_COLUMN
from cases.models import Case, InboundMail, MailBounce, Member
from cases.models.case import Capped, sees_all
from cases.rules import suggestions
from cases.rules.inbound import Letter, plus_part
from cases.rules.inbound.headers import folded
from cases.rules.lifecycle import State
from cases.rules.suggestions import Candidate, Suggestion
from notifications.access import notice_ids
from notifications.models import Notice
from notifications.rules.kinds import Audience

MOST_NAMES = 5000
MOST_SHOWN = 100
_PEOPLE = ("case__member", "case__beneficiary__member", "case__campaign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`case_id`: what the mail names. `is_addressed`: by an address of the case, which nobody guesses; `is_members`: by
    the one that only its member was given. `is_named`: False where it is there for want of any other place.
    """

    association_id: int
    case_id: int | None = None
    is_addressed: bool = False
    is_members: bool = False
    is_named: bool = True


def place_of(letter: Letter) -> Place | None:
    """Door: where a mail belongs. None where it names no association at work: then none may read it.

    By the case's address; by the association's (`reponse+its-slug@`, or its own mailbox); by the Message-ID of ours
    that it answers; and where one association alone is at work here, to that one. Of a mail to several places each gets
    its copy: the address on the envelope decides, and those that everybody sees only where it says nothing.
    """
    at_work = {one.pk: one for one in active_associations()}
    named: set[int] = set()
    for recipients in (*((one,) for one in letter.envelope), letter.recipients):
        tags = plus_part(recipients, of=settings.REPLY_ADDRESS) if settings.REPLY_ADDRESS else ()
        for association_id, case_id, whose in filter(None, map(reply_ids, tags)):
            place = Place(
                association_id=association_id,
                case_id=case_id,
                is_addressed=True,
                is_members=whose is Audience.MEMBER,
            )
            return place if association_id in at_work else None
        if named := _named(at_work.values(), recipients, tags):
            break
    return _answered(letter.answers, named or set(at_work)) or _alone(named, set(at_work))


def _alone(named: set[int], at_work: set[int]) -> Place | None:
    one = named or at_work
    return Place(association_id=min(one), is_named=bool(named)) if len(one) == 1 else None


def _named(at_work: Iterable[Association], recipients: Iterable[str], tags: Iterable[str]) -> set[int]:
    slugs, addresses = set(tags), folded(recipients)
    return {
        one.pk
        for one in at_work
        if one.slug.casefold() in slugs or (one.contact_email and folded([one.contact_email]) <= addresses)
    }


def _answered(message_ids: Iterable[str], among: set[int]) -> Place | None:
    for message_id in list(message_ids)[:20]:
        found = notice_ids(message_id)
        if found and found[0] in among:
            with scope.enter(found[0]):
                notice = Notice.objects.filter(pk=found[1]).first()
                case = case_of(notice) if notice else None
            return Place(association_id=found[0], case_id=case.pk if case else None)
    return None


def mails_for(reader: Membership):  # type: ignore[no-untyped-def]  # an InboundMailQuerySet
    """What this volunteer may read. One that names no case is for whoever sees every case; a decoy's is for nobody."""
    rows = InboundMail.objects.filter(Q(case=None) | Q(case__is_canary=False))
    if sees_all(reader):
        return rows
    return rows.filter(case__in=cases_of(reader))


def mails_waiting(reader: Membership) -> list[InboundMail]:
    """Those that somebody has to attach or discard, the oldest first; their keys are loaded."""
    rows = list(mails_for(reader).waiting().order_by("received_at", "pk")[:MOST_SHOWN])
    load_keys(row.subject for row in rows)
    return rows


def mails_to_read(reader: Membership) -> list[InboundMail]:
    """Those on a case already, the oldest first, with the case and its people."""
    rows = list(mails_for(reader).to_read().select_related(*_PEOPLE).order_by("received_at", "pk")[:MOST_SHOWN])
    load_people([row.case for row in rows if row.case])
    return rows


def mail_count(reader: Membership) -> int:
    """How many wait for a hand or an eye, members without a good address among them; capped. One query."""
    if not reader.may(Right.WORK_OWN):
        return 0
    mails = mails_for(reader).filter(state__in=["waiting", "filed"])
    members = _off(reader).order_by().values("member").distinct()
    counted = Association.objects.filter(pk=scope.required()).annotate(
        mails=Capped(mails.order_by().values("pk")[:CAP]), members=Capped(members[:CAP])
    )
    return sum(counted.values_list("mails", "members").get())


def waiting_mail_for(reader: Membership, pk: int) -> InboundMail:
    """A mail that waits, for what is decided about it. Raises Http404."""
    found: InboundMail | None = mails_for(reader).waiting().filter(pk=pk).first()
    if found is None:
        raise Http404
    load_keys([found.subject])
    return found


def mail_for(reader: Membership, pk: int, *, at: datetime) -> InboundMail:
    """A mail that waits, its reading recorded. Raises Http404."""
    found = waiting_mail_for(reader, pk)
    AuditEntry.objects.record(AuditKind.MAIL_CONSULTED, at=at, by=reader.user, mail=found.pk)
    raise_alerts([], reader=reader.user, why=Why.QUEUE, at=at)
    return found


def filed_mail_for(reader: Membership, pk: int) -> InboundMail:
    """A mail that is on a case, read by somebody or not. Raises Http404."""
    found: InboundMail | None = mails_for(reader).filter(pk=pk, event__isnull=False).first()
    if found is None:
        raise Http404
    return found


def cases_without_mail(reader: Membership) -> list[Case]:
    """The newest case of each member whose address takes no mail any more, with its people."""
    cases = list(_off(reader).with_people().order_by("member_id", "-pk"))
    newest = list({case.member_id: case for case in reversed(cases)}.values())
    load_people(newest)
    return sorted(newest, key=lambda case: case.pk)[:MOST_SHOWN]


def _off(reader: Membership):  # type: ignore[no-untyped-def]  # a CaseQuerySet
    return cases_of(reader).exclude(state=State.ERASED).filter(member__email_off_at__isnull=False)


def suggestions_of(reader: Membership, mail: InboundMail) -> list[tuple[Case, Suggestion]]:
    """Where the mail may belong, the likeliest first: five at most, of the cases that the reader may reach."""
    cases = list(cases_of(reader).exclude(state=State.ERASED).real().with_people().order_by("-pk")[:MOST_NAMES])
    load_people(cases)
    by_id = {case.pk: case for case in cases}
    ranked = suggestions.rank(
        [_candidate(case, mail) for case in cases], words=f"{mail.title}\n{mail.text}", signed=mail.sender_name
    )
    return [(by_id[one.case_id], one) for one in ranked]


def _candidate(case: Case, mail: InboundMail) -> Candidate:
    member = case.member
    return Candidate(
        case_id=case.pk,
        reference=case.reference,
        names=tuple(filter(None, (member.first_name, member.last_name))),
        is_named=case.pk == mail.case_id,
        is_sender=bool(mail.sender_index) and mail.sender_index == member.email_index,
        is_open=not case.is_closed,
    )


def sender_index(address: str) -> str:
    return blind_index(address, column=EMAIL_COLUMN, association_id=scope.required())


def bounces_of(member: Member) -> list[MailBounce]:
    """The reports about the address that stands now, the newest first."""
    return list(MailBounce.objects.filter(member=member, address_index=member.email_index).order_by("-at", "-pk"))
