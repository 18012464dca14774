"""An upgrade from the version before, with rows in the tables: what was recorded is found by what is new."""

from __future__ import annotations

from typing import Any

from alembic import command
from sqlalchemy import Table, insert, inspect, select
from storage_seed import NOW, House, add

from storage import migrate
from storage import tables as t

MANY = 1_100  # more than two batches


def columns(house: House, table: Table, *names: str) -> list[Any]:
    with house.engine.connect() as db:
        return list(db.execute(select(*(table.c[name] for name in names)).order_by(table.c.id)))


def old_rows(house: House) -> None:
    """As version 0002 has them: without what it does not know."""
    of = {"company_id": house.atelier.id, "client_id": house.anne.id}
    paper = {**of, "kind": "invoice", "status": "issued", "total_cents": 1}
    with house.engine.begin() as db:
        invoice = add_old(
            db, t.documents, **paper, number="F-1", number_norm="F1", label="Pose d'une Clôture"
        )
        money = {"received_on": NOW.date(), "amount_cents": 1, "created_at": NOW}
        add_old(db, t.payments, **of, **money, ref="RG-1", document_id=invoice)
        add_old(db, t.payments, **of, **money, ref="RG-2")
        add_old(db, t.contracts, **of, ref="CT-1", label="Entretien", status="active")
        add_old(db, t.events, **of, uid="e1", title="Visite", starts_at=NOW, place=None)
        talks = [
            {**of, "type": "note", "at": NOW, "text": f"Note n° {nth}", "source": "company"}
            for nth in range(MANY)
        ]
        db.execute(insert(t.interactions), talks)
        clients = [
            {"company_id": house.other.id, "ref": f"R{nth}", "name": "Œuvre", "name_norm": "?", "kind": "B2C"}
            for nth in range(MANY)
        ]
        db.execute(insert(t.clients), clients)
        for address, ended_at in (
            ("lea@x.example", None),
            ("old@x.example", NOW),
            ("anne@exemple.example", None),
        ):
            member = {"company_id": house.atelier.id, "address": address, "address_norm": address}
            add_old(db, t.staff, **member, name="x", role="sales", ended_at=ended_at)


def add_old(db: Any, table: Table, **values: Any) -> int:
    return add(db, table, **values)


def test_what_was_recorded_before_is_filled_in(house: House) -> None:
    with house.engine.begin() as db:
        db.execute(t.clients.update().where(t.clients.c.id == house.anne.id).values(siren="987654324"))
    migrate.downgrade(house.engine, "0002")
    tables = inspect(house.engine)
    assert "client_words" not in tables.get_table_names()
    assert "search" not in {column["name"] for column in tables.get_columns("documents")}
    old_rows(house)
    migrate.upgrade(house.engine)
    assert columns(house, t.documents, "search") == [("pose d une cloture f 1 f1",)]
    assert columns(house, t.payments, "search") == [("rg 1 f 1 rg1 f1",), ("rg 2 rg2",)]
    assert columns(house, t.contracts, "search") == [("entretien ct 1 ct1",)]
    assert columns(house, t.events, "search") == [("visite",)]
    assert columns(house, t.interactions, "search") == [(f"note n {nth}",) for nth in range(MANY)]
    assert set(columns(house, t.clients, "name_norm")) == {("anne",), ("bob",), ("carl",), ("oeuvre",)}
    words = columns(house, t.client_words, "company_id", "client_id", "word")
    anne = {word for _, client, word in words if client == house.anne.id}
    assert anne == {"anne", "c", "canne", "987654324", "anne@exemple.example", "exemple", "example"}
    assert sum(word == "oeuvre" for _, _, word in words) == MANY
    assert len(words) == len(set(words))
    accounts = columns(house, t.accounts, "company_id", "address_norm")
    assert accounts.count((house.atelier.id, "anne@exemple.example")) == 1
    assert accounts.count((house.atelier.id, "lea@x.example")) == 1
    assert not [address for _, address in accounts if address == "old@x.example"]
    with house.open() as work:
        account = work.accounts.at(house.atelier, "lea@x.example")
        assert account is not None
        assert work.team.role(account) == "sales"
        assert work.team.find_clients(house.atelier, "987654").items == (house.anne,)
    with house.engine.begin() as db:
        command.check(migrate.config(db))


def test_down_and_up_again_loses_nothing(house: House) -> None:
    house.paper(house.anne, "F-1", label="Portail")
    migrate.downgrade(house.engine, "0002")
    migrate.upgrade(house.engine)
    with house.open() as work:
        assert work.team.find_clients(house.atelier, "anne").count == 1
    assert columns(house, t.documents, "number", "search") == [("F-1", "portail f 1 f1")]
