"""A mail server on loopback that keeps what it is given: python3 sink.py PORT FOLDER. Of the standard library alone."""

import socketserver
import sys
from pathlib import Path


class Sink(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs to leave a message."""

    def handle(self) -> None:
        self.answer("220 sink")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word.startswith(b"DATA"):
                self.answer("354 go on")
                self.keep()
            elif word.startswith(b"QUIT"):
                self.answer("221 bye")
                return
            self.answer("250 OK")

    def keep(self) -> None:
        lines = list(iter(self.rfile.readline, b".\r\n"))
        folder = Path(sys.argv[2])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{len(list(folder.iterdir()))}.eml").write_bytes(b"".join(lines))

    def answer(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Sink).serve_forever()
