"""A company whose invoices are all to be announced, and the places where they arrive: a relay and the Bot API."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine, insert

from bot.demo.botapi import BotApi
from storage import migrate
from storage import tables as t
from storage.engine import connect
from storage.files import Store
from storage.keys import Keys

SECRET = "the tests only"  # as in service.process.Process
PDFS = 20  # different files
CHATS = 100_000  # the chat of a client is this and its id

Said = tuple[str, str]  # an address or a chat, and the number of an invoice


class Company:
    """Each client has an invoice, every tenth two; every fourth client is on Telegram too. No quiet hours."""

    def __init__(self, folder: Path, clients: int) -> None:
        self.engine, self.keys = connect(f"sqlite:///{folder / 'facteur.db'}"), Keys.of(SECRET)
        self.files = Store(f"file:{folder / 'files'}")
        self.now = datetime.now(UTC)
        self.clients = range(1, clients + 1)
        self.linked = [id for id in self.clients if id % 4 == 0]
        self.invoices = [(id, id) for id in self.clients]
        self.invoices += [(clients + id, id) for id in self.clients if id % 10 == 0]
        migrate.upgrade(self.engine)
        self._fill()

    @property
    def mails(self) -> set[Said]:
        """Whom each invoice is to reach by e-mail."""
        return {(address(client), f"F-{number}") for number, client in self.invoices}

    @property
    def messages(self) -> set[Said]:
        linked = set(self.linked)
        return {(str(CHATS + client), f"F-{number}") for number, client in self.invoices if client in linked}

    def open_chats(self, api: BotApi) -> None:
        for id in self.linked:
            api.user(CHATS + id).chat.open = True

    def _fill(self) -> None:
        pdfs = [self.files.put(b"%PDF-1.7\n" + bytes([nth]) * 3000) for nth in range(PDFS)]
        at, ids, linked = self.now, self.clients, self.linked
        version = {"version": 1, "total_cents": 12_345, "created_at": at}
        chat: list[dict[str, Any]] = [{"channel": "telegram", "chat": str(CHATS + id)} for id in linked]
        held = {"size": 3009, "media_type": "application/pdf", "stored_at": at}
        rows: dict[Any, list[dict[str, Any]]] = {
            t.files: [{"sha256": one, **held} for one in pdfs],
            t.clients: [
                {"id": id, "ref": f"C{id}", "name": f"Client {id}", "name_norm": f"client {id}"} for id in ids
            ],
            t.accounts: [
                {"id": id, "address": address(id), "address_norm": address(id), "created_at": at} for id in ids
            ],
            t.contacts: [{"client_id": id, "account_id": id, "can_pay": True} for id in ids],
            t.chats: [{**one, "language": "fr", "updated_at": at} for one in chat],
            t.chat_links: [{**one, "account_id": id, "linked_at": at} for one, id in zip(chat, linked, strict=True)],
            t.documents: [invoice(id, client, pdfs[id % PDFS], at) for id, client in self.invoices],
            t.document_versions: [
                {**version, "document_id": id, "file_sha256": pdfs[id % PDFS]} for id, _ in self.invoices
            ],
        }  # fmt: skip
        with self.engine.begin() as db:
            settings = {"quiet": "", "sundays": True, "digest": False}
            company = {
                "id": 1,
                "slug": "atelier",
                "name": "Atelier",
                "email": "a@atelier.example",
                "created_at": at,
            }
            db.execute(
                insert(t.companies).values(**company, options=["portal", "payment"], settings=settings)
            )
            for table, values in rows.items():
                db.execute(insert(table), [{**row, "company_id": 1} for row in values])


def address(client: int) -> str:
    return f"c{client}@client.example"


def invoice(id: int, client: int, pdf: str, at: datetime) -> dict[str, Any]:
    return {
        "id": id,
        "client_id": client,
        "kind": "invoice",
        "number": f"F-{id}",
        "number_norm": f"F{id}",
        "status": "issued",
        "label": "Entretien",
        "search": "entretien",
        "issued_on": at.date(),
        "due_on": at.date() + timedelta(days=30),
        "total_cents": 12_345,
        "file_sha256": pdf,
        "file_name": f"F-{id}.pdf",
    }


class Sink:
    """A relay that notes what it takes: (address, number) and the Message-IDs it came with. `answers` says what the
    next mails are answered, instead of being taken."""

    def __init__(self, api: BotApi) -> None:
        self.api = api
        self.mails: dict[Said, list[str]] = defaultdict(list)
        self.answers: list[str] = []
        self.url = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answers and (answer := self.answers.pop(0)):
            return answer
        mail = message_from_bytes(bytes(envelope.content or b""), policy=default)
        [name] = [part.get_filename() for part in mail.iter_attachments()]
        for to in envelope.rcpt_tos:
            self.mails[to, number(name)].append(mail["Message-ID"])
        self.api.state.touch()
        return "250 2.0.0 Ok"

    def messages(self) -> Counter[Said]:
        """What the chats show."""
        shown: Counter[Said] = Counter()
        for chat in self.api.state.chats.values():
            for one in chat.shown:
                shown[str(chat.id), number(one.document["file_name"]) if one.document else one.text] += 1
        return shown

    def taken(self) -> int:
        """How many different ones arrived."""
        return len(self.mails) + len(self.messages())


def number(file_name: str) -> str:
    """Facture_F-12.pdf is of F-12."""
    return file_name.removesuffix(".pdf").rpartition("_")[2]


@asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    api = BotApi(pause=0.01)
    await api.start()
    made, loop = Sink(api), asyncio.get_running_loop()
    doors: list[SMTP] = []

    def door() -> SMTP:
        doors.append(SMTP(made, hostname="relay.example", loop=loop, enable_SMTPUTF8=True))
        return doors[-1]

    server = await loop.create_server(door, "127.0.0.1", 0)
    made.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}?tls=none"
    try:
        yield made
    finally:
        for one in doors:
            if one.transport is not None:
                one.transport.close()
        server.close()
        await server.wait_closed()
        await api.stop()


def count(engine: Engine, query: Any) -> int:
    with engine.connect() as db:
        return int(db.execute(query).scalar_one())
