"""What is said after something was shown: the second one, the one from March, the others too, pay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from card_talk import BOB, CAMILLE, ask, come, lines, plain
from handlers.core import registry
from handlers.core.registry import Intent
from handlers.core.turn import Reply
from storage import tables as t
from town import Town

ALL = [
    "F-2026-0121",
    "F-2026-0118",
    "F-2026-0098",
    "F-2026-0072",
    "F-2026-0057",
    "F-2026-0044",
    "F-2026-0031",
]


def numbers(reply: Reply) -> list[str]:
    return [row.number for row in reply.rows]


def files(reply: Reply) -> list[str]:
    return [one.name.removesuffix(".pdf").partition("_")[2] for one in reply.documents]


def shown(town: Town, *said: str) -> Reply:
    """The reply to the last of these."""
    return [ask(town, text) for text in said][-1]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("la deuxième", "F-2026-0118"),
        ("la 2", "F-2026-0118"),
        ("envoyez-moi la troisième svp", "F-2026-0098"),
        ("la 118", "F-2026-0118"),
        ("celle de mars", "F-2026-0031"),
        ("plutôt celle d'août", "F-2026-0072"),
        ("je voudrais celle à 234,56 €", "F-2026-0098"),
        ("celle de 642 euros", "F-2026-0118"),
        ("Bonjour,\n\ncelle d'octobre s'il vous plaît.\n\nCordialement,\nCamille", "F-2026-0098"),
        ("celle qui est en retard", "F-2026-0098"),
        ("the second one", "F-2026-0118"),
        ("send me the one from March please", "F-2026-0031"),
        ("the one for €234.56", "F-2026-0098"),
    ],
)
def test_one_of_the_list(town: Town, said: str, wanted: str) -> None:
    come(town)
    assert files(shown(town, "mes factures", said)) == [wanted]


@pytest.mark.parametrize(
    ("first", "said", "wanted"),
    [
        ("mes factures", "celles de juin", ["F-2026-0057"]),
        ("mes factures", "et en mars ?", ["F-2026-0031"]),
        ("mes factures de mars", "et pour mai ?", ["F-2026-0044"]),
        ("mes factures", "les payées", ["F-2026-0072", "F-2026-0057", "F-2026-0044", "F-2026-0031"]),
        ("mes factures", "seulement celles en retard", ["F-2026-0098"]),
        ("factures payées", "et les impayées ?", ["F-2026-0121", "F-2026-0118", "F-2026-0098"]),
        ("mes factures", "what about the overdue ones?", ["F-2026-0098"]),
        ("mes factures", "and in March?", ["F-2026-0031"]),
        ("mes factures d'avril", "et les devis ?", ["D-2026-0031"]),
        ("solde", "lesquelles ?", ["F-2026-0121", "F-2026-0118", "F-2026-0098"]),
    ],
)
def test_the_same_list_otherwise(town: Town, first: str, said: str, wanted: list[str]) -> None:
    come(town)
    assert numbers(shown(town, first, said)) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("factures annulées", None),
        ("payé", None),
        ("déjà payé", None),
        ("demain", None),
        ("factures de mai", ALL[5]),
    ],
)
def test_what_stands_on_its_own_inherits_nothing(town: Town, said: str, wanted: str | None) -> None:
    come(town)
    found = numbers(shown(town, "factures de mars", said))
    assert found == ([wanted] if wanted else [])


def test_not_that_one(town: Town) -> None:
    come(town)
    assert files(shown(town, "la facture de 120 €", "la première")) == ["F-2026-0072"]
    assert files(ask(town, "non, l'autre")) == ["F-2026-0044"]
    assert numbers(shown(town, "mes factures", "la deuxième", "pas celle-là")) == [ALL[0], *ALL[2:5]]
    assert numbers(shown(town, "facture 118", "not that one")) == ALL[:5]


def test_the_others_too(town: Town) -> None:
    come(town)
    assert files(shown(town, "la facture de 120 €", "2", "les autres aussi")) == ["F-2026-0072"]
    reply = shown(town, "mes factures", "la deuxième", "celle de mars", "les autres aussi")
    assert files(reply) == ["F-2026-0098", "F-2026-0072", "F-2026-0057", "F-2026-0044"]
    assert "F-2026-0121" in plain(reply.text)  # it has no file, and that is said


def test_all_of_them_the_other_pages_too(town: Town) -> None:
    come(town)
    reply = shown(town, "mes factures", "toutes en PDF")
    assert plain(reply.text).startswith("Voici 6 factures")
    assert len(reply.documents) == 1
    assert files(shown(town, "factures de mars", "toutes")) == ["F-2026-0031"]
    assert files(shown(town, "la facture de 120 €", "les deux")) == ["F-2026-0072", "F-2026-0044"]


def test_the_same_as_a_pdf(town: Town) -> None:
    come(town)
    assert files(shown(town, "facture 118", "la même en PDF")) == ["F-2026-0118"]
    assert shown(town, "relevé de compte", "en pdf svp").documents[0].name.startswith("Releve")


def test_the_next_and_the_one_before(town: Town) -> None:
    come(town)
    assert files(shown(town, "mes factures", "la deuxième", "la suivante")) == ["F-2026-0098"]
    assert files(shown(town, "facture 98", "celle d'avant")) == ["F-2026-0072"]
    assert files(ask(town, "the one before")) == ["F-2026-0057"]


def test_annexes_are_those_of_what_was_shown_last(town: Town) -> None:
    come(town)
    assert "D-2026-0044" in ask(town, "devis 44").text
    assert "D-2026-0044" in shown(town, "et ses annexes ?").text
    assert numbers(shown(town, "mes devis", "ses annexes")) == ["D-2026-0044", "D-2026-0031"]
    assert "D-2026-0031" in shown(town, "mes devis", "les annexes de la deuxième").text


@pytest.mark.parametrize(
    "said", ["la deuxième", "les autres aussi", "toutes", "non, l'autre", "et pour 2025 ?"]
)
def test_nothing_was_shown(town: Town, said: str) -> None:
    """Without a list these mean nothing: no document is guessed."""
    come(town)
    assert ask(town, said).documents == ()


def test_it_is_forgotten_after_ten_minutes_on_a_chat(town: Town) -> None:
    come(town)
    shown(town, "mes factures", "solde")
    town.passes("9 minutes")
    assert numbers(ask(town, "lesquelles ?"))
    shown(town, "solde")
    town.passes("11 minutes")
    assert not ask(town, "lesquelles ?").rows


def test_by_mail_it_holds_as_long_as_the_access(town: Town) -> None:
    town.play(f"> email {BOB}: my invoices\n> email {BOB} (reply): 482913")
    town.passes("20 hours")
    town.play(f"> email {BOB} (reply): Hello, /  / the one from October please /  / Regards / Bob")
    assert files(town.got[-1].reply) == ["F-2026-0101"]


def test_another_file_begins_with_nothing(town: Town) -> None:
    """One mailbox, two files: what was shown in the bakery's is nothing of the garage's."""
    town.play("> telegram 42: /start atelier\n> telegram 42: compta@groupe.example\n> telegram 42: 482913")
    shown(town, "Boulangerie Dupain", "mes factures", "la deuxième")
    ask(town, "autre dossier")
    for said in (
        "la deuxième",
        "celle de mars",
        "pas celle-là",
        "les autres aussi",
        "la même en PDF",
        "toutes",
    ):
        reply = ask(town, said)
        assert not {name for name in (*files(reply), *numbers(reply)) if name in ALL}, said


def test_ids_of_someone_else_lead_nowhere(town: Town) -> None:
    """Even a talk that was tampered with shows the client's own rows alone."""
    come(town, BOB)
    ask(town, "my invoices")
    with town.engine.begin() as db:
        kept = db.execute(select(t.talks.c.state).where(t.talks.c.conversation == "42")).scalar_one()
        theirs = list(db.execute(select(t.documents.c.id).where(t.documents.c.client_id == 1)).scalars())
        kept["last"] |= {"ids": theirs[:4], "open": theirs[4:5]}
        kept.pop("offers", None)
        db.execute(t.talks.update().where(t.talks.c.conversation == "42").values(state=kept))
    for said in (
        "the second one",
        "the others too",
        "all of them",
        "not that one",
        "same as a PDF",
        "its annexes",
    ):
        reply = ask(town, said)
        assert not set(files(reply)) & set(ALL), said
        assert not [line for line in lines(reply) if line.split(" · ")[0] in ALL], said


