"""A message that a mail server hands over: onto its case, or to the team, or to nobody; the same message once."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

import vault.actions
from accounts import crypto, scope
from accounts.actions import create_keys
from accounts.fields import root_key
from accounts.models import KeyKind, User
from cases.access.mails import Place, place_of, sender_index
from cases.actions.bouncing import note_bounce
from cases.actions.journal import definition_of, move, settle, take
from cases.actions.keeping import day_of
from cases.models import Case, CaseEvent, Doubt, InboundMail, MailState
from cases.rules import inbound
from cases.rules.inbound import Letter, Sort
from cases.rules.lifecycle import EventKind, State, may
from vault.box import keys
from vault.rules import sniff
from vault.rules.detector import holds_certainly, mask
from vault.rules.refusals import Code, Refused

MOST_WAITING = 2000
MOST_FROM_ONE = 100
_AWAY = {Code.CLOSED, Code.NO_ROOM}


class Outcome(StrEnum):
    """What became of a message. A code: logged, and told to whoever ran the command."""

    FILED = "filed"
    WAITING = "waiting"
    AGAIN = "again"
    BOUNCE = "bounce"
    STRAY_BOUNCE = "stray_bounce"
    ROBOT = "robot"
    EMPTY = "empty"
    NOBODY = "nobody"
    NOBODY_TOLD = "nobody_told"


_DROPPED = {Sort.BOUNCE: Outcome.STRAY_BOUNCE, Sort.ROBOT: Outcome.ROBOT}


class TryLater(RuntimeError):
    """Not now, through no fault of the message: the mail server keeps it and comes back."""


def receive_mail(raw: bytes, *, at: datetime) -> Outcome:
    """Door: take in one message as it came. Raises TryLater, with nothing written.

    NOBODY_TOLD: it is for nobody here, and whoever sent it may be told so.
    """
    letter = inbound.read(raw)
    if letter.report and note_bounce(letter.report, at=at):
        return Outcome.BOUNCE
    if letter.sort in _DROPPED:
        return _DROPPED[letter.sort]
    if not (letter.sender or letter.text or letter.attached or letter.left_out):
        return Outcome.EMPTY
    place = place_of(letter)
    if letter.sort is Sort.LIST and not (place and place.is_named):
        return Outcome.ROBOT
    if place is None:
        return _for_nobody(letter)
    try:
        with transaction.atomic(), scope.enter(place.association_id):
            return _take_in(letter, place, at=at)
    except IntegrityError:
        with scope.enter(place.association_id):
            if _is_known(_mark(letter, place)):
                return Outcome.AGAIN  # another process was faster
        raise


def _for_nobody(letter: Letter) -> Outcome:
    """Nothing is ever said to a list."""
    return Outcome.NOBODY_TOLD if letter.may_be_told and letter.sort is Sort.PERSON else Outcome.NOBODY


def _mark(letter: Letter, place: Place) -> str:
    """One message to two cases is two."""
    told = f"{letter.identity}\n{place.case_id}" if place.is_addressed else letter.identity
    return crypto.mac(crypto.derive(root_key(scope.required()), "mail"), told)


def _token(mark: str) -> UUID:
    return UUID(hex=mark[:32])


def _is_known(mark: str) -> bool:
    """The event outlives the row."""
    rows, events = InboundMail.objects.filter(mark=mark), CaseEvent.objects.filter(token=_token(mark))
    return bool(rows.exists() or events.exists())


def _take_in(letter: Letter, place: Place, *, at: datetime) -> Outcome:
    case = _taken(place)
    if place.is_addressed and case is None:
        return _for_nobody(letter)  # the case was erased: its address is gone
    mark = _mark(letter, place)
    if _is_known(mark):
        return Outcome.AGAIN
    if case and place.is_members and letter.sort is Sort.PERSON and _is_from(case, letter):
        _file(letter, case, mark=mark, at=at)
        return Outcome.FILED
    _keep_waiting(letter, case, mark=mark, doubt=_doubt(place), at=at)
    return Outcome.WAITING


def _is_from(case: Case, letter: Letter) -> bool:
    """ "" of nobody, which a member without an address is not."""
    author = sender_index(letter.author)
    return bool(author) and author == case.member.email_index


def _taken(place: Place) -> Case | None:
    found = Case.objects.filter(pk=place.case_id).exclude(state=State.ERASED).first() if place.case_id else None
    return take(found, version=None) if found else None


def _doubt(place: Place) -> Doubt:
    return Doubt.UNVERIFIED if place.is_addressed else Doubt.UNADDRESSED


def _file(letter: Letter, case: Case, *, mark: str, at: datetime) -> None:
    """The member's words, sealed under the case's key, in its journal; what they attached goes to the vault."""
    by, token = case.member.user, _token(mark)
    kept, refused = _deposit(letter, case, token=token, by=by, at=at)
    words, is_masked = without_numbers("\n\n".join(filter(None, (letter.subject, letter.text))))
    event = move(
        case,
        EventKind.MAIL_RECEIVED,
        at=at,
        by=by,
        token=token,
        note=words,
        masked=is_masked or None,
        deposits=kept or None,
        left_out=letter.left_out or None,
        refused=",".join(sorted(refused)),
    )
    InboundMail.objects.create(
        association_id=case.association_id,
        subject=case.subject,
        state=MailState.FILED,
        mark=mark,
        case=case,
        event=event,
        is_masked=is_masked,
        left_out=letter.left_out,
        received_at=at,
    )
    settle(case, today=day_of(case.association_id, today=timezone.localdate(at), at=at), at=at, by=by)


def without_numbers(text: str) -> tuple[str, bool]:
    """The text with a bullet for each sign of what is kept nowhere, and whether there was any; whoever wrote it cannot
    be asked. Nothing of a text in which one shows again when another is hidden."""
    clean = mask(text)
    return ("" if holds_certainly(clean) else clean), clean != text


def _deposit(letter: Letter, case: Case, *, token: UUID, by: User | None, at: datetime) -> tuple[int, set[Code]]:
    """How many files went to the vault, and why others did not. Raises TryLater while its keys are away."""
    codes: set[Code] = set()
    kept = 0
    for number, data in enumerate(letter.attached):
        try:
            _receive(data, case, token=uuid5(token, str(number)), by=by, at=at)
            kept += 1
        except Refused as refusal:
            if refusal.code in _AWAY and vault.actions.takes_files() and keys.is_shared():
                raise TryLater(refusal.code.value) from None
            codes.add(refusal.code)
    return kept, codes


def _receive(data: bytes, case: Case, *, token: UUID, by: User | None, at: datetime) -> None:
    """Raises Refused: also where the vault's keys would end with this process, as in the embedded default."""
    if not keys.is_shared():
        raise Refused(Code.CLOSED)
    if by is None or not may(State(case.state), EventKind.JUSTIFICATIF_RECEIVED):
        raise Refused(Code.CLOSED_MEANWHILE)
    if sniff.kind_of(data) is None:
        raise Refused(Code.KIND)
    # Of which kind it is nobody said: whoever checks it sees.
    label = definition_of(case).justificatifs[0].key
    vault.actions.receive([data], subject=case.subject, label=label, token=token, by=by, at=at, by_mail=True)


