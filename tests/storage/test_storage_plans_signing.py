"""Whatever a decision asks is found by index too, among as many quotes, attempts and decisions."""

from __future__ import annotations

from datetime import timedelta

from storage_seed import NOW, TODAY, House
from storage_signing import BOXES, CHAT, TICKED, offer, sha
from test_storage_plans import scans, watched
from test_storage_sealing import NEWS, SEAL

from handlers.rules.paper import Wanted
from storage import anchors
from storage.engine import reading
from storage.proofs import company_of, proof_data
from storage.sealing import SealingQueue


def decide_one(house: House, id: int) -> str:
    """From the quote to its proof: every statement of it."""
    signing_now = (*CHAT, NOW)
    with house.open() as work:
        signing = work.signing
        found = offer(work, house.anne, id)
        signing.shown(house.anne, found, *signing_now)
        ticket = signing.open(house.anne, found, house.account, "accept", *CHAT, BOXES, NOW)
        assert signing.ticket(house.anne, house.account, ticket.id, *CHAT) == ticket
        ticket = signing.tick(house.anne, ticket, TICKED, NOW)
        signing.entry(house.anne, ticket, "mail.received", NOW, {"inbox": 1, "level": "verified"})
        made = signing.decide(house.anne, ticket, "accepted", NOW)
        assert made is not None
        signing.decisions(house.anne)
        signing.withdraw(house.anne, made, NOW)
        for file in (made.presented_sha256, "f77", "s77", "p77", sha("unknown")):
            signing.known(file)
    queue = SealingQueue(house.engine, house.keys)
    assert queue.claim(NOW) is not None
    queue.failed(made.id, NOW, "x")
    assert queue.sealed(made.id, NOW, SEAL)
    with reading(house.engine) as db:
        assert company_of(db, made.signature_id) is not None
        proof_data(db, house.atelier.id, made.signature_id)
    assert queue.done(made.id, NOW, sha("proof"), 5, NEWS)
    with reading(house.engine) as db:
        anchors.last(db, house.atelier.id)
        anchors.head(db, house.atelier.id, NOW + timedelta(days=1))
    return made.signature_id


def test_no_step_of_a_signature_reads_a_table_from_end_to_end(grown: House) -> None:
    with grown.open() as work:
        (paper,) = work.books.find(grown.anne, Wanted(number="D1"), TODAY).items
    with watched(grown.engine) as asked:
        decide_one(grown, paper.id)
    assert len(asked) > 60
    whole = {statement: scans(grown.engine, statement, parameters) for statement, parameters in asked}
    whole = {statement: found for statement, found in whole.items() if found}
    assert not whole, "\n\n".join(f"{found}: {statement}" for statement, found in whole.items())
