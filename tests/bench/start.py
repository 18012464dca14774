"""`facteur --version`, against a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.bench import report

REPEATS = 9


def seconds(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=report.ROOT, capture_output=True, check=True)
    return time.perf_counter() - began


def main() -> None:
    bare, ours = [], []
    for _ in range(REPEATS):
        bare.append(seconds("-c", "pass"))
        ours.append(seconds("-m", "bot", "--version"))
    low, high = 1000 * report.middle(bare), 1000 * report.middle(ours)
    report.line("facteur --version", low, high, "ms", "goal under 500 ms")


if __name__ == "__main__":
    main()
