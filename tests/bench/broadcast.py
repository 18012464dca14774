"""A broadcast of 10,000 invoices, a PDF of 60 KB each: claimed, rendered, handed to a local sink and marked, against
bare aiosmtplib that sends the same ready-made bytes over as many connections. Unsigned, as where the relay signs; the
rate of mails that are signed here is printed beside it. The memory is that of the process which sends."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiosmtplib
import structlog
import uvloop
from sqlalchemy import Engine, insert, select, update

from bot.broadcast import Broadcaster
from bot.clock import now
from bot.pump import Pump
from handlers.core.turn import Document
from mail_gateway.addresses import Marks
from mail_gateway.carrier import MailCarrier
from mail_gateway.dkim_sign import Signer, new_key
from mail_gateway.outgoing import Envelope, Out, as_mail
from mail_gateway.sender import CONNECTIONS, Relay
from storage import migrate
from storage import tables as t
from storage.engine import connect
from storage.files import Store
from storage.keys import Keys
from storage.queue import OutboxQueue
from storage.recipients import Asked
from storage.work import opener
from tests.bench import report

DOMAIN = "portail.example"
MAILS, READY_MADE, SIGNED = 10_000, 1_000, 1_000
PDFS, SIZE = 100, 60_000  # so many different ones
WANTED = "goal at least 0.5"


def filled(folder: Path, clients: int) -> tuple[Engine, Keys, Store]:
    """A company, so many clients with one contact each, an invoice each."""
    engine, keys = connect(f"sqlite:///{folder}/facteur.db"), Keys.of("the bench")
    migrate.upgrade(engine)
    files, at = Store(f"file:{folder}/files"), now()
    pdfs = [files.put(b"%PDF-1.7\n" + os.urandom(SIZE)) for _ in range(PDFS)]
    ids = range(1, clients + 1)
    company = {"id": 1, "slug": "atelier", "name": "Atelier", "email": "a@atelier.example", "created_at": at}
    rows: dict[Any, list[dict[str, Any]]] = {
        t.companies: [
            {**company, "options": ["portal", "payment"], "settings": {"quiet": "", "sundays": True}}
        ],
        t.files: [
            {"sha256": one, "size": SIZE, "media_type": "application/pdf", "stored_at": at} for one in pdfs
        ],
        t.clients: [
            {"id": id, "ref": f"C{id}", "name": f"Client {id}", "name_norm": f"client {id}"} for id in ids
        ],
        t.accounts: [
            {"id": id, "address": f"c{id}@x.example", "address_norm": f"c{id}@x.example", "created_at": at}
            for id in ids
        ],
        t.contacts: [{"client_id": id, "account_id": id, "can_pay": True} for id in ids],
        t.documents: [invoice(id, pdfs[id % PDFS]) for id in ids],
        t.document_versions: [
            {
                "document_id": id,
                "version": 1,
                "total_cents": 12_345,
                "file_sha256": pdfs[id % PDFS],
                "created_at": at,
            }
            for id in ids
        ],
    }
    with engine.begin() as db:
        for table, values in rows.items():
            own = {} if table is t.companies else {"company_id": 1}
            db.execute(insert(table), [{**own, **row} for row in values])
    return engine, keys, files


def invoice(id: int, pdf: str) -> dict[str, Any]:
    day = now().date()
    return {
        "id": id,
        "client_id": id,
        "kind": "invoice",
        "number": f"F-{id}",
        "number_norm": f"F{id}",
        "status": "issued",
        "label": "Entretien",
        "search": "entretien",
        "issued_on": day,
        "due_on": day + timedelta(days=30),
        "total_cents": 12_345,
        "file_sha256": pdf,
        "file_name": f"F-{id}.pdf",
    }


@contextmanager
def sink() -> Iterator[int]:
    """Bare aiosmtpd that keeps nothing, in a process of its own; its port."""
    command = [sys.executable, "-m", "tests.bench.floors", "accept"]
    with subprocess.Popen(command, cwd=report.ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


def carrier(keys: Keys, files: Store, port: int, signer: Signer | None = None) -> MailCarrier:
    def read(document: Document) -> bytes:
        return files.read(document.sha256)

    out = Out(Marks(keys.marks, DOMAIN), DOMAIN)
    return MailCarrier(Relay(f"smtp://127.0.0.1:{port}?tls=none"), out, read, now, signer)


async def delivered(engine: Engine, keys: Keys, way: MailCarrier, mails: int) -> float:
    """Mails a second, from the first claim to the last mark."""
    pump = Pump(OutboxQueue(engine, keys), {"email": way}, now)
    began, sent = time.perf_counter(), 0
    while sent < mails and (claimed := await pump.drain()):
        sent += claimed
    took = time.perf_counter() - began
    await way.relay.close()
    with engine.connect() as db:
        left = len(db.execute(select(t.outbox.c.id).where(t.outbox.c.state != "sent").limit(5)).all())
    assert sent == mails, f"{sent} of {mails} were claimed"
    assert not left, "some did not leave"
    return mails / took


def ready_made(engine: Engine, keys: Keys, way: MailCarrier) -> list[Envelope]:
    """As they leave, built beforehand; what was claimed for it is given back."""
    made = []
    while len(made) < READY_MADE and (batch := OutboxQueue(engine, keys).claim(now(), 100, ("email",))):
        made += [as_mail(due, way.out, way.read, now()) for due in batch]
    with engine.begin() as db:
        db.execute(update(t.outbox).values(state="due", lease_until=None, attempts=0))
    return made


async def bare(port: int, mails: list[Envelope]) -> float:
    waiting = list(mails)

    async def one() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await client.connect()
        while waiting:
            mail = waiting.pop()
            await client.sendmail(mail.mail_from, [mail.rcpt], mail.raw)
        await client.quit()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return len(mails) / (time.perf_counter() - began)


def written(engine: Engine, keys: Keys) -> float:
    """The notices and what is to leave: documents a second."""
    service = Broadcaster(engine, opener(engine, keys), now)
    with opener(engine, keys)() as work:
        company = work.companies.by_id(1)
    began = time.perf_counter()
    count = service.write(company, service.begin(company, Asked(), None, "bench"))
    assert count, "nothing was written"
    return count / (time.perf_counter() - began)


def memory(name: str = "VmRSS") -> int:
    """Of this process, MB: now, or "VmHWM", at its most."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) // 1024


