"""What the Telegram channel remembers, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from handlers.core.turn import Reply
from storage.telegram import TelegramFiles, TelegramSteps

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


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


def test_how_far_a_reply_got_outlives_the_process(house):
    with house.open() as work:
        row = work.outbox.put(
            house.atelier, "telegram", "4242", Reply("Lisez tout."), NOW, dedup="telegram:1:1"
        )
    assert TelegramSteps(house.engine).reached(row) == 0
    TelegramSteps(house.engine).arrived(row, 2)
    assert TelegramSteps(house.engine).reached(row) == 2
    assert TelegramSteps(house.engine).reached(row + 1000) == 0
