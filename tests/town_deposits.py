"""PDFs that the team sends to the deposit address of Atelier Exemple, as raw mails through the real readers:
"> email lea@... deposits F-2026-0130.pdf: voici la facture", "! what was asked for is announced"."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from imports.paper_mill import cii, pdf, with_xml
from sqlalchemy import update

from bot.broadcast import Broadcaster
from bot.deposit import Depositary, Unanswereds
from bot.worker import PutAside
from mail_gateway.addresses import Marks
from mail_gateway.incoming import Envelope, Reading, contents, read
from storage import deposit_address
from storage import tables as t
from storage.files import Store
from storage.imports.guard import Guard

if TYPE_CHECKING:
    from town import Town

DOMAIN = "portail.example"
DUE = "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format='102'>20261224"
DUE += "</udt:DateTimeString></ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>"


def invoice(number: str, buyer: str = "C0042", **more: str) -> bytes:
    """A Factur-X of 642 euros for Boulangerie Dupain, due in December, unless told otherwise."""
    told = {"name": "Boulangerie Dupain", "total": "642.00", "date": "20261124"} | more
    xml = cii(number, buyer, **told).decode()
    sums = "<ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
    due = f"<ram:DuePayableAmount>{more.get('due', told['total'])}<"
    return with_xml(xml.replace(sums, DUE + sums).replace("<ram:DuePayableAmount>12.00<", due).encode())


FILES: dict[str, Callable[[], bytes]] = {
    "F-2026-0130.pdf": lambda: invoice("F-2026-0130"),
    "F-2026-0118.pdf": lambda: invoice("F-2026-0118", date="20261102", total="700.00"),
    "D-2026-0044.pdf": lambda: pdf("a quote"),
    "scan.pdf": lambda: pdf("nobody knows"),
    "F-2026-0131.pdf": lambda: invoice("F-2026-0131", buyer="?", name="Menuiserie Leroy"),
    "note.txt": lambda: b"Bonjour",
}


@cache
def guard() -> Guard:
    """One child process for all towns."""
    made = Guard()
    atexit.register(made.close)
    return made


def mail(sender: str, address: str, files: dict[str, bytes], text: str = "Voici.", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, address, "Dépôt"
    made["Date"] = "Tue, 24 Nov 2026 14:06:00 +0100"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text, cte="8bit")
    for name, data in files.items():
        main, sub = ("application", "pdf") if name.endswith(".pdf") else ("application", "octet-stream")
        made.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def address(town: Town, slug: str = "atelier") -> str:
    local = deposit_address.of(town.engine, town.keys, slug)
    assert local
    return f"{local}@{DOMAIN}"


def bring(town: Town, raw: bytes, to: str, inbox: int | None = None) -> dict[str, Any]:
    """A stored mail, as the room takes it; what is kept of it in its row."""
    recipient = Marks(town.keys.marks, DOMAIN).read_address(to)
    assert recipient is not None
    letter = read(raw, Envelope("192.0.2.1", "", (to,)), Reading())
    taker = Depositary(town.engine, town.keys, town.desk, Store("memory:"), guard())
    with pytest.raises(PutAside) as put:
        taker.take(town.raw(next(town.ids)) if inbox is None else inbox, recipient, letter, contents(raw))
    return put.value.verdict | {"kind": put.value.kind}


def deposit(town: Town, who: str, text: str, names: str) -> None:
    files = {name: FILES[name]() for name in names.split(", ")}
    to = address(town)
    bring(town, mail(who, to, files, text), to)


def announce(town: Town) -> None:
    """What the service does at each tick."""
    Broadcaster(town.engine, town.open, lambda: town.now)(town.now)


def a_week(town: Town) -> None:
    town.now += timedelta(days=7)
    Unanswereds(town.engine, town.desk)(town.now)


def in_english(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).where(t.companies.c.id == 1).values(language="en"))


EVENTS = {
    "what was asked for is announced": announce,
    "a week passes": a_week,
    "the company speaks English": in_english,
}
