"""A stand-in for systemctl where systemd is not PID 1: it reads the unit files and runs their own lines.

    systemctl restart|enable|daemon-reload [--now] UNIT...

Of a unit it obeys ExecStart, User, AmbientCapabilities, WorkingDirectory, EnvironmentFile, UMask, LimitCORE and the
folders; what hardens it is systemd's alone. Services of the distribution that have an init script are started by that.
"""

import os
import pwd
import resource
import shlex
import subprocess
import sys
import time
from pathlib import Path

UNITS = (Path("/etc/systemd/system"), Path("/lib/systemd/system"))
LOGS = Path("/var/log/units")
Unit = dict[str, list[str]]


def main(arguments: list[str]) -> int:
    verb, *rest = [one for one in arguments if not one.startswith("-")]
    if verb == "daemon-reload":
        return 0
    for name in rest:
        start(name)
    return 0


def start(name: str) -> None:
    stem = name.removesuffix(".service")
    script = Path("/etc/init.d") / stem
    if script.exists():
        subprocess.run([script, "restart"], check=True, stdout=subprocess.DEVNULL)
        return
    found = [folder / f"{stem}.service" for folder in UNITS if (folder / f"{stem}.service").exists()]
    if name.endswith((".target", ".timer")) or not found:
        print(f"{name}: nothing to run by itself", file=sys.stderr)
        return
    run(stem, read(found[0]))


def read(path: Path) -> Unit:
    """{"ExecStart": [...], "User": [...]}"""
    unit: Unit = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, is_setting, value = line.partition("=")
        if is_setting and not line.startswith(("#", ";")):
            unit.setdefault(key.strip(), []).append(value.strip())
    return unit


def run(stem: str, unit: Unit) -> None:
    account = pwd.getpwnam(unit.get("User", ["root"])[0])
    for key, root in (("StateDirectory", "/var/lib"), ("RuntimeDirectory", "/run")):
        for name in unit.get(key, []):
            folder = Path(root) / name
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            os.chown(folder, account.pw_uid, account.pw_gid)
    LOGS.mkdir(exist_ok=True)
    if unit.get("LimitCORE") == ["0"]:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    change = ["setpriv", "--reuid", account.pw_name, "--regid", str(account.pw_gid), "--init-groups"]
    for line in unit.get("AmbientCapabilities", []):
        caps = ",".join(f"+{name.removeprefix('CAP_').lower()}" for name in line.split())
        change += [f"--inh-caps={caps}", f"--ambient-caps={caps}"] if caps else []
    command = shlex.split(unit["ExecStart"][0].replace("%h", "server").replace("%%", "%"))
    with (LOGS / stem).open("ab") as log:
        subprocess.Popen(
            [*change, "--", *command],
            cwd=unit.get("WorkingDirectory", ["/"])[0],
            env={"PATH": os.environ["PATH"], "HOME": account.pw_dir} | environment(unit),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=int(unit.get("UMask", ["0022"])[0], 8),
        )
    time.sleep(1)


def environment(unit: Unit) -> dict[str, str]:
    lines = [line for path in unit.get("EnvironmentFile", []) for line in Path(path).read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: "".join(shlex.split(value)) if value.startswith(('"', "'")) else value for name, _, value in pairs}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
