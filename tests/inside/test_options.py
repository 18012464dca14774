"""What each set of options opens, what a document's link opens, and what an answer says of its date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import update

from handlers.core import registry
from handlers.core.registry import Intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules import scope
from handlers.rules.paper import Paper
from storage import tables as t
from town import Town

CAMILLE, BOB = "camille@dupain.example", "bob@harbour.example"
ALL = ("portal", "signature", "payment")


def named(some: set[str]) -> str:
    return "+".join(sorted(some))


SETS = [set(some) for n in range(4) for some in combinations(ALL, n)]
QUOTE, INVOICE, CREDIT = "D-2026-0044", "F-2026-0118", "AV-2026-003"
BROKEN, OFF, ALONE = "Ce lien est incomplet", "ne propose pas cela ici", "Ce lien ouvre un seul document"


def company(town: Town, **values: Any) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).where(t.companies.c.id == 1).values(**values))


def code(town: Town) -> str:
    return f"{482913 + len([got for got in town.got if got.reply.kind == 'code'])}"


def chat(town: Town, link: str, who: str = CAMILLE, id: str = "42") -> str:
    return town.play(f"> telegram {id}: /start {link}\n> telegram {id}: {who}\n> telegram {id}: {code(town)}")


def mail(town: Town, link: str, said: str = "bonjour", who: str = CAMILLE) -> str:
    return town.play(f"+ 2 minutes\n> email {who} (link {link}): {said}\n> email {who} (reply): {code(town)}")


# --- the rule


@pytest.mark.parametrize("options", SETS, ids=named)
def test_what_options_open(options: set[str]) -> None:
    assert scope.opens(options, None) == ("portal" in options)
    assert scope.opens(options, "quote") == bool(options & {"portal", "signature"})
    assert scope.opens(options, "invoice") == bool(options & {"portal", "payment"})
    assert scope.opens(options, "credit_note") == ("portal" in options)


PAPER = Paper(
    7, "invoice", "F-2026-0118", "issued", "", date(2026, 11, 2), None, None, 64200, paid_cents=14200
)


@pytest.mark.parametrize(
    ("slots", "same"),
    [
        ({}, True),
        ({"id": 7}, True),
        ({"id": 8}, False),
        ({"doc_number": "F-2026-0118"}, True),
        ({"doc_number": "118"}, True),
        ({"doc_number": "f2026 O118"}, True),
        ({"doc_number": "F-2026-0117"}, False),
        ({"doc_numbers": ["F-2026-0118", "F-2026-0117"], "doc_number": "F-2026-0118"}, False),
        ({"doc_kind": "invoice"}, True),
        ({"doc_kind": "annex"}, True),
        ({"doc_kind": "quote"}, False),
        ({"ordinal": "last"}, False),
        ({"status": "paid"}, False),
        ({"search": "peinture"}, False),
        ({"period": {"start": "2026-11-01", "end": "2026-11-30"}}, True),
        ({"period": {"start": "2026-10-01", "end": "2026-10-31"}}, False),
        ({"amount": "642.00"}, True),
        ({"amount": "500.00"}, True),
        ({"amount": "12.00"}, False),
        ({"all": True}, False),
    ],
)
def test_a_doubt_is_another_document(slots: dict[str, Any], same: bool) -> None:
    assert scope.names(PAPER, slots) is same


# --- links, by the options

ELSEWHERE = (
    *("solde", "mes factures", "mes devis", "contrats", "agenda", "échanges", "mes coordonnées"),
    *("relevé de compte", "suite", "F-2026-0101", "999999", "mes factures et mon solde"),
)


@pytest.mark.parametrize("options", SETS, ids=named)
def test_a_link_opens_what_the_options_open_on_both_channels(town: Town, options: set[str]) -> None:
    company(town, options=sorted(options))
    hello = "Bonjour, vous êtes chez" if "portal" in options else BROKEN
    assert hello in town.play("> telegram 50: /start atelier")
    played = town.play(f"> email {CAMILLE} (link atelier): solde")
    assert ("Votre code" in played) if "portal" in options else (BROKEN in played)
    for n, (number, kind) in enumerate(((QUOTE, "quote"), (INVOICE, "invoice"), (CREDIT, "credit_note"))):
        opens = scope.opens(options, kind)
        assert (ALONE if opens else OFF) in town.play(f"> telegram 6{n}: /start {number}")
        town.play("+ 2 minutes")
        assert ("Votre code" if opens else OFF) in town.play(f"> email {CAMILLE} (link {number}): bonjour")


@pytest.mark.parametrize("options", [{"portal", "signature", "payment"}, {"signature", "payment"}], ids=named)
@pytest.mark.parametrize("by", [chat, mail])
@pytest.mark.parametrize(
    ("number", "called"), [(QUOTE, "le devis D-2026-0044"), (INVOICE, "la facture F-2026-0118")]
)
def test_a_documents_link_opens_it_and_nothing_else(
    town: Town, options: set[str], by: Any, number: str, called: str
) -> None:
    company(town, options=sorted(options))
    assert f"Voici {called}" in by(town, number)
    say = "> telegram 42: {}" if by is chat else f"> email {CAMILLE} (reply): {{}}"
    other = INVOICE if number == QUOTE else QUOTE
    kind = "devis" if number == QUOTE else "facture"
    for asked in (other, f"le dernier {kind}", *ELSEWHERE):
        town.play("+ 3 minutes")  # within the budget of answers
        played = town.play(say.format(asked))
        known = f"Cet accès n'ouvre que {called}." in played or asked == "999999"
        assert known, (asked, played)
        assert "€" not in played.replace("642,00", ""), (asked, played)
    assert f"Voici {called}" in town.play(
        "+ 3 minutes\n" + say.format(f"ce {kind}" if kind == "devis" else "cette facture")
    )
    assert "n'a pas d'annexe" in town.play("+ 3 minutes\n" + say.format("les annexes"))
    assert "Que voulez-vous dire" in town.play("+ 3 minutes\n" + say.format("HUMAIN"))
    assert "fermé ici" in town.play(say.format("DÉCONNEXION"))


def test_the_whole_file_stays_open_when_a_documents_link_is_opened_in_it(town: Town) -> None:
    chat(town, "atelier")
    assert "Voici le devis" in town.play(f"> telegram 42: /start {QUOTE}")
    assert "Solde au" in town.play("> telegram 42: solde")
    town.play("+ 31 minutes\n> telegram 42: solde")
    assert "Solde au" in town.play(f"> telegram 42: {code(town)[:-1]}{int(code(town)[-1]) - 1}")


def test_the_companys_link_ends_the_access_to_one_document(town: Town) -> None:
    chat(town, QUOTE)
    assert "vous êtes chez" in town.play("> telegram 42: /start atelier")
    assert "Donnez l'adresse" in town.play("> telegram 42: solde")


def test_without_the_portal_the_companys_link_leaves_the_open_document_alone(town: Town) -> None:
    company(town, options=["signature"])
    chat(town, QUOTE)
    assert BROKEN in town.play("> telegram 42: /start atelier")
    assert "Voici le devis" in town.play("> telegram 42: ce devis")


def test_a_document_of_another_client_opens_nothing(town: Town) -> None:
    assert BROKEN in chat(town, QUOTE, BOB)
    assert BROKEN in mail(town, QUOTE, who=BOB).replace("This link is incomplete", BROKEN)


def test_a_person_is_reached_where_the_option_was_dropped(town: Town) -> None:
    company(town, options=["payment"])
    town.play(
        f"> telegram 42: /start {QUOTE}\n> telegram 42 presses: Parler à quelqu'un\n> telegram 42: {CAMILLE}"
    )
    assert "Que voulez-vous dire à Atelier Exemple" in town.play("> telegram 42: 482913")
    assert OFF in town.play("> telegram 42: ANNULER\n> telegram 42: ce devis")


# --- acts on the one document: its kind, the option, the right


def acting(turn: Turn) -> Reply:
    return turn.say("desk.thanks")


ACTS = {
    "pay": Intent("pay", acting, "payment", True, "pay", False),
    "accept_quote": Intent("accept_quote", acting, "signature", True, "sign", False),
    "refuse_quote": Intent("refuse_quote", acting, "signature", True, "sign", False),
}


@pytest.mark.parametrize("options", [{"signature"}, {"payment"}, {"portal"}, set(ALL)], ids=named)
@pytest.mark.parametrize("number", [QUOTE, INVOICE])
@pytest.mark.parametrize("rights", [True, False])
def test_the_menu_of_one_document_offers_its_own_acts(
    town: Town, monkeypatch: pytest.MonkeyPatch, options: set[str], number: str, rights: bool
) -> None:
    for name, made in ACTS.items():
        monkeypatch.setitem(registry.INTENTS, name, made)
    company(town, options=sorted(options))
    with town.engine.begin() as db:
        db.execute(update(t.contacts).values(can_pay=rights, can_sign=rights))
    kind = "quote" if number == QUOTE else "invoice"
    if not scope.opens(options, kind):
        return
    chat(town, number)
    shown = [one.label for one in menu(town)]
    may = rights and {"quote": "signature", "invoice": "payment"}[kind] in options
    assert ("Payer" in shown) == (may and kind == "invoice")
    assert ("Signer" in shown, "Refuser" in shown) == (may and kind == "quote",) * 2


# Of Boulangerie Dupain: what each document waits for (mission S26, S27, S52).
WAITS = {
    "D-2026-0044": {"Signer", "Refuser"},
    "D-2026-0031": set(),  # accepted
    "F-2026-0098": {"Payer 234,56 €"},
    "F-2026-0118": {"Payer 500,00 €"},  # 142,00 € received
    "F-2026-0031": set(),  # paid
    "AV-2026-003": set(),
}


@pytest.mark.parametrize("number", WAITS)
@pytest.mark.parametrize(
    ("channel", "options", "rights"),
    [
        ("telegram", set(ALL), {"pay", "sign"}),
        ("email", set(ALL), {"pay", "sign"}),
        ("telegram", {"portal", "signature"}, {"pay", "sign"}),
        ("email", {"portal", "payment"}, {"pay", "sign"}),
        ("telegram", set(ALL), {"sign"}),
        ("email", set(ALL), {"pay"}),
        ("email", set(ALL), set()),
        ("telegram", {"portal"}, {"pay", "sign"}),
    ],
)
def test_a_document_offers_the_acts_it_waits_for(
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    number: str,
    channel: str,
    options: set[str],
    rights: set[str],
) -> None:
    for name, made in ACTS.items():
        monkeypatch.setitem(registry.INTENTS, name, made)
    company(town, options=sorted(options))
    with town.engine.begin() as db:
        db.execute(update(t.contacts).values(can_pay="pay" in rights, can_sign="sign" in rights))
    if channel == "telegram":
        chat(town, "atelier")
        town.play(f"> telegram 42: {number}")
    else:
        town.play(f"> email {CAMILLE}: {number}\n> email {CAMILLE} (reply): 482913")
    may = ("signature" in options and "sign" in rights, "payment" in options and "pay" in rights)
    wanted = {label for label in WAITS[number] if may[1 if label.startswith("Payer") else 0]}
    shown = town.got[-1].reply.choices
    assert {one.label.replace("\u00a0", " ") for one in shown} == wanted
    assert all(one.word.endswith(number) for one in shown)


def test_what_is_being_paid_or_past_its_time_is_not_offered() -> None:
    quote = Paper(1, "quote", "D-1", "sent", "", None, None, date(2026, 11, 24), 100)
    invoice = Paper(2, "invoice", "F-1", "issued", "", None, None, None, 100)
    today = date(2026, 11, 24)
    assert scope.acts(quote, today) == ("accept_quote", "refuse_quote")
    assert scope.acts(quote, today + timedelta(days=1)) == ()
    for status in ("draft", "accepted", "refused", "expired", "replaced"):
        assert scope.acts(replace(quote, status=status), today) == ()
    assert scope.acts(invoice, today) == ("pay",)
    assert scope.acts(replace(invoice, in_progress_cents=40), today) == ("pay",)
    assert scope.acts(replace(invoice, in_progress_cents=100), today) == ()
    assert scope.acts(replace(invoice, paid_cents=60, credited_cents=40), today) == ()
    assert scope.acts(replace(invoice, status="cancelled"), today) == ()
    assert scope.acts(replace(invoice, kind="credit_note"), today) == ()


def menu(town: Town) -> Any:
    town.play("> telegram 42: MENU")
    return town.got[-1].reply.choices


# --- of when the data are

MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
STAMP = "Données du 24 novembre 2026 à 8h00."


def dated(town: Town, said: str) -> int:
    return town.play(f"> telegram 42: {said}").count(STAMP)


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("solde", 1),
        ("factures", 1),
        ("devis", 1),
        ("contrats", 1),
        ("agenda", 1),
        ("échanges", 1),
        ("mes paiements", 1),
        ("relevé de compte", 1),
        ("mon solde et mes devis", 1),
        ("facture de 2024", 0),
        ("F-2026-0118", 0),
        ("mes coordonnées", 0),
        ("aide", 0),
        ("bonjour", 0),
        ("xyzzy", 0),
        ("mes accès", 0),
    ],
)
def test_what_sums_up_says_of_when_it_is_once(town: Town, said: str, count: int) -> None:
    company(town, as_of=MORNING)
    chat(town, "atelier")
    assert dated(town, said) == count


def test_a_further_page_says_it_no_more(town: Town) -> None:
    company(town, as_of=MORNING)
    chat(town, "atelier")
    assert [dated(town, "factures"), dated(town, "suite"), dated(town, "suite")] == [1, 0, 0]


def test_what_was_asked_before_the_code_says_it_by_mail_in_english(town: Town) -> None:
    company(town, as_of=MORNING)
    played = mail(town, "atelier", "my balance please", BOB)
    assert played.count("Data as of 24 November 2026 at 08:00.") == 1


def test_nothing_is_said_of_data_without_a_date(town: Town) -> None:
    chat(town, "atelier")
    assert dated(town, "solde") == 0
