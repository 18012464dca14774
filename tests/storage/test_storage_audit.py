import threading

import pytest
from sqlalchemy import delete, insert, null, select, text, update
from storage_seed import NOW, House
from test_storage_plans import watched

from storage import audit, chain
from storage import tables as t


def write(house: House, count: int = 3) -> None:
    for number in range(count):
        with house.open() as work:
            work.audit.write(
                house.atelier,
                "read",
                "sam@x.example",
                NOW,
                f"F-{number}",
                "accountant",
                {"é": [number, None]},
            )


def free(house: House) -> None:
    """What a person with the database's keys can do: take the guard away."""
    with house.engine.begin() as db:
        names = ["ledger_update", "ledger_delete"]
        on = " ON ledger" if house.engine.dialect.name == "postgresql" else ""
        for name in names:
            db.execute(text(f"DROP TRIGGER {name}{on}"))


def fault(house: House) -> chain.Fault | None:
    with house.engine.connect() as db:
        return audit.check(db, house.atelier.id)


def test_a_slice_is_read_in_parts(house: House) -> None:
    with house.engine.begin() as db:
        assert audit.last(db, house.atelier.id) == 0
        for _ in range(1_203):
            audit.append(db, house.atelier.id, "read", "operator", NOW)
        assert audit.last(db, house.atelier.id) == 1_203
        assert [entry.seq for entry in audit.entries(db, house.atelier.id, 1_200)] == [1_201, 1_202, 1_203]
        assert list(audit.entries(db, house.atelier.id, 1_203)) == []
    with watched(house.engine) as asked, house.engine.begin() as db:
        first = next(audit.entries(db, house.atelier.id))
        assert (first.seq, len(asked)) == (1, 1)
        assert [entry.seq for entry in audit.entries(db, house.atelier.id)] == list(range(1, 1_204))
    assert len(asked) == 1 + 4
    assert fault(house) is None


def test_a_chain_a_company(house: House) -> None:
    write(house)
    with house.open() as work:
        work.audit.write(house.other, "read", "me", NOW)
    with house.engine.connect() as db:
        mine, theirs = (list(audit.entries(db, company.id)) for company in (house.atelier, house.other))
    assert [entry.seq for entry in mine] == [1, 2, 3]
    assert [entry.prev_hash for entry in mine] == [chain.GENESIS, mine[0].hash, mine[1].hash]
    assert [(entry.seq, entry.payload) for entry in theirs] == [(1, None)]
    assert mine[0].payload == {"é": [0, None]}
    assert fault(house) is None


def test_the_hash_is_the_documented_one() -> None:
    """Recomputed with sha256sum: a change of the form breaks every kept chain."""
    payload = chain.payload_hash("00" * 16, {"b": 1, "a": "é"})
    assert payload == "c4dfad6d90277f53eadab89452e082613f2d4f30d3d26901b0e0ff163d649ef4"
    made = chain.entry_hash(chain.GENESIS, 1, NOW, "login", "anne", None, "C-1", payload)
    assert made == "6b145b1cbadb76a4d2ad550f5e370de0a55eef876e828a54395eae15005dafa4"


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"actor": "nobody"}, "hash"),
        ({"payload": {"é": [7, None]}}, "payload"),
        ({"payload_hash": "0" * 64}, "payload"),
        ({"prev_hash": "1" * 64}, "chain"),
        ({"seq": 9}, "missing"),
        ({"hash": "2" * 64}, "hash"),
    ],
)
def test_what_was_altered_is_found(house: House, values: dict[str, object], what: str) -> None:
    write(house)
    free(house)
    with house.engine.begin() as db:
        db.execute(update(t.ledger).where(t.ledger.c.seq == 2).values(values))
    found = fault(house)
    assert found == chain.Fault(2, what)


def test_what_was_taken_out_is_found(house: House) -> None:
    write(house)
    free(house)
    with house.engine.begin() as db:
        db.execute(delete(t.ledger).where(t.ledger.c.seq == 2))
    assert fault(house) == chain.Fault(2, "missing")


def test_an_erased_payload_leaves_the_chain_whole(house: House) -> None:
    write(house)
    with house.engine.begin() as db:
        db.execute(update(t.ledger).where(t.ledger.c.seq == 2).values(payload=null(), salt=None))
    assert fault(house) is None


def test_two_that_write_at_once_make_one_chain(house: House) -> None:
    threads = [threading.Thread(target=write, args=(house, 10)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fault(house) is None
    with house.engine.connect() as db:
        assert db.execute(select(t.ledger.c.seq).order_by(t.ledger.c.seq)).scalars().all() == list(
            range(1, 31)
        )


def test_a_writer_does_not_stop_rows_of_its_company(house: House) -> None:
    """On PostgreSQL the chain's lock leaves room for new rows that point at the company."""
    if house.engine.dialect.name == "sqlite":
        write(house, 1)  # one writer at all: nothing to show
        return
    with house.open() as work, house.engine.begin() as db:
        work.audit.write(house.atelier, "read", "me", NOW)
        db.execute(text("SET LOCAL lock_timeout = '2s'"))
        row = {
            "company_id": house.atelier.id,
            "sha256": "c" * 64,
            "size": 1,
            "media_type": "x",
            "stored_at": NOW,
        }
        db.execute(insert(t.files).values(**row))
