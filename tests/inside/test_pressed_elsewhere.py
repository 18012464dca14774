"""A button asks the company whose message holds it, whichever one the chat is with by then."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select

from handlers.core import menu, registry
from storage import tables as t
from town import START, Town

NORA, INVOICE, OF_ANOTHER = "nora@port.example", "F-2026-0702", "F-2026-0711"
ATELIER, PLOMBERIE = 1, 2
OLD, MOVED = "Ce bouton n'est plus à jour", "Vous êtes maintenant chez"


def enters(town: Town, slug: str, code: str) -> None:
    town.play(f"> telegram 42: /start {slug}\n> telegram 42: {NORA}\n> telegram 42: {code}")


def at_both(town: Town) -> None:
    """Nora is a client of both; her chat is with the second one."""
    with town.engine.begin() as db:
        account = {"company_id": PLOMBERIE, "address": NORA, "address_norm": NORA, "created_at": START}
        id = db.execute(insert(t.accounts).values(account).returning(t.accounts.c.id)).scalar_one()
        db.execute(insert(t.contacts).values(company_id=PLOMBERIE, client_id=4, account_id=id, can_pay=True))
    enters(town, "atelier", "482913")
    enters(town, "plomberie", "482914")


def document(town: Town, number: str) -> int:
    with town.engine.begin() as db:
        return int(db.execute(select(t.documents.c.id).where(t.documents.c.number == number)).scalar_one())


def asked(town: Town) -> int:
    with town.engine.begin() as db:
        return int(db.execute(select(func.count()).select_from(t.payment_requests)).scalar_one())


def press(town: Town, id: str) -> str:
    town.take(replace(town.message("42", ""), pressed=id))
    return "\n".join(town.out())


def test_a_payment_is_asked_of_the_company_that_announced_the_invoice(town: Town) -> None:
    at_both(town)
    town.play(f"! the company announces {INVOICE}")
    shown = [one for got in town.got if got.to == "42" for one in got.reply.choices]
    told = press(town, next(one.id for one in reversed(shown) if one.label.startswith("Payer 500")))
    assert f"# Atelier Exemple\n    {MOVED} Atelier Exemple" in told
    assert f"Facture {INVOICE}" in told.rpartition(MOVED)[2]
    assert asked(town) == 1
    assert "# Atelier Exemple" in town.play("> telegram 42: solde")


def test_there_each_document_is_looked_up_in_the_clients_own_file(town: Town) -> None:
    at_both(town)
    told = press(town, menu.standing(ATELIER, "pay", [document(town, OF_ANOTHER)]))
    assert MOVED in told
    assert OF_ANOTHER not in told
    assert asked(town) == 0


@pytest.mark.parametrize("company", [PLOMBERIE, 999, 10**15 - 1])
@pytest.mark.parametrize("open_", [True, False], ids=["open", "closed"])
def test_a_made_up_company_leads_nowhere(town: Town, company: int, open_: bool) -> None:
    """Not even where the chat has been, as long as no code has linked it there."""
    town.play(f"> telegram 42: /start plomberie\n> telegram 42: {NORA}")
    enters(town, "atelier", "482913")
    if not open_:
        town.play("> telegram 42: DÉCONNEXION")
    for id in (menu.standing(company, "pay", [document(town, INVOICE)]), menu.standing(company, "balance")):
        told = press(town, id)
        assert OLD in told
        assert MOVED not in told
    assert asked(town) == 0
    assert "> telegram 42: MENU\n< telegram 42: Vous êtes" not in town.play("> telegram 42: MENU")


def test_ids_without_a_company_stay_good_where_the_chat_is(town: Town) -> None:
    at_both(town)
    assert "77,00" in press(town, "menu-balance")
    town.play("> telegram 42: autre entreprise")
    assert f"Facture {INVOICE}" in press(town, f"menu-pay.{document(town, INVOICE)}")


@pytest.mark.parametrize("company", [1, 10**15 - 1])
def test_an_id_tells_what_it_was_made_of_within_its_length(company: int) -> None:
    registry.discover()
    for intent in registry.INTENTS:
        id = menu.standing(company, intent, [7], "transfer")
        assert len(id) <= menu.LONGEST_ID
        assert (menu.company_in(id), menu.pressed_standing(id)[0]) == (company, intent)
    slots = {"id": 7, "topic": "transfer"}
    assert menu.pressed_standing(menu.standing(1, "pay", [7], "transfer")) == ["pay", slots]
    assert menu.pressed_standing(menu.standing(1, "accept_quote", [7])) == ["accept_quote", {"id": 7}]
    assert menu.company_in("menu-pay.7") is None


def test_a_list_goes_on_at_the_company_that_showed_it(town: Town) -> None:
    at_both(town)
    town.play("> telegram 42: solde\n> telegram 42: autre entreprise\n> telegram 42: solde")
    shown = [one.id for got in town.got for one in got.reply.choices if one.label == "Relevé"]
    assert len(set(shown)) == 2, "no choice of one company is taken for one of the other"
    assert f"{MOVED} Plomberie Durand" in press(town, shown[0])
    assert "77,00" in town.play("> telegram 42: solde")


def test_a_choice_between_companies_is_told_once(town: Town) -> None:
    at_both(town)
    town.play("> telegram 42: DÉCONNEXION\n> telegram 42: MENU\n> telegram 42 presses: Atelier Exemple")
    told = town.play("> telegram 42 presses: Atelier Exemple")
    assert told.count(MOVED) == 1
    assert "# Atelier Exemple" in told
