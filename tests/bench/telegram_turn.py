"""A whole Telegram turn by polling, against an aiogram bot with one handler that only answers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.demo.botapi import DEMO_TOKEN, BotApi
from tests.bench import report
from tests.bench.prepared import CHAT, open_accesses, service

CHATS, REPEATS = 200, 3


async def timed(api: BotApi, pid: int) -> tuple[float, float]:
    """(answers/s, CPU us an answer), once the bot listens."""
    warm = api.user(1, "Warm", "fr")
    warm.send("bonjour")
    async with asyncio.timeout(60):
        while not warm.answers:
            await asyncio.sleep(0.02)
    cpu, began = report.cpu_seconds(pid), time.monotonic()
    people = [api.user(CHAT + nth, "Client", "fr") for nth in range(CHATS)]
    for person in people:
        person.send("solde")
    async with asyncio.timeout(120):
        while not all(person.answers for person in people):
            await asyncio.sleep(0.01)
    took = time.monotonic() - began
    return CHATS / took, 1e6 * (report.cpu_seconds(pid) - cpu) / CHATS


async def floor(api: BotApi, folder: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "tests.bench.floors", "telegram", api.url, DEMO_TOKEN]
    with subprocess.Popen(command, cwd=report.ROOT, stdout=subprocess.PIPE, text=True) as bot:
        assert bot.stdout
        bot.stdout.readline()
        try:
            return await timed(api, bot.pid)
        finally:
            bot.kill()


async def ours(api: BotApi, folder: Path) -> tuple[float, float]:
    made = service(
        folder, "smtp://127.0.0.1:9?tls=none", CHATS, telegram_token=DEMO_TOKEN, telegram_api=api.url
    )
    open_accesses(made, CHATS, "telegram")
    await made.start("--only", "telegram,web,worker")
    assert made.running
    try:
        return await timed(api, made.running.pid)
    finally:
        made.stop()


async def once(run: Callable[[BotApi, Path], Awaitable[tuple[float, float]]]) -> tuple[float, float]:
    api = BotApi()
    await api.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return await run(api, Path(folder))
    finally:
        await api.stop()


def main() -> None:
    floors, mine = [], []
    for _ in range(REPEATS):
        floors.append(asyncio.run(once(floor)))
        mine.append(asyncio.run(once(ours)))
    low, high = (report.middle([rate for rate, _ in runs]) for runs in (floors, mine))
    cpu = [report.middle([us for _, us in runs]) for runs in (floors, mine)]
    more = f"CPU {cpu[0]:.0f} and {cpu[1]:.0f} us, x{cpu[1] / cpu[0]:.1f}; ours paces itself to 25/s (Telegram: 30/s)"
    report.line("a whole Telegram turn, polling", low, high, "answers/s", "printed", more)


if __name__ == "__main__":
    main()
