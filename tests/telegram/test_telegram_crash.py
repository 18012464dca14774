"""A reply of several messages, cut off by a crash: only the rest is sent."""

from __future__ import annotations

import pytest

from handlers.core.ports import Undeliverable
from handlers.core.turn import Document, Reply
from storage.telegram import TelegramFiles, TelegramSteps


async def test_after_a_crash_only_the_rest_is_sent(line, api, town):
    camille = api.user()
    camille.send("bonjour")
    papers = [Document(f"{n}.pdf", line.file(b"%PDF" + bytes([n]))) for n in range(3)]
    reply = Reply("Lisez tout.").attach(*papers)
    with town.open() as work:
        company = work.companies.by_id(1)
        row = work.outbox.put(company, "telegram", "4242", reply, town.now, dedup="telegram:1:1")

    def another_process() -> None:
        """It knows only what is stored."""
        line.steps, line.shelf = TelegramSteps(town.engine), TelegramFiles(town.engine, line.bot.id)
        line.carrier = line.new_carrier()

    another_process()
    api.fail("sendMessage", 502, "Bad Gateway")
    with pytest.raises(Undeliverable):
        await line.deliver(reply, row)
    another_process()
    await line.deliver(reply, row)
    sent = [one.document["file_name"] if one.document else one.text for one in camille.answers]
    assert sent == ["0.pdf", "1.pdf", "2.pdf", "Lisez tout."]
