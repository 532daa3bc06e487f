"""No page escapes being read by axe and being looked at."""

from django.urls import get_resolver

from tests.gallery import GALLERY, NO_PAGE
from tests.house.world import addresses


def test_every_page_hangs_in_the_gallery() -> None:
    shown = {picture.view for picture in GALLERY if picture.view}
    names = {name for name, _ in addresses(get_resolver())}

    assert names - shown - NO_PAGE.keys() == set(), "add these to tests/gallery.py"
    assert (shown | NO_PAGE.keys()) - names == set(), "these addresses are gone"
    assert shown & NO_PAGE.keys() == set()


def test_every_picture_has_a_name_of_its_own() -> None:
    names = [picture.name for picture in GALLERY]

    assert sorted(names) == sorted(set(names))
