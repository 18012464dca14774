"""Small worlds in which everything that belongs to a client bears that client's mark, so that a leak can be seen.

People type only what bears no mark: whatever mark an answer holds was read from the records.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from handlers.core.turn import Mark, Said
from handlers.rules import number
from handlers.rules.text import words
from storage import tables as t
from storage.books import settle
from town import MARK_LIFE, START, Got, Town

ROLES = ("admin", "accountant", "manager", "sales", "other")
OPTIONS = ("portal", "signature", "payment")
MARKED = re.compile(r"zq\d+z", re.IGNORECASE)
WORDS = ("peinture", "cuisine", "toiture", "chaudière")


def mark(client: int) -> str:
    return f"Zq{client}z"


@dataclass(frozen=True)
class Plan:
    """`contacts`: (client, mailbox, rights); `staff`: (company, mailbox, role). Clients 1..n, odd ones at company 1."""

    clients: int
    contacts: tuple[tuple[int, str, frozenset[str]], ...]
    staff: tuple[tuple[int, str, str], ...]
    options: tuple[frozenset[str], frozenset[str]] = (frozenset(OPTIONS), frozenset(OPTIONS))


def company_of(client: int) -> int:
    return 2 - client % 2


@dataclass
class World(Town):
    """A town whose people are those of a plan. A person is a mailbox, and the chat named after it."""

    plan: Plan = field(default_factory=lambda: Plan(0, (), ()))

    def holds(self) -> tuple[Any, ...]:
        return found, self.plan

    def may_see(self, person: str) -> set[str]:
        """The marks that may ever reach this person."""
        mine = {client for client, box, _ in self.plan.contacts if box == person}
        for company, box, role in self.plan.staff:
            if box == person and role != "other":
                mine |= {one for one in range(1, self.plan.clients + 1) if company_of(one) == company}
        return {mark(one).lower() for one in mine}

    # --- doing

    def write(self, person: str, channel: str, text: str, company: int = 1) -> list[Got]:
        if channel == "telegram":
            return self.send(self.said(person, text))
        return self.post(person, text, company, None)

    def answer(self, person: str, text: str) -> list[Got]:
        """Replies to the last mail this person received."""
        mails = self.mails(person)
        if not mails:
            return self.post(person, text, 1, None)
        return self.post(person, text, 2 if "two+" in str(mails[-1].reply.notes) else 1, mails[-1])

    def post(self, person: str, text: str, company: int, answered: Got | None) -> list[Got]:
        id = next(self.ids)
        said = Said("email", person, f"<{id}@m.example>", text, self.now, company=("", "one", "two")[company])
        if answered:
            said = replace(said, mark=Mark(answered.outgoing, answered.at + MARK_LIFE))
        return self.send(replace(said, inbox=self.raw(id), message_id=f"<{id}@m.example>"))

    def said(self, person: str, text: str, **more: Any) -> Said:
        id = next(self.ids)
        return Said(
            "telegram",
            person,
            str(id),
            text,
            self.now,
            conversation=person,
            message_id=f"{1000 + id}",
            **more,
        )

    def open_link(self, person: str, name: str) -> list[Got]:
        return self.send(self.said(person, "", link=self.link(name)))

    def _link(self, name: str) -> str:
        with self.engine.begin() as db:
            d = t.documents.c
            row = db.execute(select(d.id, d.company_id).where(d.number == name)).first()
        with self.open() as work:
            if row is not None:
                return work.companies.link(work.companies.by_id(row.company_id), row.id)
            company = work.companies.by_slug(name)
            assert company is not None
            return work.companies.link(company)

    def press(self, person: str, id: str, again: bool = False) -> list[Got]:
        return self.send(self.said(person, "", pressed=id, edits="7"))

    def send(self, said: Said) -> list[Got]:
        before = len(self.got)
        self.take(said)
        self.out()
        return self.got[before:]

    def mails(self, person: str) -> list[Got]:
        return [got for got in self.got if got.channel == "email" and got.to == person]

    def code(self, person: str) -> str:
        """The newest code in this mailbox; digits that open nothing where there is none."""
        for got in reversed(self.mails(person)):
            if found_code := re.search(r"\b\d{6}\b", got.reply.text):
                return found_code[0]
        return "000000"

    def let_in(self, person: str, channel: str, company: int = 1) -> list[Got]:
        """Through the door, with a code."""
        self.now += timedelta(minutes=2)
        if channel == "telegram":
            self.open_link(person, ("", "one", "two")[company])
            self.write(person, "telegram", person)
            return self.write(person, "telegram", self.code(person))
        self.post(person, "bonjour", company, None)
        return self.answer(person, self.code(person))

    def set_options(self, company: int, options: frozenset[str]) -> None:
        with self.engine.begin() as db:
            wanted = [name for name in OPTIONS if name in options]
            db.execute(update(t.companies).where(t.companies.c.id == company).values(options=wanted))


def marks_in(got: Got) -> set[str]:
    """Every mark in a message: text, lines, names of files, labels of buttons, notes, recipes."""
    return set(MARKED.findall(json.dumps(got.reply.as_json(), default=str).lower()))


# --- the records


def found(db: Connection, plan: Plan) -> None:
    for id, slug in ((1, "one"), (2, "two")):
        row = {
            "id": id,
            "slug": slug,
            "name": f"Maison {slug}",
            "email": f"own@{slug}.example",
            "settings": {},
        }
        chosen = [name for name in OPTIONS if name in plan.options[id - 1]]
        db.execute(insert(t.companies).values(row | {"options": chosen, "created_at": START}))
    accounts = {}
    boxes = {(company_of(client), box) for client, box, _ in plan.contacts}
    boxes |= {(company, box) for company, box, _ in plan.staff}
    for company, box in sorted(boxes):
        row = {"company_id": company, "address": box, "address_norm": box, "created_at": START}
        made = db.execute(insert(t.accounts).values(row).returning(t.accounts.c.id))
        accounts[company, box] = made.scalar_one()
    for company, box, role in plan.staff:
        row = {"company_id": company, "name": "Équipe", "address": box, "address_norm": box, "role": role}
        db.execute(insert(t.staff).values(row))
    for client in range(1, plan.clients + 1):
        _client(db, client)
    for client, box, rights in plan.contacts:
        row = {"company_id": company_of(client), "client_id": client, "name": None}
        row |= {f"can_{name}": name in rights for name in ("read", "pay", "sign", "notify")}
        row |= {"account_id": accounts[company_of(client), box]}
        db.execute(insert(t.contacts).values(row))


def _client(db: Connection, client: int) -> None:
    own, company = mark(client), company_of(client)
    here = {"company_id": company, "client_id": client}
    row = {"id": client, "company_id": company, "ref": f"C{own}", "name": f"Société {own}", "settings": {}}
    row |= {"address": f"1 rue {own}", "phone": f"01 {own}", "name_norm": words(f"Société {own}")}
    db.execute(insert(t.clients).values(row))
    for word in ("societe", own.lower(), f"c{own.lower()}"):
        db.execute(insert(t.client_words).values(here | {"word": word}))
    ids = [
        *(
            _paper(db, client, "invoice", f"F-{client}{nth}", "issued", word, nth)
            for nth, word in enumerate(WORDS, 1)
        ),
        _paper(db, client, "quote", f"D-{client}1", "sent", "salle de bain", 9),
        _paper(db, client, "quote", f"D-{client}2", "draft", "brouillon", 10),
        _paper(db, client, "credit_note", f"A-{client}1", "issued", "remise", 11),
    ]
    paid = {"document_id": ids[0], "ref": f"RG-{own}", "received_on": date(2026, 10, 5), "amount_cents": 5000}
    db.execute(insert(t.payments).values(here | paid | {"created_at": START, "search": words(f"RG-{own}")}))
    settle(db, ids)
    label = f"Entretien {own}"
    contract = {"ref": f"CT-{own}", "label": label, "status": "active", "next_due_on": date(2027, 1, 1)}
    db.execute(insert(t.contracts).values(here | contract | {"search": words(f"CT {label}")}))
    for nth, days in enumerate((-20, 3, 12)):
        title = f"Visite {own}"
        event = {"uid": f"{own}-{nth}", "title": title, "place": f"Chez {own}", "search": words(title)}
        db.execute(insert(t.events).values(here | event | {"starts_at": START + timedelta(days=days)}))
    for nth, kind in enumerate(("note", "call", "email", "meeting", "other")):
        text = f"Échange {kind} {own} peinture"
        entry = {"ref": f"{own}-{nth}", "type": kind, "at": START - timedelta(days=nth), "text": text}
        db.execute(insert(t.interactions).values(here | entry | {"search": words(text)}))


def _paper(db: Connection, client: int, kind: str, name: str, status: str, label: str, nth: int) -> int:
    own, company = mark(client), company_of(client)
    values: dict[str, Any] = {
        "company_id": company,
        "label": f"{label} {own}",
        "total_cents": 10000 + client * 100 + nth,
        "issued_on": date(2026, 10, nth),
        "due_on": date(2026, 11, nth) if kind == "invoice" else None,
        "valid_until": date(2026, 12, 20) if kind == "quote" else None,
        "file_sha256": f"zq{client}z{nth:060x}"[:64],
        "file_name": f"{name} {own}.pdf",
    }
    more = {
        "client_id": client,
        "kind": kind,
        "number": name,
        "number_norm": number.normal(name),
        "status": status,
    }
    row = values | more | {"search": words(f"{label} {own} {name}")}
    id = int(db.execute(insert(t.documents).values(row).returning(t.documents.c.id)).scalar_one())
    version = values | {
        "document_id": id,
        "version": 1,
        "created_at": START,
    }
    made = db.execute(
        insert(t.document_versions).values(version).returning(t.document_versions.c.id)
    ).scalar_one()
    annex = {"position": 1, "name": f"plan {own}.pdf", "file_sha256": f"zq{client}zaa{nth:058x}"[:64]}
    db.execute(insert(t.annexes).values({"company_id": company, "document_version_id": made} | annex))
    return id
