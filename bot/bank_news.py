"""Those who are to be told of another IBAN, some at a time: a turn never waits behind a long list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from handlers.bank import IbanChanged
from storage import bank

Note = Callable[[str, str, object], None]  # Desk.note


class BankNews:
    """Called at each tick of the clock. A crash between the two steps repeats the note, which is taken once."""

    def __init__(self, engine: Engine, note: Note) -> None:
        self.engine, self.note = engine, note

    def __call__(self, now: datetime) -> None:
        while some := bank.to_tell(self.engine):
            id = f"{some.company.id}:{some.changed_at.isoformat()}:{some.first}"
            self.note("bank", id, IbanChanged(some.company, some.accounts, some.changed_at))
            bank.told(self.engine, some)
