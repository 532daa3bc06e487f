"""The mails that the demo shows: dated in words and at the hour of Paris."""

from pathlib import Path

import pytest
from django.template.loader import render_to_string
from pytest_django import Settings

from web.demo import pages
from web.parts import french

MAIL = """To: a@exemple.invalid
Subject: Essai
{date}
Bonjour.
-------------------------------------------------------------------------------
"""


@pytest.mark.django_db
def test_a_mail_is_dated_in_words_at_the_hour_of_paris(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    (tmp_path / "1.log").write_text(MAIL.format(date="Date: Mon, 23 Nov 2026 09:05:00 -0000\n"))

    [mail] = pages.home().mails

    assert french.at_hour(mail.sent_at).replace("\u00a0", " ") == "lundi 23 novembre 2026, 10 h 05"
    page = render_to_string("demo/home.html", {"page": pages.home()})
    assert french.at_hour(mail.sent_at) in page
    assert "0000" not in page.partition("Courriels")[2]


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["", "Date: hier\n"])
def test_a_mail_without_a_date_is_shown_all_the_same(settings: Settings, tmp_path: Path, line: str) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    (tmp_path / "1.log").write_text(MAIL.format(date=line))

    [mail] = pages.home().mails

    assert mail.sent_at is None
    assert mail.text == "Bonjour."
