import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest

from config.supervisor import LONGEST_PAUSE, pause_after
from tests.cluster import free_port
from tests.config.processes import can_bind, descendants, eventually, is_alive, listens, pids_in, started

# A child that forks, as gunicorn and Celery do: the port is held by the grandchild.
FORKING_SERVER = """
import os, sys, http.server
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)
if os.fork():
    os.wait()
else:
    server.serve_forever()
"""
SUPERVISE = """
import os, sys
from config.supervisor import Supervisor
commands = {"server": ["forking_server", sys.argv[1]], "quick": ["this"]}
Supervisor(commands, environment=os.environ, say=lambda sentence: print(sentence, flush=True)).run()
"""


@dataclass(frozen=True, slots=True)
class Watched:
    process: "Popen[bytes]"
    log: Path
    port: int

    def server(self) -> int:
        return pids_in(self.log, name="server")[-1]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    (tmp_path / "forking_server.py").write_text(FORKING_SERVER)
    port, log = free_port(), tmp_path / "log"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    with started([sys.executable, "-c", SUPERVISE, str(port)], log=log, environment=environment) as process:
        eventually(lambda: listens(port), what="the server answers")
        yield Watched(process, log, port)


def test_a_child_killed_while_its_fork_holds_the_port_comes_back_on_the_same_port(watched: Watched) -> None:
    first = watched.server()
    forked = descendants(first)

    os.kill(first, signal.SIGKILL)
    eventually(lambda: watched.server() != first and listens(watched.port), what="a second server answers")

    assert forked
    assert not any(is_alive(pid) for pid in forked)


def test_killing_the_supervisor_leaves_nobody_on_the_port(watched: Watched) -> None:
    below = descendants(watched.process.pid)

    watched.process.kill()
    watched.process.wait()

    eventually(lambda: not any(is_alive(pid) for pid in below), within=20, what="every descendant is gone")
    assert can_bind(watched.port)


def test_sigterm_stops_everything_and_exits_well(watched: Watched) -> None:
    below = descendants(watched.process.pid)

    watched.process.terminate()

    assert watched.process.wait(timeout=30) == 0
    assert not any(is_alive(pid) for pid in below)
    assert can_bind(watched.port)


def test_a_child_that_ends_at_once_is_started_again_with_growing_pauses(watched: Watched) -> None:
    eventually(lambda: len(pids_in(watched.log, name="quick")) >= 3, what="three starts")

    said = watched.log.read_text()
    assert "quick ended with code 0; starting it again in 0.5 s" in said
    assert "starting it again in 1.0 s" in said


def test_the_pause_doubles_up_to_a_ceiling() -> None:
    assert [pause_after(deaths) for deaths in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert pause_after(40) == LONGEST_PAUSE
