"""What the Telegram channel remembers: the ids under which Telegram holds our files, and how far a reply got.

Each call is a transaction of its own, beside the turns: it happens while something is being sent.
"""

from __future__ import annotations

from sqlalchemy import Engine, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.tables import outbox, telegram_files

_THIS = (
    (telegram_files.c.bot_id == bindparam("bot"))
    & (telegram_files.c.sha256 == bindparam("sha"))
    & (telegram_files.c.name == bindparam("title"))
)
_RECALL = select(telegram_files.c.file_id).where(_THIS)
_FORGET = delete(telegram_files).where(_THIS)
_REACHED = select(outbox.c.arrived).where(outbox.c.id == bindparam("row"))
_ARRIVED = update(outbox).where(outbox.c.id == bindparam("row")).values(arrived=bindparam("count"))


class TelegramFiles:
    """A file that Telegram holds is sent again by its id, which is valid for one bot only."""

    def __init__(self, engine: Engine, bot_id: int) -> None:
        self._engine, self._bot = engine, bot_id

    def recall(self, sha256: str, name: str) -> str | None:
        with self._engine.begin() as db:
            found = db.execute(_RECALL, {"bot": self._bot, "sha": sha256, "title": name}).scalar()
        return None if found is None else str(found)

    def remember(self, sha256: str, name: str, file_id: str) -> None:
        made = insert(telegram_files).values(bot_id=self._bot, sha256=sha256, name=name, file_id=file_id)
        kept = made.on_conflict_do_update(
            index_elements=["bot_id", "sha256", "name"], set_={"file_id": made.excluded.file_id}
        )
        with self._engine.begin() as db:
            db.execute(kept)

    def forget(self, sha256: str, name: str) -> None:
        with self._engine.begin() as db:
            db.execute(_FORGET, {"bot": self._bot, "sha": sha256, "title": name})


class TelegramSteps:
    """How many messages of one outbox row have arrived: one cut off by a crash goes on from there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reached(self, outbox_id: int) -> int:
        with self._engine.begin() as db:
            return int(db.execute(_REACHED, {"row": outbox_id}).scalar() or 0)

    def arrived(self, outbox_id: int, count: int) -> None:
        with self._engine.begin() as db:
            db.execute(_ARRIVED, {"row": outbox_id, "count": count})
