"""The transcripts again, on PostgreSQL: the same words to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from test_talks import TALKS

from town import Town


@pytest.fixture
def on_postgresql(postgresql: Engine) -> str:
    """One database for all of them, emptied by making it anew from the model."""
    with postgresql.connect() as db:
        db.execute(text("DROP DATABASE IF EXISTS talks WITH (FORCE)"))
        db.execute(text("CREATE DATABASE talks TEMPLATE model"))
    return postgresql.url.set(database="talks").render_as_string(hide_password=False)


@pytest.mark.parametrize("talk", TALKS, ids=lambda path: path.stem)
def test_talk_on_postgresql(talk: Path, on_postgresql: str) -> None:
    town = Town(on_postgresql)
    try:
        said = talk.read_text("utf-8")
        assert town.play(said) == said
    finally:
        town.close()
