"""A stand-in for systemctl where systemd is not PID 1: it reads the unit files and runs their own lines.

    systemctl restart|enable|start|stop|daemon-reload [--now] UNIT...

Of a unit it obeys ExecStart, User, AmbientCapabilities, WorkingDirectory, Environment, EnvironmentFile, LoadCredential,
UMask, LimitCORE and the folders; of the target, which units run. What hardens them is systemd's alone. Services of the
distribution that have an init script are started by that.
"""

import contextlib
import os
import pwd
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS = (Path("/etc/systemd/system"), Path("/lib/systemd/system"))
LOGS = Path("/var/log/units")
RUNNING = Path("/run/units")
CREDENTIALS = Path("/run/credentials")
Unit = dict[str, list[str]]


def main(arguments: list[str]) -> int:
    verb, *rest = [one for one in arguments if not one.startswith("-")]
    if verb == "daemon-reload":
        return 0
    whole = "opposable.target" in rest and verb != "enable"
    enabled = [path.name for path in sorted(RUNNING.glob("opposable-*")) if whole]
    for name in [*rest, *enabled]:
        if verb == "stop":
            stop(name.removesuffix(".service"))
        else:
            start(name)
    return 0


def stop(stem: str) -> None:
    """With all that it started; it stays enabled."""
    number = (RUNNING / stem).read_text() if (RUNNING / stem).exists() else ""
    if not number:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(number), signal.SIGTERM)
    end = time.monotonic() + 60
    while any(lives(process, session=number) for process in Path("/proc").glob("[0-9]*")):
        if time.monotonic() > end:
            raise SystemExit(f"{stem} does not stop")
        time.sleep(0.2)
    (RUNNING / stem).write_text("")


def lives(process: Path, *, session: str) -> bool:
    """proc(5): the state and the session are the first and the fourth word behind the name."""
    try:
        words = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return words[0] != "Z" and words[3] == session


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
    stop(stem)
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
    lend(stem, unit, account)
    with (LOGS / stem).open("ab") as log:
        process = subprocess.Popen(
            [*change, "--", *command],
            cwd=unit.get("WorkingDirectory", ["/"])[0],
            env={"PATH": os.environ["PATH"], "HOME": account.pw_dir} | environment(stem, unit),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=int(unit.get("UMask", ["0022"])[0], 8),
        )
    RUNNING.mkdir(exist_ok=True)
    (RUNNING / stem).write_text(str(process.pid))
    time.sleep(1)


def lend(stem: str, unit: Unit, account: pwd.struct_passwd) -> None:
    """What only root reads, to this service alone."""
    for one in unit.get("LoadCredential", []):
        name, _, path = one.partition(":")
        folder = CREDENTIALS / stem
        folder.mkdir(parents=True, exist_ok=True)
        CREDENTIALS.chmod(0o755)
        shutil.copyfile(path, folder / name)
        for place, mode in ((folder / name, 0o400), (folder, 0o500)):
            place.chmod(mode)
            os.chown(place, account.pw_uid, account.pw_gid)


def environment(stem: str, unit: Unit) -> dict[str, str]:
    lines = [line for path in unit.get("EnvironmentFile", []) for line in Path(path).read_text().splitlines()]
    lines += [line.replace("%d", str(CREDENTIALS / stem)) for line in unit.get("Environment", [])]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: "".join(shlex.split(value)) if value.startswith(('"', "'")) else value for name, _, value in pairs}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
