"""Links: whole, cut, ended, of another company; what survives a change of the company's address (S5, S6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from handlers.core.turn import Mark, Said
from storage import tables as t
from town import MARK_LIFE, Town

CAMILLE, STRANGER = "camille@dupain.example", "nobody@nowhere.example"
BROKEN, OLD = "Ce lien est incomplet", "Ce lien n'est plus valable"


def moved(town: Town) -> None:
    town.link("atelier")
    town.play("! the company's address changes")


def by_message_id(town: Town, text: str, link: str) -> str:
    """An answer to our last mail, sent to the address of a link: the mark is in its In-Reply-To."""
    last = next(got for got in reversed(town.got) if got.to == CAMILLE)
    said = Said("email", CAMILLE, "<late>", text, town.now, company="atelier", link=town.link(link))
    mark = Mark(last.outgoing, last.at + MARK_LIFE)
    town.take(replace(said, mark=mark, inbox=town.raw(900), message_id="<late@mail.example>"))
    return "\n".join(town.out())


@pytest.mark.parametrize(
    "link", ["nimportequoi", "a" * 32, "'; drop table links; --", "atelier-exemple", "é" * 8]
)
def test_an_unknown_link_is_broken_on_both_channels(town: Town, link: str) -> None:
    assert BROKEN in town.play(f"> telegram 42: /start {link}")
    assert BROKEN in town.play(f"> email {CAMILLE} (link {link}): solde")
    assert "(silence)" in town.play(f"> email {STRANGER} (link {link}): solde"), "a stranger learns nothing"


def test_an_ended_link_is_old_on_both_channels_and_names_whom_to_ask(town: Town) -> None:
    moved(town)
    for said in (
        town.play("> telegram 42: /start old atelier"),
        town.play(f"> email {CAMILLE} (link old atelier): solde"),
    ):
        assert OLD in said
        assert "01 02 03 04 05 ou bonjour@atelier.example" in said
    assert "(silence)" in town.play(f"> email {STRANGER} (link old atelier): solde")


def test_a_new_link_works_and_differs(town: Town) -> None:
    before = town.link("atelier")
    moved(town)
    assert town.link("atelier") != before
    assert "vous êtes chez Atelier Exemple" in town.play("> telegram 42: /start atelier")
    assert "Votre code" in town.play(f"> email {CAMILLE} (link atelier): solde")


def test_an_old_link_changes_nothing_in_a_chat_that_is_open(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913")
    moved(town)
    assert OLD in town.play("> telegram 42: /start old atelier")
    assert BROKEN in town.play("> telegram 42: /start tronque")
    assert "Solde au" in town.play("> telegram 42: solde")


def test_reply_tokens_and_message_ids_live_on(town: Town) -> None:
    town.play(f"> email {CAMILLE} (link atelier): solde\n> email {CAMILLE} (reply): 482913")
    moved(town)
    assert "7 factures" in town.play(f"> email {CAMILLE} (reply): factures")
    assert "2 devis" in by_message_id(town, "devis", "old atelier"), "the answer of a thread goes on"


def test_the_links_of_documents_live_on(town: Town) -> None:
    town.link("D-2026-0044")
    moved(town)
    assert "un seul document" in town.play("> telegram 42: /start old D-2026-0044")
    town.play(f"+ 2 minutes\n> email {CAMILLE} (link old D-2026-0044): bonjour")
    assert "Voici le devis D-2026-0044" in town.play(f"> email {CAMILLE} (reply): 482913")


def reply_to_plomberie(town: Town) -> str:
    mail = town.got[-1]
    said = Said("email", CAMILLE, "<y>", "482913", town.now, company="plomberie")
    mark = Mark(mail.outgoing, mail.at + MARK_LIFE)
    town.take(replace(said, mark=mark, inbox=town.raw(902), message_id="<y@mail.example>"))
    return "\n".join(town.out())


def test_a_companys_link_never_opens_another_company(town: Town) -> None:
    """The token decides, whatever the name before it."""
    said = Said("email", CAMILLE, "<x>", "solde", town.now, company="atelier", link=town.link("plomberie"))
    town.take(replace(said, inbox=town.raw(901), message_id="<x@mail.example>"))
    town.out()
    assert "77,00" in reply_to_plomberie(town)


def test_a_link_authenticates_nobody(town: Town) -> None:
    for link in ("atelier", "D-2026-0044"):
        played = town.play(f"> telegram 42: /start {link}\n> telegram 42: ce devis\n> telegram 42: solde")
        assert "€" not in played
        assert "+ Devis" not in played


def test_a_chat_without_company_has_no_link(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).values(options=["payment"]))
    assert BROKEN in town.play("> telegram 42: bonjour")
    assert BROKEN in town.play(f"> email {CAMILLE}: bonjour")
