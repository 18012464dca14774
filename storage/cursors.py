"""How far a source was read, and the files that Telegram already holds. Each call is a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, bindparam, select

from storage import tables as t
from storage.shelf import insert_once

c, f = t.cursors.c, t.telegram_files.c
GET = select(c.value).where(c.source == bindparam("of"))
_PUT = insert_once(t.cursors)
PUT = _PUT.on_conflict_do_update(
    index_elements=["source"], set_={name: _PUT.excluded[name] for name in ("value", "updated_at")}
)
FILE = select(f.file_id).where(
    f.bot_id == bindparam("of_bot"), f.sha256 == bindparam("hash"), f.name == bindparam("named")
)
_KEEP = insert_once(t.telegram_files)
KEEP = _KEEP.on_conflict_do_update(
    index_elements=["bot_id", "sha256", "name"], set_={"file_id": _KEEP.excluded.file_id}
)


class Cursors:
    """`source` names what is read: "telegram:<bot id>", "imap:<host>/<folder>/<UIDVALIDITY>"."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get(self, source: str) -> str | None:
        with self.engine.connect() as db:
            found: str | None = db.execute(GET, {"of": source}).scalar()
            return found

    def put(self, source: str, value: str, now: datetime) -> None:
        with self.engine.begin() as db:
            db.execute(PUT, {"source": source, "value": value, "updated_at": now})


class TelegramFiles:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get(self, bot_id: int, sha256: str, name: str) -> str | None:
        with self.engine.connect() as db:
            found: str | None = db.execute(FILE, {"of_bot": bot_id, "hash": sha256, "named": name}).scalar()
            return found

    def put(self, bot_id: int, sha256: str, name: str, file_id: str) -> None:
        with self.engine.begin() as db:
            db.execute(KEEP, {"bot_id": bot_id, "sha256": sha256, "name": name, "file_id": file_id})
