"""A long journal, and mail at the desk: one on a case, two to classify, an address that takes none."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from django.test import override_settings

import cases.actions
from accounts import scope
from accounts.models import User
from cases.access.replies import reply_address
from cases.models import Case, CaseEvent, InboundMail, Member

MAILBOX = "reponse@exemple.invalid"


def set_inbound(case: Case, *, off: Case, by: User, at: datetime) -> dict[str, int]:
    """`waiting.event`: the newest of a long journal. `mail`: one that waits, with a reference in it, a number that was
    hidden and two files that were not kept.
    """
    newest = _write_journal(case, by=by, at=at)
    with override_settings(REPLY_ADDRESS=MAILBOX), scope.enter(case.association_id):
        member: Member = Member.objects.get(pk=case.member_id)
        to, sender = reply_address(case), member.email
        Member.objects.filter(pk=off.member_id).update(email_off_at=at)
        assert cases.actions.receive_mail(_answer(to, sender), at=at) is cases.actions.Outcome.FILED
        for raw in (_doubtful(to, case.reference), _answer(to, "inconnu@exemple.invalid")):
            assert cases.actions.receive_mail(raw, at=at) is cases.actions.Outcome.WAITING
        return {"waiting.event": newest, "mail": InboundMail.objects.all().waiting().order_by("pk")[0].pk}


def _write_journal(case: Case, *, by: User, at: datetime) -> int:
    """More than a page of notes; the id of the newest."""
    for number in range(60):
        cases.actions.add_note(case, text=f"Note numéro {number}.", today=at.date(), at=at, by=by)
    return int(CaseEvent.objects.filter(case=case).latest("pk").pk)


def _message(to: str, sender: str, *, subject: str, text: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message.set_content(text)
    return message


def _answer(to: str, sender: str) -> bytes:
    return bytes(_message(to, sender, subject="Re: Des nouvelles", text="Bonjour,\n\nC’est fait depuis lundi."))


def _doubtful(to: str, reference: str) -> bytes:
    text = (
        "Bonjour,\n\nJe réponds depuis le travail, mon autre boîte est pleine. Vous trouverez le courrier ci-joint, "
        f"c’est pour {reference.replace('-', ' ').lower()}.\nMon numéro : 2 53 07 2B 073 004 70.\n\nMerci à vous"
    )
    message = _message(to, "Prénom Nom <autre.adresse@exemple.invalid>", subject="Le courrier reçu hier", text=text)
    for number in range(2):
        message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename=f"{number}.pdf")
    return bytes(message)
