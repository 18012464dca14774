"""What the door itself does with a costly mail, in the process that serves everybody."""

from __future__ import annotations

import time

import pytest
from costly import COSTLY

from mail_gateway.threshold import Refused, admitted

SECONDS = 0.5  # of CPU, for 10 MB at most


@pytest.mark.parametrize("kind", COSTLY)
def test_the_door_looks_at_no_mail_for_long(kind: str) -> None:
    before, refused = time.process_time(), False
    try:
        admitted(COSTLY[kind][0], "a@b.example")
    except Refused:
        refused = True
    assert time.process_time() - before < SECONDS
    assert refused is (kind in ("50,000 headers", "a From of 120 KB", "20 KB of quotes in To"))
