"""What happened with a client, as the portal records it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert

from handlers.rules.paper import Client
from storage import search
from storage import tables as t
from storage.shelf import Shelf

RECORD = insert(t.interactions)


class SqlInteractions(Shelf):
    def record(self, client: Client, type: str, text: str, at: datetime, channel: str) -> None:
        self._run(
            RECORD,
            company_id=client.company_id,
            client_id=client.id,
            type=type,
            at=at,
            text=text,
            channel=channel,
            source="portal",
            search=search.kept(text),
        )
