"""docs/coverage.md claims nothing that is not there: transcripts speak that language on that channel, tests exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COLUMNS = ("row", "promise", "fr, e-mail", "fr, Telegram", "en, e-mail", "en, Telegram", "tests")
CELLS = [(2, "fr", "email"), (3, "fr", "telegram"), (4, "en", "email"), (5, "en", "telegram")]
NOT_YET, NOT_HERE = "not yet", "-"  # missing; nothing to show on this channel
SIGNING = ("S31", "S32", "S33", "S38", "S39", "S42", "S43", "S44", "S45", "S50", "S51")
PAYING = [f"S{nth}" for nth in range(52, 60)]
BEYOND = (
    "N1",
    "N2",
    "N3",
    "N4",
    "N6",
    "N7",
    "N9",
    "N11",
    "N12",
    "N14",
    "N16",
    "N17",
    "N18",
    "N20",
    "N23",
    "N25",
    "N28",
    "N29",
    "N31",
)
SENDING = ("B1", "B2", "B3", "B4")
PROMISED = [*(f"S{nth}" for nth in range(1, 31)), *SIGNING, *PAYING, *SENDING, *BEYOND]


def table() -> list[list[str]]:
    text = (ROOT / "docs/coverage.md").read_text("utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
    ]
    assert tuple(rows[0]) == COLUMNS
    return rows[2:]


ROWS = table()


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_no_row_is_missing_and_none_is_invented() -> None:
    assert [row[0] for row in ROWS] == PROMISED


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_each_transcript_is_there(row: list[str]) -> None:
    for column, language, channel in CELLS:
        cell = row[column]
        talks = named(cell)
        assert talks or cell in (NOT_YET, NOT_HERE), f"{COLUMNS[column]}: {cell!r}"
        for talk in talks:
            assert talk.endswith(f"_{language}"), f"{talk} is not in {language}"
            played = (ROOT / f"tests/talks/{talk}.txt").read_text("utf-8")
            assert re.search(rf"^> {channel} ", played, re.MULTILINE), f"{talk} has nothing by {channel}"


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_each_test_is_there(row: list[str]) -> None:
    tests = named(row[-1])
    assert tests or row[-1] == NOT_YET
    for test in tests:
        file, _, function = test.partition("::")
        assert function in functions(ROOT / "tests" / file), test


def functions(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
