"""Messages as servers and programs really shape them: reports, robots, letters. All people in them are made up."""

from email.message import EmailMessage
from email.policy import SMTP

MEMBER = "camille@exemple.invalid"
NOTICE_ID = "<0123456789abcdef0123456789abcdef@opposable.example>"
SENT_AS = "nouvelles@opposable.example"


def crlf(text: str) -> bytes:
    return text.strip("\n").replace("\n", "\r\n").encode()


def letter(
    *,
    sender: str = f"Camille Martin <{MEMBER}>",
    to: str = "reponse@opposable.example",
    subject: str = "Re: Des nouvelles",
    text: str = "Bonjour,\n\nJ’ai appelé ce matin.\n\nCamille",
    message_id: str | None = "<1@mail.exemple.invalid>",
    **headers: str,
) -> EmailMessage:
    """`in_reply_to="<...>"` writes In-Reply-To."""
    message = EmailMessage(policy=SMTP)
    message["Return-Path"] = headers.pop("return_path", "<camille@exemple.invalid>")
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Thu, 19 Nov 2026 10:12:00 +0100"
    if message_id:
        message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def original(message_id: str = NOTICE_ID, to: str = MEMBER) -> str:
    return (
        f"From: Nouvelles <{SENT_AS}>\nTo: {to}\nSubject: Des nouvelles\nMessage-ID: {message_id}\n"
        "Auto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nBonjour."
    )


def postfix(*, status: str = "5.1.1", action: str = "failed", message_id: str = NOTICE_ID, to: str = MEMBER) -> bytes:
    return crlf(f"""
Return-Path: <>
Delivered-To: {SENT_AS}
Date: Thu, 19 Nov 2026 09:00:01 +0100 (CET)
From: MAILER-DAEMON@mx.exemple.invalid (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {SENT_AS}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1/mx.exemple.invalid"
Message-Id: <20261119080001.B1@mx.exemple.invalid>

This is a MIME-encapsulated message.

--B1/mx.exemple.invalid
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.exemple.invalid.

<{to}>: host mail.exemple.invalid[192.0.2.1] said: 550 {status}
    <{to}>: Recipient address rejected

--B1/mx.exemple.invalid
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.exemple.invalid
X-Postfix-Queue-ID: B1
X-Postfix-Sender: rfc822; {SENT_AS}
Arrival-Date: Thu, 19 Nov 2026 09:00:00 +0100 (CET)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.exemple.invalid
Diagnostic-Code: smtp; 550 {status} <{to}>: Recipient address rejected

--B1/mx.exemple.invalid
Content-Description: Undelivered Message
Content-Type: message/rfc822

{original(message_id, to)}

--B1/mx.exemple.invalid--
""")


def exchange(*, status: str = "5.1.10", message_id: str = NOTICE_ID, to: str = MEMBER) -> bytes:
    """Headers of the original only, folded; the Message-ID stands in In-Reply-To as well."""
    return crlf(f"""
Return-Path: <>
From: postmaster@exemple.onmicrosoft.invalid
To: {SENT_AS}
Date: Thu, 19 Nov 2026 08:00:02 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="_9f_"
Content-Language: fr-FR
Message-ID: <ex1@exemple.onmicrosoft.invalid>
In-Reply-To: {message_id}
References: {message_id}
Subject: =?utf-8?B?Tm9uIHJlbWlzIDogRGVzIG5vdXZlbGxlcw==?=
Auto-Submitted: auto-replied
MIME-Version: 1.0

--_9f_
Content-Type: text/html; charset="utf-8"

<html><body><p>Votre message n'a pas pu &ecirc;tre remis &agrave; {to}.</p></body></html>

--_9f_
Content-Type: message/delivery-status

Reporting-MTA: dns;PR0P264MB.exemple.invalid
Received-From-MTA: dns;mx.opposable.example
Arrival-Date: Thu, 19 Nov 2026 08:00:01 +0000

Final-Recipient: rfc822;{to}
Action: failed
Status: {status}
Diagnostic-Code: smtp;550 {status} RESOLVER.ADR.RecipientNotFound; Recipient not found

--_9f_
Content-Type: text/rfc822-headers

{original(message_id, to).partition(chr(10) * 2)[0]}

--_9f_--
""")