def measured(folder: Path, port: int, mails: int, key: Path | None = None) -> tuple[float, float, str]:
    """(floor, ours, more): the floor is measured before and after."""
    engine, keys, files = filled(folder, mails)
    rate = written(engine, keys)
    way = carrier(keys, files, port, Signer.of(key, "bench", DOMAIN) if key else None)
    ready = ready_made(engine, keys, carrier(keys, files, port))
    floors = [uvloop.run(bare(port, ready))]
    before, cpu = memory(), time.process_time()
    ours = uvloop.run(delivered(engine, keys, way, mails))
    us, more = 1e6 * (time.process_time() - cpu) / mails, memory("VmHWM") - before
    floors.append(uvloop.run(bare(port, ready)))
    engine.dispose()
    size = len(ready[0].raw) // 1024
    said = f"CPU {us:.0f} us a mail of {size} KB, memory at most +{more} MB; written before at {rate:.0f}/s"
    return report.middle(floors), ours, said


def main() -> None:
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(Path(os.devnull).open("w")))  # noqa: SIM115 to the end
    wide = f"{CONNECTIONS} connections"
    with tempfile.TemporaryDirectory() as name, sink() as port:
        folder = Path(name)
        for kind in ("plain", "rsa"):
            place = folder / kind
            place.mkdir()
            key = None
            if kind == "rsa":
                key = place / "key.pem"
                key.write_bytes(new_key("rsa"))
            count, wanted = (SIGNED, "printed") if key else (MAILS, WANTED)
            floor, ours, more = measured(place, port, count, key)
            what = f"{count} invoices by e-mail, {'signed here' if key else wide}"
            report.line(what, floor, ours, "mails/s", wanted, more)


if __name__ == "__main__":
    main()
