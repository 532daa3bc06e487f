"""The team: seen and changed by coordinators alone."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import access, actions, scope
from accounts.actions import INVITATION_LIFE
from accounts.models import Association, AuditEntry, Invitation, Membership
from accounts.rules.roles import Role
from tests import factories
from tests.people import HouseClient, location, signed_in
from tests.web.desk.authenticator import enrol


def at_desk(membership: Membership) -> HouseClient:
    return signed_in(membership.user, association=membership.association)


def sent(association: Association, **typed: Any) -> dict[str, Any]:
    return {"association": association.pk, "token": str(uuid4()), **typed}


def invitation_form(association: Association, **changes: Any) -> dict[str, Any]:
    typed = {"name": "Nadia Berger", "email": "nadia@exemple.invalid", "roles": [Role.VOLUNTEER]}
    return sent(association, **(typed | changes))


def waiting(association: Association) -> list[Invitation]:
    with scope.enter(association.pk):
        return list(Invitation.objects.unanswered().order_by("pk"))


def team_page(membership: Membership) -> str:
    return str(at_desk(membership).get(reverse("desk:team")).content.decode())


def link_in(message: Any) -> str:
    found = re.search(r"http://localhost:8000(/invitation/\S+)", message.body)
    assert found
    return found.group(1)


# Who may


def test_whoever_loses_the_role_loses_what_waits_or_works_in_their_name(
    association: Association, coordinator: Membership, volunteer: Membership, now: datetime
) -> None:
    """Else a coordinator for a day would keep a program, and could make a second coordinator later."""
    boss = factories.make_membership(association, Role.COORDINATOR)
    invitation, link = factories.make_invitation(association, by=coordinator.user, at=now, roles=[Role.COORDINATOR])
    token, text = factories.make_token(coordinator, at=now)
    with scope.enter(association.pk):
        reset = actions.ask_reset(volunteer, by=coordinator.user, at=now)
    browser = at_desk(boss)

    browser.post(
        reverse("desk:member_roles", args=[coordinator.pk]), sent(association, roles=[Role.COORDINATOR, Role.REFERENT])
    )
    assert len(waiting(association)) == 1
    browser.post(reverse("desk:member_roles", args=[coordinator.pk]), sent(association, roles=[Role.REFERENT]))

    assert waiting(association) == []
    assert HouseClient().get(reverse("invitation", args=[link])).status_code == 410
    assert access.live_token(text, ip="192.0.2.1", at=now) is None
    with scope.enter(association.pk):
        ended = AuditEntry.objects.filter(by=boss.user).order_by("pk").values_list("kind", "about_id")
        assert list(ended)[-3:] == [
            ("invitation_revoked", str(invitation.pk)),
            ("token_revoked", str(token.pk)),
            ("reset_cancelled", str(reset.pk)),
        ]


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.VOLUNTEER, Role.REFERENT, Role.DATA_DELEGATE])
def test_only_coordinators_see_or_change_the_team(
    association: Association, volunteer: Membership, coordinator: Membership, now: datetime, role: Role
) -> None:
    invitation, _ = factories.make_invitation(association, by=coordinator.user, at=now)
    browser = at_desk(factories.make_membership(association, role))

    for name, args in [
        ("team", []),
        ("invite", []),
        ("member_roles", [volunteer.pk]),
        ("member_revoke", [volunteer.pk]),
        ("invitation_again", [invitation.pk]),
        ("invitation_revoke", [invitation.pk]),
    ]:
        address = reverse(f"desk:{name}", args=args)
        assert browser.post(address, invitation_form(association)).status_code in {403, 405}
        assert browser.get(address).status_code in {403, 405}
    assert len(waiting(association)) == 1
    assert len(access.memberships_of(volunteer.user)) == 1


def test_another_association_finds_nobody_here(
    coordinator: Membership, volunteer: Membership, stranger: Membership, now: datetime
) -> None:
    invitation, _ = factories.make_invitation(volunteer.association, by=coordinator.user, at=now)
    browser = at_desk(stranger)

    for name, pk in [
        ("member_roles", volunteer.pk),
        ("member_revoke", volunteer.pk),
        ("invitation_again", invitation.pk),
        ("invitation_revoke", invitation.pk),
    ]:
        address = reverse(f"desk:{name}", args=[pk])
        assert browser.post(address, sent(stranger.association, roles=[Role.REFERENT])).status_code == 404
    assert volunteer.user.name not in browser.get(reverse("desk:team")).content.decode()
    assert len(waiting(volunteer.association)) == 1


def test_a_form_of_another_association_is_a_conflict(coordinator: Membership, other_association: Association) -> None:
    refused = at_desk(coordinator).post(reverse("desk:invite"), invitation_form(other_association))

    assert refused.status_code == 409
    assert waiting(coordinator.association) == []


# The page


def test_the_team_shows_names_roles_and_factors(coordinator: Membership, volunteer: Membership) -> None:
    enrol(volunteer.user)
    factories.make_membership(coordinator.association, Role.RECEPTION)

    page = team_page(coordinator)

    assert volunteer.user.name in page
    assert "Bénévole" in page
    assert page.count("En place") == 2
    assert page.count("Pas encore") == 1
    assert "(vous)" in page


def test_the_team_costs_the_same_for_many(coordinator: Membership, now: datetime) -> None:
    browser, costs = at_desk(coordinator), []
    for _ in range(2):
        for _ in range(6):
            factories.make_membership(coordinator.association, Role.VOLUNTEER)
            factories.make_invitation(coordinator.association, by=coordinator.user, at=now)
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("desk:team"))
        costs.append(len(asked))

    assert costs[0] == costs[1]


# Inviting


@pytest.mark.django_db(transaction=True)
def test_an_invitation_leaves_by_mail_once_its_row_stands(transactional_db: None) -> None:
    coordinator = factories.make_membership(factories.make_association(), Role.COORDINATOR)
    browser = at_desk(coordinator)

    page = browser.post(reverse("desk:invite"), invitation_form(coordinator.association), follow=True)

    assert [message.to for message in mail.outbox] == [["nadia@exemple.invalid"]]
    assert "Bénévole" in mail.outbox[0].body
    assert "L’invitation est partie." in page.content.decode()
    assert "Nadia Berger" in page.content.decode()
    assert HouseClient().get(link_in(mail.outbox[0])).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_when_the_mail_is_refused_the_page_says_so_and_it_can_be_sent_again(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = factories.make_membership(factories.make_association(), Role.COORDINATOR)
    browser = at_desk(coordinator)
    with monkeypatch.context() as patch:
        patch.setattr("web.desk.views.team.send_now", lambda *_, **__: False)
        page = browser.post(reverse("desk:invite"), invitation_form(coordinator.association), follow=True)
    assert "L’invitation n’a pas pu partir" in page.content.decode()
    [invitation] = waiting(coordinator.association)

    again = reverse("desk:invitation_again", args=[invitation.pk])
    page = browser.post(again, sent(coordinator.association), follow=True)

    assert "L’invitation est partie." in page.content.decode()
    assert HouseClient().get(link_in(mail.outbox[0])).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_link_that_was_sent_again_replaces_the_first(transactional_db: None) -> None:
    coordinator = factories.make_membership(factories.make_association(), Role.COORDINATOR)
    browser = at_desk(coordinator)
    browser.post(reverse("desk:invite"), invitation_form(coordinator.association))
    [invitation] = waiting(coordinator.association)

    browser.post(reverse("desk:invitation_again", args=[invitation.pk]), sent(coordinator.association))

    first, second = (link_in(message) for message in mail.outbox)
    assert HouseClient().get(first).status_code == 404
    assert HouseClient().get(second).status_code == 200


def test_the_page_that_sends_again_says_for_which_roles(coordinator: Membership, now: datetime) -> None:
    """Where whoever had to give their factor first comes back."""
    invitation, _ = factories.make_invitation(coordinator.association, by=coordinator.user, at=now)
    address = reverse("desk:invitation_again", args=[invitation.pk])
    browser = at_desk(coordinator)

    page = browser.get(address).content.decode()
    assert invitation.name in page
    assert "Bénévole" in page

    browser.post(reverse("desk:invitation_revoke", args=[invitation.pk]), sent(coordinator.association))
    assert browser.get(address).status_code == 409


@pytest.mark.parametrize(("days", "status"), [(29, 302), (31, 409)])
def test_an_invitation_that_is_long_forgotten_is_not_sent_again(
    coordinator: Membership, days: int, status: int
) -> None:
    sent_at = timezone.now() - INVITATION_LIFE - timedelta(days=days)
    invitation, _ = factories.make_invitation(coordinator.association, by=coordinator.user, at=sent_at)
    browser, again = at_desk(coordinator), reverse("desk:invitation_again", args=[invitation.pk])
    assert (again in team_page(coordinator)) is (status == 302)

    answer = browser.post(again, sent(coordinator.association))

    assert answer.status_code == status
    [after] = waiting(coordinator.association)
    assert (after.sent_at > sent_at, after.token_hash != invitation.token_hash) == (status == 302, status == 302)
    assert ("plus de trente jours" in answer.content.decode()) is (status == 409)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "nadia@"}, "Cette adresse n’est pas complète."),
        ({"email": "élodie@exemple.invalid"}, "cette adresse a un accent que le courrier ne sait pas porter."),
        ({"email": "n" * 400 + "@exemple.invalid"}, "Cette adresse est trop longue"),
        ({"email": "Nadia nadia@exemple.invalid"}, "Écrivez l’adresse seule"),
        ({"name": ""}, "Répondez à cette question."),
        ({"roles": []}, "Choisissez au moins un rôle."),
        ({"roles": ["operateur"]}, "operateur"),
    ],
)
def test_a_mistake_keeps_what_was_typed(coordinator: Membership, changes: dict[str, Any], sentence: str) -> None:
    typed = invitation_form(coordinator.association, **changes)

    page = at_desk(coordinator).post(reverse("desk:invite"), typed)

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert f'value="{typed["email"]}"' in page.content.decode()
    assert waiting(coordinator.association) == []


def test_who_is_here_or_was_invited_is_not_invited_twice(coordinator: Membership, volunteer: Membership) -> None:
    browser, address = at_desk(coordinator), reverse("desk:invite")
    browser.post(address, invitation_form(coordinator.association))

    for email in ("Nadia@exemple.invalid", volunteer.user.email.upper()):
        assert browser.post(address, invitation_form(coordinator.association, email=email)).status_code == 422
    assert len(waiting(coordinator.association)) == 1


def test_a_form_does_not_tell_who_belongs_elsewhere(coordinator: Membership, stranger: Membership) -> None:
    typed = invitation_form(coordinator.association, email=stranger.user.email)

    assert location(at_desk(coordinator).post(reverse("desk:invite"), typed)) == reverse("desk:team")


# Changing


def test_new_roles_hold_at_the_next_request(coordinator: Membership, volunteer: Membership) -> None:
    browser = at_desk(volunteer)
    assert browser.get(reverse("desk:team")).status_code == 403

    address = reverse("desk:member_roles", args=[volunteer.pk])
    at_desk(coordinator).post(address, sent(volunteer.association, roles=[Role.COORDINATOR]))

    assert browser.get(reverse("desk:team")).status_code == 200


def test_a_revoked_volunteer_is_out_at_the_next_request(coordinator: Membership, volunteer: Membership) -> None:
    browser = at_desk(volunteer)
    assert browser.get("/desk/").status_code == 200
    address = reverse("desk:member_revoke", args=[volunteer.pk])

    assert volunteer.user.name in at_desk(coordinator).get(address).content.decode()
    at_desk(coordinator).post(address, sent(volunteer.association))

    assert location(browser.get("/desk/")).startswith("/compte/connexion/")
    assert at_desk(volunteer).get("/desk/").status_code == 403  # who signs in again is nobody here
    again = at_desk(coordinator).post(address, sent(volunteer.association))
    assert again.status_code == 409
    assert "Cette personne n’a déjà plus accès" in again.content.decode()


def test_who_left_another_association_is_not_known_here(
    coordinator: Membership, stranger: Membership, now: datetime
) -> None:
    with scope.enter(stranger.association_id):
        actions.join(stranger.association_id, user=coordinator.user, roles=[Role.COORDINATOR], at=now)
        actions.revoke_membership(stranger, by=None, at=now)

    for pk in (stranger.pk, stranger.pk + 1000):
        assert at_desk(coordinator).get(reverse("desk:member_revoke", args=[pk])).status_code == 404


def test_nobody_decides_about_themselves(coordinator: Membership) -> None:
    for name in ("member_roles", "member_revoke"):
        address = reverse(f"desk:{name}", args=[coordinator.pk])
        refused = at_desk(coordinator).post(address, sent(coordinator.association, roles=[Role.DATA_DELEGATE]))
        assert refused.status_code == 403
        assert "un collègue" in refused.content.decode()
    assert [one.roles for one in access.memberships_of(coordinator.user)] == [[Role.COORDINATOR]]


def test_the_last_coordinator_stays(coordinator: Membership, now: datetime) -> None:
    """The pages cannot ask for it (nobody decides about themselves): this is for two who do so at once."""
    with scope.enter(coordinator.association_id):
        with pytest.raises(actions.LastCoordinator):
            actions.revoke_membership(coordinator, by=None, at=now)
        with pytest.raises(actions.LastCoordinator):
            actions.change_roles(coordinator, roles=[Role.VOLUNTEER], by=coordinator.user, at=now)
        actions.change_roles(coordinator, roles=[Role.VOLUNTEER, Role.COORDINATOR], by=coordinator.user, at=now)

    assert [one.roles for one in access.memberships_of(coordinator.user)] == [[Role.VOLUNTEER, Role.COORDINATOR]]


def test_one_of_two_coordinators_may_go(coordinator: Membership, association: Association) -> None:
    second = factories.make_membership(association, Role.COORDINATOR)

    at_desk(coordinator).post(reverse("desk:member_revoke", args=[second.pk]), sent(association))

    assert access.memberships_of(second.user) == []
