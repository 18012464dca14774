"""docs/mail-tests.md names a test for each attack by e-mail, or says why none applies; each named test exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "mail-tests.md").read_text("utf-8")
LINE = re.compile(r"^\| M(\d+) \| .+? \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def functions(file: str) -> Iterator[str]:
    """The tests that the files of this name define, at the top or in a class."""
    for path in TESTS.rglob(file):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name


def test_each_attack_stands_there_once_in_order() -> None:
    assert [int(number) for number, _ in LINE.findall(PAGE)] == list(range(1, 86))


def test_each_has_a_test_or_a_reason() -> None:
    for number, shown in LINE.findall(PAGE):
        named = NAMED.sub("", shown).strip()
        assert bool(NAMED.search(shown)) is not named.startswith("does not apply: "), f"M{number}"


def test_each_named_test_exists() -> None:
    named = set(NAMED.findall(PAGE))
    known = {file: set(functions(file)) for file, _ in named}
    assert sorted(f"{file}::{test}" for file, test in named if test not in known[file]) == []
