"""`make install-trial`: follow docs/how-to/install.md, block by block, on an empty Debian 12 in a folder.

    python -m tests.install [FOLDER]        as root; needs debootstrap, unshare and the network of the package servers

1. debootstrap makes a minimal Debian 12 in FOLDER (kept: a second run begins with the packages that are there).
2. The blocks of sh in the page are run in it as they stand; only the mail server is a sink on loopback, and Caddy makes
   its certificate itself. systemd does not run in a folder: tests/install/systemctl.py stands in for systemctl.
3. A coordinator comes in over TLS by the mailed link, sets up a second factor and sees the desk; a large file is sent
   through the proxy, and nothing of it lies on the disk.
4. A tick empties what was erased, as systemd would start it. With the key of docs/how-to/back-up.md cron's line makes a
   backup, and docs/how-to/restore.md puts it back.

It prints what it saw, and ends with 1 at the first thing that is not as the page says.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "how-to" / "install.md"
BACK_UP, RESTORE, MAIL = (PAGE.with_name(name) for name in ("back-up.md", "restore.md", "receive-mail.md"))
NAME = "opposable.example"
MAIL_PORT = 2525
TRUSTED = "/run/trial/trusted.crt"
OURS = f"""
rm -rf /run/trial/mails
export NAME={NAME} CONTACT=admin@{NAME} SOURCE=file:///source
"""
TRUST = """python3 /run/trial/visit.py tls
export CURL_CA_BUNDLE=/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt
"""
ALL_RUN = "for one in web worker documents beat; do test -d /proc/$(cat /run/units/opposable-$one); done"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0] if arguments else "/var/tmp/opposable-install-trial").resolve()
    if os.geteuid() != 0:
        print("Run it as root: it makes users, and mounts a folder.", file=sys.stderr)
        return 2
    began = time.monotonic()
    prepare(folder)
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    code = subprocess.run([*apart, "sh", "-ec", entered(folder)], check=False).returncode
    print(f"--- {'done' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return code


def prepare(folder: Path) -> None:
    """A Debian without anything of ours, and what the trial brings along under /run/trial."""
    if not (folder / "etc" / "debian_version").exists():
        command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(folder / "source", ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", "--bare", str(ROOT), str(folder / "source")], check=True)
    trial = folder / "run" / "trial"
    trial.mkdir(parents=True, exist_ok=True)
    for name in ("visit.py", "sink.py"):
        shutil.copy(ROOT / "tests" / "install" / name, trial)
    # Whom this machine trusts, for a package server of its own.
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", trial / "trusted.crt")
    shim = folder / "usr" / "local" / "bin" / "systemctl"
    shim.write_text(f"#!/usr/bin/python3\n{(ROOT / 'tests/install/systemctl.py').read_text()}", encoding="utf-8")
    shim.chmod(0o755)
    packages, *others = blocks(PAGE.read_text(encoding="utf-8"))
    (trial / "packages").write_text(step(1, packages), encoding="utf-8")
    (trial / "steps").write_text(steps(others) + copies(), encoding="utf-8")


def entered(folder: Path) -> str:
    """Text of a shell that goes in: packages are put into the folder, all else into a layer in memory.

    Its mounts and processes end with it. The layer becomes the root itself: in a chroot nobody may make the namespaces
    that bubblewrap is made of.
    """
    layer = f"{folder}.layer"
    settings = f"DEBIAN_FRONTEND=noninteractive PIP_CACHE_DIR=/var/cache/pip PIP_CERT={TRUSTED}"
    inside = f"/usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 {settings}"
    path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return f"""