def exim(*, message_id: str = NOTICE_ID, to: str = MEMBER) -> bytes:
    """Before 4.8x: in words, the original below a line of dashes."""
    return crlf(f"""
Return-path: <>
X-Failed-Recipients: {to}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@relais.exemple.invalid>
To: {SENT_AS}
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1abcde-0001-Xy@relais.exemple.invalid>
Date: Thu, 19 Nov 2026 09:00:03 +0100

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {to}
    host mail.exemple.invalid [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{to}>:
    550 5.1.1 <{to}>: no such user here

------ This is a copy of the message, including all the headers. ------

Return-path: <{SENT_AS}>
Received: from opposable.example ([192.0.2.9]) by relais.exemple.invalid
{original(message_id, to)}
""")


def gmail(*, status: str = "5.1.1", action: str = "failed", message_id: str = NOTICE_ID, to: str = MEMBER) -> bytes:
    """Related parts with a picture before the status; the recipient in a header of its own too."""
    return crlf(f"""
Return-Path: <>
X-Failed-Recipients: {to}
Auto-Submitted: auto-replied
From: Mail Delivery Subsystem <mailer-daemon@googlemail.invalid>
To: {SENT_AS}
Subject: Delivery Status Notification (Failure)
References: {message_id}
In-Reply-To: {message_id}
Message-ID: <6abc.1c69fb81.mx@google.invalid>
Date: Thu, 19 Nov 2026 00:00:04 -0800 (PST)
MIME-Version: 1.0
Content-Type: multipart/report; boundary="00000000"; report-type=delivery-status

--00000000
Content-Type: multipart/related; boundary="00000001"

--00000001
Content-Type: multipart/alternative; boundary="00000002"

--00000002
Content-Type: text/plain; charset="UTF-8"

** Address not found **

Your message wasn't delivered to {to} because the address couldn't be found.
The response was: 550 {status} The email account that you tried to reach does not exist.

--00000002--

--00000001
Content-Type: image/png; name="icon.png"
Content-Disposition: attachment; filename="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=

--00000001--

--00000000
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.invalid
Arrival-Date: Thu, 19 Nov 2026 00:00:03 -0800 (PST)
X-Original-Message-ID: {message_id}

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550-{status} The email account that you tried to reach does not exist.

--00000000
Content-Type: message/rfc822

{original(message_id, to)}

--00000000--
""")


def qmail(*, message_id: str = NOTICE_ID, to: str = MEMBER) -> bytes:
    return crlf(f"""
Return-Path: <>
Date: 19 Nov 2026 08:00:05 -0000
From: MAILER-DAEMON@qmail.exemple.invalid
To: {SENT_AS}
Subject: failure notice

Hi. This is the qmail-send program at qmail.exemple.invalid.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{to}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{SENT_AS}>
{original(message_id, to)}
""")


BOUNCES = {"postfix": postfix, "exchange": exchange, "exim": exim, "gmail": gmail, "qmail": qmail}

ROBOTS = {
    "rfc 3834": {"Auto-Submitted": "auto-replied"},
    "rfc 3834 with a comment": {"Auto-Submitted": "auto-generated (vacation)"},
    "precedence": {"Precedence": "auto_reply"},
    "a letter to many": {"Precedence": "bulk", "List-Id": "<liste.exemple.invalid>"},
    "an old program": {"X-Autoreply": "yes"},
    "no way back": {"Return-Path": "<>"},
    "a daemon": {"From": "MAILER-DAEMON@mx.exemple.invalid"},
}
LISTS = {
    "a list": {"Precedence": "list", "List-Id": "<contact.exemple.invalid>"},
    "a group": {"List-Unsubscribe": "<mailto:sortir@exemple.invalid>"},
}
VACATIONS = [
    "Réponse automatique : Des nouvelles",
    "Réponse automatique: Des nouvelles",
    "Automatic reply: Des nouvelles",
    "Absence du bureau : retour lundi",
    "Out of Office: Des nouvelles",
    "Re: Out of the office",
    "Absente jusqu’au 3",
    "Message d’absence",
    "Abwesenheitsnotiz: Des nouvelles",
    "Vacation reply",
]
PEOPLE = [
    "Re: Des nouvelles",
    "Absences de réponse de la caisse",
    "Ma réponse",
    "Question sur la réponse automatique reçue",
    "Vacances et délai",
    "Absence de réponse de la CPAM",
    "Re: Absence de réponse",
    "Absence du courrier depuis un mois",
    "Réponse automatique de la CNAM : que faire ?",
    "Tr : Réponse automatique",
    "Message automatique de la CPAM",
    "En vacances, je ne peux pas",
    "Je suis absente jusqu’à mardi",
]
