import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, delete, inspect, null, text, update
from sqlalchemy.exc import DBAPIError
from storage_seed import NOW, House

from storage import migrate
from storage import tables as t
from storage.engine import connect


def test_up_down_up_and_equal_to_the_tables(engine: Engine) -> None:
    assert migrate.current(engine) == "0011"
    migrate.downgrade(engine)
    assert migrate.current(engine) is None
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(engine)
    with engine.begin() as db:
        command.check(migrate.config(db))


def test_an_upgrade_of_a_new_installation_makes_its_folder(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/data/deep/facteur.db")
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    assert migrate.current(engine) == "0011"
    engine.dispose()


def test_the_newest_version_is_known_without_alembic(engine: Engine) -> None:
    with engine.connect() as db:
        assert migrate.newest() == ScriptDirectory.from_config(migrate.config(db)).get_current_head()
    asks = "import sys; from storage import engine, migrate; migrate.upgrade(engine.connect(sys.argv[1]))"
    asks += "; assert 'alembic' not in sys.modules"
    url = engine.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", asks, url], check=True)


def test_two_processes_that_start_at_once_take_turns(engine: Engine, url: str) -> None:
    migrate.downgrade(engine)
    failed: list[Exception] = []

    def start() -> None:
        mine = connect(url)
        try:
            migrate.upgrade(mine)
        except Exception as error:
            failed.append(error)
        mine.dispose()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert migrate.current(engine) == "0011"


def test_sqlite_is_durable_and_checks_references(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/facteur.db")
    with engine.connect() as db:
        pragmas = {
            name: db.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")
        }
        pragmas["foreign_keys"] = db.execute(text("PRAGMA foreign_keys")).scalar()
        assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine.dispose()


@pytest.fixture
def written(house: House) -> House:
    with house.open() as work:
        work.audit.write(house.atelier, "signed", "anne", NOW, payload={"ip": "192.0.2.1"})
    return house


@pytest.mark.parametrize("column", ["kind", "actor", "hash", "at", "seq"])
def test_an_entry_of_the_ledger_does_not_change(written: House, column: str) -> None:
    value = {"at": NOW.replace(year=2020), "seq": 9}.get(column, "other")
    with pytest.raises(DBAPIError, match="append only"), written.engine.begin() as db:
        db.execute(update(t.ledger).values({column: value}))


def test_an_entry_of_the_ledger_is_not_deleted(written: House) -> None:
    with pytest.raises(DBAPIError, match="append only"), written.engine.begin() as db:
        db.execute(delete(t.ledger))


def test_a_payload_is_erased_but_not_replaced(written: House) -> None:
    with pytest.raises(DBAPIError, match="append only"), written.engine.begin() as db:
        db.execute(update(t.ledger).values(payload={"ip": "198.51.100.1"}))
    with written.engine.begin() as db:
        db.execute(update(t.ledger).values(payload=null(), salt=None))
