"""The box: decoders that may be fooled, and what they can reach."""

import io
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from tests.vault import pictures, samples
from vault.box import isolation
from vault.box.frames import Page, Spent
from vault.box.isolation import RLIMIT_ONLY, Box, BoxBroke
from vault.rules.refusals import Code, Refused

A4 = b"/MediaBox [0 0 595 842]"


def opened(data: bytes, *more: bytes, walls: str = "") -> list[Page]:
    return list(Box(walls).pages_of([data, *more]))


def refused(data: bytes) -> Code:
    with pytest.raises(Refused) as refusal:
        opened(data)
    return refusal.value.code


def pdf_of(count: int) -> bytes:
    """So many pages of one content."""
    kids = b" ".join(b"3 0 R" for _ in range(count))
    return samples.pdf(b"").replace(b"/Kids [3 0 R] /Count 1", b"/Kids [%s] /Count %d" % (kids, count))


@pytest.mark.parametrize("walls", ["", RLIMIT_ONLY])
def test_a_drawn_page_comes_as_pixels_and_signs(walls: str) -> None:
    [page] = opened(pictures.as_pdf(), walls=walls)

    assert (page.width, page.height) == (1653, 2339)
    assert page.points == (595.0, 842.0)
    assert page.drawn
    assert "fermeture" in "".join(glyph.sign for glyph in page.glyphs)
    assert all(0 <= glyph.left < glyph.right <= 1 and 0 <= glyph.top < glyph.bottom <= 1 for glyph in page.glyphs)


def test_signs_stand_where_they_are_seen_on_a_turned_page() -> None:
    turned = pictures.as_pdf().replace(A4, A4 + b" /Rotate 90")

    [page] = opened(turned)

    assert page.width > page.height
    pixels = Image.frombytes("RGB", (page.width, page.height), page.pixels)
    dark = [_darkest(pixels, page, place) for place in range(0, len(page.glyphs), 9)]
    assert sum(level < 128 for level in dark) > 0.9 * len(dark)


def _darkest(pixels: Image.Image, page: Page, place: int) -> float:
    one = page.glyphs[place]
    box = (one.left * page.width, one.top * page.height, one.right * page.width + 1, one.bottom * page.height + 1)
    return float(pixels.convert("L").crop(tuple(map(int, box))).getextrema()[0])  # type: ignore[arg-type]  # four


@pytest.mark.parametrize("encode", [pictures.as_png, pictures.as_jpeg, pictures.as_tiff, pictures.as_scan])
def test_a_picture_keeps_its_frame(encode: Callable[[Image.Image], bytes]) -> None:
    [page] = opened(encode(pictures.letter()))

    assert not page.drawn
    assert abs(page.width / page.height - 1240 / 1754) < 0.001
    assert abs(page.points[0] / page.points[1] - page.width / page.height) < 0.001


def test_a_photo_stands_upright_as_its_camera_says() -> None:
    photo, data = pictures.letter(), io.BytesIO()
    exif = photo.getexif()
    exif[0x0112] = 6
    photo.save(data, "JPEG", exif=exif)

    [page] = opened(data.getvalue())

    assert (page.width, page.height) == (1754, 1240)


def test_what_can_be_seen_through_lies_on_white() -> None:
    clear, data = Image.new("RGBA", (60, 60), (0, 0, 0, 0)), io.BytesIO()
    clear.save(data, "PNG")

    [page] = opened(data.getvalue())

    assert set(page.pixels) == {255}


def test_several_files_are_one_document_in_order() -> None:
    first, second = pictures.as_png(pictures.letter()), pictures.as_pdf()

    assert [page.drawn for page in opened(first, second)] == [False, True]


def test_a_letter_is_set_as_a_page_and_what_it_carries_follows() -> None:
    first, second = opened(pictures.as_mail("Bonjour, voici l'attestation.", attached=pictures.as_pdf()))

    said = "".join(glyph.sign for glyph in first.glyphs)
    assert "Attestation" in said
    assert "Bonjour" in said
    assert "primaire" in "".join(glyph.sign for glyph in second.glyphs)


