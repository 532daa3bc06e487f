"""What gunicorn, set as in production, lets through of a header that would pass for another."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.processes import ROOT, eventually, listens

ASKED = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: 192.0.2.1\r\n"
    b"X_Forwarded_For: 198.51.100.7\r\nX_Forwarded_Proto: https\r\nAuthorization_: Bearer opp_x\r\n\r\n"
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    folder = tmp_path_factory.mktemp("server")
    command = ["-m", "gunicorn", "-c", "python:config.serving", "--bind", f"127.0.0.1:{number}"]
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    server = subprocess.Popen([sys.executable, *command, "tests.inputs.echo:application"], cwd=ROOT, env=environment)
    eventually(lambda: listens(number), what="gunicorn listens")
    yield number
    server.terminate()
    server.wait(timeout=30)


def answer_to(port: int, asked: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(asked)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_a_header_with_an_underscore_does_not_reach_the_platform(port: int) -> None:
    """Both spellings would be one name to Django: whoever sends the second would say where they come from."""
    answer = answer_to(port, ASKED)

    assert answer.startswith(b"HTTP/1.1 200")
    seen = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert seen["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert "HTTP_X_FORWARDED_PROTO" not in seen
    assert "HTTP_AUTHORIZATION_" not in seen


@pytest.mark.parametrize(
    "asked", [b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", b"\0\0\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_what_is_no_request_is_refused_without_a_word_of_the_server(port: int, asked: bytes) -> None:
    answer = answer_to(port, asked)

    assert b" 200 " not in answer.splitlines()[0]
    assert b"Traceback" not in answer
    assert str(Path(ROOT)).encode() not in answer
