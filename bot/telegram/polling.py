"""Long polling with our own loop: an update is confirmed to Telegram only after its turn is committed.

aiogram's own polling confirms an update while its handler may still run and swallows what it raises: a short fault of
the database would lose a client's message.

A confirmation is of all updates up to a number. One that takes its time (a file on its way) holds it back, and nobody
else: Telegram gives what is not confirmed again, at most a hundred updates, of which the new ones are taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from itertools import groupby
from typing import Any, TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramConflictError, TelegramRetryAfter
from aiogram.methods import TelegramMethod

from bot.telegram.door import ALLOWED, Door, Raw, lane_of, number

log = structlog.get_logger()

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds
CONFLICT_PAUSE = 5.0
BEAT = 1.0  # between two questions while a turn goes on


class GetUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates as it came: one update that cannot be read must not hide the others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


class Backoff:
    """Pauses that double, from half a second to half a minute."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    def seconds(self) -> float:
        now, self._next = self._next, min(self._next * 2, LONGEST_PAUSE)
        return now

    def over(self) -> None:
        self._next = FIRST_PAUSE


class Poller:
    def __init__(
        self,
        bot: Bot,
        door: Door,
        *,
        seconds: int = 25,
        beat: float = BEAT,
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        self._bot, self._door, self._sleep = bot, door, sleep
        self._seconds, self._beat = seconds, beat
        self._offset: int | None = None  # Telegram keeps what is not confirmed: nothing to store
        self._taken: set[int] = set()  # of those that are not confirmed
        self._in_hand: dict[int, asyncio.Task[bool]] = {}  # by chat
        self._unheard, self._untaken = Backoff(), Backoff()
        self._waiting: asyncio.Task[Any] | None = None
        self._stopping = False
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Until `stop()`: the turns that have begun are finished."""
        async with asyncio.TaskGroup() as turns:
            while not self._stopping:
                if updates := await self._ask():
                    await self._take(updates, turns)

    def stop(self) -> None:
        self._stopping = True
        if self._waiting:
            self._waiting.cancel()

    async def _ask(self) -> list[Raw]:
        wait = self._seconds if self.ready.is_set() else 0  # the first question only asks if we are heard
        call = GetUpdates(offset=self._offset, timeout=wait, allowed_updates=ALLOWED)
        try:
            updates = await self._until_stopped(self._bot(call, request_timeout=wait + 10))
        except TelegramConflictError:
            log.warning("telegram.second_poller", wait=CONFLICT_PAUSE)
            await self._until_stopped(self._sleep(CONFLICT_PAUSE))
        except TelegramRetryAfter as error:
            await self._until_stopped(self._sleep(error.retry_after))
        except (TelegramAPIError, ClientDecodeError) as error:
            self.ready.clear()
            seconds = self._unheard.seconds()
            log.warning("telegram.unreachable", error=type(error).__name__, wait=seconds)
            await self._until_stopped(self._sleep(seconds))
        else:
            self.ready.set()
            self._unheard.over()
            return updates or []
        return []

    async def _take(self, updates: list[Raw], turns: asyncio.TaskGroup) -> None:
        """Chats side by side, each in its order; confirms up to the first update that is not dealt with.

        That one and those that come after it are given again. What came meanwhile in a chat waits for its turn there.
        """
        updates.sort(key=lambda raw: (lane_of(raw), number(raw)))
        for lane, given in groupby(updates, key=lane_of):
            new = [raw for raw in given if number(raw) not in self._taken]
            if new and lane not in self._in_hand:
                self._in_hand[lane] = turns.create_task(self._lane(new))
        if self._in_hand:
            await self._until_stopped(asyncio.wait(self._in_hand.values(), timeout=self._beat))
        failed = self._ended()
        self._confirm(list(map(number, updates)))
        if failed:
            await self._until_stopped(self._sleep(self._untaken.seconds()))
        elif not self._in_hand:
            self._untaken.over()

    async def _lane(self, updates: Iterable[Raw]) -> bool:
        """False: one failed; those behind it wait for it."""
        for raw in updates:
            if not await self._door.let_in(raw):
                return False
            self._taken.add(number(raw))
        return True

    def _ended(self) -> bool:
        """Lets go of the chats whose turns have ended. Did one fail?"""
        ended = [lane for lane, turn in self._in_hand.items() if turn.done()]
        went_well = [self._in_hand.pop(lane).result() for lane in ended]
        return not all(went_well)

    def _confirm(self, given: list[int]) -> None:
        left = [one for one in given if one not in self._taken]
        self._offset = min(left) if left else max(given) + 1
        self._taken = {one for one in self._taken if one > self._offset}

    async def _until_stopped(self, wait: Coroutine[Any, Any, T]) -> T | None:
        waiting = asyncio.create_task(wait)
        self._waiting = waiting
        try:
            return await waiting
        except asyncio.CancelledError:
            if self._stopping:
                return None
            raise
