"""What every benchmark shares: processes on free ports, CPU time by the kernel's count, and lines of ratios."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def conditions() -> str:
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return f"Python {platform.python_version()}, {cores} cores, load {load:.1f}, fsync {fsync_ms():.2f} ms"


def fsync_ms() -> float:
    path = Path(f".fsync-{os.getpid()}")
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    took = []
    try:
        for _ in range(30):
            os.write(file, b"x" * 4096)
            began = time.perf_counter()
            os.fsync(file)
            took.append(time.perf_counter() - began)
    finally:
        os.close(file)
        path.unlink()
    return 1000 * statistics.median(took)


def cpu_seconds(pid: int) -> float:
    """On CPU, all threads, of this process and its children."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError):
            total += int(thread.read_text().split()[0])
    seconds = total / 1e9
    with suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            seconds += sum(cpu_seconds(int(child)) for child in children.read_text().split())
    return seconds


def load(port: int, *arguments: str) -> dict[str, float]:
    """One run of the SMTP load client, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.load", str(port), *arguments]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(made.stdout)
    return found


def line(goal: str, floor: float, ours: float, unit: str, wanted: str, more: str = "") -> None:
    ratio = ours / floor if floor else 0.0
    print(
        f"{goal:<44} floor {floor:>9.1f} {unit}   ours {ours:>9.1f} {unit}   ratio {ratio:>5.2f}   ({wanted}) {more}",
        flush=True,
    )


def middle(values: list[Any]) -> float:
    return float(statistics.median(values))
