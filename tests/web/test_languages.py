"""French first, English complete: no page says a word of the other language."""

import contextlib
import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import polib
import pytest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import timezone

from accounts import scope
from accounts.fields import load_keys
from accounts.models import Association, Membership, User
from accounts.rules.roles import Role
from cases.models import Campaign, Case, CaseEvent, Deadline
from observatory import actions as observatory
from observatory.models import StatPlan
from procedures import registry
from procedures.rules.texts import Text
from tests import factories
from tests.house.permissions import TABLE
from tests.house.tree import ROOT
from tests.people import HouseClient, signed_in, signed_in_by_code
from tests.stage_deposits import set_deposits
from tests.web.languages import said, strangers
from tests.whole import WHOLE
from web.demo import seed

PLACE = re.compile(r"%\(\w+\)s|<[^>]+>")
LINK = re.compile(r'href="([^"#]+)')
MOST = 3 if WHOLE else 1  # pages of one address and one person
# No page in a language: files, JSON, and the catalogue of components with its French samples.
NOT_READ = {
    "public:styleguide",
    "public:release_file",
    "portal:file",
    "portal:deposit_before",
    "portal:deposit_after",
    "desk:file",
    "desk:sheet",
    "desk:deposit_before",
    "desk:deposit_after",
    "mfa_download_recovery_codes",
    "api:schema",
    "api:cases",
    "api:case",
    "api:procedures",
    "api:procedure",
    "api:releases",
    "api:release",
}


@dataclass
class Crawl:
    """What one person's browser saw from some addresses on."""

    client: HouseClient
    language: str
    names: list[str]
    within: str  # what the names of the links that are followed begin with
    faults: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)

    def walk(self, *starts: str) -> None:
        """Reads every start, then what they lead to: of each kind of page a few."""
        waiting = [link for start in starts for link in self._read(start)]
        while waiting:
            address = waiting.pop(0)
            name = name_of(address)
            if name.startswith(self.within) and self.seen[name] < MOST:
                waiting += self._read(address)

    def _read(self, address: str) -> list[str]:
        """The links of a page that was not read yet."""
        name = name_of(address)
        if not name or name in NOT_READ or address in self.known:
            return []
        self.known.add(address)
        response = self.client.get(address)
        if response.status_code in {301, 302, 303}:
            return [urljoin(address, response.headers["Location"])]
        self.seen[name] += 1
        is_page = response.headers.get("Content-Type", "").startswith("text/html") and response.content
        return self._judge(address, response) if is_page else []

    def _judge(self, address: str, response: Any) -> list[str]:
        html = response.content.decode()
        page = said(html)
        if page.language != self.language:
            self.faults.append(f'{address}: <html lang="{page.language}">')
        self.faults += [f"{address}: {word}" for word in strangers(page.texts, self.language, names=self.names)]
        return [urljoin(address, link.replace("&amp;", "&")) for link in LINK.findall(html)]


def name_of(address: str) -> str:
    """The name of one of our addresses, "" of any other."""
    parts = urlsplit(address)
    if parts.netloc or parts.scheme or parts.path.startswith("/static/"):
        return ""
    try:
        return str(resolve(parts.path).view_name)
    except Resolver404:
        return ""


@pytest.fixture
def seeded(today: date, now: datetime) -> Association:
    """The demo's first association, with a release and an invitation."""
    seed.seed(cases_wanted=90, associations=1, number=1, today=today)
    association = Association.objects.get()
    with scope.enter(association.pk):
        _publish(_team(association), today=today, at=now)
    return association


def _publish(team: dict[Role, User], *, today: date, at: datetime) -> None:
    plan = StatPlan.objects.get(campaign_id=Campaign.objects.get(slug__startswith="clotures").pk)
    release = observatory.measure(plan, table="S1", period=str(today.year - 1), by=team[Role.COORDINATOR], at=at)
    assert observatory.review(release, by=team[Role.DATA_DELEGATE], at=at)
    assert observatory.publish(release, by=team[Role.DATA_DELEGATE], at=at)


def _team(association: Association) -> dict[Role, User]:
    with scope.enter(association.pk):
        rows = Membership.objects.select_related("user")
        return {Role(role): row.user for row in rows for role in row.roles}


def _told_by_people(association: Association) -> list[str]:
    """What people typed stays in their language."""
    with scope.enter(association.pk):
        cases, events = list(Case.objects.select_related("member", "beneficiary")), list(CaseEvent.objects.all())
        load_keys({row.subject for case in cases for row in (case, case.member, case.beneficiary)})
        typed = {case.member.first_name for case in cases} | {case.beneficiary.first_name for case in cases}
        typed |= {event.note for event in events} | {case.member.region for case in cases}
        titles = [campaign.title for campaign in Campaign.objects.all()]
        return [association.name, "Démo", *titles, *sorted(typed - {""})]


