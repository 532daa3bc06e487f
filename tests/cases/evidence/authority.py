"""A time-stamping authority of the tests' own: an OpenSSL root, a signer, and a server on loopback that asks them."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SETTINGS = """
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[signer]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = name
[name]
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/signer.pem
certs = {folder}/root.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
"""


def openssl(*arguments: str, folder: Path) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def found_authority(folder: Path) -> Path:
    """Make its keys and certificates in the folder; the root's PEM file."""
    folder.mkdir()
    (folder / "openssl.cnf").write_text(SETTINGS.format(folder=folder))
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "openssl.cnf")
    openssl(
        *("req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem"),
        *("-subj", "/CN=Racine des essais", "-days", "3650", "-extensions", "root"),
        folder=folder,
    )
    openssl(
        *("req", *new, "-keyout", "signer.key", "-out", "signer.csr", "-subj", "/CN=Horodatage des essais"),
        folder=folder,
    )
    openssl(
        *("x509", "-req", "-in", "signer.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"),
        *("-out", "signer.pem", "-days", "3650", "-extfile", "openssl.cnf", "-extensions", "signer"),
        folder=folder,
    )
    return folder / "root.pem"


def reply(folder: Path, query: bytes) -> bytes:
    (folder / "asked.tsq").write_bytes(query)
    openssl(
        *("ts", "-reply", "-config", "openssl.cnf", "-section", "tsa", "-queryfile", "asked.tsq", "-out", "told.tsr"),
        folder=folder,
    )
    return (folder / "told.tsr").read_bytes()


@dataclass
class Tsa:
    """`answer` makes the body from what was asked; `asked` remembers bodies, `heads` the headers."""

    folder: Path
    root: Path
    answer: Callable[[bytes], bytes] = lambda _query: b""
    status: int = 200
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving(tsa: Tsa) -> Iterator[Tsa]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            tsa.asked.append(query)
            tsa.heads.append(dict(self.headers))
            body = tsa.answer(query) if tsa.status == 200 else b""
            self.send_response(tsa.status)
            if tsa.status == 302:
                self.send_header("Location", tsa.url)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    tsa.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield tsa
    finally:
        server.shutdown()
        server.server_close()
