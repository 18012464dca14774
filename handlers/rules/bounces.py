"""When an address that refuses our mail is left alone, and for how long.

One bounce is no proof: mailboxes fill up and servers err. What says that there is no such mailbox counts at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

NO_MAILBOX = frozenset({"5.1.1", "5.1.10", "5.2.1"})  # RFC 3463: no such address, a null MX, a closed mailbox
FULL = "5.2.2"
BEYOND_ASCII = "5.6.7"  # RFC 6531: a relay on the way does not take such an address
NOT_THEIRS = frozenset({"5.3.4", BEYOND_ASCII})  # too large, or in need of SMTPUTF8: no fault of the mailbox
ENOUGH = 4  # points
MEMORY = timedelta(days=30)  # without a bounce, after which points are forgotten
BETWEEN_TRIES = timedelta(days=1)
BETWEEN_ALERTS = timedelta(days=1)
LATEST = timedelta(days=14)  # after a mail left, its bounce is believed; servers try for five days


@dataclass(frozen=True)
class Standing:
    """How mail to an account fares. `reason`: "hard", "soft" or "complaint" since `since`, else "".

    `until`: None is until somebody lifts it; `tried_at`: the last mail that left although it is suppressed.
    """

    points: int = 0
    bounced_at: datetime | None = None
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    tried_at: datetime | None = None
    told_at: datetime | None = None  # the company heard of a code that did not arrive

    def suppressed(self, now: datetime) -> bool:
        return self.since is not None and (self.until is None or now < self.until)

    def stops(self, announcement: bool, now: datetime) -> bool:
        """What the person asks for is tried once a day, for they may have mended it; announcements are not. One who
        complained gets what they ask for."""
        if not self.suppressed(now):
            return False
        tried = self.tried_at is not None and now < self.tried_at + BETWEEN_TRIES
        return announcement or (self.reason != "complaint" and tried)

    def to_tell(self, now: datetime) -> bool:
        return self.told_at is None or now >= self.told_at + BETWEEN_ALERTS


def points(status: str) -> int:
    """`status`: as in RFC 3463, of a mail that is given up for good; "" where none was told."""
    if status in NOT_THEIRS:
        return 0
    if status in NO_MAILBOX:
        return ENOUGH
    return 1 if status == FULL or status.startswith("4.") else 2


def bounced(was: Standing, status: str, now: datetime) -> Standing:
    worth = points(status)
    over = was.since is not None and not was.suppressed(now)
    old = was.bounced_at is None or now >= was.bounced_at + MEMORY
    if over:
        was = replace(was, reason="", since=None, until=None)
    was = replace(was, points=worth if over or old else was.points + worth, bounced_at=now)
    if was.points < ENOUGH or was.reason == "hard":
        return was
    hard = worth == ENOUGH
    until = None if hard or was.reason == "complaint" else now + MEMORY
    return replace(was, reason="hard" if hard else "soft", since=was.since or now, until=until, tried_at=now)


def complained(was: Standing, now: datetime) -> Standing:
    if was.reason == "hard":
        return was
    return replace(was, reason="complaint", since=now, until=None)
