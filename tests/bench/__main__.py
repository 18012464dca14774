"""Every benchmark, or those named: floor, ours, ratio, a line each. It prints; it never fails on a slow machine.

`python -m tests.bench reads` runs that one alone.
"""

from __future__ import annotations

import sys

from tests.bench import (
    accept,
    broadcast,
    hostile,
    mail_turn,
    reads,
    report,
    seal,
    start,
    telegram_turn,
    understand,
    webhooks,
)

BENCHES = {
    bench.__name__.rpartition(".")[2]: bench
    for bench in (
        start,
        accept,
        mail_turn,
        telegram_turn,
        reads,
        seal,
        broadcast,
        hostile,
        understand,
        webhooks,
    )
}

if __name__ == "__main__":
    chosen = sys.argv[1:] or list(BENCHES)
    if unknown := set(chosen) - BENCHES.keys():
        sys.exit(f"There is no {', '.join(sorted(unknown))}: {', '.join(BENCHES)}.")
    print(report.conditions(), flush=True)
    for name in chosen:
        BENCHES[name].main()
