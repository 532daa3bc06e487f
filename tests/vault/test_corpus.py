"""The corpus says the truth: the numbers stand where it says, their keys are right, and it is the same every time."""

import re
from collections import Counter
from functools import cache

import cv2
import numpy as np
import pytest
from stdnum.fr import nir

from tests.vault.corpus import catalogue, digits, eyes, leaks
from tests.vault.corpus.eyes import Pixels
from tests.vault.corpus.truth import Document, Place, Recipe

DRAWN = catalogue.recipes("^(writing|trick|negative|barcode|mail)-")
LIGHT = catalogue.recipes("^(hostile|scan-150)-|^photo-(card|exif-5)$")
ENCRYPTED = re.compile("locked")  # with a random key
MISSPELT = {"writing-no-key", "writing-no-key-grouped", "writing-wrong-key", "writing-wrong-key-plain"}
IN_ANOTHER_ORDER = re.compile("page-90|page-270|page-180|turned|watermark|shuffled|backwards")


@cache
def made(recipe: Recipe) -> Document:
    """Drawn once for all that is asked of it."""
    return recipe.document()


def ids(recipe: Recipe) -> str:
    return recipe.name


def test_there_are_enough_of_each_class() -> None:
    counted = Counter(recipe.sort for recipe in catalogue.recipes())

    assert counted.total() >= 150
    assert counted.keys() == {"writing", "trick", "scan", "photo", "barcode", "mail", "negative", "hostile"}
    assert min(counted.values()) >= 12


def test_no_two_have_one_name() -> None:
    names = [recipe.name for recipe in catalogue.recipes()]

    assert len(names) == len(set(names))


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [*DRAWN[::5], *LIGHT[::4]], ids=ids)
def test_a_document_is_the_same_every_time(recipe: Recipe) -> None:
    if ENCRYPTED.search(recipe.name):
        assert len(recipe.document().data) == len(recipe.document().data)
    else:
        assert recipe.document() == recipe.document()


@pytest.mark.parametrize("recipe", DRAWN, ids=ids)
def test_numbers_have_the_keys_that_they_should(recipe: Recipe) -> None:
    for secret in made(recipe).secrets:
        if secret.kind in {"nir", "barcode"}:
            assert nir.is_valid(secret.number) == (recipe.name not in MISSPELT)
        else:
            assert len(secret.number) >= 8


@pytest.mark.parametrize("recipe", DRAWN, ids=ids)
def test_every_place_lies_on_its_page(recipe: Recipe) -> None:
    document = made(recipe)
    places = [place for secret in document.secrets for place in secret.places]
    places += [innocent.place for innocent in document.innocents]

    assert all(0 <= value <= 1 for place in places for point in place.polygon for value in point)
    assert all(1 <= place.page <= document.pages for place in places)


WRITTEN = [one for one in catalogue.recipes("^writing-") if not IN_ANOTHER_ORDER.search(one.name)]


@pytest.mark.parametrize("recipe", WRITTEN, ids=ids)
def test_pdfium_finds_the_digits_of_a_writing_where_they_are_said_to_be(recipe: Recipe) -> None:
    document = made(recipe)

    for secret in document.secrets:
        page, places = secret.places[0].page, [place.polygon for place in secret.places]
        assert eyes.signs_at(document.data, page, places) == secret.number


SEEN = catalogue.recipes(
    "^(writing-(page-90|page-270|turned-30|cells|stacked|squeezed)|trick-(paths|type3|picture|field|free-text|forms)|"
    "scan-(200-(attestation|sideways|upside-down|beside|tiff-pages)|150-skew)|photo-(exif-[3568]|slant|tilt|card-tilt))$"
)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", SEEN, ids=ids)
def test_there_is_ink_in_every_place_and_little_around_it(recipe: Recipe) -> None:
    document = made(recipe)
    pages = list(eyes.pages_of(document.data, document.suffix, dpi=300))

    for secret in document.secrets:
        for place in secret.places:
            inside, around = inks(pages[place.page - 1], place)
            assert inside > 0.06
            assert around < inside / 2


def inks(page: Pixels, place: Place) -> tuple[float, float]:
    """The share of dark pixels in the place, and in a thin band above and below it."""
    height, width = page.shape[:2]
    corners = np.array([[x * width, y * height] for x, y in place.polygon], np.float32)
    straight = np.array([[0, 60], [200, 60], [200, 0], [0, 0]], np.float32) + np.array([0, 20], np.float32)
    flat = cv2.warpPerspective(page, cv2.getPerspectiveTransform(corners, straight), (200, 100)).min(axis=2)
    dark = flat < (int(flat.min()) + int(flat.max())) / 2
    return float(dark[20:80].mean()), float(np.concatenate([dark[4:14], dark[86:96]]).mean())


@pytest.mark.slow
@pytest.mark.parametrize("recipe", catalogue.recipes("^(scan-200-(attestation|tiff)|photo-(exif-7|tilt))$"), ids=ids)
def test_the_reader_of_pixels_reads_the_number_in_its_places(recipe: Recipe) -> None:
    document = made(recipe)
    [page] = eyes.pages_of(document.data, document.suffix, dpi=300)
    places = [place for secret in document.secrets for place in secret.places][:15]

    read = eyes.text_on(strip(page, places), dpi=300, sparse=True)

    assert leaks.told_by_text(read, document.secrets[0].number)


def strip(page: Pixels, places: list[Place]) -> Pixels:
    """The band of the page from the first of these places to the last."""
    height, width = page.shape[:2]
    xs = [x * width for place in places for x, _ in place.polygon]
    ys = [y * height for place in places for _, y in place.polygon]
    return np.ascontiguousarray(page[int(min(ys)) - 20 : int(max(ys)) + 20, int(min(xs)) - 30 : int(max(xs)) + 30])


@pytest.mark.parametrize("recipe", catalogue.recipes("^barcode-"), ids=ids)
def test_a_code_says_what_it_is_said_to_say(recipe: Recipe) -> None:
    document = made(recipe)
    [page] = eyes.pages_of(document.data, document.suffix, dpi=200)
    said = eyes.barcodes_on(page)

    assert set(said) >= document.kept
    assert all(leaks.told_by_text(" ".join(said), secret.number) for secret in document.secrets)


def test_only_the_unseen_is_without_a_place() -> None:
    placeless = {one.name for one in DRAWN if any(not secret.places for secret in made(one).secrets)}

    assert {name for name in placeless if not name.startswith(("trick-", "mail-"))} == set()


def test_mistyped_keys_are_wrong_and_corsicans_are_right() -> None:
    [good] = [made(one).secrets[0].number for one in DRAWN if one.name == "writing-corsica-a"]

    assert nir.is_valid(good)
    assert not nir.is_valid(digits.mistyped(good))
