"""The demonstration's clock and mailboxes, and what a mail program writes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from demo_town import Town

from bot.clock import clock
from bot.demo import clockwork
from bot.demo.chatroom import ChatRoom, start_of
from bot.demo.clockwork import DemoClock
from bot.demo.letters import Writer, read, reply_subject, write
from bot.demo.page import run_page

START = datetime(2026, 11, 24, 13, 10, tzinfo=UTC)
NEAR = timedelta(seconds=5)


def test_the_service_reads_the_moved_clock(tmp_path: Path) -> None:
    demo = DemoClock(tmp_path / "clock", START)
    service = clock(tmp_path / "clock")
    assert abs(service() - START) < NEAR
    demo.move(timedelta(days=5))
    assert abs(service() - START - timedelta(days=5)) < NEAR
    demo.reset()
    assert abs(service() - START) < NEAR


def test_an_unmoved_clock_is_the_machine_s_and_leaves_no_file(tmp_path: Path) -> None:
    demo = DemoClock(tmp_path / "below" / "clock")
    assert not demo.file.exists()
    demo.move(timedelta(minutes=5))
    assert abs(clock(demo.file)() - clock()() - timedelta(minutes=5)) < NEAR
    demo.reset()
    assert not demo.file.exists()


async def test_a_moved_clock_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clockwork, "TICK", 0.01)
    demo = DemoClock(tmp_path / "clock", START)
    await demo.start()
    first = clock(demo.file)()
    async with asyncio.timeout(5):
        while clock(demo.file)() == first:
            await asyncio.sleep(0.01)
    await demo.stop()
    assert not demo.file.exists()


@pytest.mark.parametrize("by", [timedelta(0), timedelta(minutes=-1), timedelta(days=4000)])
def test_the_clock_goes_neither_back_nor_too_far(tmp_path: Path, by: timedelta) -> None:
    demo = DemoClock(tmp_path / "clock", START)
    with pytest.raises(ValueError, match="too far"):
        demo.move(by)
    assert demo.moved == timedelta(0)


def test_a_letter_shows_only_what_is_new_in_its_list() -> None:
    mine = Writer("Client É", "e@courriel.example")
    first = read(
        write(mine, "x@portail.example", "bonjour", "un\n\ndeux", START).as_bytes(), "1", False, START
    )
    assert first.sender == "Client É"
    reply = write(mine, "x@portail.example", "Re: bonjour", "trois", START, first)
    assert read(reply.as_bytes(), "2", True, START).snippet == "trois"
    assert "> deux" in reply.get_content()


@pytest.mark.parametrize(
    ("was", "now"), [("a", "Re: a"), ("Re: a", "Re: a"), ("RE : a", "RE : a"), ("réel", "Re: réel")]
)
def test_re_is_written_once(was: str, now: str) -> None:
    assert reply_subject(was) == now


def test_a_broken_mail_is_shown_without_its_broken_parts() -> None:
    raw = b"Subject: x\r\nContent-Type: text/plain; charset=nowhere\r\n\r\nabc"
    letter = read(raw, "1", False, START)
    assert (letter.subject, letter.text, letter.sender_address) == ("x", "", "")


async def test_typing_ends_with_the_answer(demo_town: Town) -> None:
    room, person = ChatRoom(demo_town.api), demo_town.api.user(4242)
    person.send("bonjour")
    await demo_town.api.until(lambda: len(person.answers) == 1)
    assert room.action(4242) == ""
    await demo_town.service._call("sendChatAction", chat_id=4242, action="upload_document")
    assert room.action(4242) == "upload_document"
    assert room.action(4343) == ""
    await demo_town.service._call("sendMessage", chat_id=4242, text="voilà")
    assert room.action(4242) == ""
    await demo_town.service._call("sendChatAction", chat_id=4242, action="typing")
    demo_town.demo.clock.move(timedelta(seconds=5))
    assert room.action(4242) == ""


def test_what_a_link_says() -> None:
    assert start_of("https://t.me/Bot?start=abc") == "/start abc"
    assert start_of("https://t.me/Bot") == "/start"


async def test_the_page_stays_on_loopback(demo_town: Town) -> None:
    with pytest.raises(ValueError, match="stays on this computer"):
        await run_page(demo_town.demo, "0.0.0.0")
