"""How many answers go to one address: past that there is silence (RFC 3834, section 2), and the company hears of it."""

from __future__ import annotations

from datetime import timedelta

from handlers.core import phrases
from handlers.core.happening import facts
from handlers.core.talk import Turn, known
from handlers.core.turn import Reply

PER_10_MINUTES, PER_HOUR = 10, 30


def used_up(turn: Turn, thread: str | None) -> bool:
    """Of the address, or of this thread of it."""
    hour = turn.work.inbox.answered(turn.to, turn.now - timedelta(hours=1), thread)
    if hour < PER_10_MINUTES or hour >= PER_HOUR:
        return hour >= PER_HOUR
    return turn.work.inbox.answered(turn.to, turn.now - timedelta(minutes=10), thread) >= PER_10_MINUTES


def tell(turn: Turn) -> None:
    """Once a day for an address. It is a machine as a rule; it may be a client who waits."""
    company, account = turn.company, turn.account
    if account is None:  # a stranger never gets so many
        return
    language = known(company.language) or "fr"
    words = facts(company, language) | {
        "adresse": account.address,
        "dix": str(PER_10_MINUTES),
        "heure": str(PER_HOUR),
    }
    text = phrases.say("company", "budget", language, **words)
    subject = phrases.subject("company", "budget", language, **words)
    turn.work.outbox.put(
        company,
        "email",
        company.email,
        Reply(text, subject=subject, language=language, kind="notice"),
        turn.now,
        dedup=f"budget:{account.id}:{turn.now.date()}",
    )
