"""The whole service from outside: an announcement on both channels, answered, reported; a chat that blocks the bot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.outside import Outside, shown
from service.records import CAMILLE, PDF, invoice

pytestmark = pytest.mark.asyncio(loop_scope="session")
AT = ("--company", "atelier")


async def broadcast(outside: Outside, *more: str) -> dict[str, Any]:
    """Sent; what is reported of it once nothing waits."""
    told = json.loads(await outside.run("broadcast", *more, *AT, "--yes", "--json"))
    await outside.settled()
    found: dict[str, Any] = json.loads(await outside.run("broadcast", "show", str(told["id"]), *AT, "--json"))
    return found


async def test_a_document_is_announced_answered_and_reported(outside: Outside) -> None:
    await outside.run("company", "set", "atelier", "--quiet", "", "--sundays")
    person = outside.person()
    await outside.open_chat(person)
    found = await broadcast(outside, "--numbers", "F-2026-0001")
    assert (found["recipients"], found["sent"], found["blocked"]) == (2, 2, 0)
    letter = outside.box(CAMILLE)[0]
    assert letter.subject == "Facture F-2026-0001"
    assert [one.data for one in letter.attachments] == [PDF]
    assert "Pour payer, répondez PAYER F-2026-0001." in letter.text
    assert shown(person.last.body).startswith("Atelier Exemple vous envoie la facture F-2026-0001")
    assert outside.api.state.files[person.last.body["document"]["file_id"]].data == PDF

    [asked] = await outside.mail(CAMILLE, "PAYER F-2026-0001", answers=letter)
    [answer] = await outside.mail(CAMILLE, outside.code(CAMILLE), answers=asked)
    assert "F-2026-0001" in answer.text
    again = await outside.run("broadcast", "--numbers", "F-2026-0001", *AT, "--yes")
    assert "2 before, not again" in again

    person.block()
    (outside.folder / "text.txt").write_text("Fermeture\nNous fermons lundi.\n", "utf-8")
    told = await broadcast(
        outside, "message", "--text-fr", str(outside.folder / "text.txt"), "--clients", "C0042"
    )
    assert (told["recipients"], told["sent"], told["blocked"]) == (2, 1, 1)
    assert "Nous fermons lundi." in outside.box(CAMILLE)[0].text


async def test_an_import_announces_what_it_brings(outside: Outside) -> None:
    await outside.run("company", "set", "atelier", "--quiet", "", "--sundays", "--auto-broadcast")
    new = invoice("F-2026-0777", "C0043", "2026-11-20", 4200) | {"file": "a.pdf"}
    path = Path(outside.folder) / "new.json"
    path.write_text(json.dumps({"schema": "facteur/1", "documents": [new]}), "utf-8")
    before = len(outside.box("bob@harbour.example"))
    await outside.run("import", str(path), *AT)
    await outside.run("company", "set", "atelier", "--no-auto-broadcast")
    while len(outside.box("bob@harbour.example")) == before:  # the time limit of the test ends it
        await outside.settled()
    letter = outside.box("bob@harbour.example")[0]
    assert letter.subject == "Invoice F-2026-0777"
    assert [one.data for one in letter.attachments] == [PDF]
