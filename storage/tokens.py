"""The tokens that open a mailbox, encrypted with SECRET_KEY. Each call is a transaction of its own."""

from __future__ import annotations

import json
from datetime import datetime

from cryptography.fernet import InvalidToken
from sqlalchemy import Engine, bindparam, select

from storage import tables as t
from storage.engine import reading
from storage.keys import Keys
from storage.shelf import insert_once

m = t.mailbox_tokens.c
GET = select(m.sealed).where(m.mailbox == bindparam("of"))
_PUT = insert_once(t.mailbox_tokens)
PUT = _PUT.on_conflict_do_update(
    index_elements=["mailbox"], set_={name: _PUT.excluded[name] for name in ("sealed", "updated_at")}
)


class MailboxTokens:
    """`mailbox`: its name, in which no address can be read."""

    def __init__(self, engine: Engine, keys: Keys, mailbox: str) -> None:
        self.engine, self.box, self.mailbox = engine, keys.box, mailbox

    def get(self) -> dict[str, str] | None:
        """None: there are none, or they were sealed with another key."""
        with reading(self.engine) as db:
            sealed = db.execute(GET, {"of": self.mailbox}).scalar()
        try:
            return json.loads(self.box.decrypt(sealed)) if sealed else None
        except InvalidToken:
            return None

    def put(self, tokens: dict[str, str], now: datetime) -> None:
        sealed = self.box.encrypt(json.dumps(tokens).encode())
        with self.engine.begin() as db:
            db.execute(PUT, {"mailbox": self.mailbox, "sealed": sealed, "updated_at": now})
