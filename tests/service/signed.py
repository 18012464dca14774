"""One quote of the company, with a PDF, signed through the running service."""

from __future__ import annotations

from pathlib import Path

import typst

from bot.demo.letters import Letter
from service.outside import Outside
from service.records import CAMILLE, atelier

NUMBER = "D-2026-0044"
QUOTE = typst.compile(f"#set document(date: none)\n= Devis {NUMBER}\nVerrière, 4 800,00 €".encode())


async def to_be_signed(folder: Path) -> Outside:
    (folder / "quote.pdf").write_bytes(QUOTE)
    data = atelier()
    for document in data["documents"]:
        if document["number"] == NUMBER:
            document["file"] = "quote.pdf"
    made = Outside(folder)
    await made.start(data)
    return made


async def sign(outside: Outside) -> Letter:
    """By e-mail, to the last answer."""
    boxes = await outside.open_mail(CAMILLE, f"SIGNER {NUMBER}")
    [ticked] = await outside.mail(CAMILLE, "1 2 3", answers=boxes)
    [code] = await outside.mail(CAMILLE, "VALIDER", answers=ticked)
    await outside.mail(CAMILLE, outside.code(CAMILLE), answers=code)
    await outside.sealed()
    return next(letter for letter in outside.box(CAMILLE) if "signé le" in letter.text)


def files(letter: Letter) -> dict[str, bytes]:
    return {one.name: one.data for one in letter.attachments}


def titled(outside: Outside, address: str, subject: str) -> list[Letter]:
    return [letter for letter in outside.box(address) if letter.subject == subject]
