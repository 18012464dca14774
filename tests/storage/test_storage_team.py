"""What the team looks up: clients by any of their words, documents by number, who was sent what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from storage_seed import HOUR, NOW, House, add, add_paper

from handlers.core.turn import Document, Reply
from handlers.rules.card import Contact, Delivery
from handlers.rules.paper import Account, Client
from storage import client_words, search, team
from storage import tables as t
from storage.client_card import card

PEOPLE = (  # ref, name, SIREN
    ("C0042", "Société Dupont & Fils", "987654324"),
    ("C-0420", "Møller Łukasz SARL", None),
    ("42", "Dupond Électricité", None),
    ("C9", "Вектор", None),
)


@pytest.fixture
def known(house: House) -> House:
    """Four more clients of Anne's company, with a contact; the other company has one with the same name."""
    with house.engine.begin() as db:
        for nth, (ref, name, siren) in enumerate(PEOPLE):
            _client(db, house.atelier.id, ref, name, siren, f"direction{nth}@dupont.example", "Claire Nguyen")
        _client(db, house.other.id, "C0042", "Société Dupont & Fils", None, "x@dupont.example", "Paul")
        for company in (house.atelier.id, house.other.id):
            mine = t.clients.select().where(t.clients.c.company_id == company)
            client_words.keep(db, company, [row.id for row in db.execute(mine)])
    return house


def _client(db: Any, company_id: int, ref: str, name: str, siren: str | None, at: str, person: str) -> None:
    of = {"company_id": company_id}
    norm = search.searchable(name)
    client = add(db, t.clients, **of, ref=ref, name=name, name_norm=norm, siren=siren)
    account = add(db, t.accounts, **of, address=at, address_norm=at, created_at=NOW)
    add(db, t.contacts, **of, client_id=client, account_id=account, name=person)


def find(house: House, words: str) -> tuple[list[str], str]:
    with house.open() as work:
        page = work.team.find_clients(house.atelier, words)
    assert page.count == len(page.items)
    return [client.ref for client in page.items], page.words


@pytest.mark.parametrize(
    ("words", "refs", "used"),
    [
        ("dupont fils", ["C0042"], ""),
        ("Dupont", ["42", "C-0420", "C0042", "C9"], ""),  # in their addresses too
        ("société", ["C0042"], ""),
        ("dupo électricité", ["42"], ""),
        ("42", ["42"], ""),
        ("c0042", ["C0042"], ""),
        ("C-0042", ["C0042"], ""),
        ("c0420", ["C-0420"], ""),
        ("c 0420", ["C-0420"], ""),
        ("987654324", ["C0042"], ""),
        ("9876", ["C0042"], ""),
        ("direction1@dupont.example", ["C-0420"], ""),
        ("DIRECTION1@dupont.example", ["C-0420"], ""),
        ("direction1@dup", ["C-0420"], ""),
        ("claire", ["42", "C-0420", "C0042", "C9"], ""),
        ("nguyen direction2", ["42"], ""),
        ("moller", ["C-0420"], ""),
        ("lukasz", ["C-0420"], ""),
        ("вект", ["C9"], ""),
        ("électirciteé", [], ""),  # two slips
        ("electircite", ["42"], "electricite"),
        ("moler sarl", ["C-0420"], "moller sarl"),
        ("xlectricite", [], ""),  # its first letter is wrong
        ("c0043", [], ""),  # a number is never put right
        ("upont", [], ""),  # not its beginning
        ("paul", [], ""),  # of the other company
        ("dupont' or 1=1", [], ""),
    ],
)
def test_clients_are_found(known: House, words: str, refs: list[str], used: str) -> None:
    assert find(known, words) == (refs, used)


def test_the_exact_number_comes_first(known: House) -> None:
    with known.engine.begin() as db:
        for name in ("Aaa 4200", "Aab"):
            _client(db, known.atelier.id, "42" + name[-1:], name, None, f"{name[:3]}@x.example", name)
        ids = [row.id for row in db.execute(t.clients.select().where(t.clients.c.company_id == 1))]
        client_words.keep(db, 1, ids)
    assert find(known, "42")[0] == ["42", "420", "42b"]


def test_all_clients_by_name_in_pages(known: House) -> None:
    with known.open() as work:
        whole = work.team.find_clients(known.atelier, "", limit=50)
        cut = [work.team.find_clients(known.atelier, "", offset, 2) for offset in (0, 2, 4, 6)]
    assert tuple(client for page in cut for client in page.items) == whole.items
    assert {page.count for page in cut} == {6}


