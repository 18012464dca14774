"""The team as the command line changes it: at once, and in the audit log."""

from __future__ import annotations

from typing import Any

import pytest
from storage_seed import HOUR, NOW, House

from handlers.rules.address import BadAddress
from handlers.rules.paper import Account
from storage import admin, audit
from storage import tables as t
from storage.imports.report import RowError

LEA = "Lea@x.example"


def add(house: House, role: str = "sales", name: str = "Léa", address: str = LEA) -> str:
    return admin.staff_add(house.engine, "atelier", name, address, role, NOW)


def written(house: House) -> list[tuple[str, Any]]:
    with house.engine.connect() as db:
        return [(entry.kind, entry.payload) for entry in audit.entries(db, house.atelier.id)]


def logged_in(house: House) -> Account:
    """A session, a code and a chat of hers."""
    with house.open() as work:
        account = work.accounts.at(house.atelier, LEA.lower())
        assert account is not None
        work.sessions.open(account, "telegram", "7", None, None, None, NOW, NOW + HOUR, team=True)
        work.chats.link(account, "telegram", "7", NOW)
        key = work.accounts.key(house.atelier, LEA.lower())
        work.codes.issue(house.atelier, key, account, "login", "telegram", "7", "own", "482913", NOW)
    return account


def left_open(house: House, account: Account) -> list[bool]:
    with house.engine.connect() as db:
        return [
            db.execute(table.select().where(table.c.account_id == account.id, table.c.ended_at.is_(None))).first()
            is not None
            for table in (t.sessions, t.codes, t.chat_links)
        ]  # fmt: skip


def test_added_changed_removed_and_back(house: House) -> None:
    assert admin.staff_list(house.engine, "atelier") == []
    assert add(house) == "created"
    assert add(house) == "unchanged"
    assert add(house, name="Léa Roy") == "updated"
    assert admin.staff_list(house.engine, "atelier") == [{"name": "Léa Roy", "email": LEA, "role": "sales"}]
    assert admin.staff_list(house.engine, "other") == []
    admin.staff_remove(house.engine, "atelier", LEA.upper().replace("X.EXAMPLE", "x.example"), NOW)
    assert admin.staff_list(house.engine, "atelier") == []
    with house.open() as work:
        assert work.accounts.at(house.atelier, LEA.lower()) is None
    assert add(house, "admin") == "created"
    assert written(house) == [
        ("staff.added", {"role": "sales"}),
        ("staff.changed", {"role": "sales"}),
        ("staff.removed", None),
        ("staff.added", {"role": "admin"}),
    ]


@pytest.mark.parametrize("how", ["removed", "another role"])
def test_what_was_open_ends_at_once(house: House, how: str) -> None:
    add(house)
    account = logged_in(house)
    add(house, name="Another name")
    assert left_open(house, account) == [True, True, True]
    if how == "removed":
        admin.staff_remove(house.engine, "atelier", LEA, NOW)
        assert left_open(house, account) == [False, False, False]
    else:
        add(house, "other")
        assert left_open(house, account) == [
            False,
            True,
            True,
        ]  # still listed: a code may yet be refused in words


def test_a_contact_of_a_client_keeps_codes_and_chats(house: House) -> None:
    admin.staff_add(house.engine, "atelier", "Anne", "anne@exemple.example", "sales", NOW)
    with house.open() as work:
        work.chats.link(house.account, "telegram", "7", NOW)
        work.sessions.open(house.account, "telegram", "7", None, None, None, NOW, NOW + HOUR, team=True)
    admin.staff_remove(house.engine, "atelier", "anne@exemple.example", NOW)
    assert left_open(house, house.account) == [False, False, True]


def test_what_cannot_be_done(house: House) -> None:
    with pytest.raises(admin.NotThere, match="nobody at 'zoe@x.example'"):
        admin.staff_remove(house.engine, "atelier", "zoe@x.example", NOW)
    with pytest.raises(admin.NotThere, match="nobody"):
        admin.staff_list(house.engine, "nobody")
    with pytest.raises(BadAddress):
        admin.staff_add(house.engine, "atelier", "Léa", "lea", "sales", NOW)
    for name, role in (("Léa", "boss"), ("L\0a", "sales"), ("", "sales")):
        with pytest.raises(RowError):
            admin.staff_add(house.engine, "atelier", name, LEA, role, NOW)
    assert written(house) == []
