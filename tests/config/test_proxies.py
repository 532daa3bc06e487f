"""The proxies of config/deploy: read, and where Caddy or nginx is there, as in CI, run on a port of their own."""

import http.client
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import cluster
from tests.config.processes import ROOT, eventually, listens

DEPLOY = ROOT / "config" / "deploy"
NAME = "opposable.example"
IN_CI = os.environ.get("CI") == "true"  # where what is missing fails
UPLOAD_MAX = 25 * 1024 * 1024
needs_caddy = pytest.mark.skipif(not (IN_CI or shutil.which("caddy")), reason="Caddy is not on this machine")
needs_nginx = pytest.mark.skipif(not (IN_CI or shutil.which("nginx")), reason="nginx is not on this machine")


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile.server", "nginx.conf"])
def test_a_proxy_hides_what_is_for_the_machine_itself_and_takes_the_largest_deposit(name: str) -> None:
    conf = text(name)

    assert re.search(r"/metrics /readyz|\(metrics\|readyz\)", conf)
    sizes = [int(size) * 1_000_000 for size in re.findall(r"max_(?:body_)?size (\d+)", conf)]
    assert sizes
    assert min(sizes) > UPLOAD_MAX
    assert not re.search(r"^\s*(log\b|access_log (?!off))", conf, re.MULTILINE)


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile.server", "nginx.conf"])
def test_a_proxy_gives_up_a_quiet_connection_before_the_web_does(name: str) -> None:
    """Else a form may be sent on one that is being closed."""
    [given_up] = re.findall(r"keepalive(?:_timeout)? (\d+)s", text(name))
    [closed] = re.findall(r"^keepalive = (\d+)$", (ROOT / "config" / "serving.py").read_text(), re.MULTILINE)

    assert int(given_up) < int(closed)


def test_nginx_uses_a_connection_to_the_web_again() -> None:
    """Without these two it would ask to have each closed."""
    conf = text("nginx.conf")

    assert "proxy_http_version 1.1;" in conf
    assert 'proxy_set_header Connection "";' in conf


def test_nginx_writes_no_body_to_a_disk() -> None:
    conf = text("nginx.conf")
    [most], [buffer] = (
        re.findall(rf"{word} (\d+)m;", conf) for word in ("client_max_body_size", "client_body_buffer_size")
    )

    assert int(buffer) > int(most)
    assert set(re.findall(r"_temp_path (\S+?)/nginx", conf)) == {"/dev/shm"}
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in conf


# Plain HTTP: people are sent on, programs are refused.


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile.server"])
def test_caddy_is_told_in_an_order_that_it_keeps(name: str) -> None:
    """Outside of `handle` it sorts: `redir` would come before `respond`."""
    refuses = r"handle /api/\* \{\s+respond 426\s+\}"
    sends_on = r"handle \{\s+redir https://\{host\}\{uri\} 308\s+\}"

    assert re.fullmatch(rf"(?:\s+header -\w+)*\s+{refuses}\s+{sends_on}\s*", plain_block(name))


def test_nginx_is_told_the_same() -> None:
    [plain] = re.findall(r"\n    server \{\n        listen 80;(.*?)\n    \}", text("nginx.conf"), re.DOTALL)

    places = dict(re.findall(r"location (\S+) \{\s+return ([^;]+);\s+\}", plain))
    assert places == {"/api/": "426", "/": "301 https://$host$request_uri"}
    assert plain.count("return") == 2


@needs_caddy
@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile.server"])
def test_caddy_refuses_a_program_in_plain_and_sends_people_on(name: str, tmp_path: Path) -> None:
    port = cluster.free_port()
    own = f"{{\n\tadmin off\n\tauto_https off\n\thttp_port {port}\n}}\n"
    (tmp_path / "conf").write_text(f"{own}http://{NAME} {{{plain_block(name)}\n}}\n", encoding="utf-8")
    with running(["caddy", "run", "--adapter", "caddyfile", "--config", str(tmp_path / "conf")], port=port):
        assert_programs_are_refused_and_people_are_sent_on(port, moved=308)


@needs_nginx
def test_nginx_refuses_a_program_in_plain_and_sends_people_on(tmp_path: Path) -> None:
    port, tls = cluster.free_port(), cluster.free_port()
    conf = made_up(tmp_path).replace("listen 80;", f"listen 127.0.0.1:{port};").replace("listen 443 ", f"listen {tls} ")
    conf = re.sub(r"^\s*listen \[::\].*\n", "", conf, flags=re.MULTILINE)
    (tmp_path / "conf").write_text(f"daemon off;\n{conf}", encoding="utf-8")
    with running(["nginx", "-c", str(tmp_path / "conf")], port=port):
        assert_programs_are_refused_and_people_are_sent_on(port, moved=301)


def plain_block(name: str) -> str:
    """What the file says of port 80, between the braces."""
    return re.split(r"^http://\S+ \{", text(name), flags=re.MULTILINE)[1].partition("\n}")[0]


def assert_programs_are_refused_and_people_are_sent_on(port: int, *, moved: int) -> None:
    for path in ("/api/v1/cases/", "/api/", "/api/v1/procedures/?page=2"):
        assert asked(port, path) == (426, None), path
    for path in ("/", "/demarches/?q=1", "/apiculture/"):
        assert asked(port, path) == (moved, f"https://{NAME}{path}"), path


def asked(port: int, path: str) -> tuple[int, str | None]:
    """Status and Location."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": NAME, "Authorization": "Bearer opp_zq"})
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("Location")


@contextmanager
def running(command: list[str], *, port: int) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            eventually(lambda: listens(port) or process.poll() is not None, within=20, what=f"{command[0]} is not up")
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            yield
        finally:
            process.terminate()


# Their own programs accept them.


@needs_caddy
def test_caddy_accepts_the_file_of_a_server() -> None:
    """That of the container is for a newer Caddy than Debian 12 has."""
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile.server")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr


@needs_nginx
def test_nginx_accepts_its_file(tmp_path: Path) -> None:
    (tmp_path / "conf").write_text(made_up(tmp_path), encoding="utf-8")

    checked = subprocess.run(["nginx", "-t", "-c", str(tmp_path / "conf")], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr


def made_up(folder: Path) -> str:
    """The file with a certificate, and places to write to, in this folder."""
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    files = ["-subj", f"/CN={NAME}", "-keyout", str(folder / "key"), "-out", str(folder / "crt")]
    subprocess.run([*made, *files], check=True, capture_output=True)
    conf = text("nginx.conf").replace("/run/nginx.pid", str(folder / "pid"))
    conf = conf.replace("/var/log/nginx/error.log", str(folder / "log")).replace("/dev/shm/", f"{folder}/")
    return re.sub(
        r"ssl_certificate(_key)? \S+;",
        lambda found: f"ssl_certificate{found[1] or ''} {folder}/{'key' if found[1] else 'crt'};",
        conf,
    )


def test_the_proxy_keeps_its_own_choice_of_tls_and_gets_a_public_certificate() -> None:
    """Caddy takes 1.2 and 1.3 with the suites of today, and asks a public authority, unless its file says otherwise."""
    words = set(text("Caddyfile").split())

    assert words & {"tls", "protocols", "ciphers", "curves", "auto_https", "local_certs", "internal"} == set()
    assert "{$CONTACT_EMAIL}" in words