def test_words_that_are_no_longer_true_are_forgotten(known: House) -> None:
    with known.engine.begin() as db:
        db.execute(t.clients.update().where(t.clients.c.ref == "C9").values(name="Vecteur"))
        db.execute(t.contacts.update().where(t.contacts.c.name == "Claire Nguyen").values(ended_at=NOW))
        client_words.keep(
            db, 1, [row.id for row in db.execute(t.clients.select().where(t.clients.c.company_id == 1))]
        )
    assert find(known, "вектор")[0] == []
    assert find(known, "vecteur")[0] == ["C9"]
    assert find(known, "claire")[0] == []
    assert find(known, "direction1@dupont.example")[0] == []


# --- documents and whose they are


def test_documents_of_a_number(house: House) -> None:
    mine = house.paper(house.anne, "F-2026-0118", file_sha256="a" * 64, file_name="F.pdf")
    house.paper(house.bob, "F 2026 0118", kind="credit_note")
    house.paper(house.bob, "F2026-0118", kind="quote", status="draft")
    house.paper(house.carl, "F-2026-0118")
    with house.open() as work:
        found = work.team.papers(house.atelier, "F20260118")
        assert [(client.name, paper.number) for client, paper in found] == [
            ("Bob", "F 2026 0118"),
            ("Anne", "F-2026-0118"),
        ]
        assert work.team.papers(house.atelier, "F2026011") == []
        assert work.team.owner(house.atelier, mine) == house.anne
        assert work.team.owner(house.other, mine) is None
        assert work.team.client(house.atelier, house.anne.id) == house.anne
        assert work.team.client(house.other, house.anne.id) is None


def test_a_draft_has_no_owner_to_speak_of(house: House) -> None:
    draft = house.paper(house.anne, "F-1", status="draft")
    with house.open() as work:
        assert work.team.owner(house.atelier, draft) is None


# --- roles


@pytest.mark.parametrize("role", [*team.ROLES, "other"])
@pytest.mark.parametrize("ended_at", [None, NOW])
def test_the_four_roles_and_no_other(house: House, role: str, ended_at: Any) -> None:
    address = "lea@x.example"
    of = {"company_id": house.atelier.id, "address": address, "address_norm": address}
    with house.engine.begin() as db:
        add(db, t.staff, **of, name="Léa", role=role, ended_at=ended_at)
        for company in (house.atelier, house.other):
            add(db, t.accounts, **of | {"company_id": company.id}, created_at=NOW)
    allowed = role in team.ROLES and ended_at is None
    with house.open() as work:
        account = work.accounts.at(house.atelier, address)
        assert (account is not None) == allowed
        assert work.accounts.at(house.other, address) is None
        assert work.team.role(account or Account(99, house.atelier.id, address)) == (
            role if allowed else None
        )
        assert work.team.role(house.account) is None
        assert work.deposits.sender(house.atelier, address) == (address if allowed else None)
        assert work.deposits.sender(house.other, address) is None


# --- who is reached, and what left


def test_contacts_with_locks_and_chats(house: House) -> None:
    key = {"company_id": house.atelier.id, "account_id": house.account.id, "updated_at": NOW, "wrong": 3}
    with house.engine.begin() as db:
        add(db, t.tries, **key, address_key="k", locked_until=NOW - HOUR)
        add(db, t.tries, **key, address_key="k", conversation="chat 7", locked_until=NOW + HOUR)
    with house.open() as work:
        work.chats.link(house.account, "telegram", "7", NOW)
        anne = Contact("anne@exemple.example", None, ("read", "pay", "notify"), NOW + HOUR, "linked")
        assert work.team.contacts(house.anne, NOW) == (anne,)
        (later,) = work.team.contacts(house.anne, NOW + 2 * HOUR)
        assert later.locked_until is None
        work.chats.save("telegram", "7", house.atelier, None, None, NOW)
        work.chats.block("telegram", "7", NOW)
        assert work.team.contacts(house.anne, NOW)[0].telegram == "blocked"
        assert work.team.contacts(Client(house.anne.id, house.other.id, "", ""), NOW) == ()


def send(house: House, nth: int, documents: tuple[Document, ...], channel: str = "email") -> None:
    address = "anne@exemple.example" if channel == "email" else "7"
    with house.open() as work:
        work.outbox.put(
            house.atelier,
            channel,
            address,
            Reply("Voici", documents=documents),
            NOW + timedelta(seconds=nth),
            dedup=f"d{nth}",
            account=house.account,
        )


