"""A list is taken in a browser: the button gives way once the download has left."""

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from accounts import access, scope
from accounts.models import Membership
from cases import actions
from tests import factories
from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from web.demo.people import DemoVolunteer


def membership_of(one: DemoVolunteer) -> list[Membership]:
    user = access.user_by_email(one.email)
    return access.memberships_of(user) if user else []


@pytest.mark.usefixtures("seeded")
def test_the_button_gives_way_to_the_words_and_a_way_back(open_page: OpenPage, clock: time_machine.Traveller) -> None:
    asker, decider = (steps.volunteer(key) for key in ("referent", "coordination"))
    [mine], [theirs] = membership_of(asker), membership_of(decider)
    with scope.enter(mine.association_id):
        export = factories.make_export(mine, at=timezone.now())
        actions.approve_export(export, by=theirs, seen=export.count, at=timezone.now())
    page = open_page()
    steps.sign_in(page, asker, clock=clock)
    page.goto(f"/desk/listes/{export.pk}/prendre/")
    steps.see(page, "Il se télécharge une seule fois")

    with page.expect_download():
        steps.press(page, "Télécharger maintenant")

    steps.see(page, "Le téléchargement est parti.")
    expect(page.get_by_role("button", name="Télécharger maintenant")).to_be_hidden()
    steps.follow(page, "Revenir à la demande")
    steps.see(page, "Prise")
