"""On SQLite the writers of one process wait in line: none sleeps while the file lies free."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from storage.engine import connect, reading


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "line.db"


@pytest.fixture
def lined(file: Path) -> Iterator[Engine]:
    made = connect(f"sqlite:///{file}")
    with made.begin() as db:
        db.execute(text("CREATE TABLE said (who INTEGER)"))
    yield made
    made.dispose()


def said(engine: Engine) -> list[int]:
    with reading(engine) as db:
        return list(db.execute(text("SELECT who FROM said ORDER BY rowid")).scalars())


def write(engine: Engine, who: int) -> None:
    with engine.begin() as db:
        db.execute(text("INSERT INTO said VALUES (:who)"), {"who": who})


def test_a_writer_waits_for_the_one_before_and_a_reader_does_not(lined: Engine) -> None:
    second = threading.Thread(target=write, args=(lined, 2))
    with lined.begin() as first:
        first.execute(text("INSERT INTO said VALUES (1)"))
        second.start()
        assert said(lined) == []
        second.join(0.05)
        assert second.is_alive()
    second.join(5)
    assert said(lined) == [1, 2]


def test_what_fails_lets_the_next_one_write(lined: Engine) -> None:
    with pytest.raises(OperationalError), lined.begin() as db:
        db.execute(text("INSERT INTO nowhere VALUES (1)"))
    write(lined, 3)
    with lined.connect() as kept:
        for who in (4, 5):  # one connection, one transaction after the other
            with kept.begin():
                kept.execute(text("INSERT INTO said VALUES (:who)"), {"who": who})
            write(lined, who * 10)
    assert said(lined) == [3, 4, 40, 5, 50]


def test_a_connection_that_is_thrown_away_leaves_the_line(lined: Engine) -> None:
    db = lined.connect()
    db.begin()
    db.invalidate()
    db.close()
    write(lined, 1)
    assert said(lined) == [1]


def test_a_lock_of_another_process_is_said_by_sqlite_and_holds_up_no_line(lined: Engine, file: Path) -> None:
    ours = connect(f"sqlite:///{file}")
    event.listen(ours, "connect", lambda db, _: db.execute("PRAGMA busy_timeout=20"))
    with lined.begin(), pytest.raises(OperationalError, match="locked"):
        write(ours, 1)
    write(ours, 2)
    assert said(lined) == [2]
    ours.dispose()
