"""Updates on their way to the bot: asked for by getUpdates, or posted to its webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

import aiohttp

from bot.demo.botapi.rules import Refused, bad
from bot.demo.botapi.state import Json

ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
OTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Updates:
    """`shuffled` gives the next batch in the wrong order. `pause` is the time before a webhook is tried again."""

    def __init__(self, touch: Callable[[], None], pause: float = 0.05) -> None:
        self._touch = touch
        self.shuffled = False
        self.pause = pause
        self.history: list[Json] = []  # all that was ever made
        self.refusals: list[int] = []  # what the webhook answered, 200 apart
        self._waiting: list[Json] = []
        self._again: list[Json] = []
        self._numbers = count(700_000_001)
        self._allowed: list[str] | None = None
        self._news = asyncio.Event()
        self._poll: asyncio.Future[None] | None = None
        self._hook: Json = {}
        self._posting: asyncio.Task[None] | None = None

    def add(self, kind: str, body: Json) -> int:
        """Returns the update's number; a kind that the bot did not ask for is dropped."""
        number = next(self._numbers)
        update = {"update_id": number, kind: body}
        if self._allowed is None or kind in self._allowed:
            self.history.append(update)
            self._waiting.append(update)
            self._news.set()
        return number

    def again(self, number: int | None = None) -> None:
        """Give an update once more, confirmed or not: the last one, or that number."""
        known = [one for one in self.history if number is None or one["update_id"] == number]
        self._again.append(known[-1])
        self._news.set()

    @property
    def pending(self) -> int:
        return len(self._waiting) + len(self._again)

    # --- getUpdates

    async def get(self, params: Json) -> list[Json]:
        if self._hook:
            raise Refused(409, ACTIVE)
        self._allow(params)
        offset, limit = int(params.get("offset") or 0), int(params.get("limit") or 100)
        if offset > 0:
            self._waiting = [one for one in self._waiting if one["update_id"] >= offset]
        elif offset < 0:
            self._waiting = self._waiting[offset:]
        if self._poll and not self._poll.done():
            self._poll.set_exception(Refused(409, OTHER))
        self._touch()  # what was confirmed is confirmed, before the long wait
        if not self.pending and (seconds := float(params.get("timeout") or 0)) > 0:
            await self._sleep(seconds)
        batch = (self._again + self._waiting)[: max(1, min(limit, 100))]
        self._again = []
        if self.shuffled and len(batch) > 1:
            batch.reverse()
            self.shuffled = False
        return batch

    async def _sleep(self, seconds: float) -> None:
        """Until news, the end of the time, or another getUpdates (Refused, 409)."""
        self._news.clear()
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = ended
        news = asyncio.ensure_future(self._news.wait())
        either: set[asyncio.Future[Any]] = {ended, news}
        try:
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                ended.result()
        finally:
            news.cancel()
            if not ended.done():
                ended.cancel()

    def _allow(self, params: Json) -> None:
        if isinstance(allowed := params.get("allowed_updates"), list):
            self._allowed = [str(kind) for kind in allowed] or None

    # --- the webhook

    async def set_hook(self, params: Json) -> bool:
        url = str(params.get("url") or "")
        if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        await self.stop()
        self._allow(params)
        self._hook = dict(params) if url else {}
        if params.get("drop_pending_updates"):
            self._waiting.clear()
        if url:
            self._posting = asyncio.create_task(self._post_all())
        return True

    def hook(self) -> Json:
        return {
            "url": self._hook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": self.pending,
        }

    async def stop(self) -> None:
        if self._posting:
            self._posting.cancel()
            await asyncio.gather(self._posting, return_exceptions=True)
            self._posting = None
        if self._poll and not self._poll.done():
            self._poll.cancel()

    async def _post_all(self) -> None:
        async with aiohttp.ClientSession() as client:
            while True:
                self._news.clear()
                while self.pending:
                    await self._post_one(client)
                await self._news.wait()

    async def _post_one(self, client: aiohttp.ClientSession) -> None:
        queue = self._again or self._waiting
        if self.shuffled and len(self._waiting) > 1:
            self._waiting[:2] = self._waiting[1::-1]
            self.shuffled = False
        update = queue[0]
        headers: dict[str, Any] = {}
        if secret := self._hook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = str(secret)
        status = 0
        try:
            async with client.post(self._hook["url"], json=update, headers=headers) as answer:
                status = answer.status
        except aiohttp.ClientError:
            pass
        if 200 <= status < 300:
            queue.remove(update)
            self._touch()
            return
        self.refusals.append(status)
        self._touch()
        await asyncio.sleep(self.pause)
