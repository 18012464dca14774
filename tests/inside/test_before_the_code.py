"""Before the code: every request waits for it and is answered after it (mission S13); STOP is taken at once in a chat
that a code has linked."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from handlers.core import registry
from storage import tables as t
from town import Town

CAMILLE, LEA = "camille@dupain.example", "lea@atelier-exemple.example"
CLOSED = f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913\n> telegram 42: DÉCONNEXION"
STOPPED = select(t.optouts.c.kind, t.optouts.c.channel)


def stopped(town: Town) -> set[tuple[str, str]]:
    with town.engine.begin() as db:
        return {(row.kind, row.channel) for row in db.execute(STOPPED)}


@pytest.mark.parametrize(
    ("said", "kinds"), [("STOP", {"announce", "news", "remind"}), ("STOP rappels", {"remind"})]
)
def test_stop_in_a_linked_chat_takes_no_code(town: Town, said: str, kinds: set[str]) -> None:
    town.play(CLOSED)
    answer = town.play(f"> telegram 42: {said}")
    assert "C'est fait" in answer
    assert "code" not in answer
    assert stopped(town) == {(kind, "telegram") for kind in kinds}
    assert "C'est fait" in town.play("> telegram 42: REPRENDRE")
    assert stopped(town) == set()


def test_stop_in_a_chat_that_no_code_has_linked_changes_nothing(town: Town) -> None:
    town.play(f"{CLOSED}\n> telegram 7: /start atelier\n> telegram 7: {CAMILLE}\n> telegram 7: STOP")
    assert stopped(town) == set()


# --- every intent

WAITS = {
    "balance": "Quel est mon solde ?",
    "statement": "Mon relevé de compte",
    "list_invoices": "Mes factures",
    "list_quotes": "Mes devis",
    "get_document": "La facture F-2026-0031",
    "contracts": "Mes contrats",
    "calendar": "Mes rendez-vous",
    "interactions": "Mes échanges",
    "profile": "Mes coordonnées",
    "proof": "La preuve du devis D-2026-0031",
    "verify": "Vérifier",
    "by_mail": "Envoyez-moi la facture F-2026-0031 par e-mail",
    "pay": "Payer la facture F-2026-0098",
    "accept_quote": "Signer le devis D-2026-0044",
    "refuse_quote": "Refuser le devis D-2026-0044",
    "withdraw": "Je me rétracte du devis D-2026-0031",
    "notifications_off": "STOP",
    "notifications_on": "REPRENDRE",
    "human": "Je voudrais parler à quelqu'un",
    "file": "autre dossier",
    "client": "autre client",
    "help": "AIDE",
}
AT_ONCE = {
    "language": ("EN", "We now write to you in English"),
    "logout": ("DÉCONNEXION", "L'accès est fermé ici"),
    "company": ("autre société", "Pour en joindre une autre"),
}
# They ask for the way in or for nothing, or answer what was not asked.
NOTHING_ELSE = {"thanks", "greet", "login", "code", "yes", "no", "cancel", "done", "more"}
JOINS = "! Camille joins the team"
TEAM_THEN = "Équipe, en lecture seule"
POLITE = "Bonjour, bilan s'il vous plaît. Merci beaucoup, bonne fin de journée à vous"
BILAN, REPORT = "BILAN", "depuis le 17 novembre 2026"


def test_every_intent_is_met_here() -> None:
    registry.discover()
    assert WAITS.keys() | AT_ONCE.keys() | NOTHING_ELSE == registry.INTENTS.keys()


def answered(
    channel: str, who: str, before: tuple[str, ...], after: tuple[str, ...], event: str = "#"
) -> list[str]:
    """What the conversation is told from the code on: `before` is said before it, `after` after it."""
    town = Town()
    by_chat = channel == "telegram"
    to, says = ("42", "> telegram 42:") if by_chat else (who, f"> email {who} (reply):")
    first = [f"{says} /start atelier", *(f"{says} {said}" for said in before), f"{says} {who}"]
    if not by_chat:
        first = [f"> email {who}: {before[0]}", *(f"{says} {said}" for said in before[1:])]
    try:
        town.play("\n".join([event, *first]))
        there = len(town.got)
        town.play("\n".join(f"{says} {said}" for said in ("482913", *after)))
        return [got.reply.text for got in town.got[there:] if got.to == to and not got.reply.subject]
    finally:
        town.close()


@pytest.mark.parametrize(
    ("channel", "who", "then"),
    [
        ("telegram", CAMILLE, ()),
        ("email", CAMILLE, ()),
        ("email", LEA, ("Dupain",)),
    ],
)
def test_what_was_asked_before_the_code_is_answered_after_it(
    channel: str, who: str, then: tuple[str, ...]
) -> None:
    """As it is answered in an open access: what it asks for, or the reason against it."""
    lost = {}
    for name, said in WAITS.items():
        if name == "help" and (channel == "telegram" or who == LEA):
            continue  # the greeting is the help there; the team's own comes before a client is chosen
        if name == "verify" and channel == "email":
            continue  # answered at once, to anybody: tests/talks/verify_fr.txt
        here = answered(channel, who, ("Bonjour",), (*then, said))[-1]
        kept = answered(channel, who, (said,), then)
        if not any(here in text for text in kept):
            lost[name] = (here, kept)
    assert not lost


@pytest.mark.parametrize("channel", ["telegram", "email"])
@pytest.mark.parametrize(("said", "told"), AT_ONCE.values(), ids=AT_ONCE)
def test_what_shows_nothing_is_answered_before_the_code(
    channel: str, said: str, told: str, town: Town
) -> None:
    start = (
        "> telegram 42: /start atelier\n> telegram 42: " if channel == "telegram" else f"> email {CAMILLE}: "
    )
    assert told in town.play(start + said)


def test_help_asked_by_mail_is_the_teams_own_after_the_code() -> None:
    assert "répondez BILAN" in answered("email", LEA, ("AIDE",), ())[0]


def test_more_of_a_list_is_answered_after_the_code_that_an_idle_access_takes(town: Town) -> None:
    town.play(CLOSED.rpartition("\n")[0] + "\n> telegram 42: factures\n+ 3 hours\n> telegram 42: suite")
    assert "F-2026-0044" in town.play("> telegram 42: 482914")


@pytest.mark.parametrize("channel", ["telegram", "email"])
@pytest.mark.parametrize("before", [(BILAN,), ("factures en retard", BILAN), (POLITE,)])
@pytest.mark.parametrize(
    ("who", "then", "event"),
    [(LEA, (), "#"), (CAMILLE, (TEAM_THEN,), JOINS)],
    ids=["team", "team and client"],
)
def test_what_happened_asked_before_the_code_is_answered_after_it(
    channel: str, before: tuple[str, ...], who: str, then: tuple[str, ...], event: str
) -> None:
    assert REPORT in answered(channel, who, before, then, event)[-1]


@pytest.mark.parametrize("channel", ["telegram", "email"])
def test_what_was_asked_after_what_happened_comes_first(channel: str) -> None:
    told = answered(channel, LEA, (BILAN, "factures en retard"), ("Dupain",))
    assert "1 facture en retard" in told[-1]


@pytest.mark.parametrize("channel", ["telegram", "email"])
def test_what_happened_takes_nothing_from_a_client(channel: str) -> None:
    told = answered(channel, CAMILLE, ("factures en retard", BILAN), ("Boulangerie Dupain",), JOINS)
    assert "1 facture en retard" in told[-1]
    assert "1 facture en retard" in answered(channel, CAMILLE, ("factures en retard", BILAN), ())[-1]
