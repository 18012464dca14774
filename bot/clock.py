"""The clock port. The only module that reads the time; CLOCK_FILE replaces it in demo and test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path


def now() -> datetime:
    return datetime.now(UTC)


def clock(file: Path | None = None) -> Callable[[], datetime]:
    """The machine's clock, or the ISO instant that `file` holds, read again at each use."""
    if file is None:
        return now

    def read() -> datetime:
        try:
            at = datetime.fromisoformat(file.read_text("ascii").strip())
        except FileNotFoundError:
            return now()
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)

    return read
