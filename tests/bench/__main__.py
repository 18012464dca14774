"""Every benchmark, a line each: floor, ours, ratio. It prints; it never fails on a slow machine."""

from __future__ import annotations

from tests.bench import accept, mail_turn, report, scale, start, telegram_turn

if __name__ == "__main__":
    print(report.conditions(), flush=True)
    for bench in (start, accept, mail_turn, telegram_turn, scale):
        bench.main()
