"""Mailboxes to read: pymap as a process of its own, and the standard library's client to look into them."""

from __future__ import annotations

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from pysasl.hashing import BuiltinHash

from mail_gateway.imap import Pace
from mail_gateway.imap_connection import Patience
from mail_gateway.screen import with_crlf
from service.process import free_port

PASSWORD = 's3cret "x'
QUICK = Pace(rest=10.0, first=0.01, longest=0.1, refused=0.1, patience=Patience(5.0, 5.0))


class Pymap:
    """An IMAP server. With a folder it keeps what it holds; without, each start is an empty one that numbers anew."""

    def __init__(self, folder: Path | None = None, user: str = "atelier@portail.example") -> None:
        self.port, self.folder, self.user = free_port(), folder, user
        self.process: subprocess.Popen[bytes] | None = None
        if folder is not None:
            folder.mkdir()
            hashed = BuiltinHash(rounds=1).hash(PASSWORD)
            (folder / "pymap-etc-passwd").write_text(f"{user}:x::::box:\n")
            (folder / "pymap-etc-shadow").write_text(f"{user}:{hashed}:::::::\n")

    @property
    def url(self) -> str:
        return f"imap://{quote(self.user)}:{quote(PASSWORD)}@127.0.0.1:{self.port}/INBOX"

    def start(self) -> None:
        backend = ["maildir", str(self.folder)] if self.folder else ["dict"]
        demo = [] if self.folder else ["--demo-user", self.user, "--demo-password", PASSWORD]
        place = ["--host", "127.0.0.1", "--port", str(self.port), "--no-tls"]
        command = [str(Path(sys.executable).with_name("pymap")), *place, *backend, *demo]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise TimeoutError("pymap does not start")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as made:
            made.login(self.user, PASSWORD)
            yield made

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        with self.client() as client:
            for raw in mails:
                client.literal = raw  # `append` itself would mend the line ends
                assert client._simple_command("APPEND", folder)[0] == "OK"

    def held(self, folder: str = "INBOX") -> list[bytes]:
        """The raw messages of a folder; none where there is no such folder."""
        try:
            return self._held(folder)
        except imaplib.IMAP4.abort:  # pymap ends a connection that meets another one's change
            return self._held(folder)

    def _held(self, folder: str) -> list[bytes]:
        with self.client() as client:
            if client.select(folder, readonly=True)[0] != "OK":
                return []
            found = client.uid("SEARCH", "ALL")[1][0].split()
            answers = [client.uid("FETCH", one, "(BODY.PEEK[])")[1][0] for one in found]
            raw = [answer[1] for answer in answers if answer]  # else it was moved meanwhile
            return [with_crlf(one) if b"\r" not in one else one for one in raw]  # as our reader does

    def uids(self, folder: str = "INBOX") -> list[int]:
        with self.client() as client:
            client.select(folder, readonly=True)
            return [int(one) for one in client.uid("SEARCH", "ALL")[1][0].split()]


def mail(n: int, *, to: str = "atelier@portail.example", sender: str = "client-0@courriel.example") -> bytes:
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: Question {n}\r\nMessage-ID: <{n}@courriel.example>\r\n"
    return f"{head}Date: Tue, 24 Nov 2026 14:{n % 60:02}:00 +0100\r\n\r\nsolde {n}\r\n".encode()
