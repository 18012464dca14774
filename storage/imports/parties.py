"""Writes who: the company, its staff, its clients and their contacts.

`staff` and a client's `contacts` are whole lists: who is left out loses rights and sessions in the same transaction.
"""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

from sqlalchemy import RowMapping

from handlers.rules.address import BadAddress, normal
from handlers.rules.text import searchable
from storage import people
from storage import tables as t
from storage.imports.facteur1 import name_of
from storage.imports.job import Done, Job, differences
from storage.imports.report import RowError
from storage.imports.shapes import ClientRow, ContactRow, StaffRow, checked

CLIENT_FIELDS = ("name", "kind", "siren", "address", "phone", "language", "form_of_address")

Listed = TypeVar("Listed", StaffRow, ContactRow)


# --- addresses


def _normal(address: str) -> str:
    try:
        return normal(address)
    except BadAddress:
        raise RowError("email: not a plain e-mail address") from None


def _account(job: Job, address: str) -> int:
    return people.account_at(job.db, job.company_id, address, job.now)


def _close(job: Job, account_id: int, client_id: int | None) -> None:
    people.close(job.db, job.company_id, account_id, job.now, client_id)


def _listed(job: Job, kind: str, shape: type[Listed], items: list[Any], place: str) -> list[Listed]:
    """The rows of a whole list that can be read; a wrong one is reported, and is not on the list."""
    good: list[Listed] = []
    seen: set[str] = set()
    for number, item in enumerate(items, 1):
        ref = name_of(item, "email", f"{place}[{number}]")
        try:
            row = checked(shape, item)
            norm = _normal(row.email)
            if norm in seen:
                raise RowError("twice in the same list")
        except RowError as error:
            job.report.add(kind, ref, "error", str(error))
        else:
            seen.add(norm)
            good.append(row)
    return good


# --- staff


def write_staff(job: Job, items: list[Any]) -> None:
    recorded = {row["address_norm"]: row for row in job.of_company(t.staff)}
    listed = _listed(job, "staff", StaffRow, items, "staff")
    for row in listed:
        job.row("staff", row.email, row, partial(_one_staff, job, row, recorded))
    here = {_normal(row.email) for row in listed}
    for norm, was in recorded.items():
        if norm not in here and was["ended_at"] is None:
            job.change(t.staff, was["id"], {"ended_at": job.now})
            _close(job, _account(job, was["address"]), None)
            job.report.add("staff", was["address"], "updated", "left out: access and sessions ended")


def _one_staff(job: Job, row: StaffRow, recorded: dict[str, RowMapping]) -> Done:
    norm = _normal(row.email)
    account = _account(job, row.email)
    wanted = {"name": row.name, "address": row.email, "role": row.role, "ended_at": None}
    was = recorded.get(norm)
    if was is None:
        return Done("created", id=job.add(t.staff, address_norm=norm, **wanted))
    changed = differences(was, wanted)
    if "role" in changed:
        _close(job, account, None)
    if changed:
        job.change(t.staff, was["id"], changed)
    return Done("updated" if changed else "unchanged", id=was["id"])


# --- clients


def write_clients(job: Job, rows: list[ClientRow]) -> None:
    for row in rows:
        done = job.row("client", row.ref, row, partial(_one_client, job, row))
        if done:
            job.told.add(job.clients[row.ref]["id"])
        if done and row.contacts is not None:
            _contacts(job, job.clients[row.ref], row.contacts)


def _one_client(job: Job, row: ClientRow) -> Done:
    wanted = {name: value for name, value in row.given(*CLIENT_FIELDS).items() if name != "kind" or value}
    if "name" in wanted:
        if row.name is None:
            raise RowError("name: is empty")
        wanted["name_norm"] = searchable(row.name)
    was = job.clients.get(row.ref)
    if was is None:
        if row.name is None:
            raise RowError("name: a new client has one")
        id = job.add(t.clients, ref=row.ref, **wanted)
        done = Done("created", id=id)
    else:
        id, changed = was["id"], differences(was, wanted)
        if changed:
            job.change(t.clients, id, changed)
        done = Done("updated" if changed else "unchanged", id=id)
    job.clients[row.ref] = job.of_company(t.clients, t.clients.c.id == id)[0]
    return done


def _contacts(job: Job, client: RowMapping, items: list[Any]) -> None:
    recorded = {
        row["account_id"]: row for row in job.of_company(t.contacts, t.contacts.c.client_id == client["id"])
    }
    here: set[int] = set()
    for row in _listed(job, "contact", ContactRow, items, f"{client['ref']}.contacts"):
        job.row("contact", row.email, row, partial(_one_contact, job, client, row, recorded, here))
    for account_id, was in recorded.items():
        if account_id not in here and was["ended_at"] is None:
            job.change(t.contacts, was["id"], {"ended_at": job.now})
            _close(job, account_id, client["id"])
            address = job.of_company(t.accounts, t.accounts.c.id == account_id)[0]["address"]
            job.report.add(
                "contact", address, "updated", f"left out of {client['ref']}: rights and sessions ended"
            )


def _one_contact(
    job: Job, client: RowMapping, row: ContactRow, recorded: dict[int, RowMapping], here: set[int]
) -> Done:
    account_id = _account(job, row.email)
    here.add(account_id)
    rights: dict[str, Any] = {f"can_{name}": name in row.rights for name in ("read", "pay", "sign", "notify")}
    wanted = {**row.given("name"), **rights, "ended_at": None}
    was = recorded.get(account_id)
    if was is None:
        return Done(
            "created", id=job.add(t.contacts, client_id=client["id"], account_id=account_id, **wanted)
        )
    changed = differences(was, wanted)
    if changed:
        job.change(t.contacts, was["id"], changed)
    return Done("updated" if changed else "unchanged", id=was["id"])
