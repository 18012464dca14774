"""Transcripts again, on PostgreSQL: the same words to the letter.

Those that decide and pay, and those of the team, whose statements lock rows and search; of the others one in eight:
what each statement does is tested on both databases beside this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_talks import TALKS

from databases import Databases
from town import Town

LOCKING = ("sign_", "refuse_", "withdraw_", "team_", "pay_")
HERE = [talk for nth, talk in enumerate(TALKS) if nth % 8 == 0 or talk.stem.startswith(LOCKING)]


@pytest.fixture
def on_postgresql(postgresql: Databases) -> Iterator[str]:
    with postgresql.lent() as url:
        yield url


@pytest.mark.parametrize("talk", HERE, ids=lambda path: path.stem)
def test_talk_on_postgresql(talk: Path, on_postgresql: str) -> None:
    town = Town(on_postgresql)
    try:
        said = talk.read_text("utf-8")
        assert town.play(said) == said
    finally:
        town.close()
