"""Published figures: margins, hatching, a table beside, a file that never changes. What is not published is nowhere."""

import hashlib

import pytest
from django.urls import reverse

from accounts.models import Membership
from observatory import access
from observatory.access import ReleaseView
from observatory.models import Release
from tests.people import HouseClient, signed_in
from tests.web.public.test_pages import text_of

pytestmark = pytest.mark.django_db


def file_url(release: ReleaseView) -> str:
    return reverse("public:release_file", args=[release.slug, release.file_name])


def test_a_release_shows_each_number_with_its_margin_in_chart_and_table(
    client: HouseClient, published: ReleaseView
) -> None:
    page = client.get(f"/chiffres/{published.slug}/").content.decode()
    read = text_of(page)

    shown = [row for row in published.rows if row.value is not None]
    assert shown
    for row in shown:
        assert f"{row.label.fr} {row.value} ± {row.margin}" in read
    assert "<svg" in page
    assert "<th scope=" in page
    assert published.method.fr.replace("\u00a0", " ") in read


def test_hidden_numbers_are_hatched_and_never_zero(client: HouseClient, published: ReleaseView) -> None:
    page = client.get(f"/chiffres/{published.slug}/").content.decode()

    hidden = [row for row in published.rows if row.hidden]
    assert len(hidden) >= 2
    assert page.count('class="figure__hidden"') == len(hidden)
    assert page.count('<span class="soft">masqué</span>') == len(hidden)


def test_the_list_names_every_published_release(client: HouseClient, published: ReleaseView) -> None:
    page = client.get("/chiffres/").content.decode()

    assert published.title.fr in page
    assert f"/chiffres/{published.slug}/" in page


def test_without_releases_the_list_says_so(client: HouseClient) -> None:
    assert "Aucun chiffre n’est encore publié." in client.get("/chiffres/").content.decode()


def test_a_release_that_is_not_published_does_not_exist(client: HouseClient, measured: Release) -> None:
    assert client.get(f"/chiffres/{measured.slug}/").status_code == 404
    assert client.get(f"/chiffres/{measured.slug}/{measured.slug}.csv").status_code == 404
    assert measured.slug not in client.get("/chiffres/").content.decode()


def test_the_file_is_what_was_published_and_may_be_kept_for_ever(client: HouseClient, published: ReleaseView) -> None:
    response = client.get(file_url(published))

    kept = access.published_file(published.slug)
    assert kept is not None
    assert response.content == kept.content
    assert response["ETag"] == f'"{hashlib.sha256(response.content).hexdigest()}"'
    assert "immutable" in response["Cache-Control"]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{published.file_name}"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_reader_who_has_the_file_does_not_get_it_again(client: HouseClient, published: ReleaseView) -> None:
    first = client.get(file_url(published))

    again = client.get(file_url(published), headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


def test_another_name_is_no_file(client: HouseClient, published: ReleaseView) -> None:
    assert client.get(f"/chiffres/{published.slug}/autre.csv").status_code == 404


def test_a_volunteer_of_another_association_reads_no_more_than_anyone(measured: Release, stranger: Membership) -> None:
    client = signed_in(stranger.user)

    assert client.get(f"/chiffres/{measured.slug}/").status_code == 404
