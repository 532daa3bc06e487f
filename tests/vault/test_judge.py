"""The judge of sealed files is sharp: each way to seal badly turns it red, and a good one does not."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.vault.corpus import catalogue, forger, judge
from tests.vault.corpus.eyes import Pixels
from tests.vault.corpus.judge import Fault, Judgement, Outcome
from tests.vault.corpus.layouts import spaced
from tests.vault.corpus.truth import Document, Ending
from tests.whole import share

pytestmark = pytest.mark.slow


@cache
def document(name: str) -> Document:
    [recipe] = catalogue.recipes(f"^{name}$")
    return recipe.document()


@cache
def well_sealed(name: str) -> Outcome:
    return forger.sealed(document(name))


def judged(name: str, outcome: Outcome) -> Judgement:
    return judge.judge(name, document(name), outcome, dpis=judge.QUICK)


def faults(name: str, outcome: Outcome) -> dict[Fault, str]:
    return dict(judged(name, outcome).faults)


def number_of(name: str) -> str:
    return document(name).secrets[0].number


GOOD = ["writing-grouped", "writing-page-270", "barcode-qr", "writing-second-page", "scan-200-sideways", "trick-forms"]


@pytest.mark.parametrize("name", share(GOOD, 0, of=2))
def test_a_good_seal_has_no_fault(name: str) -> None:
    found = judged(name, well_sealed(name))

    assert found.faults == ()
    assert found.black == found.places > 0
    assert found.words_kept >= 0.98 * found.words > 0


def test_an_untouched_page_tells_its_number() -> None:
    found = faults("writing-grouped", forger.sealed(document("writing-grouped"), places=()))

    assert found.keys() == {Fault.LEAK, Fault.NOT_BLACK}
    assert "ocr@200" in found[Fault.LEAK]


def test_an_untouched_sideways_scan_tells_its_number_too() -> None:
    found = faults("scan-200-sideways", forger.sealed(document("scan-200-sideways"), places=()))

    assert Fault.LEAK in found


def test_a_bar_ten_pixels_off_hides_nothing_wholly() -> None:
    found = faults("writing-ungrouped", forger.sealed(document("writing-ungrouped"), off=10))

    assert Fault.NOT_BLACK in found


def test_a_key_that_shows_is_a_place_that_is_not_black() -> None:
    all_but_the_key = document("writing-grouped").secrets[0].places[:13]
    found = faults("writing-grouped", forger.sealed(document("writing-grouped"), places=all_but_the_key))

    assert found.keys() == {Fault.NOT_BLACK}


def test_ten_digits_that_show_are_a_leak() -> None:
    first_groups = document("writing-grouped").secrets[0].places[:5]
    found = faults("writing-grouped", forger.sealed(document("writing-grouped"), places=first_groups))

    assert found.keys() == {Fault.LEAK, Fault.NOT_BLACK}


SPOILT: dict[str, Callable[[bytes, str], bytes]] = {
    "a text layer": lambda pdf, number: forger.with_layer(pdf, spaced(number)),
    "eight digits in a text layer": lambda pdf, number: forger.with_layer(pdf, number[3:11]),
    "data about the file": lambda pdf, number: forger.with_info(pdf, spaced(number)),
    "UTF-16": lambda pdf, number: forger.with_info(pdf, f"é {number}"),
    "an attachment": lambda pdf, number: forger.with_attachment(pdf, spaced(number).encode()),
    "a picture's comment": lambda pdf, number: forger.with_picture_comment(pdf, number.encode()),
    "what follows the end": lambda pdf, number: pdf + number.encode().hex().encode(),
}


@pytest.mark.parametrize("where", SPOILT)
def test_a_number_left_in_the_file_is_a_leak(where: str) -> None:
    good = well_sealed("writing-grouped")
    assert good.sealed
    spoilt = SPOILT[where](good.sealed, number_of("writing-grouped"))

    found = faults("writing-grouped", replace(good, sealed=spoilt))

    assert found.keys() == {Fault.LEAK}


def test_a_barcode_that_still_says_the_number_is_a_leak() -> None:
    found = faults("barcode-qr", forger.sealed(document("barcode-qr"), places=()))

    assert "barcode" in found[Fault.LEAK]


def test_an_innocent_barcode_must_stay() -> None:
    clean = document("barcode-clean-qr")
    blank = forger.repainted(forger.sealed(clean), lambda pages: [_lower_half_white(page) for page in pages])

    found = faults("barcode-clean-qr", Outcome("SCELLE", pages=1, sealed=blank))

    assert Fault.BARCODE in found


def _lower_half_white(page: Pixels) -> Pixels:
    page[page.shape[0] // 3 :] = 255
    return page


def test_an_innocent_number_must_stay() -> None:
    bank = document("negative-bank")
    place = bank.innocents[4].place
    found = faults("negative-bank", forger.sealed(bank, places=[place]))

    assert found.keys() == {Fault.INNOCENT}


def test_words_must_stay() -> None:
    good = well_sealed("writing-grouped")
    blank = forger.repainted(good, lambda pages: [_lower_half_white(page) for page in pages])

    assert Fault.WORDS in faults("writing-grouped", replace(good, sealed=blank))


def test_a_page_keeps_its_frame() -> None:
    good = well_sealed("writing-grouped")

    assert Fault.FRAME in faults("writing-grouped", replace(good, sealed=forger.repainted(good, forger.squashed)))


def test_no_page_is_lost() -> None:
    good = well_sealed("writing-second-page")
    short = forger.repainted(good, lambda pages: pages[:1])

    assert Fault.FRAME in faults("writing-second-page", replace(good, sealed=short))


def test_a_page_turned_over_is_noticed() -> None:
    good = well_sealed("writing-grouped")
    turned = forger.repainted(good, lambda pages: [np.ascontiguousarray(page[::-1, ::-1]) for page in pages])

    assert Fault.NOT_BLACK in faults("writing-grouped", replace(good, sealed=turned))


def test_a_digital_page_must_be_sealed() -> None:
    assert faults("writing-grouped", Outcome("A_REVOIR", "a-revoir")).keys() == {Fault.VERDICT}
    assert faults("writing-grouped", judge.NOTHING).keys() == {Fault.VERDICT}


def test_a_scan_may_be_missed_but_counts_as_missed() -> None:
    unread = judged("scan-150-plain", Outcome("REFUSE", "illisible"))

    assert unread.faults == ()
    assert unread.found is False
    assert judged("scan-150-plain", Outcome("REFUSE", "abime")).faults != ()


def test_a_hostile_file_is_judged_by_its_verdict_and_its_time() -> None:
    hostile = document("hostile-zip")
    assert hostile.ending is Ending.REFUSED

    assert faults("hostile-zip", Outcome("REFUSE", "type", cpu_s=1)) == {}
    assert faults("hostile-zip", Outcome("REFUSE", "abime", cpu_s=1)).keys() == {Fault.VERDICT}
    assert faults("hostile-zip", Outcome("REFUSE", "type", cpu_s=21)).keys() == {Fault.SLOW}
