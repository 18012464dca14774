"""A time-stamping authority (RFC 3161) on this machine, made with OpenSSL; or one that is slow, silent or wrong."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

Manner = Literal["answers", "slow", "rubbish", "refuses", "endless"]
CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Time Authority
[extensions]
extendedKeyUsage = critical,timeStamping
basicConstraints = CA:false
[tsa]
dir = {folder}
serial = $dir/serial
crypto_device = builtin
signer_cert = $dir/tsa.crt
certs = $dir/tsa.crt
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def prepare(folder: Path) -> None:
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder), "utf-8")
    (folder / "serial").write_text("01")
    openssl(
        folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-utf8", "-days", "30", "-config", "tsa.cnf",
        "-extensions", "extensions", "-keyout", "tsa.key", "-out", "tsa.crt",
    )  # fmt: skip


def openssl(folder: Path, *words: str) -> bytes:
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=True).stdout


@dataclass(frozen=True)
class Asked:
    path: str
    body: bytes


def nothing_else(asked: Asked) -> bytes | None:
    return None


@contextmanager
def authority(
    folder: Path, manner: Manner, other: Callable[[Asked], bytes | None] = nothing_else
) -> Iterator[str]:
    """Its address. `other` hears every question, and answers those that are not for a token; None: not a word."""
    done = threading.Event()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.other(b"")

        def other(self, body: bytes) -> None:
            answer = other(Asked(self.path, body))
            if answer is None:
                done.wait(30)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != "/tsa":
                self.other(asked)
                return
            other(Asked(self.path, asked))
            if manner == "slow":
                done.wait(30)
                return
            self.send_response(503 if manner == "refuses" else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            if manner == "answers":
                self.wfile.write(reply(folder, asked))
            elif manner == "rubbish":
                self.wfile.write(b"<html>not a token</html>")
            while manner == "endless" and not done.is_set():
                self.wfile.write(b"0" * 10_000)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        done.set()
        server.shutdown()
        server.server_close()


def reply(folder: Path, asked: bytes) -> bytes:
    question = folder / "question.tsq"
    question.write_bytes(asked)
    return openssl(
        folder, "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", "question.tsq"
    )
