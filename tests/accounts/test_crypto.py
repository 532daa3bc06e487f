import base64

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts import crypto

KEY = bytes(range(32))


@given(plaintext=st.binary(max_size=200), place=st.binary(max_size=40))
def test_what_is_sealed_is_given_back(plaintext: bytes, place: bytes) -> None:
    assert crypto.unseal(crypto.seal(plaintext, KEY, place), KEY, place) == plaintext


@given(st.data())
def test_every_changed_bit_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(crypto.seal(b"une note", KEY, b"place"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(crypto.Tampered):
        crypto.unseal(bytes(sealed), KEY, b"place")


@pytest.mark.parametrize(("key", "place"), [(bytes(32), b"place"), (KEY, b"elsewhere")])
def test_another_key_or_place_is_noticed(key: bytes, place: bytes) -> None:
    with pytest.raises(crypto.Tampered):
        crypto.unseal(crypto.seal(b"une note", KEY, b"place"), key, place)


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(12), bytes(28)])
def test_bytes_that_were_never_sealed_are_noticed(sealed: bytes) -> None:
    with pytest.raises(crypto.Tampered):
        crypto.unseal(sealed, KEY, b"place")


def test_the_sealed_form_is_laid_out_as_it_is_written() -> None:
    """Read by hand: what another version, or somebody without us, would open."""
    sealed = crypto.seal(b"une note", KEY, b"place")

    assert AESGCM(KEY).decrypt(sealed[:12], sealed[12:], b"place") == b"une note"


def test_what_is_disguised_reads_the_same_each_time_and_is_given_back() -> None:
    disguised = crypto.disguise(b"un dossier", KEY, b"place")

    assert disguised == crypto.disguise(b"un dossier", KEY, b"place")
    assert b"dossier" not in disguised
    assert crypto.reveal(disguised, KEY, b"place") == b"un dossier"


@pytest.mark.parametrize(("key", "place"), [(bytes(32), b"place"), (KEY, b"elsewhere")])
def test_another_key_or_place_reveals_nothing(key: bytes, place: bytes) -> None:
    with pytest.raises(crypto.Tampered):
        crypto.reveal(crypto.disguise(b"un dossier", KEY, b"place"), key, place)


@pytest.mark.parametrize("disguised", [b"", b"short", bytes(16), bytes(40)])
def test_bytes_that_were_never_disguised_reveal_nothing(disguised: bytes) -> None:
    with pytest.raises(crypto.Tampered):
        crypto.reveal(disguised, KEY, b"place")


def test_the_same_text_is_never_sealed_alike() -> None:
    assert crypto.seal(b"x", KEY, b"") != crypto.seal(b"x", KEY, b"")


def test_derived_keys_differ_by_purpose() -> None:
    assert len({crypto.derive(KEY, "a"), crypto.derive(KEY, "b"), KEY}) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jeanne@Exemple.fr ", "jeanne@exemple.fr"), ("José", "José"), ("ﬁn", "fin"), ("STRASSE", "straße")],
)
def test_spellings_of_one_address_are_compared_alike(one: str, other: str) -> None:
    assert crypto.normalised(one) == crypto.normalised(other)


GOOD = base64.b64encode(KEY).decode()


@pytest.mark.parametrize(
    "keks",
    [
        "",
        "test",
        "test:",
        "test:abc",
        f":{GOOD}",
        "a:%%%",
        f"{'a' * 41}:{GOOD}",
        f"clé:{GOOD}",
        f"a b:{GOOD}",
        f"a:{GOOD[:9]}!{GOOD[9:]}",
    ],
)
def test_master_keys_that_do_not_fit_are_named(settings: Settings, keks: str) -> None:
    settings.VAULT_KEKS = keks

    with pytest.raises(ImproperlyConfigured, match="VAULT_KEKS"):
        crypto.keks()


def test_a_master_key_that_is_named_twice_is_refused(settings: Settings) -> None:
    settings.VAULT_KEKS = f"2026:{GOOD},2026:{GOOD}"

    with pytest.raises(ImproperlyConfigured, match="twice"):
        crypto.keks()


def test_the_first_master_key_is_the_current_one(settings: Settings) -> None:
    old, new = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
    settings.VAULT_KEKS = f"new:{new}, old:{old}"

    assert crypto.current_kek() == ("new", bytes([2]) * 32)
    assert crypto.keks()["old"] == bytes([1]) * 32


def test_a_session_is_sealed_and_comes_back() -> None:
    serializer = crypto.SealedSerializer()
    sealed = serializer.dumps({"email": "jeanne@exemple.fr"})

    assert b"jeanne" not in sealed
    assert serializer.loads(sealed) == {"email": "jeanne@exemple.fr"}
