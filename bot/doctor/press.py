"""Run in the child process: does it load what prints and seals?"""

from __future__ import annotations

import bot.paper.seal_press  # noqa: F401 -- pyHanko and pypdf, with it
from bot.paper import sheets


def tried() -> int:
    """Bytes of a small page."""
    data = {"qr": "facteur", "lines": ["facteur doctor"], "date": "2026-11-24", "language": "en"}
    return len(sheets.band(data))
