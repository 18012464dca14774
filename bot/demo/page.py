"""The demonstration's page: each client's mailbox and chat, what the company receives, and the clock.

A window only: mail goes through the mailboxes, chat through the local Bot API, and nothing here invents a word of
either. `run_page` starts it on loopback.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from bot.demo.guard import guarded, static
from bot.demo.page_api import PageApi
from bot.demo.scene import Chat, Client, Clock, CompanyView, Demo, Figure, Firm, Happening, Nothing

__all__ = [
    "Chat",
    "Client",
    "Clock",
    "CompanyView",
    "Demo",
    "Figure",
    "Firm",
    "Happening",
    "Nothing",
    "application",
    "run_page",
]
REQUEST_LIMIT = 10_000_000  # bytes: the files of a message, in base64
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def application(demo: Demo) -> web.Application:
    api = PageApi(demo)
    app = web.Application(middlewares=[guarded], client_max_size=REQUEST_LIMIT)
    app.add_routes(static())
    app.add_routes(
        [
            web.get("/api/state", api.state),
            web.get("/api/letter/{id}", api.letter),
            web.get(r"/file/mail/{id}/{n:\d{1,3}}", api.attachment),
            web.get("/file/chat/{id}", api.chat_file),
            web.post("/api/mail", api.mail),
            web.post("/api/say", api.say),
            web.post("/api/press", api.press),
            web.post("/api/clock", api.move),
        ]
    )

    async def listening(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(api.listen())
        yield
        task.cancel()

    app.cleanup_ctx.append(listening)
    return app


async def run_page(demo: Demo, host: str = "127.0.0.1", port: int = 8080) -> web.AppRunner:
    """Starts it; `await runner.cleanup()` ends it, `runner.addresses[0]` is where. ValueError off loopback."""
    if host not in LOOPBACK:
        raise ValueError("the demonstration stays on this computer")
    runner = web.AppRunner(application(demo), access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
