"""Who wrote a mail, by its From: one plain address or nobody. Pure.

Parsers disagree about odd From headers, so that a mail may pass a relay's checks as one person and be read as another.
Hence a small strict grammar: exactly one From, one mailbox, no group, no route, no quoted local part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.rules.address import BadAddress, normal

ADDRESS = r"[^\s\"<>@,;:()\\\[\]]{1,64}@[^\s\"<>@,;:()\\\[\]]{1,250}"
MAILBOX = re.compile(
    rf"""[ \t]*(?:
        (?:"(?:[^"\\]|\\.)*"|[^"<>@,;:()\\\[\]])* <[ \t]*(?P<angle>{ADDRESS})[ \t]*>
      | (?P<twice>{ADDRESS})[ \t]* <(?P=twice)>  # the address as its own name, unquoted: no parser can differ
      | (?P<bare>{ADDRESS})
    )[ \t]*""",
    re.X,
)
QUOTED_OR_PARENTHESIS = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[()]')
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
NOT_TEXT = "\N{REPLACEMENT CHARACTER}"  # bytes that are no UTF-8: fine in a name, never in an address
LONGEST = 4096
DEEPEST_COMMENT = 10


@dataclass(frozen=True)
class Author:
    """`address` normalised, or None with the reason."""

    address: str | None
    reason: str = ""


def author(from_values: Sequence[str]) -> Author:
    """Takes every From value of the mail, raw (surrogates for bytes that are not ASCII)."""
    if len(from_values) != 1:
        return Author(None, "two_from" if from_values else "no_from")
    value = from_values[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    address = _only_address(value)
    return Author(address) if address else Author(None, "bad_from")


def _only_address(value: str) -> str | None:
    if len(value) > LONGEST or CONTROL.search(value):
        return None
    match = MAILBOX.fullmatch(_without_comments(value) or "")
    if match is None:
        return None
    found = match["angle"] or match["twice"] or match["bare"]
    if found.endswith(".") or "=?" in found or NOT_TEXT in found:
        return None
    try:
        return normal(found)
    except BadAddress:
        return None


def _without_comments(value: str) -> str | None:
    """Comments become a space; None where parentheses do not match or nest too deep."""
    kept: list[str] = []
    depth = at = 0
    for token in QUOTED_OR_PARENTHESIS.finditer(value):
        mark = token[0]
        if mark == "(":
            if depth == 0:
                kept.append(value[at : token.start()] + " ")
            depth += 1
        elif mark == ")":
            depth -= 1
            at = token.end()
        if not 0 <= depth <= DEEPEST_COMMENT:
            return None
    return None if depth else "".join(kept) + value[at:]
