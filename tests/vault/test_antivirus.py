"""A real clamd with a signature of our own: what it finds is refused, and its silence is never taken for a yes."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.vault import samples, services
from vault.box import antivirus
from vault.box.antivirus import Verdict


@pytest.fixture(scope="module", params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with services.or_skip(), services.clamd(tmp_path_factory.mktemp("clamd"), over=request.param) as url:
        yield url


@pytest.mark.slow
class TestAgainstClamd:
    @pytest.fixture(autouse=True)
    def _asked(self, clamd: str, settings: Any) -> None:
        settings.CLAMD_URL = clamd

    @pytest.mark.parametrize("data", [b"", b"x", samples.pdf(padding=200_000), bytes(3_000_000)])
    def test_what_holds_nothing_is_clean(self, data: bytes) -> None:
        assert antivirus.scan(data) is Verdict.CLEAN

    @pytest.mark.parametrize("before", [0, 10, 64 * 1024 - 5, 1_000_000])
    def test_a_signature_is_found_wherever_it_stands(self, before: int) -> None:
        assert antivirus.scan(b"x" * before + services.MARK + b"y" * 100) is Verdict.INFECTED

    def test_it_is_found_inside_a_pdf(self) -> None:
        assert antivirus.scan(samples.pdf(services.MARK)) is Verdict.INFECTED

    def test_more_than_it_takes_is_no_verdict(self) -> None:
        """StreamMaxLength of a scanner that is set too low."""
        assert antivirus.scan(bytes(31 * 1024 * 1024)) is Verdict.UNAVAILABLE


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "tcp://127.0.0.1", "unix:///nowhere/clamd.ctl", "nonsense"])
def test_one_that_is_not_there_is_unavailable(settings: Any, url: str) -> None:
    settings.CLAMD_URL = url

    assert antivirus.scan(b"x") is Verdict.UNAVAILABLE


def test_without_one_everything_passes(settings: Any) -> None:
    settings.CLAMD_URL = ""

    assert antivirus.scan(services.MARK) is Verdict.CLEAN


@pytest.mark.parametrize("answer", [b"", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"OK\0", b"silence"])
def test_only_a_whole_answer_counts(settings: Any, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    """Cut off, an error, something else, or none within the time."""
    monkeypatch.setattr(antivirus, "ANSWERS_WITHIN", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        ended = threading.Event()
        thread = threading.Thread(target=_answer, args=(server, answer, ended))
        thread.start()

        assert antivirus.scan(b"x") is Verdict.UNAVAILABLE

        ended.set()
        thread.join()


def _answer(server: socket.socket, answer: bytes, ended: threading.Event) -> None:
    line, _ = server.accept()
    with line:
        while b"\0\0\0\0" not in line.recv(4096):
            pass
        if answer == b"silence":
            ended.wait(5)
        else:
            line.sendall(answer)
