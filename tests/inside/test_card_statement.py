"""The statement of account: its figures, its period, its PDF; movements."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import insert, update

from bot.paper.printing import printed
from card_talk import BOB, ask, come, lines, plain
from handlers.core.turn import Reply
from storage import tables as t
from town import START, Town


def data(reply: Reply) -> dict[str, Any]:
    recipe = reply.documents[0].recipe
    assert recipe is not None
    made: dict[str, Any] = recipe["data"]
    return made


def paid(town: Town, cents: int, on: str = "2026-11-23", client: int = 1, currency: str = "EUR") -> None:
    values = {"client_id": client, "company_id": 1, "ref": f"X{cents}", "received_on": date.fromisoformat(on)}
    with town.engine.begin() as db:
        db.execute(
            insert(t.payments).values(
                values | {"amount_cents": cents, "currency": currency, "created_at": START}
            )
        )


def cents(amount: str) -> int:
    return int("".join(sign for sign in amount if sign.isdigit() or sign == "-") or 0)


def test_each_line_carries_the_balance_to_the_next(town: Town) -> None:
    come(town)
    made = data(ask(town, "relevé de compte"))
    balance = cents(made["opening"]["amount"])
    for row in made["rows"]:
        assert (row["invoiced"] == "") != (row["received"] == "")
        balance += cents(row["invoiced"]) - cents(row["received"])
        assert cents(row["balance"]) == balance
    assert balance == cents(made["closing"]["amount"]) == 91456
    assert len(made["rows"]) == 15
    assert [row["date"] for row in made["rows"][:2]] == ["12/03/2026", "02/04/2026"]


def test_the_totals_are_those_of_the_balance(town: Town) -> None:
    come(town)
    totals = {one["label"]: cents(one["amount"]) for one in data(ask(town, "relevé de compte"))["totals"]}
    assert totals == {"Facturé": 255646, "Avoirs": 5000, "Reçu": 159190}
    assert "avoirs 50,00 €" in plain(ask(town, "solde").text)


def test_who_it_is_from_and_for(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).values(siren="552100554", as_of=START))
    come(town)
    made = data(ask(town, "relevé de compte"))
    assert made["company"] == {
        "name": "Atelier Exemple",
        "lines": ["01 02 03 04 05", "contact@atelier-exemple.example", "SIREN 552100554"],
    }
    assert made["client"] == {
        "name": "Boulangerie Dupain",
        "lines": ["12 rue du Four", "69001 Lyon", "Client C0042", "SIREN 123456782"],
    }
    assert made["period"] == "Du 1er novembre 2025 au 24 novembre 2026"
    assert made["notes"] == ["Données du 24 novembre 2026 à 14h05."]
    assert len(made["columns"]) == 5


def test_what_a_movement_is_for(town: Town) -> None:
    come(town)
    rows = {row["reference"]: row for row in data(ask(town, "relevé de compte"))["rows"]}
    assert rows["RG-5"]["kind"] == "Paiement"
    assert rows["RG-5"]["label"] == "virement, pour la facture F-2026-0118"
    assert rows["RG-7"]["label"] == "chèque"
    assert rows["RG-8"]["kind"] == "Remboursement"
    assert plain(rows["RG-8"]["received"]) == "-120,00 €"
    assert rows["AV-2026-003"]["label"] == "pour la facture F-2026-0057"


def test_in_english(town: Town) -> None:
    come(town, BOB)
    made = data(ask(town, "statement"))
    assert made["language"] == "en"
    assert made["columns"] == ["Date", "Transaction", "Invoiced", "Received", "Balance"]
    assert made["closing"] == {"label": "Balance on 24 November 2026, to pay", "amount": "€1,234.56"}


def test_it_prints(town: Town) -> None:
    come(town)
    recipe = ask(town, "relevé de compte").documents[0].recipe
    assert recipe is not None
    pages = PdfReader(io.BytesIO(printed(recipe, lambda sha: b""))).pages
    text = " ".join(plain(page.extract_text()) for page in pages)
    for words in ("Relevé de compte", "Boulangerie Dupain", "F-2026-0118", "914,56 €", "Remboursement"):
        assert words in text


def test_too_many_movements_are_cut_to_the_newest_and_the_page_says_so(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.statement.MOST", 3)
    come(town)
    made = data(ask(town, "relevé de compte"))
    assert [row["reference"] for row in made["rows"]] == ["F-2026-0118", "F-2026-0121", "RG-5"]
    assert made["opening"]["label"] == "Solde avant le premier mouvement de cette liste"
    assert cents(made["opening"]["amount"]) == 91456 - 64200 - 18000 + 14200
    assert made["notes"][0].startswith("Cette liste et ses totaux s'arrêtent aux 3 derniers mouvements")


def test_a_balance_in_favour_of_the_client(town: Town) -> None:
    paid(town, 100000)
    come(town)
    reply = ask(town, "relevé de compte")
    assert plain(reply.text).startswith("Voici votre relevé de compte du 1er novembre 2025")
    assert "Solde au 24 novembre 2026 : 85,44 € en votre faveur." in plain(reply.text)
    assert data(reply)["closing"]["label"] == "Solde au 24 novembre 2026, en votre faveur"


def test_what_is_being_paid_is_said(town: Town) -> None:
    come(town, BOB)
    reply = ask(town, "statement")
    running = "Payment being processed, not yet counted: €500.00."
    assert running in reply.text.split("\n")
    assert data(reply)["notes"] == [running]
    assert running not in ask(town, "statement for October 2026").text


def test_a_period_without_movement_still_says_what_was_owed(town: Town) -> None:
    come(town, BOB)
    reply = ask(town, "statement for November 2026")
    said = "No transactions from 1 November 2026 to 24 November 2026. Balance on 24 November 2026: €1,234.56."
    assert reply.text.split("\n")[0] == said
    assert data(reply)["rows"] == []
    assert not reply.rows
    assert not ask(town, "statement for 2025").documents


@pytest.mark.parametrize(
    ("said", "period"),
    [
        ("relevé de compte", "Du 1er novembre 2025 au 24 novembre 2026"),
        ("relevé de compte de 2026", "Du 1er janvier 2026 au 24 novembre 2026"),
        ("relevé de compte du mois prochain", "Du 1er novembre 2025 au 24 novembre 2026"),
        ("relevé de compte d'avril 2026", "Du 1er avril 2026 au 30 avril 2026"),
        ("relevé de compte au 30 juin 2026", "Du 1er juin 2025 au 30 juin 2026"),
        ("relevé de compte au 31 décembre 2030", "Du 1er novembre 2025 au 24 novembre 2026"),
    ],
)
def test_the_period(town: Town, said: str, period: str) -> None:
    """What lies ahead has no balance yet; one day alone is the last one of its statement."""
    come(town)
    assert data(ask(town, said))["period"] == period


def test_only_a_document_can_be_opened(town: Town) -> None:
    come(town)
    reply = ask(town, "relevé de compte")
    opens = {choice.label for choice in reply.choices}
    assert {row.number for row in reply.rows if row.choice} == {"F-2026-0121", "F-2026-0118", "F-2026-0098"}
    assert "RG-5" not in opens
    assert ask(town, "F-2026-0098").documents[0].name == "Facture_F-2026-0098.pdf"


def test_payments_add_up_to_their_total(town: Town) -> None:
    come(town)
    first, second = ask(town, "mes paiements"), ask(town, "suite")
    amounts = [cents(row.amount) for row in (*first.rows, *second.rows)]
    assert sum(amounts) == 159190
    assert min(amounts) == -12000
    assert plain(first.text).startswith("7 paiements, 1 591,90 € au total")


def test_a_hint_that_finds_nothing_gives_the_statement(town: Town) -> None:
    """ "my statement for the tax office": there is no tax office in the movements."""
    come(town, BOB)
    assert ask(town, "I need my statement of account for taxes").text.startswith("Here is your statement")


def test_nothing_of_anyone_else(town: Town) -> None:
    come(town, BOB)
    for said in ("my payments", "find RG-5 in my transactions", "transactions of €642"):
        assert not lines(ask(town, said)), said