def test_deliveries_of_a_document(house: House) -> None:
    one, two = "a" * 64, "b" * 64
    mine = house.paper(house.anne, "F-1", file_sha256=one)
    bobs = house.paper(house.bob, "F-2", file_sha256=two)
    with house.engine.begin() as db:
        for id, sha in ((mine, one), (bobs, two)):
            row = {"company_id": 1, "document_id": id, "version": 1, "total_cents": 1, "created_at": NOW}
            add(db, t.document_versions, **row, file_sha256=sha)
    send(house, 1, (Document("F-1.pdf", one),))
    send(house, 2, (Document("F-2.pdf", two),))
    send(house, 3, (Document("F-1.pdf", one),), "telegram")
    archive = {"kind": "zip", "files": [["F-1.pdf", one]]}
    send(house, 4, (Document("papiers.zip", media_type="application/zip", recipe=archive),))
    with house.open() as work:
        assert work.team.deliveries(house.anne, mine) == (
            Delivery("email", "anne@exemple.example", "due", NOW + timedelta(seconds=4)),
            Delivery("telegram", "7", "due", NOW + timedelta(seconds=3)),
            Delivery("email", "anne@exemple.example", "due", NOW + timedelta(seconds=1)),
        )
        assert work.team.deliveries(house.bob, mine) == ()
        assert work.team.deliveries(Client(house.anne.id, house.other.id, "", ""), mine) == ()
    for nth in range(5, 20):
        send(house, nth, (Document("F-1.pdf", one),))
    with house.open() as work:
        latest = work.team.deliveries(house.anne, mine)
        assert [one.at for one in latest] == [NOW + timedelta(seconds=nth) for nth in range(19, 9, -1)]


def test_documents_with_the_same_file_each_have_their_deliveries(house: House) -> None:
    """An announcement is of one document; an answer with that file is one of both."""
    sha = "a" * 64
    with house.engine.begin() as db:
        papers = [add_paper(db, house.anne, number, file_sha256=sha) for number in ("F-1", "F-2")]
        for id in papers:
            row = {"company_id": 1, "document_id": id, "version": 1, "total_cents": 1, "created_at": NOW}
            add(db, t.document_versions, **row, file_sha256=sha)
    for nth in (1, 2, 3):
        send(house, nth, (Document("F.pdf", sha),))
    with house.engine.begin() as db:
        sent = list(db.execute(select(t.outbox.c.id).order_by(t.outbox.c.id)).scalars())
        own = {"company_id": 1, "client_id": house.anne.id, "account_id": house.account.id}
        said = {"kind": "announce", "what": "invoice", "state": "planned", "created_at": NOW, "ready_at": NOW}
        for id, outgoing in zip(papers, sent, strict=False):
            row = {"channel": "email", "key": f"k{id}", "document_id": id, "outbox_id": outgoing}
            add(db, t.notices, **own, **said, **row)
        client = db.execute(select(t.clients).where(t.clients.c.id == house.anne.id)).mappings().one()
        shown = {row["number"]: row["deliveries"] for row in card(db, client, NOW)["documents"]}
    first, second, third = (NOW + timedelta(seconds=nth) for nth in (1, 2, 3))
    assert [went["at"] for went in shown["F-1"]] == [first, third]
    assert [went["at"] for went in shown["F-2"]] == [second, third]
    with house.open() as work:
        for id, announced in zip(papers, (first, second), strict=True):
            assert [went.at for went in work.team.deliveries(house.anne, id)] == [third, announced]


def test_deliveries_look_at_the_newest_messages_only(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sha = "a" * 64
    mine = house.paper(house.anne, "F-1", file_sha256=sha)
    with house.engine.begin() as db:
        row = {"company_id": 1, "document_id": mine, "version": 1, "total_cents": 1, "created_at": NOW}
        add(db, t.document_versions, **row, file_sha256=sha)
    send(house, 0, (Document("F-1.pdf", sha),))
    row = {"company_id": 1, "channel": "email", "address": "anne@exemple.example", "kind": "answer"}
    row |= {"reply": Reply("x").as_json(), "created_at": NOW, "ready_at": NOW, "account_id": house.account.id}
    with house.engine.begin() as db:
        db.execute(insert(t.outbox), [row | {"dedup": f"n{nth}"} for nth in range(199)])
    with house.open() as work:
        assert len(work.team.deliveries(house.anne, mine)) == 1
    with house.engine.begin() as db:
        db.execute(insert(t.outbox), [row | {"dedup": f"m{nth}"} for nth in range(5000)])
    with house.open() as work:
        assert work.team.deliveries(house.anne, mine) == ()
