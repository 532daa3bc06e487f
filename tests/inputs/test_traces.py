"""What a telephone writes into a photo beside the picture, its place above all, is not in what is kept."""

import io

import pillow_heif
import pytest
from PIL import Image

from tests import papers
from tests.vault.test_redaction import kept

pytestmark = pytest.mark.slow

PLACE = "Zq-48.8584N-2.2945E"
GPS_IFD, LATITUDE_REF, PROCESSING, MAKER = 0x8825, 1, 27, 0x010F


def photo(form: str) -> bytes:
    """A page of a letter, as a telephone that knows where it is would have saved it."""
    pillow_heif.register_heif_opener()
    picture, held = Image.open(io.BytesIO(papers.photo())), io.BytesIO()
    exif = picture.getexif()
    exif[MAKER] = PLACE
    exif.get_ifd(GPS_IFD)[LATITUDE_REF] = "N"
    exif.get_ifd(GPS_IFD)[PROCESSING] = PLACE
    picture.save(held, form, exif=exif)
    return held.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "HEIF"])
def test_the_place_where_a_photo_was_taken_is_not_kept(form: str) -> None:
    sent = photo(form)
    assert PLACE.encode() in sent, "else this would prove nothing"

    _, pdf = kept(sent)

    assert PLACE.encode() not in pdf
    assert b"Exif" not in pdf