# --- what an act is about


@pytest.fixture
def acts() -> Iterator[list[dict[str, Any]]]:
    """The slots that the steps to pay, sign and refuse receive."""
    seen: list[dict[str, Any]] = []
    before = dict(registry.INTENTS)
    for name in ("pay", "accept_quote", "refuse_quote"):

        def handle(turn: Any) -> Reply:
            seen.append(turn.slots)
            return Reply("?")

        registry.INTENTS[name] = Intent(name, handle, "", True, "", True)
    yield seen
    registry.INTENTS.clear()
    registry.INTENTS.update(before)


@pytest.mark.parametrize(
    ("first", "said", "wanted"),
    [
        (("solde",), "payer", {"ids": [7, 6, 5]}),
        (("F-2026-0118",), "payer", {"id": 6}),
        (("mes factures",), "payer la deuxième", {"id": 6}),
        (("mes factures",), "payer la 3", {"id": 5}),
        (("mes factures",), "payer", {"ids": [7, 6, 5]}),  # those of the page that are not paid
        (("mes factures", "la deuxième"), "payer", {"id": 6}),
        (("F-2026-0031",), "payer", {}),  # it is paid: which one is asked
        (("D-2026-0044",), "payer", {}),  # a quote is not paid
        (("F-2026-0118",), "payer F-2026-0098", {"doc_kind": None, "doc_number": "F-2026-0098"}),
        (("solde",), "payer tout", {"all": True}),
        (("mes devis",), "signer la première", {"id": 11}),
        (("F-2026-0118",), "signer", {}),
    ],
)
def test_what_is_to_pay_or_to_sign(
    town: Town, acts: list[dict[str, Any]], first: tuple[str, ...], said: str, wanted: dict[str, Any]
) -> None:
    come(town)
    shown(town, *first, said)
    assert acts == [{name: value for name, value in wanted.items() if value is not None}]


def test_nothing_was_shown_so_it_is_asked_which(town: Town, acts: list[dict[str, Any]]) -> None:
    come(town)
    ask(town, "payer")
    assert acts == [{}]


def test_a_button_of_an_old_menu_is_about_no_document(town: Town, acts: list[dict[str, Any]]) -> None:
    come(town, CAMILLE)
    ask(town, "F-2026-0118")
    town.press("42", "Payer")
    assert acts == [{}]