mount --make-rprivate /
cp /etc/resolv.conf {folder}/etc/resolv.conf
grep -q {NAME} {folder}/etc/hosts || echo "127.0.0.1 localhost {NAME}" >> {folder}/etc/hosts
mount -t proc proc {folder}/proc
mount --rbind /dev {folder}/dev
chroot {folder} {inside} {path} bash -e /run/trial/packages
mkdir -p {layer}
mount -t tmpfs -o size=4g tmpfs {layer}
mkdir -p {layer}/upper {layer}/work {layer}/root
mount -t overlay overlay -o lowerdir={folder},upperdir={layer}/upper,workdir={layer}/work {layer}/root
mount -t proc proc {layer}/root/proc
mount --rbind /dev {layer}/root/dev
mkdir -p {folder}.pip {layer}/root/var/cache/pip
mount --bind {folder}.pip {layer}/root/var/cache/pip
cd {layer}/root
mkdir -p outside
pivot_root . outside
umount -l /outside
exec {inside} {path} bash -e /run/trial/steps
"""


def blocks(page: str) -> list[str]:
    """The page's blocks of sh in their order, but for the names that are the reader's. Raises SystemExit."""
    found = [block for block in BLOCK.findall(page) if not block.startswith("export NAME=")]
    wanted = ["apt-get", "useradd", "vault_keks", "cat > /etc/opposable/env", "redis.conf", "create_roles", "systemd"]
    missing = [word for word in [*wanted, "Caddyfile", "create_association"] if not any(word in one for one in found)]
    if missing:
        raise SystemExit(f"The page has no block with {', '.join(missing)}.")
    return found


def steps(others: list[str]) -> str:
    """What follows the packages, each told before it runs; a sink stands in the mail server's place."""
    return OURS + "\n".join(step(number, block) for number, block in enumerate(others, 2)) + LAST


def step(number: int, block: str) -> str:
    first = block.strip().splitlines()[0]
    block = block.replace("smtp+ssl://user:password@mail.example:465", f"smtp://127.0.0.1:{MAIL_PORT}")
    if "systemctl restart caddy" in block:
        trust = "sed -i 's/admin off/admin off\\n\\tlocal_certs/' /etc/caddy/Caddyfile\nsystemctl restart caddy\n"
        block = block.replace("systemctl restart caddy\n", trust + TRUST)
    if "create_association" in block:
        block = f"python3 /run/trial/sink.py {MAIL_PORT} /run/trial/mails &\necho premiere@{NAME} | {block}"
    if "readyz" in block:
        block = block.replace(
            "curl --silent --fail http", "python3 /run/trial/visit.py ready\ncurl --silent --fail http"
        )
    return f"echo '--- {number}: {first.replace(chr(39), '')}'\n{block}"


LAST = f"""
python3 /run/trial/visit.py visit {NAME}
{ALL_RUN}
systemctl start opposable-tick
python3 /run/trial/visit.py purged
"""


def copies() -> str:
    """A backup by cron's own line and one by hand, and the first one put back over what is there. Raises SystemExit."""
    wanted = {"2027-03-05": "$(date +%F)", "opposable-backup-key\nrm": "opposable-backup-key --replace\nrm"}
    restore = block_with("opposable --copy restore", page=RESTORE)
    for theirs, ours in wanted.items():
        restore = restore.replace(theirs, ours)
    return f"""
echo '--- a mail without a word, as a mail server hands it over'
{block_with("opposable-mail", page=MAIL)}
echo '--- the key, a backup by cron, one by hand, and back'
{block_with("opposable backup_key", page=BACK_UP)}
mkdir -p /media/usb
cp /run/opposable-key/opposable-backup-key /media/usb/
{block_with("sha256sum", page=BACK_UP)}
sed -n 's/.*  root  //p' /etc/cron.d/opposable | grep backup | sed 's/\\\\%/%/' > /run/trial/cron-line
test -z "$(cd / && env -i sh /run/trial/cron-line)"
{block_with("opposable --copy backup", page=BACK_UP)}
ls -l /srv/backups
{restore}
{block_with("opposable verify_vault", page=RESTORE)}
python3 /run/trial/visit.py ready
{ALL_RUN}
test -z "$(find /srv/backups /var/lib/opposable ! -user opposable)"
"""


def block_with(words: str, *, page: Path) -> str:
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        if words in block and "docker" not in block:
            return str(block)
    raise SystemExit(f"{page.name} has no block with {words}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
