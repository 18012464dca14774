"""Copies of the head of each chain, kept outside it: a chain that somebody writes anew no longer agrees with them.

An anchor is an entry `anchor.written` {"seq", "hash", "tsa"}, a line of `<folder>/<year>.jsonl`, and a mail to the
company. `tsa` is the SHA-256 of a token of a time-stamping authority (RFC 3161) over the hash, kept with the files;
null where there is none, and asked for again later: the clock of the machine never takes its place. An anchor that is
still without one when the next is written stays so: the token of the next covers it, by the chain, at the same hour.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, bindparam, select

from handlers.core.turn import Reply
from handlers.rules.paper import Company
from storage import audit, rows
from storage import tables as t
from storage.outbox import SqlOutbox
from storage.proofs import instant

KIND = "anchor.written"
Stamp = Callable[
    [bytes], bytes
]  # the 32 bytes of a hash -> the token, DER; raises where the authority gives none

e, c = t.ledger.c, t.companies.c
COMPANIES = select(*rows.COMPANY).order_by(c.id)
_OF = select(e.seq, e.at, e.hash, e.payload).where(e.company_id == bindparam("company_id"))
LAST = _OF.where(e.kind == KIND).order_by(e.seq.desc()).limit(1)
HEAD = (
    _OF.where(e.kind != KIND, e.seq > bindparam("after"), e.at < bindparam("before"))
    .order_by(e.seq.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Anchor:
    seq: int
    hash: str  # of that entry
    tsa: str | None  # SHA-256 of the token


def companies(db: Connection) -> Iterator[Company]:
    return (rows.company(row) for row in db.execute(COMPANIES).all())


def last(db: Connection, company_id: int) -> Anchor | None:
    """What was anchored last."""
    found = db.execute(LAST, {"company_id": company_id}).first()
    return Anchor(**found.payload) if found else None


def head(db: Connection, company_id: int, before: datetime) -> Anchor | None:
    """The newest entry of before that is not anchored; None where nothing was written since but anchors."""
    told = last(db, company_id)
    of = {"company_id": company_id, "after": told.seq if told else 0, "before": before}
    found = db.execute(HEAD, of).first()
    return Anchor(found.seq, found.hash, None) if found else None


def write(db: Connection, company: Company, former: Anchor | None, anchor: Anchor, now: datetime) -> bool:
    """The entry; False where somebody else wrote one after `former`."""
    audit.hold(db, company.id)
    if last(db, company.id) != former:
        return False
    audit.append(db, company.id, KIND, "facteur", now, payload=vars(anchor))
    return True


def post(outbox: SqlOutbox, company: Company, key: str, reply: Reply, now: datetime) -> None:
    """To the company's address, in a thread of its own, once per key."""
    conversation = f"own:{key}"
    outbox.put(company, "email", company.email, reply, now, dedup=key, conversation=conversation)


# --- the lines kept beside the database


def keep(folder: Path, company: Company, anchor: Anchor, now: datetime) -> None:
    """A line more; on the disk once it returns."""
    folder.mkdir(parents=True, exist_ok=True)
    line = {"company": company.slug, "at": instant(now), **vars(anchor)}
    with (folder / f"{now:%Y}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
    _sync(folder)


def kept(folder: Path, slug: str) -> dict[int, str]:
    """The hashes of a company, by the number of their entry. A line that a power failure cut short is passed over."""
    found: dict[int, str] = {}
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9].jsonl")):
        for line in path.read_text("utf-8").splitlines():
            try:
                one = json.loads(line)
            except ValueError:
                continue
            if one["company"] == slug:
                found[one["seq"]] = one["hash"]
    return found


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
