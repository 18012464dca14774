"""In the middle of a broadcast a relay and a chat take nothing for a while: nothing is lost, nothing comes twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.broadcast import Broadcaster
from bot.pump import Pump
from bot.telegram.channel import TelegramCarrier
from bot.telegram.pace import Pace
from bot.telegram.setup import make_bot
from handlers.core.turn import Document
from mail_gateway.addresses import Marks
from mail_gateway.carrier import MailCarrier
from mail_gateway.outgoing import Out
from mail_gateway.sender import Relay
from service.announced import Company, Sink, count, sink
from storage import broadcast_report
from storage import tables as t
from storage.queue import OutboxQueue
from storage.recipients import Asked
from storage.telegram import TelegramFiles, TelegramSteps
from storage.work import opener

DOMAIN = "portail.example"
WAITING = select(func.count()).select_from(t.outbox).where(t.outbox.c.state != "sent")


class Office:
    """A broadcast to twelve clients is written; `drain` sends what may leave by now."""

    def __init__(self, folder: Path, sink: Sink) -> None:
        self.sink, self.company = sink, Company(folder, 12)
        self.company.open_chats(sink.api)
        self.now, engine = self.company.now, self.company.engine
        self.relay = Relay(sink.url)
        self.bot = make_bot(sink.api.token, sink.api.url)
        out = Out(Marks(self.company.keys.marks, DOMAIN), DOMAIN)
        chats = TelegramCarrier(
            self.bot,
            self._read,
            TelegramFiles(engine, self.bot.id),
            lambda old, new: None,
            steps=TelegramSteps(engine),
            pace=Pace(per_chat=1e6, overall=1e6),
        )
        carriers = {"email": MailCarrier(self.relay, out, self._read, self._clock), "telegram": chats}
        self.pump = Pump(OutboxQueue(engine, self.company.keys, self._clock), carriers, self._clock)
        self.open = opener(engine, self.company.keys, clock=self._clock)
        self.caster = Broadcaster(engine, self.open, self._clock)
        with self.open() as work:
            self.of = work.companies.by_id(1)
        self.id = self.caster.begin(self.of, Asked(), None, "command").id
        self.caster(self.now + timedelta(minutes=6))

    def _read(self, document: Document) -> bytes:
        return self.company.files.read(document.sha256)

    def _clock(self) -> datetime:
        return self.now

    async def drain(self, **by: float) -> None:
        self.now += timedelta(**by)
        while await self.pump.drain():
            pass

    def waiting(self) -> int:
        return count(self.company.engine, WAITING)

    def counts(self) -> tuple[int, int]:
        """Recipients, and those told, once the broadcast is over."""
        self.caster(self.now)
        shown = broadcast_report.shown(self.company.engine, self.of, self.id)
        assert shown
        assert shown["finished_at"]
        return shown["recipients"], shown["sent"]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with sink() as there:
        made = Office(tmp_path, there)
        yield made
        await made.relay.close()
        await (
            await made.bot.session.create_session()
        ).close()  # session.close() also waits for TLS, which is not here
        made.company.engine.dispose()


def each_once(office: Office) -> None:
    company, there = office.company, office.sink
    assert {said: len(ids) for said, ids in there.mails.items()} == dict.fromkeys(company.mails, 1)
    assert dict(there.messages()) == dict.fromkeys(company.messages, 1)


@pytest.mark.parametrize("answer", ["421 4.3.2 Service shutting down", "451 4.7.1 Try again later"])
async def test_a_relay_that_puts_off_gets_each_mail_once(office: Office, answer: str) -> None:
    office.sink.answers = ["", "", answer, "", answer, answer, "", answer]
    await office.drain()
    assert office.waiting() in (4, 5), "those, and the second of a client whose first one waits"
    office.sink.answers = [answer]
    for _ in range(3):
        await office.drain(minutes=6)
    assert office.waiting() == 0
    each_once(office)
    wanted = len(office.company.mails) + len(office.company.messages)
    assert office.counts() == (wanted, wanted)


async def test_telegram_is_not_asked_again_before_its_time(office: Office) -> None:
    api = office.sink.api
    await office.pump.drain()  # one message, and as many mails as leave at once
    api.fail("sendDocument", 429, "Too Many Requests: retry after 7", retry_after=7)
    await office.drain()
    asked = len(api.calls)
    assert office.sink.messages().total() == 1
    assert set(office.sink.mails) == office.company.mails, "the mails wait for nothing"
    await office.drain(seconds=6)
    assert len(api.calls) == asked
    await office.drain(seconds=1)
    assert office.waiting() == 0
    each_once(office)
