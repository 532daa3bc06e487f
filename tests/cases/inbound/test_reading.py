"""A message read: who wrote, what, and whether it was somebody."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rules.inbound import Sort, letters, plus_part, read
from cases.rules.inbound.letters import MAX_ATTACHED, MAX_SIGNS
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


@pytest.mark.parametrize("marks", shapes.ROBOTS.values(), ids=shapes.ROBOTS)
def test_a_machine_is_known_by_its_marks(marks: dict[str, str]) -> None:
    message = letter()
    for name, value in marks.items():
        del message[name]
        message[name] = value

    assert read(bytes(message)).sort is Sort.ROBOT


@pytest.mark.parametrize("subject", shapes.VACATIONS)
def test_beside_a_hint_an_answer_that_nobody_wrote_is_known_by_its_subject(subject: str) -> None:
    assert read(bytes(letter(subject=subject, x_auto_response_suppress="All"))).sort is Sort.ROBOT
    assert read(bytes(letter(subject=subject))).sort is Sort.PERSON


@pytest.mark.parametrize("subject", shapes.PEOPLE)
def test_what_people_write_is_theirs_whatever_its_subject(subject: str) -> None:
    for told in ({}, {"auto_submitted": "no"}):
        assert read(bytes(letter(subject=subject, **told))).sort is Sort.PERSON


@pytest.mark.parametrize("marks", shapes.LISTS.values(), ids=shapes.LISTS)
def test_what_came_through_a_list_is_told_apart(marks: dict[str, str]) -> None:
    message = letter()
    for name, value in marks.items():
        message[name] = value

    assert read(bytes(message)).sort is Sort.LIST


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


@pytest.mark.parametrize(("size", "is_taken"), [(letters._MAX_LOGO, False), (letters._MAX_LOGO + 1, True)])
def test_a_photograph_in_the_text_is_taken(size: int, is_taken: bool) -> None:
    """Programs of telephones put it between the words, not beside them."""
    message = letter()
    message.add_alternative('<p>Voici la lettre</p><img src="cid:1A2B%40home">', subtype="html")
    message.add_attachment(b"x" * size, maintype="image", subtype="jpeg", disposition="inline", cid="<1A2B@home>")

    assert bool(read(bytes(message)).attached) is is_taken


@pytest.mark.parametrize("html", ["", "<p>Voici</p>", '<img src="cid:autre">'])
def test_a_picture_that_the_text_does_not_show_is_taken(html: str) -> None:
    message = letter()
    if html:
        message.add_alternative(html, subtype="html")
    message.add_attachment(b"jpeg", maintype="image", subtype="jpeg", disposition="inline", cid="<1A2B@home>")

    assert read(bytes(message)).attached == (b"jpeg",)


@pytest.mark.parametrize("marks", ['; name="untitled"', '; name="lettre.txt"\nContent-Disposition: inline'])
def test_the_only_text_is_the_text_even_with_a_name(marks: str) -> None:
    found = read(crlf(f"From: {MEMBER}\nContent-Type: text/plain{marks}\n\nBonjour"))

    assert (found.text, found.attached) == ("Bonjour", ())


def test_a_text_with_a_name_after_the_first_is_a_file() -> None:
    kinds = ("text/plain", "text/plain; name=notes.txt")
    parts = "".join(f"--b\nContent-Type: {kind}\n\n{kind[-9:]}\n" for kind in kinds)
    found = read(crlf(f"From: {MEMBER}\nContent-Type: multipart/mixed; boundary=b\n\n{parts}--b--"))

    assert (found.text, found.attached) == ("ext/plain", (b"notes.txt",))


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


def test_signs_that_nobody_sees_are_gone_and_the_text_ends() -> None:
    found = read(crlf(f"From: {MEMBER}\nSubject: a\0b\n\nc\0d\x07e" + "f" * MAX_SIGNS))

    assert found.subject == "ab"
    assert found.text.startswith("cdef")
    assert len(found.text) == MAX_SIGNS


def test_the_same_message_has_the_same_identity_on_another_way() -> None:
    once, again = letter(), letter()
    again["Received"] = "from elsewhere"
    other = letter(message_id="<2@mail.exemple.invalid>")
    nameless, changed = letter(message_id=None), letter(message_id=None, text="Autre chose")

    assert read(bytes(once)).identity == read(bytes(again)).identity
    assert len({read(bytes(one)).identity for one in (once, other, nameless, changed)}) == 4


def test_another_text_under_the_same_message_id_is_another_message() -> None:
    """Some programs write one Message-ID for ever."""
    photographed = letter()
    photographed.add_attachment(b"heic", maintype="image", subtype="heic", filename="IMG_1.HEIC")
    told = [letter(), letter(text="Tout autre chose"), letter(subject="Urgent"), photographed]

    assert len({read(bytes(one)).identity for one in told}) == 4


def test_nobody_takes_the_place_of_a_message_of_somebody_else() -> None:
    """A Message-ID that a stranger uses again does not make the other one a repetition."""
    assert read(bytes(letter())).identity != read(bytes(letter(sender="autre@exemple.invalid"))).identity


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
