"""How fast we write to Telegram, by a clock of our own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.demo.botapi import BotApi
from bot.telegram.pace import Pace
from handlers.core.turn import Reply


class Hour:
    """Time passes while one sleeps; `meanwhile` is what happens then, once."""

    def __init__(self) -> None:
        self.now = 100.0
        self.left: list[tuple[str, float]] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        self.pace = Pace(monotonic=lambda: self.now, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.meanwhile:
            once, self.meanwhile = self.meanwhile, None
            await once()

    async def send(self, chat: str, bulk: bool = False) -> None:
        await self.pace(chat, bulk)
        self.left.append((chat, round(self.now - 100, 3)))

    @property
    def times(self) -> list[float]:
        return [at for _, at in self.left]


@pytest.fixture
def hour() -> Hour:
    return Hour()


async def test_a_chat_gets_a_short_burst_then_one_message_a_second(hour: Hour) -> None:
    for _ in range(6):
        await hour.send("4242")
    assert hour.times == [0, 0, 0, 1, 2, 3]
    hour.now += 60
    await hour.send("4242")
    assert hour.times[-1] == 63


@pytest.mark.parametrize("bulk", [False, True])
async def test_never_more_than_thirty_in_a_second_over_all(hour: Hour, bulk: bool) -> None:
    for chat in range(200):
        await hour.send(str(chat), bulk)
    in_a_second = max(sum(at <= other < at + 1 for other in hour.times) for at in hour.times)
    assert in_a_second <= (26 if bulk else 30)
    assert 7 < hour.times[-1] < 8, "25 a second"


async def test_a_broadcast_keeps_to_the_pace_of_a_chat(hour: Hour) -> None:
    for _ in range(6):
        await hour.send("4242", bulk=True)
    assert hour.times[-1] == 3


async def test_who_waits_for_an_answer_goes_before_a_broadcast(hour: Hour) -> None:
    await hour.send("1", bulk=True)

    async def answers() -> None:
        for chat in ("7", "8", "9"):
            await hour.send(chat)

    hour.meanwhile = answers
    await hour.send("2", bulk=True)
    assert hour.left == [("1", 0), ("7", 0.04), ("8", 0.04), ("9", 0.04), ("2", 0.16)]


async def test_what_the_carrier_sends_in_a_broadcast_waits_for_its_turn(
    hour: Hour, line: Any, api: BotApi
) -> None:
    for person in map(api.user, range(1, 7)):
        person.send("/start")
    line.carrier = line.new_carrier(pace=hour.pace)
    for chat in range(1, 4):
        await line.deliver(Reply("Bonjour", kind="answer"), chat, str(chat))
    assert hour.now == 100
    for chat in range(4, 7):
        await line.deliver(Reply("Bonjour", kind="broadcast"), chat, str(chat))
    assert round(hour.now - 100, 2) == 0.2, (
        "once the burst of the answers is made up for, and 25 a second then"
    )
