"""A code lives 5 minutes, once; 3 wrong ones suspend the access for 5 days (mission S11, S12).

A try counts only against a live code, in the conversation that asked for it. Once suspended, another conversation
walks through the same words anew, so that nobody learns from it whether an address is known (design, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

CODE_LIFE = timedelta(minutes=5)
WRONG_ALLOWED = 3
LOCK_LIFE = timedelta(hours=120)
MAIL_GAP = timedelta(minutes=1)
MAILS_AN_HOUR = 5
ACT_MAILS_AN_HOUR = 10
MARK_LIFE = timedelta(days=7)
# The code lives from the relay's 250, its mark from the making of the mail: the mark must not die first.
CODE_MARK_LIFE = CODE_LIFE + timedelta(minutes=2)
BROADCAST_MARK_LIFE = timedelta(days=120)  # an announcement is unsubscribed from long after it came


@dataclass(frozen=True)
class Tries:
    wrong: int = 0
    locked_until: datetime | None = None
    locked_in: str | None = None  # the conversation that caused it

    def locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until


def wrong(was: Tries, conversation: str, now: datetime) -> Tries:
    """One wrong code more. The third suspends the access, from now."""
    if was.locked_until is not None and not was.locked(now):
        was = Tries()
    count = was.wrong + 1
    if count < WRONG_ALLOWED:
        return replace(was, wrong=count)
    return Tries(count, now + LOCK_LIFE, conversation)


def mark_life(kind: str) -> timedelta:
    """How long an answer to a mail of this kind proves that it was received."""
    return {"code": CODE_MARK_LIFE, "broadcast": BROADCAST_MARK_LIFE}.get(kind, MARK_LIFE)


def left(was: Tries) -> int:
    return max(0, WRONG_ALLOWED - was.wrong)


def may_mail(sent: list[datetime], now: datetime, an_hour: int = MAILS_AN_HOUR) -> str:
    """ "yes", "last" (the hour's last one), "too_soon", or "no" (the hour's budget is used up)."""
    recent = [at for at in sent if at > now - timedelta(hours=1)]
    if len(recent) >= an_hour:
        return "no"
    if recent and max(recent) > now - MAIL_GAP:
        return "too_soon"
    return "last" if len(recent) == an_hour - 1 else "yes"
