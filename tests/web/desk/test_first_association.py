"""A new instance's first association: a command makes it, and a mail lets its first coordinator in."""

import io
import re
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from accounts import access
from accounts.models import Association, Membership, User
from accounts.rules.roles import Role
from tests import factories
from tests.people import HouseClient, location

pytestmark = pytest.mark.django_db
ADDRESS = "premiere@exemple.invalid"
Make = Callable[..., str]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """What the command says."""

    def run(slug: str = "premiere", *, name: str = "Union des usagers", address: str = ADDRESS) -> str:
        said = io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{address}\n"))
        call_command("create_association", slug, name=name, stdout=said)
        return said.getvalue()

    return run


def test_the_first_coordinator_chooses_a_password_by_mail_and_then_a_second_factor(
    client: HouseClient, make: Make, mailoutbox: list[object]
) -> None:
    said = make()

    [mail] = mailoutbox
    [link] = re.findall(r"https?://[^/]+(/invitation/\S+)", mail.body)  # type: ignore[attr-defined]  # a mail
    assert mail.to == [ADDRESS]  # type: ignore[attr-defined]  # a mail
    assert ADDRESS not in said
    assert link not in said
    typed = {"name": "Nadia Berger", "password": "cinq mots pour une phrase", "pledge": "on"}
    assert location(client.post(link, typed)) == "/desk/"
    assert location(client.get("/desk/")).startswith("/compte/")  # to the second factor
    [membership] = access.memberships_of(User.objects.get())
    assert membership.roles == [Role.COORDINATOR]
    assert membership.association.slug == "premiere"


def test_whoever_has_a_password_keeps_it(make: Make, coordinator: Membership, mailoutbox: list[object]) -> None:
    said = make(address=coordinator.user.email)

    assert "enters with their own password" in said
    assert mailoutbox == []
    coordinator.user.refresh_from_db()
    assert coordinator.user.check_password(factories.PASSWORD)
    assert len(access.memberships_of(coordinator.user)) == 2


@pytest.mark.parametrize("slug", ["Union", "deux mots", "union_2", "", "été", "../x"])
def test_a_name_that_fits_no_address_is_refused(make: Make, slug: str) -> None:
    with pytest.raises(CommandError, match="Nothing was changed") as refused:
        make(slug)

    assert refused.value.returncode == 2
    assert not Association.objects.exists()


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "x" * 400 + "@exemple.invalid"])
def test_what_is_no_address_is_refused_and_not_repeated(make: Make, address: str) -> None:
    with pytest.raises(CommandError) as refused:
        make(address=address)

    assert refused.value.returncode == 2
    assert not address or address not in str(refused.value)
    assert not Association.objects.exists()


def test_a_name_that_is_taken_is_refused(make: Make, association: Association) -> None:
    with pytest.raises(CommandError, match="There is an association"):
        make(association.slug)

    assert Association.objects.count() == 1
    assert not User.objects.exists()


def test_a_mail_that_cannot_be_sent_is_said_with_the_way_on(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.management.commands.reset_password.send_now", lambda *_, **__: False)

    with pytest.raises(CommandError, match="reset_password"):
        make()

    assert Association.objects.filter(slug="premiere").exists()
