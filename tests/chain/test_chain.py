"""Client, Postfix, Facteur, Postfix, client's mailbox: with the programs that people use, set up as the guide says."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from chain_peers import GUIDE, SETTINGS, Client, Postfix, of_guide
from dovecot import Dovecot
from zone import NameServer

from service.process import DOMAIN, Process, company, free_port
from service.warm import Warm

PROGRAMS = ("postfix", "swaks", "neomutt", "dovecot")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not all(map(shutil.which, PROGRAMS)), reason=f"needs the Debian packages {PROGRAMS}"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix starts as root alone"),
]
NO_RECIPIENT = 24  # of swaks
FILTER = "mx.portail.example"
CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")
BY_LMTP, BY_SMTP = "lmtp:inet:127.0.0.1:8024", "smtp:[127.0.0.1]:8025"
PASSWORDS = {f"facteur@{DOMAIN}": "password", "facteur": "password"}


class Chain:
    """Postfix, Dovecot and one service. `way`: how mail comes in."""

    def __init__(self, folder: Path, way: str) -> None:
        by_mailbox = way == "mailbox"
        self.parts = "imap,worker,web" if by_mailbox else "smtp,worker,web"
        passwords, self.lmtp = free_port(), free_port()
        listener = of_guide("/etc/dovecot/conf.d/99-postfix.conf", "Mail goes out").replace(
            "12345", str(passwords)
        )
        for name in ("dovecot", "facteur"):
            (folder / name).mkdir()
        self.dovecot = Dovecot(folder / "dovecot", PASSWORDS, more=listener)
        self.postfix = Postfix(folder / "postfix", folder / "dovecot/mail")
        self.servers = ((self.dovecot, self.dovecot.kill), (self.postfix, self.postfix.end))
        self.client = Client(self.postfix, folder)
        self.service = self._service(folder / "facteur", SETTINGS[by_mailbox])
        heading = "A mailbox instead" if by_mailbox else "Mail comes in"
        changes = {BY_LMTP: BY_SMTP} if way == "smtp" else {}
        ports = {"12345": passwords, "8024": self.lmtp, "8025": self.service.smtp}
        self.postfix.configure(heading, changes | {guide: str(port) for guide, port in ports.items()})

    def _service(self, folder: Path, settings: str) -> Process:
        """With the settings of the guide, at the ports of this test."""
        for guide, ours in (
            (":587", self.postfix.submission),
            (":143", self.dovecot.port),
            (":8024", self.lmtp),
        ):
            settings = settings.replace(guide, f":{ours}")
        given = tomllib.loads(settings)
        made = Warm(folder, given.pop("smtp_relay"), **given, authserv_id=FILTER)
        made.env["SSL_CERT_FILE"] = str(self.postfix.folder / "cert.pem")
        return made

    async def start(self, stack: ExitStack) -> None:
        for server, end in self.servers:
            server.start()
            stack.callback(end)
        stack.callback(self.service.end)
        file = str(company(self.service.folder, 1))
        assert (await asyncio.to_thread(self.service.run, "import", file)).returncode == 0
        await self.service.start("--only", self.parts)

    def taken(self) -> list[EmailMessage]:
        """What Facteur stored, oldest first."""
        with closing(sqlite3.connect(self.service.folder / "facteur.db")) as db:
            rows = db.execute("SELECT raw FROM inbox WHERE channel = 'email' ORDER BY id").fetchall()
        return [message_from_bytes(raw, policy=policy.default) for (raw,) in rows]


@pytest.fixture
def place() -> Iterator[Path]:
    """Where other users than root may enter."""
    made = Path(tempfile.mkdtemp(prefix="facteur-chain-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_postfix_knows_every_parameter_of_the_guide(tmp_path: Path) -> None:
    """Those of the filter too, which does not run here."""
    blocks = re.findall(r"```ini\n# /etc/postfix/main.cf[^\n]*\n(.*?)```", GUIDE, re.DOTALL)
    assert len(blocks) == 3
    (tmp_path / "master.cf").write_text("")
    (tmp_path / "main.cf").write_text("\n".join(blocks))
    told = subprocess.run(["postconf", "-c", tmp_path, "-n"], capture_output=True, text=True, check=True)
    assert "unused parameter" not in told.stderr


def logs_in(chain: Chain) -> None:
    """facteur doctor, at a real Postfix and a real Dovecot."""
    lines = json.loads(chain.service.run("doctor", "--mail", "--json").stdout)
    said = {line["about"]: line["said"] for line in lines}
    submission, box = f"localhost:{chain.postfix.submission}", f"127.0.0.1:{chain.dovecot.port}"
    assert said["mail out"] == f"{submission} answers by STARTTLS, and lets us log in."
    assert said["mailbox"].startswith(f"{box} lets us in")


@pytest.mark.parametrize("way", ["lmtp", pytest.param("smtp", marks=pytest.mark.soak), "mailbox"])
async def test_a_balance_is_asked_for_and_given(way: str, place: Path, stack: ExitStack) -> None:
    assert f"`{BY_SMTP}`" in GUIDE
    chain = Chain(place, way)
    zone = stack.enter_context(NameServer({}))
    chain.service.env["FACTEUR_DNS_SERVERS"] = ":".join(map(str, zone.at))
    await chain.start(stack)
    client = chain.client
    forged = f"Authentication-Results: {FILTER}; dmarc=pass header.from=courriel.example"
    asked = await asyncio.to_thread(
        client.write, f"atelier@{DOMAIN}", "Bonjour,\n\nquel est mon solde ?\n", "--add-header", forged
    )
    assert asked.returncode == 0, asked.stdout
    [told] = await asyncio.to_thread(client.got, 1)
    code = CODE.search(text(told))
    assert code, text(told)
    await asyncio.to_thread(client.answer, code[1])
    _, balance = await asyncio.to_thread(client.got, 2)
    assert "120,00" in text(balance)

    question, answer = chain.taken()
    assert "Authentication-Results" not in question
    assert told["In-Reply-To"] == question["Message-ID"]
    assert answer["In-Reply-To"] == told["Message-ID"]
    assert answer["References"].split() == [question["Message-ID"], told["Message-ID"]]
    assert answer["To"].addresses[0].addr_spec == told["Reply-To"].addresses[0].addr_spec
    assert re.fullmatch(r"atelier\+\w{30,}", answer["To"].addresses[0].username)
    assert f"> {code[1]}" not in text(answer).partition("\n")[0]
    assert balance["In-Reply-To"] == answer["Message-ID"]
    assert balance["References"].split()[-2:] == [told["Message-ID"], answer["Message-ID"]]
    assert "sasl_username=facteur" in chain.postfix.log()

    unknown = await asyncio.to_thread(client.write, f"nobody@{DOMAIN}", "Bonjour")
    if way == "mailbox":
        assert unknown.returncode == 0, "a mailbox takes everything"
        await asyncio.to_thread(logs_in, chain)
    else:
        assert unknown.returncode == NO_RECIPIENT
        assert "550 5.1.1" in unknown.stdout
