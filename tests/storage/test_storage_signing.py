"""Who can decide which version of which quote, from where, and how often: once (S31 to S51)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from storage_seed import DAY, HOUR, MINUTE, NOW, House
from storage_signing import BOXES, CHAT, MAIL, TICKED, decide, kinds, ledger, offer, open_, quote, sha, signed

from handlers.rules.paper import Client
from handlers.rules.signing import ClockBehind, Known, Ticket
from storage import audit
from storage import tables as t

STEPS = ["document.shown", "ticket.opened", *["consent.given"] * 3]


def status(house: House, id: int) -> tuple[str, object]:
    d = t.documents.c
    with house.engine.connect() as db:
        row = db.execute(select(d.status, d.decided_on).where(d.id == id)).one()
        return row.status, row.decided_on


def test_a_quote_is_offered_with_its_version_and_its_annexes(house: House) -> None:
    id = quote(house, house.anne)
    with house.open() as work:
        found = offer(work, house.anne, id)
    assert (found.paper.number, found.paper.file_size, found.why_not, found.replaced_by) == (
        "D-1",
        4321,
        "",
        "",
    )
    assert [(one.name, one.sha256) for one in found.annexes] == [("plan.pdf", sha("plan"))]


def test_only_a_quote_of_this_client_is_offered(house: House) -> None:
    theirs, draft = quote(house, house.bob, "D-2"), quote(house, house.anne, "D-3", status="draft")
    there, invoice = quote(house, house.carl, "D-1"), house.paper(house.anne, "F-1")
    with house.open() as work:
        assert [work.signing.offer(house.anne, id) for id in (theirs, draft, there, invoice, 999)] == [
            None
        ] * 5
        crossed = Client(house.carl.id, house.atelier.id, "C-Carl", "Carl")
        assert work.signing.offer(crossed, there) is None


def test_a_replaced_quote_names_the_one_that_took_its_place(house: House) -> None:
    old = quote(house, house.anne, "D-1", status="replaced")
    quote(house, house.anne, "D-2", replaces="D-1")
    quote(house, house.bob, "D-9", replaces="D-1")
    with house.open() as work:
        assert offer(work, house.anne, old).replaced_by == "D-2"


def test_an_accepted_quote_is_decided_and_told_in_the_ledger(house: House) -> None:
    id = quote(house, house.anne)
    made = decide(house, open_(house, id))
    assert made is not None
    assert re.fullmatch(r"FCT-20261124-[0-9A-HJKMNP-TV-Z]{12}", made.signature_id)
    assert (made.number, made.outcome, made.state, made.at) == ("D-1", "accepted", "decided", NOW)
    assert made.presented_sha256 == sha(f"{house.anne.id} D-1")
    assert status(house, id) == ("accepted", NOW.date())
    assert kinds(house) == [*STEPS, "quote.accepted"]
    told = ledger(house)[-1].payload
    assert told["signature_id"] == made.signature_id
    assert told["document"]["annexes"] == [{"name": "plan.pdf", "sha256": sha("plan")}]
    assert (told["client"]["signatory"], told["account"]) == ("ANNE", "anne@exemple.example")
    with house.engine.connect() as db:
        assert audit.check(db, house.atelier.id) is None


def test_a_refused_quote_has_no_signature_and_its_comment_is_a_hash_in_the_ledger(house: House) -> None:
    id = quote(house, house.anne)
    made = decide(house, open_(house, id, verb="refuse"), "refused", reason="Trop cher", comment="Désolée")
    assert made is not None
    assert (made.signature_id, made.state, made.reason, made.comment) == ("", "done", "Trop cher", "Désolée")
    assert status(house, id) == ("refused", NOW.date())
    told = ledger(house)[-1].payload
    assert (told["reason"], told["comment_sha256"]) == ("Trop cher", sha("Désolée"))
    assert "Désolée" not in str(told)


def test_each_box_newly_ticked_is_told_once_with_its_text(house: House) -> None:
    ticket = open_(house, quote(house, house.anne), ticked=False)
    with house.open() as work:
        one = work.signing.tick(house.anne, ticket, (TICKED[0], *BOXES[1:]), NOW)
        same = work.signing.tick(house.anne, one, (TICKED[0], *BOXES[1:]), NOW)
        assert (one.missing, same) == (2, one)
        work.signing.tick(house.anne, one, BOXES, NOW)
    told = ledger(house)[2:]
    assert [entry.kind for entry in told] == ["consent.given", "consent.taken_back"]
    assert told[0].payload == {
        "ticket": ticket.id,
        "name": "read",
        "text": BOXES[0].text,
        "text_sha256": sha(BOXES[0].text),
        "language": "fr",
    }
    assert decide(house, ticket) is None


def test_a_decision_needs_every_box(house: House) -> None:
    id = quote(house, house.anne)
    ticket = open_(house, id, ticked=False)
    assert decide(house, replace(ticket, consents=TICKED)) is None
    assert (status(house, id), kinds(house)[-1]) == (("sent", None), "ticket.opened")


def test_a_ticket_is_used_once(house: House) -> None:
    ticket = open_(house, quote(house, house.anne))
    assert decide(house, ticket) is not None
    assert decide(house, ticket) is None
    with house.open() as work:
        assert work.signing.ticket(house.anne, house.account, ticket.id, *CHAT) is None
    assert kinds(house).count("quote.accepted") == 1


def test_a_ticket_is_found_in_its_own_conversation_alone(house: House) -> None:
    ticket = open_(house, quote(house, house.anne))
    with house.open() as work:
        find = work.signing.ticket
        assert find(house.anne, house.account, ticket.id, *CHAT) == ticket
        assert find(house.anne, house.account, ticket.id, "telegram", "9") is None
        assert find(house.anne, house.account, ticket.id, *MAIL) is None
        assert find(house.bob, house.account, ticket.id, *CHAT) is None
        assert find(house.carl, house.account, ticket.id, *CHAT) is None
        assert find(house.anne, house.account_there, ticket.id, *CHAT) is None


FORGED = {
    "conversation": {"conversation": "9"},
    "channel": {"channel": "email"},
    "verb": {"verb": "refuse"},
    "account": {"account_id": 2},
}


@pytest.mark.parametrize("what", FORGED)
def test_a_ticket_that_is_not_the_one_recorded_decides_nothing(house: House, what: str) -> None:
    id = quote(house, house.anne)
    ticket = open_(house, id)
    outcome = "refused" if what == "verb" else "accepted"
    assert decide(house, replace(ticket, **FORGED[what]), outcome) is None
    assert status(house, id) == ("sent", None)
    assert decide(house, ticket) is not None


def test_another_client_or_company_decides_nothing(house: House) -> None:
    id = quote(house, house.anne)
    ticket = open_(house, id)
    crossed = Client(house.anne.id, house.other.id, "C-Anne", "Anne")
    assert [decide(house, ticket, client=who) for who in (house.bob, house.carl, crossed)] == [None] * 3
    with house.open() as work, pytest.raises(LookupError):
        work.signing.open(house.bob, offer(work, house.anne, id), house.account, "accept", *CHAT, BOXES, NOW)
    with house.open() as work, pytest.raises(LookupError):
        work.signing.entry(house.bob, ticket, "code.verified", NOW)
    with house.open() as work, pytest.raises(LookupError):
        work.signing.tick(house.bob, ticket, TICKED, NOW)
    assert status(house, id) == ("sent", None)


@pytest.mark.parametrize("values", [{"can_sign": False}, {"ended_at": NOW}])
def test_a_right_that_was_taken_away_decides_nothing(house: House, values: dict[str, object]) -> None:
    ticket = open_(house, quote(house, house.anne))
    with house.engine.begin() as db:
        db.execute(update(t.contacts).values(**values))
    assert decide(house, ticket) is None


def test_a_new_attempt_ends_the_others_in_any_conversation(house: House) -> None:
    id, other = quote(house, house.anne), quote(house, house.anne, "D-2")
    first, elsewhere = open_(house, id), open_(house, other)
    second = open_(house, id, MAIL)
    with house.open() as work, pytest.raises(LookupError):
        work.signing.tick(house.anne, first, BOXES, NOW)
    assert decide(house, first) is None
    assert decide(house, elsewhere) is not None
    assert decide(house, second) is not None


@pytest.mark.parametrize(
    "values",
    [
        {"status": "replaced"},
        {"status": "expired"},
        {"status": "draft"},
        {"version": 2},
        {"status": "accepted"},
    ],
)
def test_what_changed_since_is_not_decided(house: House, values: dict[str, object]) -> None:
    id = quote(house, house.anne)
    ticket = open_(house, id)
    with house.engine.begin() as db:
        db.execute(update(t.documents).where(t.documents.c.id == id).values(**values))
    before = len(kinds(house))
    assert decide(house, ticket) is None
    assert len(kinds(house)) == before


def test_a_quote_without_a_file_is_not_decided(house: House) -> None:
    assert decide(house, open_(house, quote(house, house.anne, file_sha256=None))) is None


@pytest.mark.parametrize(
    ("zone", "hour", "open"),
    [
        ("Europe/Paris", 22, True),  # 23:59 there
        ("Europe/Paris", 23, False),  # past midnight there
        ("America/Guadeloupe", 23, True),
        ("Pacific/Noumea", 12, True),
        ("Pacific/Noumea", 13, False),
    ],
)
def test_a_quote_expires_at_the_end_of_its_last_day_where_the_company_is(
    house: House, zone: str, hour: int, open: bool
) -> None:
    ticket = open_(house, quote(house, house.anne, valid_until=NOW.date()))
    with house.engine.begin() as db:
        db.execute(update(t.companies).values(timezone=zone))
    made = decide(house, ticket, now=NOW.replace(hour=hour, minute=59))
    assert (made is not None) is open


def test_nobody_decides_before_the_last_entry_of_the_ledger(house: House) -> None:
    id = quote(house, house.anne)
    ticket = open_(house, id)
    with house.open() as work:
        work.audit.write(house.atelier, "read", "operator", NOW + HOUR)
        work.audit.write(house.other, "read", "operator", NOW + DAY)
    with pytest.raises(ClockBehind, match="2026-11-24 09:00:00"):
        decide(house, ticket, now=NOW + HOUR - 2 * MINUTE)
    assert status(house, id) == ("sent", None)
    # Turns that wait for each other write a little out of order: that is no clock set back.
    assert decide(house, ticket, now=NOW + HOUR - timedelta(seconds=20)) is not None


def test_decisions_are_those_of_this_client(house: House) -> None:
    first = signed(house, "D-1")
    refused = open_(house, quote(house, house.anne, "D-2"), verb="refuse", now=NOW + HOUR)
    second = decide(house, refused, "refused", now=NOW + HOUR)
    with house.open() as work:
        assert work.signing.decisions(house.anne) == (second, first)
        assert work.signing.decisions(house.anne, 1) == (second,)
        assert work.signing.decision(house.anne, first.document_id) == first
        assert work.signing.decision(house.bob, first.document_id) is None
        crossed = Client(house.anne.id, house.other.id, "C-Anne", "Anne")
        assert work.signing.decisions(house.bob) == work.signing.decisions(crossed) == ()


def test_a_consumer_goes_back_on_an_order_once(house: House) -> None:
    made = signed(house)
    with house.open() as work:
        assert not work.signing.withdraw(house.bob, made, NOW + DAY)
        assert work.signing.withdraw(house.anne, made, NOW + DAY)
        assert not work.signing.withdraw(house.anne, made, NOW + 2 * DAY)
        found = work.signing.decision(house.anne, made.document_id)
    assert found is not None
    assert found.withdrawn_at == NOW + DAY
    assert kinds(house)[-2:] == ["quote.accepted", "contract.withdrawn"]


def test_what_a_file_is(house: House) -> None:
    made = signed(house)
    waiting = quote(house, house.anne, "D-2")
    quote(house, house.anne, "D-3", status="draft")
    x = t.decisions.c
    with house.engine.begin() as db:
        files = {"signed_sha256": sha("signed"), "proof_sha256": sha("proof")}
        db.execute(update(t.decisions).where(x.id == made.id).values(**files))
    with house.open() as work:
        known = work.signing.known
        assert known(sha("signed")) == Known("signed", made.signature_id)
        assert known(sha("proof")) == Known("proof", made.signature_id)
        assert known(made.presented_sha256) == Known("presented", made.signature_id)
        assert known(sha(f"{house.anne.id} D-2")) == Known("presented", "")
        assert known(sha(f"{house.anne.id} D-3")) is None
        assert known(sha("other")) is None
        assert work.signing.offer(house.anne, waiting) is not None


def test_the_language_of_an_attempt(house: House) -> None:
    id = quote(house, house.anne)
    ticket: list[Ticket] = []
    with house.open() as work:
        english = replace(house.anne, language="en")
        found = offer(work, house.anne, id)
        for client, language in ((house.anne, "en"), (english, ""), (house.anne, "")):
            ticket.append(
                work.signing.open(client, found, house.account, "accept", *CHAT, BOXES, NOW, language)
            )
    with house.engine.connect() as db:
        assert list(db.execute(select(t.tickets.c.language).order_by(t.tickets.c.id)).scalars()) == [
            "en",
            "en",
            "fr",
        ]
