"""What a new operator looks at, with nothing but the standard library: visit.py ready | tls | purged | visit NAME."""

import base64
import email
import hashlib
import hmac
import http.client
import re
import ssl
import struct
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from email import policy
from http.cookiejar import CookieJar
from pathlib import Path

ROOT_CERTIFICATE = Path("/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt")
MAILS = Path("/run/trial/mails")
PASSWORD = "cinq mots pour une phrase"
MARK = b"zq-body-that-stays-off-the-disk "
BODY = 24_000_000


def main(arguments: list[str]) -> None:
    if arguments[0] == "ready":
        until(lambda: status("http://127.0.0.1:8000/healthz") == 200, what="the web does not answer")
    elif arguments[0] == "tls":
        until(lambda: ROOT_CERTIFICATE.exists() and listens(443), what="Caddy has no certificate")
    elif arguments[0] == "purged":
        until(is_purged, what="the rows of what was erased were not emptied")
        told("the tick's purge, as its own role", "done")
    else:
        Visit(arguments[1]).go()


def until(holds: Callable[[], bool], *, what: str, within: float = 600.0) -> None:
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(what)
        time.sleep(0.5)


def status(address: str, context: "ssl.SSLContext | None" = None) -> int:
    try:
        with urllib.request.urlopen(address, timeout=20, context=context) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def is_purged() -> bool:
    with urllib.request.urlopen("http://127.0.0.1:8000/metrics", timeout=20) as answer:
        return re.search(r'job_done_seconds\{job="cases\.purge"\} \d', answer.read().decode()) is not None


def listens(port: int) -> bool:
    try:
        http.client.HTTPConnection("127.0.0.1", port, timeout=2).connect()
    except OSError:
        return False
    return True


class Visit:
    """Somebody's browser."""

    def __init__(self, name: str) -> None:
        self.origin = f"https://{name}"
        self.name = name
        self.tls = ssl.create_default_context(cafile=str(ROOT_CERTIFICATE))
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar, urllib.request.HTTPSHandler(context=self.tls))
        self.at = ""

    def go(self) -> None:
        told("the page over TLS", self.get("/") and 200)
        for hidden in ("/readyz", "/metrics"):
            must(status(self.origin + hidden, self.tls) == 404, f"{hidden} is open to the outside")
        told("/readyz and /metrics from outside", 404)
        must(status(f"http://{self.name}/api/v1/") == 426, "a program that asks in plain is not refused")
        told("the API in plain", 426)
        self.come_in()
        self.send_a_large_body()

    def come_in(self) -> None:
        link = mailed_link()
        page = self.get(link)
        self.post(link, page, name="Nadia Berger", password=PASSWORD, pledge="on")
        page = self.get("/desk/")
        page = self.get("/compte/facteur/application/")
        if 'name="password"' in page:
            self.post(self.at, page, password=PASSWORD)
            page = self.get("/compte/facteur/application/")
        found = re.search(r'id="secret"[^>]*>(.*?)</code>', page, re.DOTALL)
        must(found is not None, f"no secret on {self.at}")
        secret = re.sub(r"<[^>]+>|\s", "", found[1])  # type: ignore[index]  # it is there
        self.post(self.at, page, code=totp(secret))
        page = self.get("/desk/")
        must(self.at.endswith("/desk/"), f"the desk is not reached: {self.at}")
        must("/compte/deconnexion/" in page or "/desk/equipe/" in page, "this is not the desk")
        told("signed in with a second factor, the desk", 200)

    def get(self, address: str) -> str:
        return self.read(urllib.request.Request(urllib.parse.urljoin(self.origin, address)))

    def post(self, address: str, page: str, **typed: str) -> str:
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        fields = urllib.parse.urlencode(dict(hidden) | typed).encode()
        return self.read(
            urllib.request.Request(
                urllib.parse.urljoin(self.origin, address), data=fields, headers={"Referer": self.origin + "/"}
            )
        )

    def read(self, request: urllib.request.Request) -> str:
        try:
            with self.opener.open(request, timeout=60) as answer:
                self.at = answer.url
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            raise SystemExit(
                f"{request.get_method()} {request.full_url}: {error.code}\n{error.read()[:2000]!r}"
            ) from None

    def send_a_large_body(self) -> None:
        """Half of it, a look at the disk, the other half: a proxy that spools has written by then."""
        connection = http.client.HTTPSConnection(self.name, context=self.tls, timeout=60)
        connection.putrequest("POST", "/compte/connexion/")
        connection.putheader("Content-Type", "multipart/form-data; boundary=zq")
        connection.putheader("Content-Length", str(BODY))
        connection.endheaders(b"--zq\r\n" + MARK)
        part = (MARK * 1024)[:32_768]
        sent = len(b"--zq\r\n" + MARK)
        looked = False
        while sent < BODY:
            now = part[: BODY - sent]
            connection.send(now)
            sent += len(now)
            if not looked and sent > BODY // 2:
                time.sleep(1)
                looked = found_nowhere()
        answer = connection.getresponse().status
        must(found_nowhere(), "")
        told(f"a body of {BODY // 1_000_000} MB, in no file during and after; answered", answer)


def found_nowhere() -> bool:
    """Neither in a file of the places where proxies spool, nor in one that Caddy holds open and has removed."""
    for folder in ("/tmp", "/var/tmp", "/var/lib/caddy", "/var/lib/opposable", "/var/cache", "/var/lib/nginx"):
        for path in Path(folder).rglob("*"):
            if path.is_file() and not path.is_symlink():
                must(MARK not in path.read_bytes(), f"a part of the body lies in {path}")
    for process in Path("/proc").glob("[0-9]*"):
        for opened in held_by(process):
            must(
                "(deleted)" not in opened or "/dev/shm" in opened or opened.startswith("/memfd:"), f"{process} {opened}"
            )
    return True


def held_by(process: Path) -> list[str]:
    try:
        if (process / "comm").read_text().strip() not in {"caddy", "nginx", "gunicorn"}:
            return []
        return [str(descriptor.readlink()) for descriptor in (process / "fd").iterdir()]
    except OSError:
        return []


def mailed_link() -> str:
    until(lambda: MAILS.is_dir() and any(MAILS.iterdir()), what="no mail came")
    mail = email.message_from_bytes(next(MAILS.iterdir()).read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",))
    must(body is not None, "the mail has no text")
    found = re.search(r"https://[^\s]+(/invitation/[^\s]+)", body.get_content())  # type: ignore[union-attr]  # it has one
    must(found is not None, "the mail has no link")
    return str(found[1])  # type: ignore[index]  # it has one


def totp(secret: str) -> str:
    """RFC 6238, six digits, thirty seconds."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    place = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def must(holds: bool, what: str) -> None:
    if not holds:
        raise SystemExit(what)


def told(what: str, answer: object) -> None:
    print(f"    {what}: {answer}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
