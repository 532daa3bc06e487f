"""Erasing a case or a person, by the desk's action and by the operator's command."""

import io
from datetime import date, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from accounts import actions as accounts
from accounts import scope
from accounts.fields import KeyDestroyed, forget_keys
from accounts.models import Association, AuditEntry, DataKey, Membership, SignIn, SignInCode, SignInWay, User
from accounts.rules.audit import AuditKind
from cases import actions
from cases.actions import NewBeneficiary
from cases.models import Beneficiary, BeneficiaryKind, Case, Consent
from cases.rules.lifecycle import State
from tests import factories
from tests.cases.conftest import CHILD, OpenOne
from vault import access as vault
from vault.models import SealedFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(open_one: OpenOne) -> Case:
    return open_one(email="Zq-jeanne@exemple.invalid")


@pytest.fixture
def child_case(case: Case, in_scope: Membership, today: date, now: datetime) -> Case:
    """The same member's second case, for a child."""
    child = NewBeneficiary(
        kind=BeneficiaryKind.CHILD, first_name="Zq-lou", birth_year=str(today.year - 10), ground="agrees"
    )
    return actions.open_case_for(
        case.member, campaign=case.campaign, procedure=CHILD, beneficiary=child, today=today, at=now, by=in_scope.user
    )


def shred(*arguments: str) -> str:
    out = io.StringIO()
    call_command("shred", *arguments, "--association", "union", stdout=out)
    return out.getvalue()


def again(case: Case) -> Case:
    forget_keys()
    found: Case = Case.objects.with_people().get(pk=case.pk)
    return found


def shredded() -> list[tuple[str, str, object]]:
    entries = AuditEntry.objects.filter(kind=AuditKind.SHREDDED).order_by("pk")
    return [(entry.about, entry.about_id, entry.payload) for entry in entries]


def test_erasing_a_person_erases_every_case_and_whoever_they_act_for(
    case: Case, child_case: Case, today: date, now: datetime, in_scope: Membership
) -> None:
    keys = {case.subject, child_case.subject, case.member.subject, child_case.beneficiary.subject}

    assert actions.erase_person(case.member, today=today, at=now, by=in_scope.user) == 2

    assert not DataKey.objects.filter(subject__in=keys).exists()
    assert {again(one).state for one in (case, child_case)} == {State.ERASED}
    assert again(child_case).beneficiary.first_name == again(case).member.last_name == ""
    assert not Consent.objects.filter(withdrawn_on=None).exists()
    assert shredded() == [
        ("case", str(case.pk), {}),
        ("case", str(child_case.pk), {}),
        ("key", str(case.member.subject), {"cases": 2}),
    ]


def test_erasing_a_person_leaves_the_others_alone(
    case: Case, open_one: OpenOne, today: date, now: datetime, in_scope: Membership
) -> None:
    other = open_one(email="Zq-paul@exemple.invalid")

    actions.erase_person(case.member, today=today, at=now, by=in_scope.user)

    assert again(other).state != State.ERASED
    assert again(other).member.email == "Zq-paul@exemple.invalid"
    assert again(other).member.user_id


def test_a_person_whose_cases_were_erased_before_may_be_erased_again(
    case: Case, today: date, now: datetime, in_scope: Membership
) -> None:
    assert actions.erase_person(case.member, today=today, at=now, by=None) == 1
    assert actions.erase_person(case.member, today=today, at=now, by=None) == 0


def test_a_closed_account_has_no_factor_no_session_and_no_password_left(
    case: Case, today: date, now: datetime, in_scope: Membership
) -> None:
    user = case.member.user
    assert user
    user.set_password(factories.PASSWORD)
    user.save(update_fields=["password"])
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    open_session = accounts.open_session(user, way=SignInWay.CODE, user_agent="", at=now)
    SignInCode.objects.create(user=user, code_hash="x", asked_at=now, expires_at=now)

    actions.erase_case(case, today=today, at=now, by=in_scope.user)

    user = User.objects.get(pk=user.pk)
    assert (user.is_active, user.has_usable_password(), user.email_index, user.email) == (False, False, "", "")
    assert not Authenticator.objects.filter(user=user).exists()
    assert not SignInCode.objects.filter(user=user).exists()
    assert SignIn.objects.get(pk=open_session.pk).ended_at == now


def test_the_file_of_an_erased_case_stays_and_opens_for_nobody(
    case: Case, today: date, now: datetime, in_scope: Membership
) -> None:
    factories.make_justificatif(case, by=in_scope.user, today=today, at=now)

    actions.erase_case(case, today=today, at=now, by=in_scope.user)

    forget_keys()
    [file] = SealedFile.objects.all()
    with pytest.raises(KeyDestroyed):
        vault.open_plain(file)
    assert vault.verify().is_sound


