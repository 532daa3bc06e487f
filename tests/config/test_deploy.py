"""The files of config/deploy and the page that uses them: read, and where its program is there, checked by it.

The page itself is followed by `make install-trial`, which takes minutes and a Debian in a folder.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.config.processes import ROOT
from tests.install.__main__ import BLOCK, PAGE, blocks, steps
from tests.install.systemctl import Unit, read

DEPLOY = ROOT / "config" / "deploy"
SERVICES = sorted(path.name for path in (DEPLOY / "systemd").glob("*.service"))
UPLOAD_MAX = 25 * 1024 * 1024
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "UMask": "0077",
    "LimitCORE": "0",
    "User": "opposable",
    "StateDirectory": "opposable",
    "StateDirectoryMode": "0700",
    "CapabilityBoundingSet": "",
}


def unit(name: str) -> Unit:
    return read(DEPLOY / "systemd" / name)


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_hardened_and_can_still_build_its_walls(name: str) -> None:
    found = unit(name)

    assert {key: found[key] for key in HARDENED} == {key: [value] for key, value in HARDENED.items()}
    assert "RestrictNamespaces" not in found
    assert "AF_NETLINK" in found["RestrictAddressFamilies"][0]
    assert not any("mount" in line or "@privileged" in line for line in found["SystemCallFilter"])


def test_the_services_run_what_the_containers_run() -> None:
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("worker", "documents", "beat"):
        [command] = unit(f"opposable-{name}.service")["ExecStart"]
        options = set(re.findall(r"--(?!schedule|concurrency)[a-z-]+(?:[ =][a-z@%]+)?", command))
        [same] = re.findall(rf"^  {name}:.*?command: (.*?)$", compose, re.DOTALL | re.MULTILINE)
        assert options == set(re.findall(r"--(?!schedule|concurrency)[a-z-]+(?:[ =][a-z@%]+)?", same)), name


def test_what_opens_documents_reaches_this_machine_alone() -> None:
    found = unit("opposable-documents.service")

    assert (found["IPAddressDeny"], found["IPAddressAllow"]) == (["any"], ["localhost"])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """With /bin/true for programs that only an installed server has, and this machine's own user."""
    for path in (DEPLOY / "systemd").iterdir():
        there = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (tmp_path / path.name).write_text(re.sub(r"^(User|Group)=.*", r"\1=root", there, flags=re.MULTILINE))
    units = [str(path) for path in sorted(tmp_path.iterdir())]

    checked = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)

    assert [line for line in checked.stderr.splitlines() if "opposable" in line] == []


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile.server", "nginx.conf"])
def test_a_proxy_hides_what_is_for_the_machine_itself_and_takes_the_largest_deposit(name: str) -> None:
    conf = text(name)

    assert re.search(r"/metrics /readyz|\(metrics\|readyz\)", conf)
    sizes = [int(size) * 1_000_000 for size in re.findall(r"max_(?:body_)?size (\d+)", conf)]
    assert sizes
    assert min(sizes) > UPLOAD_MAX
    assert not re.search(r"^\s*(log\b|access_log (?!off))", conf, re.MULTILINE)


def test_nginx_writes_no_body_to_a_disk() -> None:
    conf = text("nginx.conf")
    [most], [buffer] = (
        re.findall(rf"{word} (\d+)m;", conf) for word in ("client_max_body_size", "client_body_buffer_size")
    )

    assert int(buffer) > int(most)
    assert set(re.findall(r"_temp_path (\S+?)/nginx", conf)) == {"/dev/shm"}
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in conf


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not on this machine")
def test_caddy_accepts_the_file_of_a_server() -> None:
    """That of the container is for a newer Caddy than Debian 12 has."""
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile.server")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not on this machine")
def test_nginx_accepts_its_file(tmp_path: Path) -> None:
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    files = ["-subj", "/CN=opposable.example", "-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "crt")]
    subprocess.run([*made, *files], check=True, capture_output=True)
    conf = text("nginx.conf").replace("/run/nginx.pid", str(tmp_path / "pid"))
    conf = re.sub(
        r"ssl_certificate(_key)? \S+;",
        lambda m: f"ssl_certificate{m[1] or ''} {tmp_path}/{'key' if m[1] else 'crt'};",
        conf,
    )
    conf = conf.replace("/var/log/nginx/error.log", str(tmp_path / "log")).replace("/dev/shm/", f"{tmp_path}/")
    (tmp_path / "conf").write_text(conf, encoding="utf-8")

    checked = subprocess.run(["nginx", "-t", "-c", str(tmp_path / "conf")], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr


def test_every_block_of_the_page_is_shell(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    (tmp_path / "steps").write_text("\n".join(blocks(page)) + steps(blocks(page)), encoding="utf-8")

    assert len(BLOCK.findall(page)) >= 9
    subprocess.run(["bash", "-n", str(tmp_path / "steps")], check=True)
    subprocess.run(["sh", "-n", str(DEPLOY / "opposable")], check=True)


def test_the_page_names_files_that_are_there() -> None:
    page = PAGE.read_text(encoding="utf-8")

    named = set(re.findall(r"config/deploy/[\w./]+\w", page))
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).exists() and not list(ROOT.glob(f"{name}*"))] == []
