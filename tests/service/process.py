"""`facteur serve` as a process of its own, between a relay with mailboxes and a local Bot API, all on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[2]
DOMAIN = "portail.example"
RIGHTS = ["read", "pay", "sign", "notify"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """One service: start it, kill it, start it again on the same data."""

    def __init__(self, folder: Path, relay: str, **settings: Any) -> None:
        self.folder = folder
        self.smtp, self.web = free_port(), free_port()
        given = {
            "env": "test",
            "secret_key": "the tests only",
            "database_url": f"sqlite:///{folder / 'facteur.db'}",
            "files_url": f"file:{folder / 'files'}",
            "mail_domain": DOMAIN,
            "smtp_listen": f"127.0.0.1:{self.smtp}",
            "web_listen": f"127.0.0.1:{self.web}",
            "smtp_relay": relay,
            **settings,
        }
        plain = {name: value for name, value in os.environ.items() if not name.startswith("FACTEUR_")}
        self.env = plain | {f"FACTEUR_{name.upper()}": str(value) for name, value in given.items()}
        self.env["PYTHONPATH"] = str(ROOT)
        self.running: Any = None  # a subprocess.Popen, or what answers as one

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command of the command line, with the same settings."""
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=120, check=False
        )

    def begin(self, *arguments: str) -> Any:
        command = [sys.executable, "-m", "bot", "serve", *arguments]
        with (self.folder / "service.log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, env=self.env, stderr=log)

    async def start(self, *arguments: str) -> None:
        self.running = self.begin(*arguments)
        async with asyncio.timeout(90), aiohttp.ClientSession() as session:
            while not await self._healthy(session):
                assert self.running.poll() is None, self.log()[-2000:]
                await asyncio.sleep(0.05)

    async def _healthy(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"http://127.0.0.1:{self.web}/health") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.running.send_signal(signal.SIGTERM)
        return int(self.running.wait(timeout=30))

    def end(self) -> None:
        if self.running and self.running.poll() is None:
            self.kill()

    def log(self) -> str:
        return (self.folder / "service.log").read_text("utf-8", "replace")


def company(folder: Path, clients: int) -> Path:
    """A facteur/1 file with so many clients, each with one mailbox and one invoice: due far off, for these services
    go by the real clock, and nobody is to be reminded."""
    data = {
        "schema": "facteur/1",
        "as_of": "2026-11-24T08:00:00+01:00",
        "company": {
            "slug": "atelier", "name": "Atelier Exemple", "email": "contact@atelier.example",
            "phone": "01 02 03 04 05", "language": "fr", "timezone": "Europe/Paris", "options": ["portal"],
        },
        "clients": [
            {"ref": f"C{nth}", "name": f"Client {nth}", "kind": "B2B_FR", "language": "fr",
             "contacts": [{"email": address(nth), "name": f"Client {nth}", "rights": RIGHTS}]}
            for nth in range(clients)
        ],
        "documents": [
            {"kind": "invoice", "number": f"F-{nth:05}", "client": f"C{nth}", "label": "Travaux", "status": "issued",
             "issued_on": "2026-11-02", "due_on": "2036-12-02", "total_cents": 12000 + nth, "currency": "EUR"}
            for nth in range(clients)
        ],
    }  # fmt: skip
    path = folder / "company.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


def address(nth: int) -> str:
    return f"client-{nth}@courriel.example"


def addresses(count: int) -> Iterator[str]:
    return (address(nth) for nth in range(count))
