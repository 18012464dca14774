"""Durable accept: our SMTP door, raw mail and row committed before 250, against an aiosmtpd that keeps nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from service.process import DOMAIN, Process, company
from tests.bench import report

REPEATS, SECONDS = 3, "0.8"


def floor(connections: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.floors", "accept"]
    with subprocess.Popen(command, cwd=report.ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        try:
            return measured(port, server.pid, connections)
        finally:
            server.kill()


def measured(port: int, pid: int, connections: int) -> dict[str, float]:
    arguments = ("--connections", str(connections), "--to", f"atelier@{DOMAIN}")
    report.load(port, *arguments, "--seconds", "0.3")  # warm
    before = report.cpu_seconds(pid)
    found = report.load(port, *arguments, "--seconds", SECONDS)
    found["cpu_us"] = 1e6 * (report.cpu_seconds(pid) - before) / max(1, found["count"])
    return found


async def ours(connections: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        limits = {"smtp_connections": 100, "smtp_connections_per_ip": 100}
        service = Process(Path(folder), "smtp://127.0.0.1:9?tls=none", **limits)
        service.run("import", str(company(Path(folder), 1)))
        await service.start("--only", "smtp,web")
        assert service.running
        try:
            return await asyncio.to_thread(measured, service.smtp, service.running.pid, connections)
        finally:
            service.stop()


def main() -> None:
    for connections in (8, 32):
        floors, mine = [], []
        for _ in range(REPEATS):
            floors.append(floor(connections))
            mine.append(asyncio.run(ours(connections)))
        low, high = (report.middle([one["rate"] for one in runs]) for runs in (floors, mine))
        cpu = report.middle([one["cpu_us"] for one in mine]) / report.middle(
            [one["cpu_us"] for one in floors]
        )
        odd = sum(one["odd"] for one in (*floors, *mine))
        more = f"CPU x{cpu:.2f}, p95 {report.middle([one['p95_ms'] for one in mine]):.0f} ms, odd replies {odd:.0f}"
        report.line(f"durable accept, {connections} connections", low, high, "mails/s", "goal 0.60", more)


if __name__ == "__main__":
    main()
