"""The files of config/deploy and the page that uses them: read, and where its program is there, checked by it.

The page itself is followed by `make install-trial`, which takes minutes and a Debian in a folder.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.config.processes import ROOT
from tests.install.__main__ import BLOCK, PAGE, blocks, copies, steps
from tests.install.systemctl import Unit, read

DEPLOY = ROOT / "config" / "deploy"
SERVICES = sorted(path.name for path in (DEPLOY / "systemd").glob("*.service"))
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


def test_what_empties_rows_is_lent_its_password_and_no_other_service_sees_it() -> None:
    lent = {name: unit(name).get("LoadCredential", []) for name in SERVICES}
    with_it = {name for name, credentials in lent.items() if credentials}
    password = "purge_password:/etc/opposable/secrets/purge_password"

    assert with_it == {"opposable-worker.service", "opposable-tick.service"}
    for name in SERVICES:
        given = unit(name).get("Environment", []), unit(name).get("InaccessiblePaths", [])
        if name in with_it:
            assert lent[name] == [password]
            assert given == (["PURGE_PASSWORD_FILE=%d/purge_password"], [])
        else:
            assert given == ([], ["-/run/credentials"])


def test_a_start_or_a_reboot_brings_back_what_was_enabled_and_nothing_else() -> None:
    """So with the tick instead of Celery too, where the target would start both if it named any."""
    target = unit("opposable.target")
    assert (target.get("Wants"), target.get("Requires")) == (None, None)
    assert target["WantedBy"] == ["multi-user.target"]
    parts = {path.name: read(path) for path in (DEPLOY / "systemd").iterdir() if path.suffix != ".target"}
    assert {name for name, one in parts.items() if one.get("PartOf") != ["opposable.target"]} == set()
    installed = {name for name, one in parts.items() if one.get("WantedBy") == ["opposable.target"]}
    assert installed == {*parts} - {"opposable-tick.service"}

    enabled = re.findall(r"systemctl enable --now ([^\n`]+)", PAGE.read_text(encoding="utf-8"))
    assert [line.split()[0] for line in enabled] == ["opposable.target"] * 2


CRON = re.compile(r"(?:[\d*]+ +){5}root  said=\$\((?P<command>.+) 2>&1\) \|\| echo \"\$said\"")


def test_cron_says_what_failed_alone_and_needs_no_folder() -> None:
    """In the file that a server gets, and in the lines that pages give for a server with containers."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "how-to").glob("*.md"))
    said = [line.strip() for line in [*text("cron").splitlines(), *pages.splitlines()]]
    lines = [line for line in said if re.match(r"(?:[\d*]+ +){5}", line)]
    commands = [found["command"] for line in lines if (found := CRON.fullmatch(line))]

    assert len(commands) == len(lines) == 6
    assert all(re.match(r"/usr/local/sbin/opposable |docker compose -f /srv/", one) for one in commands)
    assert sum(" backup --out /" in one for one in commands) == 2
    assert not any(re.search(r"(?<!\\)%", one) for one in commands), "cron takes a bare % for the end of the line"


@pytest.mark.skipif(
    os.environ.get("CI") != "true" and not shutil.which("systemd-analyze"), reason="systemd is not on this machine"
)
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """With /bin/true for programs that only an installed server has, and this machine's own user."""
    for path in (DEPLOY / "systemd").iterdir():
        there = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (tmp_path / path.name).write_text(re.sub(r"^(User|Group)=.*", r"\1=root", there, flags=re.MULTILINE))
    units = [str(path) for path in sorted(tmp_path.iterdir())]

    checked = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)

    assert [line for line in checked.stderr.splitlines() if "opposable" in line] == []


def test_every_block_of_the_page_is_shell(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    (tmp_path / "steps").write_text("\n".join(blocks(page)) + steps(blocks(page)) + copies(), encoding="utf-8")

    assert len(BLOCK.findall(page)) >= 9
    subprocess.run(["bash", "-n", str(tmp_path / "steps")], check=True)
    for name in ("opposable", "opposable-mail"):
        subprocess.run(["sh", "-n", str(DEPLOY / name)], check=True)


def test_the_page_names_files_that_are_there() -> None:
    page = PAGE.read_text(encoding="utf-8")

    named = set(re.findall(r"config/deploy/[\w./]+\w", page))
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).exists() and not list(ROOT.glob(f"{name}*"))] == []
