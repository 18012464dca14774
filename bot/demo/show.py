"""The demonstration in the browser, until it is stopped."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from bot.demo.chatroom import ChatRoom
from bot.demo.company import Company
from bot.demo.page import Demo, run_page
from bot.demo.stage import stage


async def show(folder: Path, port: int, say: Callable[[str], None]) -> None:
    """Raises OSError when the port is taken."""
    stop = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    await _free(port)
    say("Starting: the company, its papers, the mail door, the chat...")
    async with stage(folder) as made:
        view = Company(made.service.engine, made.clock)
        demo = Demo(made.firm, made.clients, made.mailboxes, ChatRoom(made.api), made.clock, view)
        page = await run_page(demo, "127.0.0.1", port)
        say(
            f"Ready: http://127.0.0.1:{page.addresses[0][1]}   (Ctrl-C ends it; nothing leaves this computer)"
        )
        await stop.wait()
        await page.cleanup()


async def _free(port: int) -> None:
    """Say at once that the port is taken, not after the start."""
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", port)
    server.close()
    await server.wait_closed()
