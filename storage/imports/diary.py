"""Writes contracts, events and interactions: rows with a key of the company's own, that belong to one client."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from sqlalchemy import RowMapping, Table

from storage import search
from storage import tables as t
from storage.imports.job import Done, Job, differences
from storage.imports.report import RowError
from storage.imports.shapes import ContractRow, EventRow, InteractionRow


def write_contracts(job: Job, rows: list[ContractRow]) -> None:
    recorded = {row["ref"]: row for row in job.named(t.contracts, "ref", {row.ref for row in rows})}
    for row in rows:
        values = row.given("label", "status", "starts_on", "next_due_on", "tacit_renewal")
        values["search"] = search.kept(row.label, ref=row.ref)
        work = partial(_one, job, t.contracts, "ref", row.ref, row.client, values, recorded)
        job.row("contract", row.ref, row, work)


def write_events(job: Job, rows: list[EventRow]) -> None:
    recorded = {row["uid"]: row for row in job.named(t.events, "uid", {row.uid for row in rows})}
    for row in rows:
        job.row("event", row.uid, row, partial(_event, job, row, recorded))


def _event(job: Job, row: EventRow, recorded: dict[str, RowMapping]) -> Done:
    values = row.given("title", "starts_at", "ends_at", "place")
    values |= {name: job.instant(values[name]) for name in ("starts_at", "ends_at") if name in values}
    ends, starts = values.get("ends_at"), values["starts_at"]
    if ends is not None and ends < starts:
        raise RowError("ends_at: before starts_at")
    was = recorded.get(row.uid)
    place = values.get("place", was["place"] if was else None)
    values["search"] = search.kept(row.title, place)
    return _one(job, t.events, "uid", row.uid, row.client, values, recorded)


def write_interactions(job: Job, rows: list[InteractionRow]) -> None:
    refs = [row.ref or _own_ref(row) for row in rows]
    recorded = {row["ref"]: row for row in job.named(t.interactions, "ref", refs)}
    for ref, row in zip(refs, rows, strict=True):
        values = {"type": row.type, "at": job.instant(row.at), "text": row.text}
        values["search"] = search.kept(row.text)
        work = partial(_one, job, t.interactions, "ref", ref, row.client, values, recorded)
        job.row("interaction", ref, row, work)


def _own_ref(row: InteractionRow) -> str:
    """A key for a row that has none: the same row twice is the same interaction."""
    told = "\0".join((row.client, row.type, row.at.isoformat(), row.text))
    return f"sha:{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _one(
    job: Job,
    table: Table,
    key: str,
    ref: str,
    client_ref: str,
    values: dict[str, Any],
    recorded: dict[str, RowMapping],
) -> Done:
    client, was = job.client(client_ref), recorded.get(ref)
    if was is None:
        id = job.add(table, client_id=client["id"], **{key: ref}, **values)
        done = Done("created", id=id)
    else:
        if was["client_id"] != client["id"]:
            raise RowError(f"{ref} belongs to another client")
        changed = differences(was, values)
        if changed:
            job.change(table, was["id"], changed)
        done = Done("updated" if changed else "unchanged", id=was["id"])
    if done.outcome != "unchanged":
        recorded[ref] = job.of_company(table, table.c.id == done.id)[0]
    return done
