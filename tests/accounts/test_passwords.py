"""What is too easy to guess, and what is not."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.rules.passwords import Weak, weakness
from tests import factories

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
