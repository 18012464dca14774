"""A fault of ours: what failed three times is put aside and told, the next goes on, and it can be taken again.

The faults are real ones, made in the database: a trigger that refuses a row, another writer that does not let go, a
database that may not grow.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiosmtplib
import pytest

from bot.demo.botapi import DEMO_TOKEN, BotApi
from bot.demo.letters import Letter, Writer
from bot.demo.mailboxes import Mailboxes, Refused
from service.process import DOMAIN, address, company
from service.warm import Warm

START = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
SICK, WELL = address(0), address(1)
CONTACT = "contact@atelier.example"
NO_TALK = "CREATE TRIGGER fault BEFORE INSERT ON talks WHEN {} BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"


class Place:
    """A service of two clients, with a clock that is moved by hand."""

    def __init__(self, folder: Path, mailboxes: Mailboxes, **settings: str) -> None:
        self.folder, self.mailboxes, self.now = folder, mailboxes, START
        self.clock = folder / "clock"
        self.moves(timedelta())
        self.service = Warm(folder, mailboxes.url, clock_file=self.clock, **settings)
        assert self.service.run("import", str(company(folder, 2))).returncode == 0
        mailboxes.door = ("127.0.0.1", self.service.smtp)

    def moves(self, by: timedelta) -> None:
        self.now += by
        fresh = self.folder / "clock.new"
        fresh.write_text(self.now.isoformat(), "ascii")
        fresh.replace(self.clock)

    def run(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "facteur.db", timeout=30)) as db, db:
            return db.execute(sql).fetchall()

    async def until(self, ready: Callable[[], object], *, moving: bool = False, seconds: float = 60) -> None:
        """Wait until it holds; `moving`: five seconds pass at each look, so that what waits for a retry is due."""
        async with asyncio.timeout(seconds):
            while not ready():
                if moving:
                    self.moves(timedelta(seconds=5))
                await asyncio.sleep(0.1)

    async def write(self, sender: str, text: str = "solde") -> Letter:
        return await self.mailboxes.compose(
            Writer("Client", sender, "fr"), f"atelier@{DOMAIN}", "Question", text
        )

    def received(self, who: str) -> list[Letter]:
        return [letter for letter in self.mailboxes.letters(who) if not letter.sent]


@pytest.fixture
async def place(tmp_path: Path, mailboxes: Mailboxes) -> AsyncIterator[Place]:
    made = Place(tmp_path, mailboxes)
    yield made
    made.service.end()


async def test_a_mail_that_fails_three_times_is_put_aside_told_and_taken_again(place: Place) -> None:
    await place.service.start()
    place.run(NO_TALK.format(f"NEW.address = '{SICK}'"))
    await place.write(SICK)
    await place.until(lambda: place.run("SELECT 1 FROM inbox WHERE channel = 'email' AND attempts > 0"))
    await place.write(WELL)
    await place.until(lambda: place.received(WELL))
    assert not place.received(SICK), "told before the third try"

    await place.until(lambda: place.received(SICK) and place.received(CONTACT), moving=True)
    told, to_company = place.received(SICK)[0], place.received(CONTACT)[0]
    listed = json.loads(place.service.run("mail", "list", "--json").stdout)
    assert [(row["state"], row["channel"]) for row in listed] == [("quarantine", "email")]
    assert listed[0]["reason"].startswith("failed 3 times")
    number = str(listed[0]["id"])
    assert number in to_company.text
    assert "disk on fire" not in told.text + to_company.text
    shown = place.service.run("mail", "show", number)
    assert "solde" in shown.stdout
    await place.write(SICK, "et mes factures ?")  # the next of that very sender is taken, and fails by itself
    await place.until(
        lambda: len(place.run("SELECT 1 FROM inbox WHERE state = 'quarantine'")) == 2, moving=True
    )

    place.run("DROP TRIGGER fault")
    replayed = place.service.run("mail", "replay", number)
    assert replayed.returncode == 0, replayed.stderr
    await place.until(lambda: any("code" in letter.text for letter in place.received(SICK)))
    assert [row["id"] for row in json.loads(place.service.run("mail", "list", "--json").stdout)] != [
        int(number)
    ]
    assert place.service.run("mail", "replay", number).returncode == 1, "it is no longer set aside"
    assert place.service.stop() == 0
    log = place.service.log()
    assert "mail.given_up" in log
    assert SICK not in log
    assert "solde" not in log


async def test_a_mail_that_ends_the_process_each_time_is_told_too(place: Place) -> None:
    """As if the process had died at each of three tries: the row was claimed, and nobody came back."""
    place.run(NO_TALK.format(f"NEW.address = '{SICK}'"))
    await place.service.start()
    await place.write(SICK)
    await place.until(lambda: place.run("SELECT 1 FROM inbox WHERE state = 'due' AND attempts > 0"))
    place.service.kill()
    place.run("UPDATE inbox SET attempts = 3 WHERE state = 'due'")
    place.moves(timedelta(minutes=1))
    await place.service.start()
    await place.until(lambda: place.received(SICK) and place.received(CONTACT))
    assert "ended the process" in place.service.run("mail", "list").stdout
    assert place.service.stop() == 0


async def test_an_update_of_telegram_that_fails_is_put_aside_and_told(
    tmp_path: Path, mailboxes: Mailboxes, api: BotApi
) -> None:
    place = Place(tmp_path, mailboxes, telegram_token=DEMO_TOKEN, telegram_api=api.url)
    asked = await asyncio.to_thread(place.service.run, "company", "link", "atelier", "--json")
    start = "/start " + json.loads(asked.stdout)["telegram"].partition("start=")[2]
    sick, well = api.user(8001, "Client", "fr"), api.user(8002, "Client", "fr")
    try:
        await place.service.start()
        sick.send(start)
        await api.until(lambda: sick.answers, 30)
        place.run(NO_TALK.format(f"NEW.address = '{SICK}'"))
        sick.send(SICK)
        well.send(start)
        await api.until(lambda: well.answers, 30)
        await api.until(lambda: len(sick.answers) == 2, 30)
        assert "pas pu traiter votre message" in sick.last.text
        await place.until(lambda: place.received(CONTACT))
        listed = json.loads(place.service.run("mail", "list", "--json").stdout)
        assert [row["channel"] for row in listed] == ["telegram"]
        refused = place.service.run("mail", "replay", str(listed[0]["id"]))
        assert refused.returncode == 1
        assert "telegram" in refused.stderr
        place.run("DROP TRIGGER fault")
        sick.send(SICK)  # the chat goes on
        await place.until(lambda: any("code" in letter.text for letter in place.received(SICK)))
        assert place.service.stop() == 0
        assert SICK not in place.service.log()
    finally:
        place.service.end()


@pytest.mark.soak
async def test_a_locked_database_answers_451_and_the_mail_sent_again_is_taken(place: Place) -> None:
    """Half a minute: our writers wait in line, then the first one waits for the file."""
    await place.service.start()
    holding = sqlite3.connect(place.folder / "facteur.db", isolation_level=None)
    try:
        holding.execute("BEGIN IMMEDIATE")
        mail = f"From: {SICK}\r\nTo: atelier@{DOMAIN}\r\nMessage-ID: <1@x.example>\r\n\r\nsolde\r\n".encode()
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await aiosmtplib.send(
                mail, sender=SICK, recipients=[f"atelier@{DOMAIN}"], hostname="127.0.0.1", port=place.service.smtp,
                start_tls=False, timeout=90,
            )  # fmt: skip
        assert refused.value.code == 451
    finally:
        holding.close()
    assert not place.received(SICK)
    await place.write(SICK)
    await place.until(lambda: place.received(SICK))
    await asyncio.sleep(0.5)
    assert len(place.received(SICK)) == 1
    assert place.service.stop() == 0


async def test_a_full_disk_answers_451_and_loses_nothing(place: Place) -> None:
    """A database file that may grow no further says "database or disk is full", as a full disk does."""
    await place.service.start()
    await place.write(WELL)
    await place.until(lambda: place.received(WELL))
    place.run(
        "CREATE TRIGGER full BEFORE INSERT ON inbox WHEN NEW.channel = 'email'"
        " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    with pytest.raises(Refused) as refused:
        await place.write(SICK)
    assert refused.value.code == 451
    assert "full" not in refused.value.said, "the answer tells nothing of our insides"
    assert place.run(f"SELECT count(*) FROM inbox WHERE lane LIKE '%{SICK}%'") == [(0,)]
    place.run("DROP TRIGGER full")
    await place.write(SICK)
    await place.until(lambda: place.received(SICK))
    assert place.service.stop() == 0
