"""Nobody's name, address, number or note is in plain in any table, journal or file of the platform.

Canaries are planted through the factories and through the doors where people come in; then everything that is kept is
searched for them (tests/house/search.py says in which spellings).
"""

import base64
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client

from accounts import actions, scope
from accounts.fields import SealedTextField
from accounts.models import Membership
from accounts.rules.roles import Role
from tests import factories
from tests.house.search import dump_of_database, found_in
from tests.house.tree import APPS
from tests.people import signed_in

# Text columns that can hold no person's words. A new text column stands here with its reason, or is planted.
HOLDS_NOBODY = {
    "accounts.JobRun.key": "the name of a job",
    "accounts.ApiToken.networks": "addresses of machines",
    "accounts.ApiToken.scopes": "codes",
    "accounts.ApiToken.token_hash": "a keyed hash of a random token",
    "accounts.Association.contact_email": "the association's own, published",
    "accounts.Association.contact_phone": "the association's own, published",
    "accounts.Association.name": "published",
    "accounts.Association.opening_words": "the association's own, published",
    "accounts.Association.sends_on": "numbers of weekdays",
    "accounts.Association.slug": "published",
    "accounts.Association.time_zone": "a zone",
    "accounts.AuditEntry.about_id": "an id",
    "accounts.AuditEntry.hash": "a hash of ids and codes",
    "accounts.AuditEntry.payload": "codes, numbers and names of fields",
    "accounts.DataKey.kek_id": "the name of a master key",
    "accounts.Invitation.roles": "codes",
    "accounts.Invitation.token_hash": "a hash of a random token",
    "accounts.Membership.roles": "codes",
    "accounts.SignInCode.address_index": "a keyed hash",
    "accounts.SignInCode.code_hash": "a keyed hash of a random code",
    "accounts.User.card_index": "a keyed hash of a random code",
    "accounts.User.email_index": "a keyed hash",
    "accounts.User.language": "a code",
    "accounts.User.password": "a salted hash",
    "cases.Attempt.channel": "a code of the definition",
    "cases.Attempt.obstacle": "a code of the definition",
    "cases.Campaign.procedures": "keys of definitions",
    "cases.Campaign.slug": "the association's own",
    "cases.Campaign.title": "the association's own",
    "cases.Case.channel": "a code of the definition",
    "cases.Case.next_deadline_key": "a code of the definition",
    "cases.Case.outcome": "a code of the definition",
    "cases.Case.outcome_class": "a code",
    "cases.Case.procedure": "a key of a definition",
    "cases.Case.reference": "random",
    "cases.CaseEvent.hash": "a hash of ids and codes",
    "cases.CaseEvent.payload": "ids and codes",
    "cases.CaseFact.kind": "a code",
    "cases.CaseFact.known_by": "a code",
    "cases.CaseFact.value": "a code of the definition",
    "cases.Deadline.article": "words of the definition",
    "cases.Deadline.bound": "a code",
    "cases.Deadline.explanation_en": "dates in words of the definition",
    "cases.Deadline.explanation_fr": "dates in words of the definition",
    "cases.Deadline.key": "a code of the definition",
    "cases.Deadline.rule": "a code",
    "cases.Deadline.start_kind": "a code",
    "cases.Deadline.start_known_by": "a code",
    "cases.EvidenceLeaf.content": "ids, hashes and days",
    "cases.EvidenceRoot.root": "a hash of hashes",
    "cases.Export.filter": "codes and days",
    "cases.InboundMail.mark": "a keyed hash",
    "cases.InboundMail.sender_index": "a keyed hash",
    "cases.Justificatif.fingerprint": "a hash with a salt that is kept nowhere",
    "cases.Justificatif.hints": "codes",
    "cases.Justificatif.kind": "a code of the definition",
    "cases.Justificatif.refusal": "a code",
    "cases.MailBounce.address_index": "a keyed hash",
    "cases.MailBounce.code": "a code",
    "cases.Member.email_index": "a keyed hash",
    "cases.Member.language": "a code",
    "cases.Member.phone_index": "a keyed hash",
    "cases.PurgeLine.table": "the name of a table",
    "notifications.Notice.dedupe_key": "a kind with ids",
    "notifications.Notice.error_class": "the name of an exception",
    "notifications.Notice.kind": "a code",
    "notifications.Notice.message_id": "random",
    "notifications.Notice.subject_ids": "ids",
    "observatory.CountedPerson.person_key": "a keyed hash",
    "observatory.LedgerLine.period": "a period",
    "observatory.LedgerLine.scope": "a code",
    "observatory.LedgerLine.table": "a code",
    "observatory.Release.method_en": "published words",
    "observatory.Release.method_fr": "published words",
    "observatory.Release.period": "a period",
    "observatory.Release.publisher": "the association's name, published",
    "observatory.Release.slug": "published",
    "observatory.Release.table": "a code",
    "observatory.Release.title": "published",
    "observatory.ReleaseFile.path": "a name in a published archive",
    "observatory.ReleaseFile.sha256": "a hash of a published file",
    "observatory.StatEvent.channel": "a code",
    "observatory.StatEvent.delay_class": "a code",
    "observatory.StatEvent.outcome5": "a code",
    "observatory.StatEvent.person_key": "a keyed hash",
    "observatory.StatEvent.procedure": "a key of a definition",
    "observatory.StatEvent.region": "a code, frozen with consent only",
    "observatory.StatPlan.title": "the campaign's, the association's own",
    "vault.Deposit.found": "places on a page",
    "vault.Deposit.label": "a code of the definition",
    "vault.Deposit.own": "places on a page",
    "vault.Deposit.pieces": "random names and sizes",
    "vault.Deposit.shown": "numbers of places",
    "vault.SealedFile.pixels": "a keyed hash",
    "vault.SealedFile.sha256_cipher": "a hash of ciphertext",
    "vault.SealedFile.sha256_pdf": "a hash of a cleaned document",
    "vault.SealedFile.stored_name": "random",
}
# What is planted beside a column: the content of a file.
PLANTED_BESIDE = {"vault.SealedFile.content"}


