"""A full conversation on both channels, played through the same doors as the page's, and printed as it happens."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.demo.letters import Attachment, Letter
from bot.demo.script import MEMBER, SCRIPTS, Script
from bot.demo.stage import Stage, stage
from bot.demo.visitor import Silence, Visitor, received, title, until

START = datetime(2026, 11, 24, 14, 0, tzinfo=ZoneInfo("Europe/Paris"))  # the same words at each run


async def play(language: str) -> int:
    """The exit code: 0, or 1 when an answer did not come."""
    script = SCRIPTS[language]
    with tempfile.TemporaryDirectory(prefix="facteur-tour-") as folder:
        async with stage(Path(folder), START) as made:
            by_id = {one.id: one for one in made.clients}
            client = Visitor(made, by_id[script.client])
            member = Visitor(made, replace(by_id[MEMBER], language=language))
            try:
                await _played(made, script, client, member)
            except Silence as silence:
                print(silence, file=sys.stderr)
                return 1
    return 0


async def _played(made: Stage, script: Script, client: Visitor, member: Visitor) -> None:
    titles = iter(script.titles)
    title(next(titles))
    await client.by_mail(*script.mail)
    title(next(titles))
    await client.on_telegram(*script.chat)
    title(next(titles))
    received(signed := await client.letter(_signed))
    title(next(titles))
    await client.send(script.check[0], *_copies(signed.attachments[0], script.check[1]))
    title(next(titles))
    await member.on_telegram(*script.team)
    title(next(titles))
    for letter in await until(lambda: _received(made)):
        received(letter)


def _signed(letter: Letter) -> bool:
    """The mail that brings the signed quote and its proof file; it answers nothing."""
    return len(letter.attachments) == 2 and "_sign" in letter.attachments[0].name


def _copies(signed: Attachment, name: str) -> tuple[Attachment, Attachment]:
    """As it was received, and with one bit of it changed."""
    middle, data = len(signed.data) // 2, bytearray(signed.data)
    data[middle] ^= 1
    return signed, Attachment(name, signed.media_type, bytes(data))


def _received(made: Stage) -> list[Letter] | None:
    """What the company has in its mailbox, once the signed quote is there: that comes last."""
    letters = [one for one in reversed(made.mailboxes.letters(made.firm.email)) if not one.sent]
    return sorted(letters, key=_signed) if any(_signed(one) for one in letters) else None
