"""How many answers go to one address: past that there is silence (RFC 3834, section 2), and the company hears of it.

Who answers a mail of ours may be a person: told once, before the silence, when to write again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from handlers.core import phrases
from handlers.core.happening import facts
from handlers.core.talk import Turn, known
from handlers.core.turn import Reply

PER_10_MINUTES, PER_HOUR = 10, 30
HOUR = timedelta(hours=1)
LIMITS = ((PER_HOUR, HOUR), (PER_10_MINUTES, timedelta(minutes=10)))


def used_until(turn: Turn, thread: str | None, opened: bool) -> datetime | None:
    """When there is room again, for the address or for this thread of it; None where there is. An open access has the
    hour's budget alone: who types codes may need more than ten answers at once."""
    sent = turn.work.inbox.answered(turn.to, turn.now - HOUR, thread)
    limits = LIMITS[:1] if opened else LIMITS
    full = (sent[most - 1] + span for most, span in limits if len(sent) >= most)
    return max((until for until in full if until >= turn.now), default=None)


def tell_client(turn: Turn, until: datetime) -> None:
    """Once each time: `until` stays the same as long as nothing is answered."""
    account = turn.account
    if account is None:
        return
    again = turn.moment(until + timedelta(minutes=1))["heure"]  # a minute that has begun is not over
    reply = replace(turn.say("trouble.enough", heure=again), kind="notice")
    turn.work.outbox.put(
        turn.company,
        "email",
        turn.to,
        reply,
        turn.now,
        dedup=f"enough:{account.id}:{until.isoformat()}",
        conversation=turn.conversation,
        account=account,
        thread=turn.thread(),
    )


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
