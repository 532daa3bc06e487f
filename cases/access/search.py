"""Looking for somebody: by reference, address, number or name. Each look is recorded, its words are not."""

from datetime import datetime
from unicodedata import combining, normalize

from django.db.models import Q

from accounts import scope
from accounts.fields import blind_index, load_keys
from accounts.models import AuditEntry, Membership
from accounts.rules.audit import AuditKind, Why
from cases.access.doors import cases_of
from cases.access.lists import load_people
from cases.access.pace import raise_list_alert
from cases.models import Case, Member
from cases.rules import references

EMAIL_COLUMN = "member.email"
PHONE_COLUMN = "member.phone"


def known_members(reader: Membership, *, email: str = "", phone: str = "", at: datetime) -> list[Member]:
    """Members with this address or number, by blind index, of whom the reader may reach a case: ten at most."""
    found = _same_contacts(reader, email=email, phone=phone)
    if email.strip() or phone_digits(phone):
        _record(reader, found=len(found), why=Why.PERMANENCE, at=at)
    return found


def _same_contacts(reader: Membership, *, email: str = "", phone: str = "") -> list[Member]:
    indexes, association_id = Q(), scope.required()
    if email.strip():
        indexes |= Q(email_index=blind_index(email, column=EMAIL_COLUMN, association_id=association_id))
    if phone_digits(phone):
        indexes |= Q(phone_index=blind_index(phone_digits(phone), column=PHONE_COLUMN, association_id=association_id))
    if not indexes:
        return []
    rows = Member.objects.filter(indexes, pk__in=cases_of(reader).values("member"))
    found = list(rows.order_by("pk")[:10])
    load_keys(member.subject for member in found)
    return found


def phone_digits(phone: str) -> str:
    """The form that is compared: digits alone, +33 read as 0."""
    digits = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    return "0" + digits[3:] if digits.startswith("+33") else digits.lstrip("+")


def search(reader: Membership, text: str, *, why: Why = Why.SEARCH, at: datetime) -> list[Case]:
    """Cases by reference, by the member's address or number, or by names (decrypted): fifty at most."""
    try:
        found = cases_of(reader).filter(reference=references.parse(text))
    except references.NotAReference:
        found = _by_person(reader, text)
    cases = list(found.with_people().order_by("act_on", "pk")[:50])
    load_people(cases)
    _record(reader, found=len(cases), why=why, at=at)
    return cases


def _record(reader: Membership, *, found: int, why: Why, at: datetime) -> None:
    """That somebody looked, and how many came: never for what."""
    AuditEntry.objects.record(AuditKind.SEARCHED, at=at, by=reader.user, why=why, found=found)
    raise_list_alert(reader, why=why, at=at)


def _by_person(reader: Membership, text: str):  # type: ignore[no-untyped-def]  # a CaseQuerySet
    if "@" in text:
        return cases_of(reader).filter(member__in=_same_contacts(reader, email=text))
    if sum(sign.isdigit() for sign in text) >= 6:
        return cases_of(reader).filter(member__in=_same_contacts(reader, phone=text))
    return cases_of(reader).filter(pk__in=_ids_by_name(reader, text))


def _ids_by_name(reader: Membership, text: str) -> list[int]:
    words = _plain(text).split()
    cases = list(cases_of(reader).with_people().order_by("-pk")[:5000])
    load_people(cases)
    return [case.pk for case in cases if words and all(word in _names(case) for word in words)][:50]


def _plain(text: str) -> str:
    """Without case and accents: names are looked for as they are heard."""
    return "".join(sign for sign in normalize("NFKD", text.casefold()) if not combining(sign))


def _names(case: Case) -> str:
    member = case.member
    return _plain(f"{member.first_name} {member.last_name} {case.beneficiary.first_name}")