def _keep_waiting(letter: Letter, case: Case | None, *, mark: str, doubt: Doubt, at: datetime) -> None:
    """Its words under a key of their own. Its files are not kept: they cannot be cleaned before a case is known."""
    sender_key = sender_index(letter.sender)
    _find_room(sender_key, case)
    title, masked_title = without_numbers(letter.subject)
    text, masked_text = without_numbers(letter.text)
    sender, masked_sender = without_numbers(letter.sender)
    name, masked_name = without_numbers(letter.sender_name)
    [subject] = create_keys(scope.required(), kind=KeyKind.MAIL)
    InboundMail(
        association_id=scope.required(),
        subject=subject,
        state=MailState.WAITING,
        doubt=doubt,
        mark=mark,
        case=case,
        sender_index=sender_key,
        sender=sender,
        sender_name=name,
        title=title,
        text=text,
        is_masked=masked_title or masked_text or masked_sender or masked_name,
        left_out=letter.left_out + len(letter.attached),
        received_at=at,
    ).save(force_insert=True)


def _find_room(sender_key: str, case: Case | None) -> None:
    """Nobody closes the inbox to the others: neither one sender, nor all that names no case. Raises TryLater."""
    rows = InboundMail.objects.all().waiting()
    most = MOST_WAITING if case else MOST_WAITING * 3 // 4
    if rows.count() >= most or rows.filter(sender_index=sender_key).count() >= MOST_FROM_ONE:
        raise TryLater("too_many_wait")
