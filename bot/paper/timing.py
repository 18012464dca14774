"""A seal of the highest level that its time-stamping authority lets it reach; runs in the child process (child.py)."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from pyhanko.pdf_utils.reader import PdfFileReader

from bot.paper import pades, revocation
from bot.paper.keys import Keys
from bot.paper.lasting import Lasting, Tsa
from bot.paper.sealing import Sealed
from bot.paper.validation import examine
from bot.paper.validation_data import token_of

LASTING_SECONDS = 3.0  # for all that a B-LT seal needs beside its token

Pressed = Callable[[pades.Timing | None], Sealed]


def timed(pressed: Pressed, keys: Keys, tsa: Tsa, at: datetime) -> Sealed:
    """Without an authority, or when it was late, silent or wrong, the time is the server's: our own clock never stands
    in for a token. All that is asked of servers takes TSA_SECONDS at most."""
    if not tsa.url:
        return pressed(None)
    one = _Try(pressed, keys, tsa.url, time.monotonic() + pades.TSA_SECONDS)
    known = tsa.known if tsa.known and at < tsa.known.until else None
    made = (one(known) if known else None) or one(None)
    if made is None:
        return pressed(None)
    vain = tsa.known is not None and not tsa.known and at < tsa.known.until
    if made.level == "B-LT" or vain or not keys.crl:
        return made
    return _lasting(made, one, at)


def _lasting(made: Sealed, one: _Try, at: datetime) -> Sealed:
    """Sealed once more, with what its own token tells to ask for."""
    (seal,) = PdfFileReader(io.BytesIO(made.data), strict=False).embedded_regular_signatures
    token = token_of(seal)
    assert token is not None, "it was examined"
    learnt = revocation.learnt(token, one.url, at, min(LASTING_SECONDS, one.left()))
    again = one(learnt) if learnt else None
    if again is not None and again.level == "B-LT":
        return replace(again, known=learnt)
    return replace(made, known=revocation.nothing(at))


class _Try:
    """Of a seal with a token, within the time that is left."""

    def __init__(self, pressed: Pressed, keys: Keys, url: str, until: float) -> None:
        self.pressed, self.keys, self.url, self.until = pressed, keys, url, until

    def left(self) -> float:
        return max(0.0, self.until - time.monotonic())

    def __call__(self, lasting: Lasting | None) -> Sealed | None:
        if not self.left():
            return None
        try:
            made = self.pressed(pades.Timing(self.url, self.left(), lasting))
        except Exception:  # an answer that is not a token raises what it likes
            return None
        found = examine(made.data, (self.keys.root,))
        if found.time != "tsa":
            return None
        return replace(made, level=found.level, time="tsa", tsa=found.tsa)
