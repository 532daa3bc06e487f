"""What a page says of its own end: to whoever is signed in, on pages that show somebody's file."""

import pytest
from django.conf import LazySettings

from accounts.models import Membership, User
from tests.people import HouseClient, signed_in, signed_in_by_code

pytestmark = pytest.mark.django_db


def body_of(client: HouseClient, path: str) -> str:
    html = client.get(path, follow=True).content.decode()
    start = html.index("<body")
    return html[start : html.index(">", start)]


def test_a_page_says_when_it_closes_and_where_to(
    volunteer: Membership, member_user: User, settings: LazySettings
) -> None:
    settings.MEMBER_IDLE_MINUTES, settings.VOLUNTEER_IDLE_MINUTES = 7, 30

    worker, member = signed_in(volunteer.user), signed_in_by_code(member_user)

    assert 'data-idle="420" data-idle-home="/espace/"' in body_of(member, "/espace/")
    for path in ("/desk/", "/compte/facteur/"):
        assert 'data-idle="1800" data-idle-home="/desk/"' in body_of(worker, path)
    # One's own cases close as soon for whoever works here.
    assert 'data-idle="420" data-idle-home="/espace/"' in body_of(worker, "/espace/")
    # A refusal leads a member to their own part.
    assert 'data-idle="420" data-idle-home="/espace/"' in body_of(member, "/desk/")


def test_public_pages_and_pages_for_nobody_close_by_themselves_never(member_user: User) -> None:
    for client, path in ((signed_in_by_code(member_user), "/"), (HouseClient(), "/espace/"), (HouseClient(), "/desk/")):
        assert "data-idle" not in body_of(client, path)
        assert "idle.js" not in client.get(path, follow=True).content.decode()
