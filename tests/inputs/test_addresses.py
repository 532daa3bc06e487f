"""E-mail addresses that are not what they look like: one sentence each, and no mail to somebody else."""

import unicodedata
from typing import Literal

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from accounts import crypto
from tests.people import HouseClient
from web.parts.forms import AddressField, check_address

LONE = "Écrivez l’adresse seule"
ALPHABET = "d’un autre alphabet"
ACCENT = "a un accent que le courrier ne sait pas porter"
INCOMPLETE = "n’est pas complète"
LOGIN = "/espace/entrer/"


def said(typed: str) -> str:
    with pytest.raises(ValidationError) as refused:
        check_address(typed)
    [sentence] = refused.value.messages
    return sentence


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accent_before_the_at_is_told_however_it_is_composed(form: Literal["NFC", "NFD"]) -> None:
    assert ACCENT in said(unicodedata.normalize(form, "élodie@exemple.fr"))


def test_two_compositions_of_one_domain_are_one_mailbox() -> None:
    one, other = unicodedata.normalize("NFC", "anne@associé.fr"), unicodedata.normalize("NFD", "anne@associé.fr")

    assert one != other
    assert crypto.normalised(one) == crypto.normalised(other)


@pytest.mark.parametrize(
    "typed",
    [
        "anne@exemple.fr\r\nBcc: tous@exemple.fr",
        "anne@exemple.fr, paul@exemple.fr",
        "Anne <anne@exemple.fr>",
        "anne@exemple.fr;paul@exemple.fr",
        '"anne paul"@exemple.fr',
        "anne(commentaire)@exemple.fr",
        "anne@[127.0.0.1]:25",
    ],
)
def test_more_than_one_address_alone_is_refused(typed: str) -> None:
    assert LONE in said(typed)


@pytest.mark.parametrize(
    "typed", ["anne@", "@exemple.fr", "anne@@exemple.fr", "anne@exemple..fr", "anne@-exemple.fr", "."]
)
def test_half_an_address_is_told(typed: str) -> None:
    assert INCOMPLETE in said(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "\u0430nne@exemple.fr",
        "anne@ex\u0435mple.fr",
        "ann\u03bf@exemple.fr",
        "anne@\uff45xemple.fr",
        "anne@exempl\u0435.org",
    ],
    ids=["cyrillic a", "cyrillic e in the domain", "greek o", "a wide e", "cyrillic e at the end"],
)
def test_a_letter_of_another_alphabet_is_told(typed: str) -> None:
    assert ALPHABET in said(typed)


@pytest.mark.parametrize("typed", ["anne.o-neil+gym@exemple.fr", "a@b.co", "anne@xn--associ-gva.fr", "ANNE@EXEMPLE.FR"])
def test_an_odd_address_that_is_right_passes(typed: str) -> None:
    assert AddressField().clean(typed) == typed


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        "anne@exemple.fr\r\nBcc: tous@exemple.fr",
        "\u0430nne@exemple.fr",
        "a" * 300 + "@exemple.fr",
        "anne@exemple.fr\0,b@c.fr",
    ],
)
def test_no_mail_leaves_for_an_address_that_is_none_and_it_comes_back_as_typed(client: HouseClient, typed: str) -> None:
    answer = client.post(LOGIN, {"who": typed})

    assert answer.status_code == 422
    assert 'id="id_who_error"' in answer.content.decode()
    assert typed.split("@", maxsplit=1)[0] in answer.content.decode()
    assert mail.outbox == []
