"""Long patterns, written over several lines: each ends after a "|" and is joined to the next without a gap."""

from __future__ import annotations

import re


def joined(lines: str, **parts: str) -> str:
    """One pattern; "<NAME>" stands for the part so named."""
    text = "".join(line.strip() for line in lines.splitlines())
    for name, part in parts.items():
        text = text.replace(f"<{name}>", joined(part))
    return text


def pattern(lines: str, **parts: str) -> re.Pattern[str]:
    return re.compile(joined(lines, **parts))


def any_of(lines: str, **parts: str) -> re.Pattern[str]:
    """Any of these as whole words, in folded text (rules/text.py)."""
    return re.compile(rf"\b(?:{joined(lines, **parts)})(?![a-z0-9])")
