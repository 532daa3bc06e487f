"""A message read: who wrote, what, and whether it was somebody."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rules.inbound import Sort, letters, plus_part, read
from cases.rules.inbound.letters import MAX_ATTACHED, MAX_PARTS, MAX_SIGNS
from tests.cases.inbound import shapes
from tests.cases.inbound.shapes import MEMBER, NOTICE_ID, crlf, letter


def test_a_letter_is_read_whole() -> None:
    found = read(bytes(letter(in_reply_to=NOTICE_ID, references=f"<0@exemple.invalid> {NOTICE_ID}")))

    assert found.sort is Sort.PERSON
    assert (found.sender, found.sender_name) == (MEMBER, "Camille Martin")
    assert found.recipients == ("reponse@opposable.example",)
    assert found.answers == (NOTICE_ID, "<0@exemple.invalid>")
    assert (found.subject, found.text) == ("Re: Des nouvelles", "Bonjour,\n\nJ’ai appelé ce matin.\n\nCamille")
    assert (found.attached, found.left_out, found.report) == ((), 0, None)


@pytest.mark.parametrize("shape", shapes.BOUNCES)
def test_a_report_names_what_did_not_arrive_and_to_whom(shape: str) -> None:
    found = read(shapes.BOUNCES[shape]())

    assert found.sort is Sort.BOUNCE
    assert found.report
    assert NOTICE_ID in found.report.ids
    assert MEMBER in found.report.recipients
    assert found.report.is_hard


@pytest.mark.parametrize(
    ("status", "action", "is_hard"),
    [
        ("5.1.1", "failed", True),
        ("5.2.1", "failed", True),
        ("5.4.4", "failed", True),
        ("5.4.1", "failed", True),
        ("5.2.2", "failed", False),  # full
        ("5.7.1", "failed", False),  # displeased
        ("5.3.4", "failed", False),  # too large
        ("4.4.7", "failed", False),  # given up after days
        ("4.2.0", "delayed", False),
        ("5.1.1", "delayed", False),
    ],
)
def test_only_what_says_that_the_address_is_none_is_hard(status: str, action: str, is_hard: bool) -> None:
    report = read(shapes.postfix(status=status, action=action)).report

    assert report
    assert report.is_hard is is_hard
    assert report.code == status


def test_a_report_that_the_mail_arrived_is_no_failure() -> None:
    found = read(shapes.gmail(status="2.0.0", action="delivered"))

    assert (found.sort, found.report) == (Sort.ROBOT, None)


@pytest.mark.parametrize("marks", shapes.ROBOTS.values(), ids=shapes.ROBOTS)
def test_a_machine_is_known_by_its_marks(marks: dict[str, str]) -> None:
    message = letter()
    for name, value in marks.items():
        del message[name]
        message[name] = value

    assert read(bytes(message)).sort is Sort.ROBOT


@pytest.mark.parametrize("subject", shapes.VACATIONS)
def test_an_answer_that_nobody_wrote_is_known_by_its_subject(subject: str) -> None:
    assert read(bytes(letter(subject=subject))).sort is Sort.ROBOT


@pytest.mark.parametrize("subject", shapes.PEOPLE)
def test_a_subject_like_it_is_a_persons(subject: str) -> None:
    assert read(bytes(letter(subject=subject, auto_submitted="no"))).sort is Sort.PERSON


def test_a_read_receipt_is_a_machines() -> None:
    kind = "multipart/report; report-type=disposition-notification; boundary=x"
    receipt = crlf(f"From: {MEMBER}\nSubject: Lu\nContent-Type: {kind}\n\n--x\n\nLu\n--x--")

    assert read(receipt).sort is Sort.ROBOT


@pytest.mark.parametrize(
    ("charset", "said"),
    [("iso-8859-15", "latin9"), ("windows-1252", "utf-8"), ("utf-8", "iso-8859-1-klingon"), ("utf-8", "us-ascii")],
)
def test_words_in_another_charset_than_said_are_read(charset: str, said: str) -> None:
    body = "Déjà reçu".encode(charset)
    raw = crlf(f"From: {MEMBER}\nSubject: a\nContent-Type: text/plain; charset={said}\n") + b"\r\n" + body

    assert read(raw).text == "Déjà reçu"


def test_headers_in_several_charsets_are_read() -> None:
    raw = crlf(
        f"From: =?iso-8859-1?Q?Andr=E9?= =?utf-8?B?IMOJbGllIERvZQ==?= <{MEMBER}>\n"
        "Subject: =?utf-8?Q?Re=C3=A7u?= =?windows-1252?Q?_=80_20?=\n\nBonjour"
    )
    found = read(raw)

    assert (found.sender_name, found.subject) == ("André Élie Doe", "Reçu € 20")


def test_html_alone_is_read_as_it_is_seen() -> None:
    message = letter()
    message.set_content("<style>p{}</style><p>Bonjour,</p><p>J&rsquo;ai <b>reçu</b> la lettre.</p>", subtype="html")

    assert read(bytes(message)).text == "Bonjour,\n\nJ’ai reçu la lettre."


def test_files_are_taken_and_a_logo_is_not() -> None:
    message = letter()
    message.add_alternative('<p>Bonjour</p><img src="cid:logo">', subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="lettre.pdf")
    message.add_attachment(b"heic", maintype="image", subtype="heic", filename="IMG_1.HEIC")
    message.add_attachment(b"tnef", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    message.add_attachment(b"logo", maintype="image", subtype="png", disposition="inline", cid="<logo>")

    assert read(bytes(message)).attached == (b"%PDF-1.7", b"heic", b"tnef")


def test_a_message_within_a_message_is_a_file() -> None:
    message = letter(text="Voici leur réponse.")
    message.add_attachment(letter(text="Leur réponse", message_id="<2@exemple.invalid>"))
    found = read(bytes(message))

    assert found.text == "Voici leur réponse."
    assert [b"Leur r" in data for data in found.attached] == [True]


def test_the_first_ten_files_are_taken() -> None:
    message = letter()
    for number in range(MAX_ATTACHED + 3):
        message.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}.png")
    found = read(bytes(message))

    assert (len(found.attached), found.left_out) == (MAX_ATTACHED, 3)


def test_ten_thousand_parts_are_not_looked_at() -> None:
    parts = b"--b\r\nContent-Type: image/png; name=a\r\n\r\nx\r\n" * 10_000
    raw = crlf(f"From: {MEMBER}\nContent-Type: multipart/mixed; boundary=b") + b"\r\n\r\n" + parts + b"--b--"
    found = read(raw)

    assert len(found.attached) + found.left_out <= MAX_PARTS
    assert found.left_out > 0


def test_nesting_without_end_leaves_the_headers() -> None:
    raw = crlf(f"From: {MEMBER}\nSubject: Bonjour\nMessage-ID: <n@exemple.invalid>")
    for depth in range(3000):
        raw += f'\r\nContent-Type: multipart/mixed; boundary="b{depth}"\r\n\r\n--b{depth}'.encode()
    found = read(raw)

    assert (found.sender, found.subject, found.text) == (MEMBER, "Bonjour", "")
    assert found.left_out == 1


def test_of_too_much_only_the_beginning_is_read_and_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "MAX_BYTES", 2000)
    message = letter()
    message.add_attachment(b"x" * 3000, maintype="image", subtype="png", filename="a.png", cte="7bit")
    found = read(bytes(message))

    assert (found.text.splitlines()[0], found.attached, found.left_out) == ("Bonjour,", (), 1)


def test_signs_that_nobody_sees_are_gone_and_the_text_ends() -> None:
    found = read(crlf(f"From: {MEMBER}\nSubject: a\0b\n\nc\0d\x07e" + "f" * MAX_SIGNS))

    assert found.subject == "ab"
    assert found.text.startswith("cdef")
    assert len(found.text) == MAX_SIGNS


@pytest.mark.parametrize(
    "raw", [b"", b"\0", b"\r\n\r\n", b"Bonjour", b"From: \r\n", b"Content-Type: multipart/mixed\r\n\r\n"]
)
def test_next_to_nothing_is_read_as_nothing(raw: bytes) -> None:
    found = read(raw)

    assert (found.sender, found.recipients, found.answers) == ("", (), ())
    assert found.identity == read(raw).identity


def test_the_same_message_has_the_same_identity_on_another_way() -> None:
    once, again = letter(), letter()
    again["Received"] = "from elsewhere"
    other = letter(message_id="<2@mail.exemple.invalid>")
    nameless, changed = letter(message_id=None), letter(message_id=None, text="Autre chose")

    assert read(bytes(once)).identity == read(bytes(again)).identity
    assert len({read(bytes(one)).identity for one in (once, other, nameless, changed)}) == 4


def test_nobody_takes_the_place_of_a_message_of_somebody_else() -> None:
    """A Message-ID that a stranger uses again does not make the other one a repetition."""
    assert read(bytes(letter())).identity != read(bytes(letter(sender="autre@exemple.invalid"))).identity


@given(st.binary(max_size=3000))
def test_whatever_comes_is_read(raw: bytes) -> None:
    assert read(raw).sort in Sort


@given(st.binary(max_size=600), st.sampled_from(sorted(shapes.BOUNCES)), st.integers(0, 2000))
def test_a_report_that_is_broken_anywhere_is_read(noise: bytes, shape: str, at: int) -> None:
    raw = shapes.BOUNCES[shape]()
    found = read(raw[:at] + noise + raw[at + len(noise) :])

    assert found.sort in Sort
    assert found.report is None or len(found.report.code) < 13


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567", min_size=1, max_size=45))
def test_what_stands_after_the_plus_is_found(tag: str) -> None:
    address = f"Reponse+{tag.upper()}@Opposable.EXAMPLE"

    assert plus_part([address, "autre+x@opposable.example"], of="reponse@opposable.example") == (tag,)


def test_attachments_of_a_plain_message_keep_their_bytes() -> None:
    message = EmailMessage()
    message["From"] = MEMBER
    message.set_content("a")
    message.add_attachment(bytes(range(256)), maintype="application", subtype="octet-stream", filename="a")

    assert read(bytes(message)).attached == (bytes(range(256)),)