@pytest.fixture
def planted(today: date, now: datetime) -> list[str]:
    """Every factory ran, people came in by password, code and invitation, the night passed; what they are called."""
    factories.PLANTED.clear()
    association = factories.make_association(name="Union")
    volunteer = factories.make_membership(association, Role.COORDINATOR)
    campaign = factories.make_campaign(association, today=today)
    case = factories.make_case(campaign, by=volunteer.user, today=today, at=now)
    factories.make_case(
        campaign, by=volunteer.user, today=today, at=now, procedure=factories.CHILD, beneficiary=factories.new_child()
    )
    factories.make_attempt(case, by=volunteer.user, today=today, at=now)
    factories.make_note(case, by=volunteer.user, at=now)
    factories.make_justificatif(case, by=volunteer.user, today=today, at=now)
    invitation, _ = factories.make_invitation(association, by=volunteer.user, at=now)
    with scope.enter(association.pk):
        actions.accept_invitation(
            invitation, password=factories.PASSWORD, name=factories.plant("accounts.User.name"), at=now
        )
    for doubtful in (False, True):
        factories.make_mail(case, doubtful=doubtful, at=now)
    factories.make_token(volunteer, at=now)
    factories.make_export(volunteer, at=now)
    come_in(volunteer, at=now)
    return [canary for canaries in factories.PLANTED.values() for canary in canaries]


def come_in(volunteer: Membership, *, at: datetime) -> None:
    """A browser by password and one whose session remembers an address, as allauth's records do."""
    assert Client().login(email=volunteer.user.email, password=factories.PASSWORD)
    session = signed_in(volunteer.user).session
    session["account_authentication_methods"] = [{"method": "password", "email": volunteer.user.email}]
    session.save()
    factories.make_sign_in(volunteer.user, at=at)
    actions.ask_code(volunteer.user, at=at)
    actions.renew_card_code(volunteer.user, at=at)


@pytest.mark.django_db(transaction=True)
def test_no_canary_is_found_in_the_database(planted: list[str]) -> None:
    dump = dump_of_database()
    assert len(dump) > 10_000

    assert found_in(dump, planted) == []


@pytest.mark.reads_all
@pytest.mark.django_db(transaction=True)
def test_no_canary_is_found_in_the_files(planted: list[str]) -> None:
    kept = b"\n".join(path.read_bytes() for path in Path(settings.VAR_DIR).rglob("*") if path.is_file())
    assert kept

    assert found_in(kept, planted) == []


@pytest.mark.django_db(transaction=True)
def test_no_address_of_a_file_tells_a_name(planted: list[str]) -> None:
    names = "\n".join(str(path) for path in Path(settings.VAR_DIR).rglob("*"))

    assert found_in(names.encode(), planted) == []


def in_percents(raw: bytes) -> str:
    return "".join(f"%{byte:02X}" for byte in raw)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("shift", [0, 1, 2])
@pytest.mark.parametrize("spell", [bytes, bytes.hex, base64.b64encode, in_percents])
def test_the_search_finds_what_is_there(spell: Callable[[bytes], bytes | str], shift: int) -> None:
    """The same search does find a name that was put into a public column, plain or in another spelling."""
    canary = factories.plant("accounts.Association.name")
    spelt = spell(f"{'x' * shift}{canary} Dupont".encode())
    factories.make_association(name=spelt if isinstance(spelt, str) else spelt.decode())

    assert found_in(dump_of_database(), [canary]) == [canary]


@pytest.mark.django_db(transaction=True)
def test_every_text_column_is_planted_or_holds_nobody(planted: list[str]) -> None:
    texts, sealed = text_columns(sealed=False), text_columns(sealed=True)

    assert sealed - factories.PLANTED.keys() == set(), "plant these sealed columns in tests/factories.py"
    assert texts - HOLDS_NOBODY.keys() == set(), "seal these text columns, or say why they hold nobody"
    assert HOLDS_NOBODY.keys() - texts == set(), "these columns are gone"
    assert factories.PLANTED.keys() - sealed == PLANTED_BESIDE


def text_columns(*, sealed: bool) -> set[str]:
    """ "app.Model.column" of our models; columns of a closed set of choices cannot hold a person's words."""
    plain = (models.CharField, models.TextField, models.JSONField)
    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for field in model._meta.concrete_fields
        if (isinstance(field, SealedTextField) if sealed else isinstance(field, plain) and not field.choices)
    }
