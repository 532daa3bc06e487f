"""What is too easy to guess, and what is not."""

import pytest
from django.conf import global_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.adapter import known
from accounts.rules.passwords import Weak, weakness
from tests import factories
from tests.house.tree import ROOT

OWN = ["Nadia Berger", "nadia.berger@tilleuls.invalid"]


@pytest.mark.parametrize(
    ("password", "weak"),
    [
        ("motdepasse123", Weak.USUAL),
        ("Mot de passe 2026 !", Weak.USUAL),
        ("M0td3p@$$e!!", Weak.USUAL),
        ("opposable2026", Weak.USUAL),
        ("Bénévole-bénévole", Weak.USUAL),
        ("azertyuiop123", Weak.ROW),
        ("poiuytreza99", Weak.ROW),
        ("azertyqsdfgh", Weak.ROW),
        ("abcdefghijkl", Weak.ROW),
        ("123456789012a", Weak.ROW),
        ("aaaaaaaaaaaaa", Weak.ROW),
        ("nadia.berger@tilleuls.invalid", Weak.ONES_OWN),
        ("NadiaBerger2026", Weak.ONES_OWN),
        ("tilleuls-19870423", Weak.ONES_OWN),
        ("n4dia-b3rger", Weak.ONES_OWN),
        ("cinq mots pour une phrase", None),
        ("Nadia mange des pommes", None),
        ("soleil de minuit rouge", None),
        ("le secret du jardin", None),
        ("Tr4-xk9!Qp0vLm", None),
        ("a9f3-1234-77c1-88", None),
        ("8471-2093-5561-x", None),
        ("", None),
    ],
)
def test_what_is_left_without_the_easy_part_counts(password: str, weak: Weak | None) -> None:
    assert weakness(password, own=OWN) is weak


def test_of_nobody_known_and_of_a_very_long_one() -> None:
    assert weakness("NadiaBerger2026", own=[]) is None
    assert weakness("0123456789" * 100, own=["", "@", "Li"]) is Weak.ROW


@pytest.mark.django_db
def test_whoever_changes_theirs_is_held_to_it_too() -> None:
    somebody = factories.make_user(name="Nadia Berger", email="n.b@tilleuls.invalid")

    validate_password("cinq mots pour une phrase", somebody)
    for easy in ("NadiaBerger2026", "tilleuls-2026-07", "motdepasse123"):
        with pytest.raises(ValidationError):
            validate_password(easy, somebody)


@pytest.mark.django_db
@pytest.mark.parametrize("stolen", ["1q2w3e4r5t6y", "trustno1trustno1", "1qaz2wsx3edc", "unbelievable"])
def test_what_was_stolen_elsewhere_is_refused(stolen: str) -> None:
    assert known(stolen) is Weak.USUAL
    with pytest.raises(ValidationError):
        validate_password(stolen)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "free",
    [
        "cinqmotspourunephrase",
        "CINQ MOTS POUR UNE PHRASE",
        "été sur la plage, à l’ombre",
        "пять слов для одной фразы",
        "🌳 tilleul 🌳 marronnier 🌳",
        "x" * 3 + " des mots qui se suivent sans fin et sans raison " * 3,
    ],
)
def test_signs_of_every_kind_and_none_in_particular_are_asked_for(free: str) -> None:
    validate_password(free, factories.make_user())


@pytest.mark.django_db
def test_eleven_signs_are_too_few() -> None:
    with pytest.raises(ValidationError):
        validate_password("tr4-xk9!Qp0")
    validate_password("tr4-xk9!Qp0v")


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["Cinq mots pour une phrase ", " été", "l" * 200 + "fin", "пароль №1"])
def test_a_password_is_compared_as_it_was_typed(password: str) -> None:
    """Neither cut, nor trimmed, nor put in one case."""
    somebody = factories.make_user(password=password)

    assert somebody.check_password(password)
    for other in (password.strip(), password.swapcase(), password[:-1], password[:72], f"{password} "):
        assert somebody.check_password(other) is (other == password)


def test_in_production_passwords_are_stretched() -> None:
    """The first of Django's own list, which the tests replace by a quick one."""
    assert global_settings.PASSWORD_HASHERS[0].endswith("PBKDF2PasswordHasher")
    assert "PASSWORD_HASHERS" not in (ROOT / "config" / "settings" / "base.py").read_text(encoding="utf-8")
    assert "PASSWORD_HASHERS" not in (ROOT / "config" / "settings" / "prod.py").read_text(encoding="utf-8")
    assert PBKDF2PasswordHasher.iterations >= 600_000
