"""The account, the card and the team are read by index too, whatever the filters, at any size."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from storage_grown import grow
from storage_seed import NOW, TODAY, House
from test_storage_plans import Asked, plan, scans, watched

from handlers.rules.card import Looked, Moves
from handlers.rules.paper import Client, Wanted
from storage import client_words
from storage import tables as t

ZONE = "Europe/Paris"
MONTH = timedelta(days=30)
COVERING = {"sqlite": "USING COVERING INDEX", "postgresql": "Index Only Scan using"}


def read(house: House, client: Client, work: Any) -> None:
    books, cards, team = work.books, work.cards, work.team
    for words in ("portail f20260118", "portial"):
        books.find(client, Wanted(words=words), TODAY)
        for moves in (
            Moves(words=words),
            Moves(only="payments", words=words, start=TODAY - MONTH, end=TODAY),
            Moves(only="invoices", words=words, amount_cents=64200),
        ):
            books.movements(client, moves, TODAY)
        cards.contracts(client, Looked(words=words, status="active", start=TODAY))
        for when in ("", "upcoming", "past"):
            cards.events(client, Looked(words=words, start=TODAY, end=TODAY, when=when), NOW, ZONE)
        cards.interactions(client, Looked(words=words, type="call", start=TODAY), ZONE)
    for only in ("", "payments", "invoices", "waiting"):
        books.movements(client, Moves(only=only), TODAY)
    books.statement(client, TODAY - MONTH, TODAY, 50)
    cards.details(client)
    for words in ("anne", "anne c", "annz", "n1234", "anne@exemple.example"):
        team.find_clients(house.atelier, words)
    team.papers(house.atelier, "F20260118")
    team.owner(house.atelier, 100)
    team.client(house.atelier, client.id)
    team.contacts(client, NOW)
    team.deliveries(client, 100)
    account = work.accounts.at(house.atelier, "lea@x.example")
    assert team.role(account) == "sales"


def asked_of(house: House) -> Asked:
    client = Client(150, house.atelier.id, "R50", "N50")  # one of the many, with its 20 documents
    with watched(house.engine) as asked, house.open() as work:
        read(house, house.anne, work)
        read(house, client, work)
    return asked


def test_nothing_of_the_card_or_the_team_is_read_from_end_to_end(grown: House) -> None:
    asked = asked_of(grown)
    assert len(asked) > 100
    whole = {statement: scans(grown.engine, statement, parameters) for statement, parameters in asked}
    whole = {statement: found for statement, found in whole.items() if t.meta.tables.keys() & set(found)}
    assert not whole, "\n\n".join(f"{found}: {statement}" for statement, found in whole.items())


def test_the_indexes_meant_are_the_ones_used(grown: House) -> None:
    with watched(grown.engine) as asked, grown.open() as work:
        work.books.movements(grown.anne, Moves(), TODAY)
        work.team.find_clients(grown.atelier, "anne")
        work.accounts.at(grown.atelier, "lea@x.example")
        work.team.papers(grown.atelier, "F20260118")
        work.team.deliveries(grown.anne, 1)  # the first document is hers
    sums, page, counted, _, account, papers = (plan(grown.engine, *one) for one in asked[:6])
    covering = COVERING[grown.engine.dialect.name]
    assert f"{covering} ix_documents_balance" in sums
    assert f"{covering} ix_payments_client" in sums
    assert "ix_documents_list" in page
    assert "ix_client_words_company_id_word_client_id" in counted
    assert {"sqlite": "sqlite_autoindex_accounts_1", "postgresql": "uq_accounts_company_id_address_norm"}[
        grown.engine.dialect.name
    ] in account
    assert "ix_documents_company_number" in papers
    newest = plan(grown.engine, *asked[-1])
    assert "ix_outbox_account_id_id" in newest


def test_as_many_statements_for_many_rows_as_for_few(house: House) -> None:
    def count() -> int:
        with watched(house.engine) as asked, house.open() as work:
            work.books.movements(house.anne, Moves(words="portial"), TODAY)
            work.books.statement(house.anne, TODAY - MONTH, TODAY, 50)
            work.team.find_clients(house.atelier, "anne")
            work.team.deliveries(house.anne, 1)
        return len(asked)

    with house.engine.begin() as db:
        client_words.keep(db, house.atelier.id, [house.anne.id])
    house.paper(house.anne, "F-2026-0118", label="Portail")
    few = count()
    for number in range(20):
        house.paper(house.anne, f"X-{number}", label="Portail")
        house.pay(house.anne, None, 100 + number)
    grow(house.engine, 2_000)
    assert count() == few <= 11


@pytest.mark.parametrize("grown", ["sqlite"], indirect=True)  # on PostgreSQL autovacuum analyzes
@pytest.mark.parametrize("analyzed", [True, False])
def test_the_rows_of_a_client_are_not_sought_among_those_of_the_company(grown: House, analyzed: bool) -> None:
    """Before its first ANALYZE too, which nothing runs by itself on SQLite."""
    if not analyzed:
        with grown.engine.begin() as db:
            db.exec_driver_sql("DELETE FROM sqlite_stat1")
        grown.engine.dispose()
    by_company = {
        (line, statement)
        for statement, parameters in asked_of(grown)
        if ".client_id = ?" in statement
        for line in plan(grown.engine, statement, parameters).splitlines()
        if "(company_id=?" in line and "SEARCH files" not in line
    }
    assert not by_company
