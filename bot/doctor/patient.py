"""The installation that is looked at."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from bot.doctor import judge
from bot.doctor.finding import Finding, note, wrong
from bot.settings import Settings
from mail_gateway.resolver import Lookup, Resolver

if TYPE_CHECKING:
    from sqlalchemy import Engine

SECONDS = 5.0  # of patience with whatever is asked
ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))  # of nobody: RFC 5737, RFC 3849


def own_addresses() -> frozenset[str]:
    """From which this machine speaks to the world. Nothing is sent."""
    found = set()
    for family, place in ELSEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((place, 9))
            found.add(str(probe.getsockname()[0]))
    return frozenset(found)


@dataclass
class Patient:
    settings: Settings
    now: datetime
    own: Callable[[], frozenset[str]] = own_addresses
    _lock: Lock = field(default_factory=Lock)
    _found: tuple[Finding, Engine | None] | None = None

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self.settings.name_servers)

    def lookup(self) -> Lookup:
        """The questions of one check; answers are shared."""
        return self._resolver.mail(2 * SECONDS)

    def database(self) -> tuple[Finding, Engine | None]:
        """How it is; the engine where its schema is the newest. Asked once."""
        with self._lock:
            if self._found is None:
                self._found = _database(self.settings.database_url)
            return self._found


Check = Callable[[Patient], Iterable[Finding]]


def of_records(look: Callable[[Patient, Engine], Iterable[Finding]]) -> Check:
    """A check that reads the database: it waits for the one of the database itself."""

    def check(it: Patient) -> Iterable[Finding]:
        engine = it.database()[1]
        return look(it, engine) if engine else [note("Not looked at: first the database.")]

    return check


def _database(url: str) -> tuple[Finding, Engine | None]:
    """Nothing is made: neither a file nor a table."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError, DBAPIError

    from storage import migrate
    from storage.engine import connect

    try:
        where = make_url(url)
        if where.get_backend_name() == "sqlite":
            if where.database and not Path(where.database).exists():
                return wrong(
                    f"There is no database yet in {where.database}.", "facteur migrate makes it."
                ), None
        else:
            where = where.update_query_dict({"connect_timeout": str(int(SECONDS))})
        engine = connect(where.render_as_string(hide_password=False))
        found = judge.schema(migrate.current(engine), migrate.newest())
    except DBAPIError as error:
        said = str(error.orig).strip().partition("\n")[0]
        return wrong(f"It cannot be opened: {said}", "See DATABASE_URL; does its server run?"), None
    except (ArgumentError, OSError) as error:
        return wrong(f"It cannot be opened: {error}", "See DATABASE_URL."), None
    return found, engine if found.state == "good" else None
