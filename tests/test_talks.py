"""Every tests/talks/*.txt is played; what the desk answers must be what the file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from town import Town

TALKS = sorted(Path(__file__).with_name("talks").glob("*.txt"))


@pytest.mark.parametrize("talk", TALKS, ids=lambda path: path.stem)
def test_talk(talk: Path, town: Town, request: pytest.FixtureRequest) -> None:
    said = talk.read_text("utf-8")
    played = town.play(said)
    if request.config.getoption("--write-talks"):
        talk.write_text(played, "utf-8")
        return
    assert played == said


def test_there_are_talks() -> None:
    assert len(TALKS) > 20
