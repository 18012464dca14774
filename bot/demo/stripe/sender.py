"""Events on their way to the webhook endpoints: signed, sent in order, and again until they are taken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp

from bot import clock as clocks
from bot.demo.stripe.rules import Json, signed


@dataclass(frozen=True)
class Hook:
    """A webhook endpoint, and the secret that its events are signed with."""

    url: str
    secret: str


class Sender:
    """`pause` is the time, in seconds, before what was refused is sent again; `tries` how often it is tried."""

    def __init__(self, pause: float, tries: int = 20, now: Callable[[], datetime] = clocks.now) -> None:
        self.pause, self.tries, self.now = pause, tries, now
        self.statuses: list[int] = []  # each answer, oldest first; 0: none came
        self._queue: asyncio.Queue[tuple[Hook, Json]] = asyncio.Queue()
        self._client: aiohttp.ClientSession | None = None
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._client = aiohttp.ClientSession()
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._running:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._client:
            await self._client.close()

    def put(self, hook: Hook, event: Json) -> None:
        self._queue.put_nowait((hook, event))

    async def sent(self) -> None:
        """Until all that was put is taken, or given up."""
        await self._queue.join()

    async def post(self, hook: Hook, event: Json, age: float = 0) -> int:
        """Send an event once, signed `age` seconds ago (negative: in the future); the status of the answer, or 0."""
        body = json.dumps(event, indent=2).encode()
        at = int((self.now() - timedelta(seconds=age)).timestamp())
        headers = {"Stripe-Signature": signed(body, hook.secret, at), "Content-Type": "application/json"}
        assert self._client is not None
        try:
            async with self._client.post(hook.url, data=body, headers=headers) as answer:
                status = answer.status
        except aiohttp.ClientError:
            status = 0
        self.statuses.append(status)
        return status

    async def _run(self) -> None:
        while True:
            hook, event = await self._queue.get()
            for nth in range(self.tries):
                if nth:
                    await asyncio.sleep(self.pause)
                if 200 <= await self.post(hook, event) < 300:
                    break
            self._queue.task_done()
