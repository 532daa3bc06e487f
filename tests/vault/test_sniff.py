"""What a file is, by its content; and what each refusal says."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault import samples
from vault.rules import sniff
from vault.rules.refusals import SENTENCES, Code, Refused
from vault.rules.sniff import Kind

MAIL = b"Return-Path: <x@exemple.fr>\r\nFrom: a@exemple.fr\r\nSubject: Attestation\r\n\r\nBonjour"
KNOWN = [
    (samples.pdf(), Kind.PDF),
    (b"\xef\xbb\xbf\n%PDF-2.0\n", Kind.PDF),
    (samples.jpeg(), Kind.JPEG),
    (samples.png(), Kind.PNG),
    (b"II*\x00\x08\x00\x00\x00", Kind.TIFF),
    (b"MM\x00*\x00\x00\x00\x08", Kind.TIFF),
    (b"RIFF\x24\x00\x00\x00WEBPVP8 ", Kind.WEBP),
    (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", Kind.HEIC),
    (MAIL, Kind.EML),
    (b"From a@exemple.fr Mon Mar  2 10:00:00 2026\nFrom: a@exemple.fr\nDate: x\n\n", Kind.EML),
]
UNKNOWN = [
    b"",
    b"<html>attestation</html>",
    b"MZ\x90\x00" + bytes(99),
    b"PK\x03\x04word/document.xml",
    b"GIF89a",
    b"%PDF",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"\x00\x00\x00\x18ftypmp42",
    b"RIFF\x24\x00\x00\x00WAVE",
    b"Objet: bonjour\nFrom a friend\n\nDate: 2026",
    b"From: a@exemple.fr\n\nSubject: below the headers",
]


@pytest.mark.parametrize(("data", "kind"), KNOWN)
def test_a_file_is_known_by_its_content(data: bytes, kind: Kind) -> None:
    assert sniff.kind_of(data) is kind


@pytest.mark.parametrize("data", UNKNOWN)
def test_what_is_no_document_has_no_kind(data: bytes) -> None:
    assert sniff.kind_of(data) is None


@given(st.binary(max_size=200))
def test_any_bytes_have_a_kind_or_none(data: bytes) -> None:
    assert sniff.kind_of(data) in {None, *Kind}


@pytest.mark.parametrize("code", Code)
def test_every_refusal_says_what_to_do_in_both_languages(code: Code) -> None:
    refusal = Refused(code)

    assert refusal.say("fr") != refusal.say("en")
    assert len(re.split(r"\. |\u00a0: |, puis ", SENTENCES[code].fr)) >= 2
    assert refusal.status in {413, 422, 429, 503, 507}
    assert str(refusal) == code.value
