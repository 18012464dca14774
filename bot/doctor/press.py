"""Run in the child process: does it load what prints and seals?"""

from __future__ import annotations

from datetime import datetime

from bot.paper import seal_press, sheets  # pyHanko and pypdf, with the first
from bot.paper.keys import Keys
from bot.paper.lasting import Tsa

PAGE = {
    "language": "en",
    "date": "2026-11-24",
    "company": "Facteur",
    "title": "facteur doctor",
    "subtitle": "",
    "qr": "facteur",
}
RECIPE = {"page": PAGE | {"sections": []}, "band": ["facteur doctor"]}


def tried() -> int:
    """Bytes of small pages."""
    return len(sheets.printed(RECIPE))


def reached(keys: Keys, tsa_url: str, at: datetime) -> tuple[str, str]:
    """The level of a seal on them, and the name of the authority."""
    made = seal_press.plain(sheets.printed(RECIPE), "Facteur", "facteur doctor", keys, Tsa(tsa_url), at)
    return made.level, made.tsa
