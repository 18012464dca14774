"""Run in the child process: does it load what prints and seals?"""

from __future__ import annotations

from datetime import datetime

from bot.paper import seal_press, sheets  # pyHanko and pypdf, with the first
from bot.paper.keys import Keys
from bot.paper.lasting import Tsa

PAGE = {"qr": "facteur", "lines": ["facteur doctor"], "date": "2026-11-24", "language": "en"}


def tried() -> int:
    """Bytes of a small page."""
    return len(sheets.band(PAGE))


def reached(keys: Keys, tsa_url: str, at: datetime) -> tuple[str, str]:
    """The level of a seal on it, and the name of the authority."""
    made = seal_press.plain(sheets.band(PAGE), "Facteur", "facteur doctor", keys, Tsa(tsa_url), at)
    return made.level, made.tsa
