"""What an import did, row by row, in words for the operator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["created", "updated", "unchanged", "new_version", "held", "skipped", "error"]
CHANGES: tuple[Outcome, ...] = ("created", "updated", "new_version")

Progress = Callable[[int, int], None]  # rows done, rows known so far


@dataclass(frozen=True)
class RowResult:
    """One row: `ref` is the company's own id of it; `id` is ours, where the row is in the database."""

    kind: str  # company, staff, client, contact, document, payment, contract, event, interaction, file
    ref: str
    outcome: Outcome
    message: str = ""
    id: int | None = None


def shown(text: str) -> str:
    """Fit for a terminal: what came in a file does not move the cursor, nor break the output."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


@dataclass
class Report:
    rows: list[RowResult] = field(default_factory=list)
    dry_run: bool = False

    def add(self, kind: str, ref: str, outcome: Outcome, message: str = "", id: int | None = None) -> None:
        self.rows.append(RowResult(kind, shown(ref), outcome, shown(message), id))

    @property
    def counts(self) -> dict[str, int]:
        return counted(self.rows)

    @property
    def errors(self) -> list[RowResult]:
        return [row for row in self.rows if row.outcome == "error"]

    @property
    def changes(self) -> int:
        """How many rows were created or changed: 0 when the same file comes again."""
        return changes(self.counts)


def counted(rows: Iterable[RowResult]) -> dict[str, int]:
    """How many rows by what became of them."""
    return dict(Counter(row.outcome for row in rows))


def changes(counts: Mapping[str, int]) -> int:
    return sum(counts.get(outcome, 0) for outcome in CHANGES)


class RowError(Exception):
    """This row cannot be taken, and why; the others go on."""


class FileError(Exception):
    """Nothing of this file can be taken, and why; the other files go on."""
