"""What we write of our own accord: to whom, on which channel, from when on. Pure.

A notice is one thing told to one person on one channel; its key says which, so that it is told once. Its kind is what
a person can stop: "announce" (a new quote or invoice), "remind", "news" (a message of the company).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.rules.paper import Account, Client

KINDS = ("announce", "remind", "news")
CHANNELS = ("email", "telegram")
SUNDAY = 6


@dataclass(frozen=True)
class Quiet:
    """The hours in which nothing leaves, by the clock of the company; `end` may lie on the next day. Without `start`
    and `end`: no such hours. `sundays`: may it leave on a Sunday?"""

    start: time | None = None
    end: time | None = None
    sundays: bool = False

    @classmethod
    def of(cls, hours: str, sundays: bool = False) -> Quiet:
        """`hours`: "20:00-08:00", or "" for none. Raises ValueError for anything else, and for a whole day."""
        if not hours:
            return cls(sundays=sundays)
        start, end = (time.fromisoformat(part.strip()) for part in hours.split("-"))
        if start == end:
            raise ValueError("quiet hours that never end")
        return cls(start, end, sundays)


NIGHT = Quiet(time(20), time(8))


def leaves_at(now: datetime, zone: str, quiet: Quiet) -> datetime:
    """The first allowed moment from `now` on, UTC. Hours are those on the clock there, summer time or not."""
    here = now.astimezone(ZoneInfo(zone))
    while (later := _after(here, quiet)) is not None:
        here = later
    return here.astimezone(UTC)


def _after(here: datetime, quiet: Quiet) -> datetime | None:
    """When to look again; None where `here` is allowed."""
    if here.weekday() == SUNDAY and not quiet.sundays:
        return _at(here, 1, time(0))
    if quiet.start is None or quiet.end is None:
        return None
    at = here.time()
    over_night = quiet.start > quiet.end
    if over_night and at >= quiet.start:
        return _at(here, 1, quiet.end)
    if at < quiet.end and (over_night or at >= quiet.start):
        return _at(here, 0, quiet.end)
    return None


def _at(here: datetime, days: int, at: time) -> datetime:
    """That hour, so many days on; where summer time skips it, the same moment by the hour that follows."""
    asked = datetime.combine(here.date() + timedelta(days=days), at, here.tzinfo)
    return asked.astimezone(UTC).astimezone(here.tzinfo)


@dataclass(frozen=True)
class Ways:
    """How a company writes of its own accord: its settings (docs/broadcast.md, docs/reminders.md)."""

    quiet: Quiet = NIGHT
    auto_broadcast: bool = False  # what an import brings is announced
    direct_links: bool = False  # links to pay stand in what we write of our own accord
    discretion: bool = False  # on Telegram no amount and no file
    approved_platform: bool = False  # businesses get the electronic invoice by a platform: ours is a copy
    remind: tuple[int, ...] = (-7, 0, 3, 15, 30)  # days from the due date; none: no reminders
    quotes_after: tuple[int, ...] = (7,)  # days from when a quote was sent
    quotes_ending: tuple[int, ...] = (-3,)  # days from its last day
    appointments: bool = True  # each is told the day before
    late_rate: str | None = None  # of late-payment penalties, as written: "12,15 %"
    digest: bool = True
    renewal: str = "consumers"  # who is told in time of a contract that renews by itself; "all", "off"
    renewal_notice: int | None = (
        None  # days of notice that refusing it asks for; None: not known, nobody is told
    )


@dataclass(frozen=True)
class Reach:
    """A contact with the right "notify", and how we reach them."""

    client: Client
    account: Account
    name: str | None
    language: str
    form: str  # vous, tu
    chats: tuple[str, ...] = ()  # on Telegram, linked and open: the latest first
    blocked: bool = False  # linked, but every chat has blocked us
    bounced: bool = False  # their address refuses our mail
    stopped: frozenset[tuple[str, str]] = frozenset()  # (kind, channel)
    rights: frozenset[str] = frozenset()
    discreet: bool = False
    quiet: Quiet = NIGHT


@dataclass(frozen=True)
class Plan:
    """One notice to be written, or the reason why it is not: "suppressed", "stopped", "blocked"."""

    reach: Reach
    channel: str
    address: str  # an e-mail address, or a chat
    reason: str = ""


def plan(reach: Reach, kind: str) -> tuple[Plan, ...]:
    """One of each channel where this contact has one. A document that their blocked chat refuses goes by e-mail, even
    where they had chosen Telegram alone; nothing else does."""
    planned = [_by_email(reach, kind)]
    if reach.chats or reach.blocked:
        planned.append(_by_telegram(reach, kind))
    return tuple(planned)


def _by_email(reach: Reach, kind: str) -> Plan:
    by = Plan(reach, "email", reach.account.address)
    if reach.bounced:
        return Plan(reach, "email", by.address, "suppressed")
    if (kind, "email") not in reach.stopped:
        return by
    only_chat = kind == "announce" and reach.blocked and (kind, "telegram") not in reach.stopped
    return by if only_chat else Plan(reach, "email", by.address, "stopped")


def _by_telegram(reach: Reach, kind: str) -> Plan:
    if (kind, "telegram") in reach.stopped:
        return Plan(reach, "telegram", "", "stopped")
    return Plan(reach, "telegram", reach.chats[0]) if reach.chats else Plan(reach, "telegram", "", "blocked")


@dataclass(frozen=True)
class Pause:
    """Why no reminder goes out of a document: "promise" (until a day), "paid" or "disagree" (until it is ended)."""

    kind: str
    until: date | None
    text: str
    since: datetime
    account: Account | None = field(default=None, compare=False)


def key(*parts: object) -> str:
    """Under which a notice is told once: "announce:<version id>", "remind:<document id>:<level>:<due date>"..."""
    return ":".join(str(part) for part in parts)


def counted(plans: Iterable[Plan]) -> dict[str, int]:
    """How many go by each channel, and how many are skipped for each reason ("email", "telegram", "suppressed"...)."""
    counts: dict[str, int] = {}
    for one in plans:
        name = one.reason or one.channel
        counts[name] = counts.get(name, 0) + 1
    return counts
