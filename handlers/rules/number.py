"""Document numbers as people type them: "f 2026 0118", "F-2026-O118", "facture n° 118"."""

from __future__ import annotations

import re
import unicodedata

NOT_IN = re.compile(r"[^0-9A-Z]")


def normal(number: str) -> str:
    """Letters and digits only, capitals, no accents: "F-2026-0118" and "f2026 0118" are the same."""
    flat = unicodedata.normalize("NFKD", number.upper())
    return NOT_IN.sub("", "".join(c for c in flat if not unicodedata.combining(c)))
