"""A whole e-mail turn: taken durably, read, answered from the books, handed to the relay; against a handler that only
answers (no storage, no look-up, no identity)."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiosmtpd.smtp import SMTP

from tests.bench import report
from tests.bench.prepared import open_accesses, service

MAILS, REPEATS = 300, 3


class Sink:
    """The relay: counts what it gets."""

    def __init__(self) -> None:
        self.count = 0

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.count += 1
        return "250 OK"

    async def start(self) -> int:
        loop = asyncio.get_running_loop()

        def make() -> SMTP:
            return SMTP(self, hostname="sink", loop=loop, data_size_limit=10**7)

        self.server = await loop.create_server(make, "127.0.0.1", 0)
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(120):
            while self.count < count:
                await asyncio.sleep(0.005)


async def timed(sink: Sink, port: int, jobs: Path, pid: int) -> tuple[float, float]:
    """(mails/s until the last answer, CPU us a mail)."""
    cpu, began, before = report.cpu_seconds(pid), time.monotonic(), sink.count
    sending = asyncio.to_thread(
        report.load, port, "--jobs", str(jobs), "--connections", "8", "--seconds", "100"
    )
    task = asyncio.create_task(sending)
    await sink.reach(before + MAILS)
    took = time.monotonic() - began
    found = await task
    assert found["odd"] == 0, found
    return MAILS / took, 1e6 * (report.cpu_seconds(pid) - cpu) / MAILS


async def floor(sink: Sink, port: int, folder: Path) -> tuple[float, float]:
    jobs = folder / "jobs.json"
    jobs.write_text(
        json.dumps([(f"c{nth}@courriel.example", "atelier@portail.example", "solde") for nth in range(MAILS)])
    )
    command = [sys.executable, "-m", "tests.bench.floors", "mail", str(port)]
    with subprocess.Popen(command, cwd=report.ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            return await timed(sink, int(server.stdout.readline()), jobs, server.pid)
        finally:
            server.kill()


async def ours(sink: Sink, port: int, folder: Path) -> tuple[float, float]:
    made = service(folder, f"smtp://127.0.0.1:{port}?tls=none", MAILS)
    jobs = folder / "jobs.json"
    jobs.write_text(json.dumps(open_accesses(made, MAILS, "email")))
    await made.start("--only", "smtp,web,worker")
    assert made.running
    try:
        return await timed(sink, made.smtp, jobs, made.running.pid)
    finally:
        made.stop()


async def once(run: Callable[[Sink, int, Path], Awaitable[tuple[float, float]]]) -> tuple[float, float]:
    sink = Sink()
    port = await sink.start()
    with tempfile.TemporaryDirectory() as folder:
        found = await run(sink, port, Path(folder))
    sink.server.close()
    return found


def main() -> None:
    floors, mine = [], []
    for _ in range(REPEATS):
        floors.append(asyncio.run(once(floor)))
        mine.append(asyncio.run(once(ours)))
    low, high = (report.middle([rate for rate, _ in runs]) for runs in (floors, mine))
    cpu = [report.middle([us for _, us in runs]) for runs in (floors, mine)]
    more = f"CPU {cpu[0]:.0f} and {cpu[1]:.0f} us a mail, x{cpu[1] / cpu[0]:.1f}"
    report.line("a whole e-mail turn, 8 connections", low, high, "mails/s", "printed", more)


if __name__ == "__main__":
    main()