class TestTheCommand:
    def test_it_erases_a_case_of_the_named_association(self, case: Case, child_case: Case) -> None:
        assert "is erased" in shred("case", case.reference, "--yes")

        assert (again(case).state, again(child_case).state != State.ERASED) == (State.ERASED, True)
        assert "erased before" in shred("case", case.reference, "--yes")

    def test_it_erases_a_person_by_any_case(self, case: Case, child_case: Case) -> None:
        assert "with 2 cases" in shred("person", child_case.reference, "--yes")

        assert {again(one).state for one in (case, child_case)} == {State.ERASED}
        assert AuditEntry.objects.filter(kind=AuditKind.SHREDDED, by=None).count() == 3
        assert "was erased before" in shred("person", case.reference, "--yes")

    @pytest.mark.parametrize(
        ("typed", "is_erased"),
        [
            ("the reference", True),
            ("in lower case", True),
            ("as it is said", True),
            ("no", False),
            ("", False),
            (None, False),
        ],
    )
    def test_it_asks_first(
        self, case: Case, typed: str | None, is_erased: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def answer(_question: str) -> str:
            if typed is None:
                raise EOFError
            said = case.reference.replace("-", " ").replace("O", "0").replace("I", "1")
            spelt = {"the reference": case.reference, "in lower case": case.reference.lower(), "as it is said": said}
            return spelt.get(typed, typed)

        monkeypatch.setattr("builtins.input", answer)
        if is_erased:
            shred("case", case.reference)
        else:
            with pytest.raises(CommandError, match="nothing was destroyed"):
                shred("case", case.reference)

        assert (again(case).state == State.ERASED) is is_erased

    @pytest.mark.parametrize("what", ["case", "person"])
    def test_another_associations_case_does_not_exist_for_it(self, case: Case, what: str, stranger: Membership) -> None:
        with pytest.raises(CommandError, match="has no case"):
            call_command("shred", what, case.reference, "--association", "autre", "--yes")

        assert again(case).state != State.ERASED

    def test_a_reference_is_read_as_everywhere_else(self, case: Case) -> None:
        shred("case", case.reference.lower().replace("-", " ").replace("o", "0"), "--yes")

        assert again(case).state == State.ERASED

    @pytest.mark.parametrize("typed", ["nonsense", "BADU-KEVI-TOR"])
    def test_what_names_no_case_is_said_before_anything_is_asked(
        self, case: Case, typed: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("builtins.input", pytest.fail)

        with pytest.raises(CommandError) as refused:
            shred("case", typed)
        assert refused.value.returncode == 2

    def test_an_unknown_association_is_said(self, case: Case) -> None:
        with pytest.raises(CommandError, match=r"no association «nobody»\. Known: ") as refused:
            call_command("shred", "case", case.reference, "--association", "nobody", "--yes")

        assert refused.value.returncode == 2


def test_whoever_is_still_needed_elsewhere_keeps_their_account(
    case: Case, stranger: Membership, today: date, now: datetime
) -> None:
    campaign = factories.make_campaign(stranger.association, today=today)
    elsewhere = factories.make_case(campaign, by=stranger.user, today=today, at=now, email="Zq-jeanne@exemple.invalid")

    actions.erase_person(case.member, today=today, at=now, by=None)

    with scope.enter(elsewhere.association_id):
        there = again(elsewhere)
        assert there.member.user
        assert there.member.user.is_active
        assert there.member.email == "Zq-jeanne@exemple.invalid"
    assert not Beneficiary.objects.exclude(pk=case.beneficiary_id).exists()


def test_an_association_that_is_suspended_keeps_its_members_accounts(
    case: Case, stranger: Membership, today: date, now: datetime
) -> None:
    campaign = factories.make_campaign(stranger.association, today=today)
    elsewhere = factories.make_case(campaign, by=stranger.user, today=today, at=now, email="Zq-jeanne@exemple.invalid")
    Association.objects.filter(pk=stranger.association_id).update(is_active=False)

    actions.erase_person(case.member, today=today, at=now, by=None)

    with scope.enter(elsewhere.association_id):
        there = again(elsewhere)
        assert there.member.user
        assert (there.member.user.is_active, there.member.email) == (True, "Zq-jeanne@exemple.invalid")


def test_whoever_works_for_an_association_that_is_suspended_keeps_their_account(
    case: Case, other_association: Association, today: date, now: datetime
) -> None:
    user = case.member.user
    assert user
    factories.make_membership(other_association, user=user)
    Association.objects.filter(pk=other_association.pk).update(is_active=False)

    actions.erase_person(case.member, today=today, at=now, by=None)

    assert User.objects.get(pk=user.pk).is_active


def test_a_work_that_ended_keeps_no_account(
    case: Case, other_association: Association, today: date, now: datetime
) -> None:
    user = case.member.user
    assert user
    left = factories.make_membership(other_association, user=user)
    with scope.enter(other_association.pk):
        accounts.revoke_membership(left, by=None, at=now)

    actions.erase_person(case.member, today=today, at=now, by=None)

    assert not User.objects.get(pk=user.pk).is_active
