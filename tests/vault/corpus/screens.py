"""What people catch from a screen, and photos of more than one thing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import numpy as np

from tests.vault.corpus import barcodes, camera, cards, digits, letters, negatives
from tests.vault.corpus.camera import Shot
from tests.vault.corpus.draw import Paper
from tests.vault.corpus.layouts import spaced
from tests.vault.corpus.truth import Document, Ending, Recipe


def screenshot(*, dark: bool, form: str, spell: Callable[[str], str]) -> Callable[[Random], Document]:
    """A telephone's screen: an account's page, at 1080 by 2340 points."""

    def make(random: Random) -> Document:
        paper = Paper()
        sheet = paper.sheet(360, 780)
        ink, ground = (0.92, 0.10) if dark else (0.1, 0.98)
        number, phone = digits.nir(random), digits.phone(random)
        sheet.box(0, 0, 360, 780, fill=ground)
        sheet.text("09:41", 16, 20, size=12, font="Db", ink=ink)
        sheet.text("Mon compte d’essai", 16, 70, size=20, font="Db", ink=ink)
        sheet.text("Spécimen", 16, 94, size=12, font="Dj", ink=ink)
        sheet.text("Nom", 16, 140, size=11, font="Dj", ink=0.55)
        sheet.text(letters.name(random), 16, 160, size=15, font="Dj", ink=ink)
        sheet.text("Numéro de sécurité sociale", 16, 200, size=11, font="Dj", ink=0.55)
        sheet.hide(number, *sheet.figures(spell(number), 16, 220, size=15, font="Dj", ink=ink))
        sheet.text("Téléphone", 16, 260, size=11, font="Dj", ink=0.55)
        sheet.spare(phone, sheet.text(digits.cut(phone, "2222"), 16, 280, size=15, font="Dj", ink=ink))
        [shot] = camera.shots_of(paper, dpi=216, grey=False)
        data = camera.saved([shot.pixels], form)
        return Document(data, {"PNG": ".png", "JPEG": ".jpg"}[form], shot.secrets, shot.innocents, Ending.FOUND)

    return make


def two_cards(random: Random) -> Document:
    """Two cards one above the other."""
    papers = [Paper(), Paper()]
    for paper in papers:
        cards.card(paper, random)
    shots = [camera.shots_of(paper, dpi=500, grey=False)[0] for paper in papers]
    return photographed(stacked(shots), random, share=0.85)


def stacked(shots: list[Shot]) -> Shot:
    """One picture of two, the second below the first with a gap."""
    width, height = shots[0].size
    gap = np.full((height // 5, width, 3), 235, np.uint8)
    pixels = np.vstack([shots[0].pixels, gap, shots[1].pixels])
    identity = np.eye(3)
    lower = np.array([[1, 0, 0], [0, 1, height + height // 5], [0, 0, 1]], np.float64)
    first, second = shots[0].moved(pixels, identity), shots[1].moved(pixels, lower)
    return Shot(pixels, first.secrets + second.secrets, first.innocents + second.innocents)


def with_code(random: Random) -> Document:
    """A certificate with the number in letters and in a code."""
    paper = Paper()
    sheet, number = paper.sheet(), digits.nir(random)
    cards.attestation(sheet, random, number=number)
    pixels = barcodes.picture_of(f"NIR={number}", "qr")
    place = sheet.image(paper.picture(pixels), 60, 560, 120, 120)
    sheet.hide(number, barcodes.ink_in(place, pixels), kind="barcode")
    [shot] = camera.shots_of(paper, dpi=250, grey=False)
    return photographed(shot, random, share=0.92)


def innocent(random: Random) -> Document:
    """A bill without any number to hide."""
    paper = Paper()
    negatives.listing((*negatives.PEOPLE, *negatives.OFFICE), font="Dj")(paper, random)
    [shot] = camera.shots_of(paper, dpi=250, grey=False)
    return replace(photographed(shot, random, share=0.92), ending=Ending.SEALED)


def photographed(shot: Shot, random: Random, *, share: float) -> Document:
    shot = camera.laid(shot, random, (3024, 4032), share=share, tilt=random.uniform(-3, 3), slant=0.02)
    pixels = camera.noisy(camera.blurred(camera.lit(shot.pixels, random, shadow=0.2), 0.9), 5)
    return Document(camera.saved([pixels], "JPEG"), ".jpg", shot.secrets, shot.innocents, Ending.FOUND)


def recipes() -> Iterator[Recipe]:
    yield Recipe("photo-screenshot", screenshot(dark=False, form="PNG", spell=spaced))
    yield Recipe("photo-screenshot-dark", screenshot(dark=True, form="PNG", spell=spaced))
    yield Recipe("photo-screenshot-jpeg", screenshot(dark=False, form="JPEG", spell=str))
    yield Recipe("photo-two-cards", two_cards)
    yield Recipe("photo-code", with_code)
    yield Recipe("negative-photo", innocent)
