"""A time-stamping authority's token over a hash (RFC 3161), asked for in the child process."""

from __future__ import annotations

from bot.paper.child import CHILD, Child


def token(digest: bytes, url: str, child: Child = CHILD) -> bytes:
    """DER. Raises Overrun, or what was wrong with the answer: there is no other time in its place."""
    made: bytes = child.run("bot.paper.pades:token", digest, url)
    return made
