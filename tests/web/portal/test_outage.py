"""Signing in while the mail server is away."""

import socket
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from accounts.models import SignInCode
from notifications.actions import direct as mails
from tests import factories
from tests.people import HouseClient
from tests.web.portal.test_entry import ask


@pytest.fixture
def outage(settings: LazySettings) -> Iterator[None]:
    """The mail server's port is closed; mails leave beside the request, as in production."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAIL_THREADS = "127.0.0.1", port, 1
    mails._threads.cache_clear()
    yield
    mails._threads().shutdown()
    mails._threads.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_codes_that_the_mail_server_did_not_take_keep_nobody_out_known_or_not(outage: None) -> None:
    """An outage of an hour must not be a day without the case."""
    member = factories.make_user(password=None)

    for address in (member.email, "inconnu@exemple.invalid"):
        for _ in range(4):
            assert ask(HouseClient(), address).status_code == 302
            mails._threads().submit(int).result()  # what was given before it is done
    assert SignInCode.objects.count() == 8
    assert not SignInCode.objects.exclude(address_index="").exists()
