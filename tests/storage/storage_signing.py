"""A quote that can be decided, and the steps of an attempt: what every test of signatures plays with."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from storage_seed import NOW, House, add, add_paper

from handlers.core.ports import Work
from handlers.rules.paper import Account, Client
from handlers.rules.signing import Consent, Decision, Offer, Outcome, Ticket, Verb
from storage import audit
from storage import tables as t
from storage.chain import Entry

CHAT = ("telegram", "4217")
MAIL = ("email", "t:1")
BOXES = (
    Consent("read", "J'ai lu le devis D-1 et son annexe."),
    Consent("accept", "J'accepte le devis D-1 et je m'engage à le payer."),
    Consent("power", "J'ai le pouvoir d'engager Anne."),
)
TICKED = tuple(replace(box, ticked=True) for box in BOXES)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def quote(house: House, client: Client, number: str = "D-1", **values: Any) -> int:
    """A quote sent, its version, its file and one annex; its client's people may sign."""
    of = {"company_id": client.company_id}
    row = {
        "kind": "quote",
        "status": "sent",
        "label": "Portail",
        "due_on": None,
        "valid_until": date(2026, 12, 24),
        "file_sha256": sha(f"{client.id} {number}"),
        "file_name": f"{number}.pdf",
        **values,
    }
    with house.engine.begin() as db:
        id = add_paper(db, client, number, **row)
        name = {"can_sign": True, "name": client.name.upper()}
        db.execute(update(t.contacts).where(t.contacts.c.client_id == client.id).values(**name))
        paper = db.execute(select(t.documents).where(t.documents.c.id == id)).mappings().one()
        same = {column: paper[column] for column in paper if column in t.document_versions.c}
        same |= {"document_id": id, "created_at": NOW}
        version = add(db, t.document_versions, **{k: v for k, v in same.items() if k != "id"})
        annex = {"document_version_id": version, "position": 1, "name": "plan.pdf"}
        add(db, t.annexes, **of, **annex, file_sha256=sha("plan"))
        if paper["file_sha256"]:
            kept = {"size": 4321, "media_type": "application/pdf", "stored_at": NOW}
            add(db, t.files, **of, sha256=paper["file_sha256"], **kept)
    return id


def offer(work: Work, client: Client, document_id: int) -> Offer:
    found = work.signing.offer(client, document_id)
    assert found is not None
    return found


def open_(
    house: House,
    id: int,
    where: tuple[str, str] = CHAT,
    verb: Verb = "accept",
    ticked: bool = True,
    account: Account | None = None,
    now: datetime = NOW,
) -> Ticket:
    """Shown, opened and, unless told otherwise, every box ticked: three turns."""
    with house.open() as work:
        work.signing.shown(house.anne, offer(work, house.anne, id), *where, now)
    with house.open() as work:
        made = work.signing.open(
            house.anne,
            offer(work, house.anne, id),
            account or house.account,
            verb,
            *where,
            BOXES if verb == "accept" else (),
            now,
            "fr",
        )
    if ticked and verb == "accept":
        with house.open() as work:
            made = work.signing.tick(house.anne, made, TICKED, now)
    return made


def decide(
    house: House,
    ticket: Ticket,
    outcome: Outcome = "accepted",
    client: Client | None = None,
    now: datetime = NOW,
    **said: str,
) -> Decision | None:
    with house.open() as work:
        return work.signing.decide(client or house.anne, ticket, outcome, now, **said)


def signed(house: House, number: str = "D-1", **values: Any) -> Decision:
    """A quote of anne's that is accepted, with the entries of its code."""
    ticket = open_(house, quote(house, house.anne, number, **values))
    with house.open() as work:
        sent = {"purpose": "sign:1", "digits": 6, "minutes": 5, "to": "a***@exemple.example"}
        work.signing.entry(house.anne, ticket, "code.issued", NOW, sent)
        work.signing.entry(house.anne, ticket, "code.verified", NOW)
    made = decide(house, ticket)
    assert made is not None
    return made


def ledger(house: House, company_id: int | None = None) -> list[Entry]:
    with house.engine.connect() as db:
        return list(audit.entries(db, company_id or house.atelier.id))


def kinds(house: House) -> list[str]:
    return [entry.kind for entry in ledger(house)]