def _situations(association: Association) -> list[tuple[User | None, str]]:
    """A member and the reference of their case, for each situation that the seed holds."""
    with scope.enter(association.pk):
        told = {
            (case.procedure, case.state, case.outcome, case.reason, bool(case.member.user)): case
            for case in Case.objects.select_related("member__user").order_by("pk")
        }
        return [(case.member.user, case.reference) for case in told.values()]


def _without_places() -> list[str]:
    addresses = []
    for name in TABLE:
        with contextlib.suppress(NoReverseMatch):
            addresses.append(reverse(name))
    return addresses


@dataclass(frozen=True)
class Readers:
    """Who reads in one language, and what people typed in theirs."""

    association: Association
    language: str
    names: list[str]

    def reads(self, client: HouseClient, *starts: str, within: str = "") -> Crawl:
        client.cookies["django_language"] = self.language
        crawl = Crawl(client=client, language=self.language, names=self.names, within=within)
        crawl.walk(*starts)
        return crawl

    def crawls(self, token: str, *, again: int) -> Iterator[Crawl]:
        invitations = [reverse("invitation", args=[token]), reverse("invitation", args=["nothing"])]
        yield self.reads(HouseClient(), *_without_places(), *invitations)
        team = _team(self.association)
        with scope.enter(self.association.pk):
            colleague = Membership.objects.get(user=team[Role.VOLUNTEER])
        starts = [
            reverse("desk:invitation_again", args=[again]),
            reverse("desk:member_sessions", args=[colleague.pk]),
        ]
        coordinator = signed_in(team[Role.COORDINATOR], association=self.association)
        yield self.reads(coordinator, *starts, within="desk:invitation")
        yield from self._team()
        yield from self._members()
        yield from self._deposits()

    def _team(self) -> Iterator[Crawl]:
        """Each role all that has an address without a case, the coordinator and the volunteer what that leads to; the
        referent every situation of a case."""
        team = _team(self.association)
        yield self.reads(signed_in(team[Role.VOLUNTEER], factor=False), *_without_places())
        for role, user in team.items():
            within = "desk:" if WHOLE or role in {Role.COORDINATOR, Role.VOLUNTEER} else "none"
            yield self.reads(signed_in(user, association=self.association), *_without_places(), within=within)
        cases = [reverse("desk:case", args=[reference]) for _, reference in _situations(self.association)]
        yield self.reads(signed_in(team[Role.REFERENT], association=self.association), *cases, within="desk:")

    def _members(self) -> Iterator[Crawl]:
        """Every situation as its member reads it, and the pages that it leads to."""
        for member, reference in _situations(self.association):
            if member:
                client = signed_in_by_code(member, association=self.association)
                steps = [reverse("portal:step", args=[reference, channel, 1]) for channel in ("web", "phone")]
                yield self.reads(client, reverse("portal:case", args=[reference]), *steps, within="portal:")

    def _deposits(self) -> Iterator[Crawl]:
        """Documents on their way, in each state, and one that stays at home, as who sent them sees them."""
        with scope.enter(self.association.pk):
            rows = Case.objects.select_related("member__user", "assigned_to").filter(state="awaiting")
            case = next(one for one in rows.order_by("pk") if one.member.user and one.assigned_to)
        member, volunteer = case.member.user, case.assigned_to
        assert member
        assert volunteer
        made = set_deposits(case, volunteer=volunteer, at=timezone.now())
        kept = factories.make_fingerprint(case, by=volunteer, today=timezone.localdate(), at=timezone.now())
        at_desk = [reverse("desk:deposit", args=[case.reference, made.pop("deposit.volunteer")])]
        starts = [reverse("portal:deposit", args=[case.reference, pk]) for pk in made.values()]
        for space, pages in (("portal", starts), ("desk", at_desk)):
            pages.append(reverse(f"{space}:prove", args=[case.reference, kept.pk]))
        yield self.reads(signed_in_by_code(member, association=self.association), *starts, within="none")
        yield self.reads(signed_in(volunteer, association=self.association), *at_desk, within="none")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_page_says_a_word_of_the_other_language(seeded: Association, language: str, now: datetime) -> None:
    coordinator = _team(seeded)[Role.COORDINATOR]
    invitation, token = factories.make_invitation(seeded, by=coordinator, at=now)
    with scope.enter(seeded.pk):
        asker = Membership.objects.get(user=coordinator)
        deadline = Deadline.objects.filter(case__closed_on=None).order_by("pk").first()
        assert deadline
        case = deadline.case
    factories.make_export(asker, at=now)
    factories.make_unsent(seeded, at=now, deadline=deadline.pk)
    factories.make_mail(case, doubtful=True, at=now)

    crawls = list(Readers(seeded, language, _told_by_people(seeded)).crawls(token, again=invitation.pk))

    faults = sorted({fault for crawl in crawls for fault in crawl.faults})
    assert not faults, "\n".join(faults)
    read = {name for crawl in crawls for name in crawl.seen}
    assert {name for name, (row, _) in TABLE.items() if "200" in row.split()} - NOT_READ - read == set()


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_address_that_leads_nowhere_says_so_in_the_readers_language(client: HouseClient, language: str) -> None:
    client.cookies["django_language"] = language

    page = said(client.get("/nothing/").content.decode())

    assert page.language == language
    assert strangers(page.texts, language) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("address", ["/deux-voies/", "/?date=2026-10-20", "/demarches/mon-espace-sante/cloture/"])
