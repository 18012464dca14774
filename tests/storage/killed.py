"""One signature from its decision to its mails, in a process that ends itself with SIGKILL at a chosen step."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from bot.paper import keys as keeping
from bot.pump import Pump
from bot.signing import Sealer
from handlers.rules.paper import Client
from handlers.rules.signing import Ticket
from mail_gateway.addresses import Marks
from mail_gateway.carrier import MailCarrier
from mail_gateway.outgoing import Out
from mail_gateway.sender import Relay
from storage import queue, sealing
from storage.engine import connect, reading
from storage.files import Store
from storage.keys import Keys
from storage.proofs import proof_data
from storage.signing import SqlSigning
from storage.work import opener

DOMAIN = "portail.example"


@dataclass(frozen=True)
class Task:
    """What the process is given; `now` is its clock."""

    url: str
    folder: Path
    relay: str
    client: Client
    ticket: Ticket
    now: datetime


@dataclass(frozen=True)
class Fault:
    """SIGKILL at the `nth` call of `name` of a part, when it begins or once it has ended."""

    part: str
    name: str
    ended: bool
    nth: int = 1


class Parts:
    def __init__(self, task: Task) -> None:
        keys, clock = Keys.of("the tests"), lambda: task.now
        self.engine, self.files = connect(task.url), Store(f"file:{task.folder}/files")
        self.open = opener(self.engine, keys, clock=clock)
        self.sealing = sealing.SealingQueue(self.engine, keys)
        self.outbox = queue.OutboxQueue(self.engine, keys, clock)
        press = (lambda: keeping.install(task.folder / "keys", task.now)), "", clock
        self.sealer = Sealer(self.sealing, _proofs(self.engine), self.files, *press)
        self.relay = Relay(task.relay)
        out = Out(Marks(b"a key for the tests, 32 bytes ok", DOMAIN), DOMAIN)
        carrier = MailCarrier(self.relay, out, lambda document: self.files.read(document.sha256), clock)
        self.pump = Pump(self.outbox, {"email": carrier}, clock)
        self.turn: object = SqlSigning
        self.entries: object = sealing


def _proofs(engine: Engine) -> Any:
    def proofs(company_id: int, signature_id: str) -> Mapping[str, Any]:
        with reading(engine) as db:
            return proof_data(db, company_id, signature_id)

    return proofs


def run(task: Task, fault: Fault | None = None) -> None:
    """As a service that starts and works until nothing is left: the turn comes again, as what brought it does."""
    parts = Parts(task)
    if fault:
        _arm(getattr(parts, fault.part), fault)
    try:
        queue.release(parts.engine)
        with parts.open() as work:
            work.signing.decide(task.client, task.ticket, "accepted", task.now)
        while parts.sealer.drain():
            pass
        asyncio.run(_send(parts))
    finally:
        parts.engine.dispose()


async def _send(parts: Parts) -> None:
    while await parts.pump.drain():
        pass
    await parts.relay.close()


def _arm(target: Any, fault: Fault) -> None:
    real, calls = getattr(target, fault.name), count(1)

    def call(*args: Any, **more: Any) -> Any:
        last = next(calls) == fault.nth
        if last and not fault.ended:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*args, **more)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(target, fault.name, call)


def run_and_die(task: Task, fault: Fault) -> int | None:
    """In a process of its own; its exit code."""
    process = multiprocessing.get_context("spawn").Process(target=run, args=(task, fault))
    process.start()
    process.join(90)
    return process.exitcode