def test_the_words_of_a_marked_up_letter_are_read_and_its_scripts_are_not() -> None:
    marked = pictures.as_mail("<style>p{}</style><p>Votre espace est <b>clos</b>.</p><script>alert(1)</script>")

    [page] = opened(marked.replace(b"text/plain", b"text/html"))

    said = "".join(glyph.sign for glyph in page.glyphs)
    assert "Votreespaceestclos." in said
    assert "alert" not in said


REFUSED = [
    (b"", Code.EMPTY),
    (b"PK\x03\x04word", Code.KIND),
    (pictures.as_pdf()[:300], Code.DAMAGED),
    (pictures.as_png(pictures.letter())[:2000], Code.DAMAGED),
    (pictures.as_jpeg(pictures.letter())[:3000], Code.DAMAGED),
    (pdf_of(31), Code.TOO_MANY_PAGES),
    (samples.pdf().replace(A4, b"/MediaBox [0 0 3001 842]"), Code.PAGE_TOO_LARGE),
    (samples.pdf().replace(A4, b"/MediaBox [0 0 595 9]"), Code.PAGE_TOO_LARGE),
    (samples.png(width=8000, height=8000), Code.PICTURE_TOO_LARGE),
    (pictures.as_tiff(*[Image.new("1", (20, 20))] * 31), Code.TOO_MANY_PAGES),
]


@pytest.mark.parametrize(("data", "code"), REFUSED, ids=[f"{place}-{code}" for place, (_, code) in enumerate(REFUSED)])
def test_a_file_that_cannot_be_shown_is_refused_with_its_reason(data: bytes, code: Code) -> None:
    assert refused(data) is code


def test_thirty_pages_are_taken() -> None:
    assert len(opened(pdf_of(30))) == 30


def test_a_bomb_is_a_refusal_and_no_more() -> None:
    bomb = zlib.compress(b"0 0 1 rg 0 0 9 9 re f\n" * 20_000_000, 9)
    data = samples.pdf(bomb).replace(b"/Length", b"/Filter /FlateDecode /Length")

    with pytest.raises((Refused, BoxBroke)):
        opened(data)


def test_what_it_cost_is_told() -> None:
    spent = Spent()

    list(Box(spent=spent).pages_of([pictures.as_pdf()]))

    assert 0 < spent.cpu < 5
    assert 10_000_000 < spent.memory < 300_000_000


# What a fooled decoder could do.


def within(code: str, *, walls: str = "") -> "subprocess.CompletedProcess[bytes]":
    """Run this where the decoders run."""
    started = Box(walls).command()
    at = started.index("-m")
    given = f"from vault.box import program; program.give_up(); {code}"
    command = [*started[:at], "-c", given]
    return subprocess.run(command, env=isolation._environment(), cwd=isolation.HOME, capture_output=True, check=False)


def test_nothing_of_the_platform_can_be_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")

    for path in (
        secret,
        isolation.HOME / "manage.py",
        isolation.HOME / "config",
        Path("/etc/passwd"),
        Path("/proc/1/environ"),
    ):
        assert path.exists()
        ended = within(f"import os; os._exit(3 if os.path.exists({str(path)!r}) else 0)")
        assert ended.returncode == 0, path


def test_nobody_can_be_called() -> None:
    ended = within("import socket; print(socket.if_nameindex()); socket.create_connection(('1.1.1.1', 53), 1)")

    assert b"Network is unreachable" in ended.stderr
    assert b"eth" not in ended.stdout


def test_nothing_can_be_written() -> None:
    for folder in ("/tmp", "/dev/shm", isolation.HOME, isolation.HOME / "vault"):
        place = f"{folder}/{uuid4().hex}"
        ended = within(f"import os; os.write(os.open({place!r}, os.O_WRONLY | os.O_CREAT), b'x')")
        assert ended.returncode != 0, place
        assert not Path(place).exists()


