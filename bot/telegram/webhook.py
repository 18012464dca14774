"""The webhook: Telegram posts an update to /telegram/<secret>; 200 only once its turn is committed, else it is sent
again. Updates are sent by Telegram with the secret in a header too (core.telegram.org/bots/api#setwebhook)."""

from __future__ import annotations

import hmac
import json
import re

import structlog
from aiogram import Bot
from aiohttp import web

from bot.telegram.door import ALLOWED, Door

log = structlog.get_logger()

HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
CONNECTIONS = 10


class Webhook:
    """`secret` stands in the path and in the header. An empty or odd one opens no door: ValueError."""

    def __init__(self, door: Door, secret: str) -> None:
        if not SECRET.fullmatch(secret):
            raise ValueError("the webhook's secret takes 16 to 256 letters, digits, - or _")
        self._door, self._secret = door, secret

    @property
    def path(self) -> str:
        return f"/telegram/{self._secret}"

    async def handle(self, request: web.Request) -> web.Response:
        """For the route POST /telegram/{secret}: 404 on another path, 401 without the header, 500 on our failure."""
        if not self._same(request.match_info.get("secret", "")):
            return web.Response(status=404)
        if not self._same(request.headers.get(HEADER, "")):
            log.warning("telegram.wrong_secret")
            return web.Response(status=401)
        try:
            raw = json.loads(await request.read())
            number = int(raw["update_id"])
        except (ValueError, TypeError, KeyError):
            return web.Response(status=400)
        done = await self._door.let_in({**raw, "update_id": number})
        return web.Response(status=200 if done else 500)

    def _same(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._secret.encode())

    async def announce(self, bot: Bot, public_url: str, *, allow_http: bool = False) -> None:
        """Tell Telegram where to post. Raises ValueError without https (`allow_http`: demo and test only)."""
        if not public_url.startswith("https://") and not (allow_http and public_url.startswith("http://")):
            raise ValueError("PUBLIC_URL must start with https:// for TELEGRAM_MODE=webhook")
        await bot.set_webhook(
            public_url.rstrip("/") + self.path,
            secret_token=self._secret,
            allowed_updates=ALLOWED,
            max_connections=CONNECTIONS,
            drop_pending_updates=False,
        )