def test_the_button_changes_the_language_and_keeps_the_page(client: HouseClient, address: str) -> None:
    french = client.get(address)
    form = {"language": "en", "next": address}

    changed = client.post(reverse("set_language"), form)
    english = client.get(changed.headers["Location"])

    assert f'<input type="hidden" name="next" value="{address}">' in french.content.decode()
    assert (changed.status_code, changed.headers["Location"]) == (302, address)
    assert [said(page.content.decode()).language for page in (french, english)] == ["fr", "en"]


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_language_button_leads_to_no_other_site(client: HouseClient) -> None:
    changed = client.post(reverse("set_language"), {"language": "en", "next": "https://ailleurs.example/"})

    assert changed.headers["Location"] == "/"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_procedure_says_a_word_of_the_other_language(language: str) -> None:
    texts = [text.say(language) for definition in registry.all_current() for text in _texts(definition)]

    assert len(texts) > 100
    assert strangers(texts, language) == []


def _texts(value: object) -> Iterator[Text]:
    """Every text of a definition, however deep."""
    if isinstance(value, Text):
        yield value
    elif dataclasses.is_dataclass(value):
        for field_ in dataclasses.fields(value):
            yield from _texts(getattr(value, field_.name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _texts(item)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", sorted(ROOT.glob("*/templates/*/mail/*/*.fr.*")), ids=lambda path: path.parent.name)
def test_no_mail_says_a_word_of_the_other_language(path: Path, language: str) -> None:
    twin = path.with_name(path.name.replace(".fr.", f".{language}."))
    words = re.sub(r"{[{%].*?[%}]}|<[^>]+>", " ", twin.read_text(encoding="utf-8"))

    assert strangers(words.splitlines(), language) == []


def test_no_message_says_a_word_of_the_other_language() -> None:
    catalogue = polib.pofile(str(ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    french = [entry.msgid for entry in catalogue]
    english = [text for entry in catalogue for text in (entry.msgstr, *entry.msgstr_plural.values())]

    assert strangers((PLACE.sub(" ", text) for text in french), "fr") == []
    assert strangers((PLACE.sub(" ", text) for text in english), "en") == []


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_form_sent_empty_says_what_to_correct_in_english(seeded: Association, now: datetime) -> None:
    referent = _team(seeded)[Role.REFERENT]
    client = signed_in(referent, association=seeded)
    client.cookies["django_language"] = "en"
    with scope.enter(seeded.pk):
        case = Case.objects.filter(state="to_act").order_by("pk")[0]
    factories.say_why(case, by=referent, at=now)
    form = {"association": seeded.pk, "token": str(uuid4()), "version": case.version}
    typed = _told_by_people(seeded)

    for name in ("attempt", "facts", "close", "assign", "hold", "note", "upload"):
        response = client.post(reverse(f"desk:{name}", args=[case.reference]), form)
        page = said(response.content.decode())

        assert (name, response.status_code, page.language) == (name, 422, "en")
        assert strangers(page.texts, "en", names=typed) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("name", ["portal:login", "account_login"])
def test_a_door_says_what_to_correct_in_english(client: HouseClient, name: str) -> None:
    client.cookies["django_language"] = "en"

    page = said(client.post(reverse(name), {"who": "nobody", "login": "nobody"}).content.decode())

    assert page.language == "en"
    assert strangers(page.texts, "en") == []
