"""A ruling: what a text is for sure; a rule: the words that say so, and those beside which they do not."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Ruling:
    intent: str
    topic: str = ""
    sure: float = 0.9


@dataclass(frozen=True)
class Rule:
    ruling: Ruling
    says: re.Pattern[str]
    but: re.Pattern[str] | None = None  # not where this is said too

    def holds(self, folded: str) -> bool:
        return bool(self.says.search(folded)) and not (self.but and self.but.search(folded))
