"""What stands around Facteur in the real chain: Postfix, set up as the guide says, and a client who writes with swaks
and answers with neomutt.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shutil
import signal
import smtplib
import subprocess
import time
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from service.process import ROOT, free_port

GUIDE = (ROOT / "docs/guides/postfix.md").read_text("utf-8")
SETTINGS = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
CLIENT = "client-0@courriel.example"
CERTIFICATE = [
    "openssl",
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-subj",
    "/CN=localhost",
]
CERTIFICATE += ["-addext", "subjectAltName=DNS:localhost", "-out"]
# As postfix check makes them, in a tenth of its time.
QUEUE = (
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "public",
    "saved",
    "trace",
)
MASTER = "/usr/lib/postfix/sbin/master"

# What a Debian system has already, in a folder of its own; whoever speaks to 127.0.0.1 comes from outside.
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/data/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.2/32
myhostname = localhost
mydestination =
alias_maps =
default_transport = error:nobody else is there
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = may
maximal_backoff_time = 1s
minimal_backoff_time = 1s
queue_run_delay = 1s
virtual_mailbox_domains = courriel.example
virtual_mailbox_maps = texthash:{folder}/etc/clients
virtual_mailbox_base = {boxes}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
"""
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
relay unix - - n - - smtp
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def of_guide(place: str, heading: str) -> str:
    """The file that the guide gives for this place below this heading."""
    part = GUIDE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    [text] = re.findall(rf"```ini\n# {re.escape(place)}[^\n]*\n(.*?)```", part, re.DOTALL)
    return str(text)


class Postfix:
    """Its own configuration, queue and ports. `boxes`: where mailboxes are."""

    def __init__(self, folder: Path, boxes: Path) -> None:
        self.folder, self.boxes, self.port, self.submission = folder, boxes, free_port(), free_port()
        owned = [folder / "data", *(folder / "queue" / name for name in QUEUE)]
        for path in (folder / "etc", folder / "queue/pid", *owned):
            path.mkdir(parents=True)
        for path in owned:
            path.chmod(0o700)
            shutil.chown(path, "postfix")
        subprocess.run(
            [*CERTIFICATE, folder / "cert.pem", "-keyout", folder / "key.pem"],
            check=True,
            capture_output=True,
        )

    def configure(self, way: str, changes: Mapping[str, str]) -> None:
        """`way`: the heading of the guide by which mail comes in. `changes`: of its files, such as ports."""
        self.changes = {
            **changes,
            "/etc/postfix": f"{self.folder}/etc",
            "submission inet n - y": f"127.0.0.1:{self.submission} inet n - n",
            "/var/mail": str(self.boxes),
            "static:5000": "static:65534",
        }
        incoming = of_guide("/etc/postfix/main.cf", way)
        names = {"folder": self.folder, "boxes": self.boxes, "port": self.port}
        if "virtual_mailbox_domains" in incoming:  # beside our clients' mailboxes
            incoming = incoming.replace("_domains = ", "_domains = courriel.example, ")
            incoming = incoming.replace(
                "_maps = texthash", f"_maps = texthash:{self.folder}/etc/clients texthash", 1
            )
        self._put("main.cf", MAIN.format(**names) + incoming)
        self._put("master.cf", SERVICES.format(**names) + of_guide("/etc/postfix/master.cf", "Mail goes out"))
        self._put("clients", f"{CLIENT} {CLIENT}/\n")
        self._put("header_checks", of_guide("/etc/postfix/header_checks", "Mail comes in"))
        for name in set(re.findall(r"texthash:/etc/postfix/(\w+)", incoming)):
            self._put(name, of_guide(f"/etc/postfix/{name}", way))

    def _put(self, name: str, text: str) -> None:
        for before, after in self.changes.items():
            text = text.replace(before, after)
        (self.folder / "etc" / name).write_text(text)

    def start(self) -> None:
        etc = self.folder / "etc"
        environment = {**os.environ, "MAIL_CONFIG": str(etc), "MAIL_LOGTAG": "postfix"}
        command = [MASTER, "-c", etc, "-d"]
        self.process = subprocess.Popen(command, env=environment, start_new_session=True)
        for _ in range(500):
            with contextlib.suppress(OSError), smtplib.SMTP("127.0.0.1", self.port):
                return
            time.sleep(0.02)
        raise TimeoutError(self.log())

    def end(self) -> None:
        """With its children, in its own group."""
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(10)

    def log(self) -> str:
        return (self.folder / "data/postfix.log").read_text()


class Client:
    """Their mailbox, a Maildir that Postfix fills."""

    def __init__(self, postfix: Postfix, folder: Path) -> None:
        self.postfix, self.folder = postfix, folder
        self.box = postfix.boxes / CLIENT

    def write(self, to: str, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A new mail, by swaks and TLS."""
        place = ["--server", f"127.0.0.1:{self.postfix.port}", "--tls", "--helo", "mail.courriel.example"]
        mail = ["--from", CLIENT, "--to", to, "--body", text, "--h-Subject", "Question"]
        command = ["swaks", *place, *mail, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def got(self, count: int, seconds: float = 20) -> list[EmailMessage]:
        """All that came, oldest first, once there are so many."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = [*self.box.glob("new/*"), *self.box.glob("cur/*")]
            if len(found) >= count:
                raw = [path.read_bytes() for path in sorted(found, key=_came)]
                return [message_from_bytes(one, policy=policy.default) for one in raw]
            time.sleep(0.02)
        raise TimeoutError(self.postfix.log()[-3000:])

    def answer(self, text: str) -> None:
        """To the newest mail, by neomutt's own reply, above what it quotes."""
        editor, settings = self.folder / "editor", self.folder / "neomuttrc"
        editor.write_text(f'#!/bin/sh\n{{ echo "{text}"; echo; cat "$1"; }} > "$1.new" && mv "$1.new" "$1"\n')
        editor.chmod(0o755)
        names = {"client": CLIENT, "folder": self.folder, "box": self.box, "editor": editor}
        settings.write_text(RC.format(**names, port=self.postfix.port))
        keys = "push <last-entry><reply><send-message><quit>"
        done = _on_terminal(["neomutt", "-n", "-F", settings, "-f", self.box, "-e", keys])
        assert done[0] == 0, done[1].decode("utf-8", "replace")


def _came(path: Path) -> int:
    return path.stat().st_mtime_ns


RC = """
set folder = "{folder}" spoolfile = "{box}" postponed = "{folder}/postponed" mbox = "{folder}/read"
set from = "{client}" realname = "Client 0" use_from = yes envelope_from = yes hostname = "courriel.example"
set smtp_url = "smtp://127.0.0.1:{port}/" ssl_starttls = no ssl_force_tls = no
set editor = "{editor}" edit_headers = no fast_reply = yes reply_to = yes include = yes
set abort_unmodified = no abort_nosubject = no record = "" copy = no quit = yes sort = date-received
set sleep_time = 0 wait_key = no header_cache = "" move = no confirmappend = no
"""


def _on_terminal(command: list[Any], seconds: float = 20) -> tuple[int, bytes]:
    """Exit code, and what was drawn."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    drawn, until = b"", time.monotonic() + seconds
    with contextlib.suppress(OSError):  # the program has closed its end
        while process.poll() is None and time.monotonic() < until:
            if select.select([ours], [], [], 0.05)[0]:
                drawn += os.read(ours, 4096)
    if process.poll() is None and time.monotonic() >= until:
        process.kill()
    os.close(ours)
    return process.wait(10), drawn