@pytest.mark.parametrize("folder", ["", "/dev", "/dev/shm", "/tmp"])
def test_not_even_an_empty_file_can_be_made(folder: str) -> None:
    ended = within(f"import os; os.open('{folder}/{uuid4().hex}', os.O_WRONLY | os.O_CREAT)")

    assert b"Read-only file system" in ended.stderr or b"No such file" in ended.stderr


@pytest.mark.parametrize("walls", ["", RLIMIT_ONLY])
def test_neither_memory_nor_time_is_endless(walls: str) -> None:
    assert b"MemoryError" in within("bytearray(900 * 1024 * 1024)", walls=walls).stderr
    limits = within(
        "import resource as r; print(*r.getrlimit(r.RLIMIT_CPU), r.getrlimit(r.RLIMIT_FSIZE)[0])", walls=walls
    )
    assert limits.stdout.split() == [b"12", b"72", b"0"]


def test_the_longest_document_has_the_time_that_nothing_raises() -> None:
    told = within("import resource as r; program.allow(30); print(*r.getrlimit(r.RLIMIT_CPU))").stdout
    raised = within("import resource as r; r.setrlimit(r.RLIMIT_CPU, (73, 73))", walls=RLIMIT_ONLY)

    assert told.split() == [b"72", b"72"]
    # Whoever may raise hard limits is somebody special, and behind the walls nobody is.
    assert raised.returncode != 0 or os.geteuid() == 0


def test_its_environment_holds_no_key() -> None:
    os.environ["VAULT_TEST_CANARY"] = "x"
    try:
        told = within("import os; print(sorted(os.environ))").stdout
    finally:
        del os.environ["VAULT_TEST_CANARY"]

    assert b"PYTHONPATH" in told
    assert b"CANARY" not in told


def test_a_box_that_dies_is_told_from_one_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Box, "command", lambda _self: [sys.executable, "-c", "import os; os.abort()"])

    with pytest.raises(BoxBroke):
        opened(pictures.as_pdf())


def test_a_box_that_is_late_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "WALL_SECONDS", 0.2)
    monkeypatch.setattr(Box, "command", lambda _self: [sys.executable, "-c", "import time; time.sleep(60)"])

    assert refused(pictures.as_pdf()) is Code.TOO_LONG


def test_the_time_that_the_reader_takes_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are read between two pages: a long and honest scan is not late for it."""
    clock = Clock()
    monkeypatch.setattr(isolation, "time", clock)

    read = 0
    for _ in Box().pages_of([pdf_of(12)]):
        clock.now += 20.0
        read += 1

    assert read == 12


class Clock:
    """Stands still but when told: what the box itself needs is not measured."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


def test_the_walls_are_tried_with_this_python_and_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_known_to_start", set())
    monkeypatch.setattr(isolation, "_readable", lambda: ["/usr", "/lib", "/lib64", "/bin"])

    assert "this Python" in (isolation.missing("") or "")

    monkeypatch.undo()
    assert isolation.missing("") is None


def test_what_was_found_to_start_is_not_tried_at_each_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isolation.missing("") is None
    monkeypatch.setattr(isolation, "_starts", lambda _: pytest.fail("It is tried again."))

    assert isolation.missing("") is None


def test_a_python_that_is_reached_by_links_outside_its_folders_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "far").symlink_to(Path(sys.executable).parent)
    (tmp_path / "near").mkdir()
    (tmp_path / "near/python").symlink_to("../far/" + Path(sys.executable).name)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").symlink_to(tmp_path / "near/python")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin/python"))

    ended = subprocess.run(
        Box().started("-c", "print('here')"), env=isolation._environment(), capture_output=True, check=False
    )

    assert ended.stdout == b"here\n", ended.stderr


def test_where_bubblewrap_is_missing_nothing_is_opened_unless_that_is_written_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert isolation.missing("") is None
    monkeypatch.setenv("PATH", "/nowhere")

    assert "bubblewrap" in (isolation.missing("") or "")
    assert isolation.missing(RLIMIT_ONLY) is None
