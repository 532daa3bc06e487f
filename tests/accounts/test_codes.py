import io
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection

from accounts import access, actions, tasks
from accounts.models import SignInCode, User
from accounts.rules.addresses import without_tag
from tests import factories

pytestmark = pytest.mark.django_db


def wrong(code: str) -> str:
    return ("3" if code[0] == "2" else "2") + code[1:]


def test_the_right_code_gives_its_user_once(member_user: User, now: datetime) -> None:
    row, code = actions.ask_code(member_user, at=now)

    assert actions.check_code(row.pk, typed=code, at=now) == member_user
    assert actions.check_code(row.pk, typed=code, at=now) is None


@pytest.mark.parametrize("spelling", ["{} ", "{:.4} {:.0}", "-{}-"])
def test_spaces_and_dashes_do_not_matter(member_user: User, now: datetime, spelling: str) -> None:
    row, code = actions.ask_code(member_user, at=now)
    typed = f"{code[:4]} {code[4:]}" if ":" in spelling else spelling.format(code)

    assert actions.check_code(row.pk, typed=typed, at=now) == member_user


def test_the_sixth_try_fails_even_with_the_right_code(member_user: User, now: datetime) -> None:
    row, code = actions.ask_code(member_user, at=now)

    tries = [actions.check_code(row.pk, typed=wrong(code), at=now) for _ in range(5)]

    assert tries == [None] * 5
    assert actions.check_code(row.pk, typed=code, at=now) is None


def test_the_fifth_try_may_still_be_right(member_user: User, now: datetime) -> None:
    row, code = actions.ask_code(member_user, at=now)
    for _ in range(4):
        actions.check_code(row.pk, typed=wrong(code), at=now)

    assert actions.check_code(row.pk, typed=code, at=now) == member_user


@pytest.mark.parametrize(("minutes", "works"), [(9, True), (10, False), (60, False)])
def test_a_code_lives_ten_minutes(member_user: User, now: datetime, minutes: int, works: bool) -> None:
    row, code = actions.ask_code(member_user, at=now)

    user = actions.check_code(row.pk, typed=code, at=now + timedelta(minutes=minutes))

    assert (user == member_user) is works


def test_a_code_works_for_the_browser_that_asked_for_it_only(member_user: User, now: datetime) -> None:
    _, code = actions.ask_code(member_user, at=now)
    other_browser, _ = actions.ask_code(member_user, at=now)

    assert actions.check_code(other_browser.pk, typed=code, at=now) is None


def test_an_unknown_address_costs_the_same_and_gives_nobody(now: datetime) -> None:
    row, code = actions.ask_code(None, at=now)

    assert actions.check_code(row.pk, typed=code, at=now) is None


def test_only_a_hash_of_the_code_is_kept(member_user: User, now: datetime) -> None:
    row, code = actions.ask_code(member_user, at=now)

    assert len(code) == 8
    assert code not in row.code_hash
    assert SignInCode.objects.values_list("code_hash", flat=True).get() == row.code_hash


def test_codes_of_the_day_before_are_swept(member_user: User, now: datetime) -> None:
    actions.ask_code(member_user, at=now - timedelta(days=2))
    kept, _ = actions.ask_code(member_user, at=now)

    assert actions.sweep_codes(now=now) == 1
    assert SignInCode.objects.get() == kept


@pytest.mark.django_db(transaction=True)
def test_of_parallel_tries_with_the_right_code_one_wins(now: datetime) -> None:
    row, code = actions.ask_code(factories.make_user(), at=now)
    won: list[User] = []

    def try_it() -> None:
        try:
            user = actions.check_code(row.pk, typed=code, at=now)
            if user:
                won.append(user)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1


def test_three_mails_a_day_for_one_address_known_or_not(member_user: User, now: datetime) -> None:
    for user, index in ((member_user, "a" * 64), (None, "b" * 64)):
        for hours in (0, 1, 2):
            actions.ask_code(user, at=now + timedelta(hours=hours), address_index=index)
        with pytest.raises(actions.TooManyCodes):
            actions.ask_code(user, at=now + timedelta(hours=23), address_index=index)
        actions.ask_code(user, at=now + timedelta(hours=24, seconds=1), address_index=index)

    assert SignInCode.objects.count() == 8


@pytest.mark.parametrize(
    ("typed", "counted"),
    [
        ("anne+gym@exemple.fr", "anne@exemple.fr"),
        (" anne+a+b@exemple.fr", "anne@exemple.fr"),
        ("anne@exemple.fr", "anne@exemple.fr"),
        ("+anne@exemple.fr", "+anne@exemple.fr"),
        ("anne@a+b.fr", "anne@a+b.fr"),
        ("anne", "anne"),
    ],
)
def test_an_address_counts_without_its_tag(typed: str, counted: str) -> None:
    assert without_tag(typed) == counted


def test_whoever_is_refused_waits_no_longer_for_it(now: datetime) -> None:
    for _ in range(3):
        actions.ask_code(None, at=now, address_index="c" * 64)
    for hours in range(1, 24):
        with pytest.raises(actions.TooManyCodes):
            actions.ask_code(None, at=now + timedelta(hours=hours), address_index="c" * 64)

    assert actions.ask_code(None, at=now + timedelta(hours=24, seconds=1), address_index="c" * 64)


def test_a_cards_code_finds_its_user_however_it_is_typed(member_user: User, now: datetime) -> None:
    code = actions.renew_card_code(member_user, at=now)

    for typed in (code, code.lower(), code.replace("-", " "), f" {code.replace('-', '')} "):
        assert access.user_by_card(typed) == member_user
    assert access.user_by_card("") is None
    assert access.user_by_card(code[:-1]) is None


def test_a_new_card_ends_the_old_one(member_user: User, now: datetime) -> None:
    old = actions.renew_card_code(member_user, at=now)
    new = actions.renew_card_code(member_user, at=now)

    assert access.user_by_card(old) is None
    assert access.user_by_card(new) == member_user


def test_a_sleeping_account_is_not_found(member_user: User, now: datetime) -> None:
    code = actions.renew_card_code(member_user, at=now)
    User.objects.update(is_active=False)

    assert access.user_by_card(code) is None
    assert access.user_by_email(member_user.email) is None


def test_an_address_has_one_account(member_user: User) -> None:
    with pytest.raises(actions.AlreadyUsed):
        factories.make_user(email=f" {member_user.email.upper()} ")

    assert actions.user_for_address(email=member_user.email) == member_user
    assert User.objects.count() == 1


def test_people_without_an_address_are_not_one_person() -> None:
    assert factories.make_user(email="") != factories.make_user(email="")
    assert access.user_by_email("") is None


@pytest.mark.parametrize("sweep", [tasks.sweep, lambda: call_command("sweep_signin")])
def test_the_nightly_job_forgets_expired_codes_and_sessions(sweep: Callable[[], None], now: datetime) -> None:
    actions.ask_code(None, at=now - timedelta(days=3000))
    old, fresh = SessionStore(), SessionStore()
    for store, days in ((old, -1), (fresh, 1)):
        store.set_expiry(days * 86400)
        store.create()

    sweep()

    assert not SignInCode.objects.exists()
    assert list(Session.objects.values_list("session_key", flat=True)) == [fresh.session_key]


def test_the_sweep_tells_how_many(now: datetime) -> None:
    actions.ask_code(None, at=now - timedelta(days=3000))
    out = io.StringIO()

    call_command("sweep_signin", stdout=out)

    assert out.getvalue() == "1 codes, 0 sessions and 0 lines of who came in removed.\n"
