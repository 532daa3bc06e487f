"""Out of a session: by its page, in a hurry, or because it ran out. Nothing stays in the browser."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.house.headers import EXIT, path_of
from tests.house.world import World, addresses

FORGET = '"cache", "storage"'


@pytest.mark.django_db
def test_who_signs_out_leaves_nothing_in_the_browser(world: World) -> None:
    for person, path in [
        ("member", reverse("portal:leave")),
        ("member", reverse("portal:quick_exit")),
        ("volunteer", reverse("account_logout")),
        ("volunteer", reverse("portal:quick_exit")),
    ]:
        browser = world.browser_of(person)
        before = browser.cookies["sessionid"].value
        response = browser.post(path)
        assert response.status_code == 302, path
        assert response["Clear-Site-Data"] == FORGET, path
        assert browser.cookies["sessionid"].value != before
        assert not browser.session.get("_auth_user_id")


@pytest.mark.django_db
def test_a_session_that_ran_out_leaves_nothing_either(world: World, clock: time_machine.Traveller) -> None:
    for person, path in (("member", "/espace/"), ("volunteer", "/desk/")):
        browser = world.browser_of(person)
        assert "Clear-Site-Data" not in browser.get(path)
        clock.shift(timedelta(hours=13))
        assert browser.get(path)["Clear-Site-Data"] == FORGET


@pytest.mark.django_db
def test_other_answers_clear_nothing(world: World) -> None:
    """A new session is no end: whoever signs in would lose the sheet that was just fetched."""
    entering = Client().post("/espace/entrer/", {"who": "zq@exemple.invalid"})

    assert entering.cookies["sessionid"].value
    assert "Clear-Site-Data" not in entering
    assert "Clear-Site-Data" not in world.browser_of("volunteer").get("/desk/")
    assert "Clear-Site-Data" not in Client().get("/")


@pytest.mark.django_db
def test_the_way_out_leads_to_one_site_and_nowhere_else(world: World) -> None:
    """Without a token, for nobody as well: it must not fail. And whatever is asked, the target is ours."""
    browsers = [Client(enforce_csrf_checks=True), world.browser_of("member")]
    for browser in browsers:
        response = browser.post(
            f"{reverse('portal:quick_exit')}?next=https://evil.example/", {"next": "//evil.example"}
        )
        assert (response.status_code, response["Location"]) == (302, EXIT)
        assert response["Referrer-Policy"] == "no-referrer"
    assert browsers[-1].get("/espace/").status_code == 302


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_way_out_stands_on_every_page_of_a_member(world: World) -> None:
    asked = r'<form class="site-head__exit" method="post" action="/espace/quitter/"'
    form = re.compile(rf'{asked}[^>]*data-quick-exit="{EXIT}"')
    pages = [path_of(world, name) for name, _ in addresses() if name.startswith("portal:")]
    pages += ["/espace/", "/espace/nulle-part/du-tout/", "/espace/BADU-KEVI-TOR/"]
    without, seen = [], 0
    for browser in (
        Client(),
        world.browser_of("member"),
        world.browser_of("not my case"),
        world.browser_of("stranger"),
    ):
        for page in pages:
            answer = browser.get(page)
            if answer["Content-Type"].startswith("text/html") and answer.status_code != 302:
                seen += 1
                without += [] if form.search(answer.content.decode()) else [(page, answer.status_code)]

    assert seen > 40
    assert without == []
