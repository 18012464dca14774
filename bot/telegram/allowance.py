"""How many files of people whom nobody knows are fetched: each is a download of up to 20 MB."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

A_CHAT, ALL = 5, 50  # in an hour
WITHIN = timedelta(hours=1)


class Allowance:
    """Counted in memory, for the one process that listens to Telegram. Thread-safe."""

    def __init__(self) -> None:
        self._taken: deque[tuple[datetime, str]] = deque()
        self._lock = threading.Lock()

    def take(self, chat: str, now: datetime) -> bool:
        """One more for this chat, if there is one left; what is refused counts for nothing."""
        with self._lock:
            while self._taken and self._taken[0][0] <= now - WITHIN:
                self._taken.popleft()
            left = len(self._taken) < ALL and sum(one == chat for _, one in self._taken) < A_CHAT
            if left:
                self._taken.append((now, chat))
            return left
