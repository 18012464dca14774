"""What is no consent and no order, in 300 wordings: decided the same with the trained ear and by rules alone."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.understanding.store import load
from handlers.core.decide import CONFIRM, decide
from handlers.core.request import MONEY, Ear, Request, State
from handlers.core.understand import understand

TODAY = date(2026, 11, 24)
TABLES = tomllib.loads((Path(__file__).parents[1] / "data" / "guards.toml").read_text("utf-8"))
MEANT = TABLES.pop("meant")
CASES = [
    pytest.param(row, language, text, id=f"{row} {language} {text[:40]!r}")
    for row, table in TABLES.items()
    for language in ("fr", "en")
    for text in table[language]
]
HARMLESS = frozenset(("greet", "no", "cancel"))  # answered with a courtesy or not at all


@cache
def ear() -> Ear:
    return load(Path(__file__).parents[2] / ".cache" / "understanding")


@pytest.fixture(params=["ear", "rules"])
def listening(request: pytest.FixtureRequest) -> Ear | None:
    return ear() if request.param == "ear" else None


def done(requests: list[Request]) -> str:
    """The intent that is acted on, or asked to be confirmed; "" for a choice, the menu, silence."""
    return requests[0].intent if decide(requests)[0] in ("act", "confirm") else ""


@pytest.mark.parametrize(("row", "language", "text"), CASES)
def test_a_labelling_decision(row: str, language: str, text: str, listening: Ear | None) -> None:
    state: State
    for state in ("", "yes_no", "code", "choice"):
        requests = understand(text, state, language, TODAY, listening)
        for one in requests:
            assert one.intent not in MONEY or decide([one])[0] == "choose", (state, one)
        assert done(requests) in {"", *TABLES[row]["label"]}, (state, requests)


def test_every_decision_has_its_wordings() -> None:
    assert all(len(table[language]) >= 6 for table in TABLES.values() for language in ("fr", "en"))


@pytest.mark.parametrize("text", TABLES["seen"]["fr"] + TABLES["seen"]["en"])
def test_an_acknowledgement_is_no_yes(text: str, listening: Ear | None) -> None:
    found = understand(text, "yes_no", "fr", TODAY, listening)
    assert all(one.intent != "yes" or one.confidence < CONFIRM for one in found)


@pytest.mark.parametrize("text", TABLES["machine"]["fr"] + TABLES["machine"]["en"])
def test_a_machine_gets_no_answer(text: str) -> None:
    assert decide(understand(text, "", "fr", TODAY, ear()))[0] == "silent"


@pytest.mark.parametrize(
    ("intent", "text"),
    [(intent, text) for intent, table in MEANT.items() for texts in table.values() for text in texts],
)
def test_what_is_meant_is_not_held(intent: str, text: str) -> None:
    assert done(understand(text, "", "fr", TODAY, ear())) == intent


def test_the_list_is_the_one_of_the_decisions() -> None:
    known: dict[str, Any] = {
        *("condition", "already_paid", "seen", "quoted", "not_a_code", "moving", "details", "ending"),
        *("new_quote", "somebody_else", "tax", "machine", "question", "refused"),
    }
    assert set(TABLES) == known
