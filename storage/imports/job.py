"""One import of one company, inside one transaction: what every section of the writer shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError

from storage import tables as t
from storage.imports.intake import Intake, Kept, in_parts
from storage.imports.report import Outcome, Report, RowError
from storage.imports.shapes import Row


@dataclass
class Done:
    """What became of one row."""

    outcome: Outcome
    message: str = ""
    id: int | None = None


@dataclass
class Job:
    db: Connection
    company: RowMapping
    source: str
    files: Intake
    now: datetime
    report: Report
    step: Callable[[], None] = lambda: None
    clients: dict[str, RowMapping] = field(default_factory=dict)  # by ref: those the batch names
    touched: set[int] = field(default_factory=set)  # documents whose sums moved
    told: set[int] = field(default_factory=set)  # clients of whom the batch says something

    @property
    def company_id(self) -> int:
        id: int = self.company["id"]
        return id

    def row(self, kind: str, ref: str, row: Row, work: Callable[[], Done]) -> Done | None:
        """One row, all of it or nothing of it: what goes wrong is reported and undone, and the others go on."""
        try:
            with self.db.begin_nested():
                done = work()
        except RowError as error:
            self.report.add(kind, ref, "error", str(error))
            return None
        except (DataError, IntegrityError) as error:
            self.report.add(kind, ref, "error", f"the database refuses it: {type(error.orig).__name__}")
            return None
        finally:
            self.step()
        message = "; ".join(part for part in (done.message, row.warning()) if part)
        self.report.add(kind, ref, done.outcome, message, done.id)
        return done

    def touch(self, *documents: int | None) -> None:
        """Their sums are reckoned again at the end."""
        self.touched.update(id for id in documents if id is not None)

    def client(self, ref: str) -> RowMapping:
        if ref not in self.clients:
            raise RowError(f"client {ref!r} is unknown")
        return self.clients[ref]

    def instant(self, at: datetime | None) -> datetime | None:
        """A moment without a zone is one of the company's own clock."""
        return at.replace(tzinfo=ZoneInfo(self.company["timezone"])) if at and at.tzinfo is None else at

    def keep_file(self, name: str) -> Kept:
        """The file of this name, with a row of its own. Raises RowError when it could not be read."""
        kept = self.files[name]
        if isinstance(kept, RowError):
            raise kept
        known = select(t.files.c.id).where(
            t.files.c.company_id == self.company_id, t.files.c.sha256 == kept.sha256
        )
        if self.db.execute(known).first() is None:
            values = {"sha256": kept.sha256, "size": kept.size, "media_type": kept.media_type}
            self.add(t.files, stored_at=self.now, **values)
        return kept

    def add(self, table: Table, **values: Any) -> int:
        made = self.db.execute(insert(table).values(company_id=self.company_id, **values))
        assert made.inserted_primary_key is not None
        id: int = made.inserted_primary_key[0]
        return id

    def change(self, table: Table, id: int, values: dict[str, Any]) -> None:
        self.db.execute(update(table).where(table.c.id == id).values(**values))

    def of_company(self, table: Table, *more: ColumnElement[bool]) -> list[RowMapping]:
        mine = select(table).where(table.c.company_id == self.company_id, *more)
        return list(self.db.execute(mine).mappings())

    def named(self, table: Table, column: str, values: Iterable[Any]) -> Iterator[RowMapping]:
        """The company's rows whose `column` is one of `values`."""
        for part in in_parts(sorted({value for value in values if value is not None})):
            yield from self.of_company(table, table.c[column].in_(part))


def differences(recorded: RowMapping, wanted: dict[str, Any]) -> dict[str, Any]:
    """What is wanted and not yet so."""
    return {name: value for name, value in wanted.items() if recorded[name] != value}
