"""Whatever a decision asks is found by index too, among as many quotes, attempts and decisions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, text
from storage_seed import NOW, House
from storage_signing import BOXES, CHAT, TICKED, offer, quote, sha
from test_storage_plans import MANY, grow, scans, watched
from test_storage_sealing import NEWS, SEAL

from storage import anchors
from storage.engine import reading
from storage.proofs import company_of, proof_data
from storage.sealing import SealingQueue

ROWS = {
    "tickets": (
        "id company_id document_version_id account_id channel conversation created_at used_at",
        "100 + i, 1, 100 + i, 101 + i % {n} / 20, 'email', 'c' || i, {at}, {at}",
    ),
    "decisions": (
        "company_id document_id document_version_id client_id account_id ticket_id decision signature_id at state"
        " presented_sha256 signed_sha256 proof_sha256",
        "1, 100 + i, 100 + i, 101 + i % ({n} / 20), 101 + i % {n} / 20, 100 + i, 'accepted', 'FCT-' || i, {at}, 'done',"
        " 'f' || i, 's' || i, 'p' || i",
    ),
}


def grow_signatures(engine: Engine, count: int) -> None:
    """One signature a document, made long ago."""
    grow(engine, count)
    postgresql = engine.dialect.name == "postgresql"
    at = "TIMESTAMPTZ '2026-01-05 08:00:00'" if postgresql else "'2026-01-05 08:00:00.000000'"
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    with engine.begin() as db:
        for table, (columns, values) in ROWS.items():
            made = f"{numbers} SELECT {values.format(n=count, at=at)} FROM n"
            db.execute(text(f"INSERT INTO {table} ({columns.replace(' ', ', ')}) {made}"))
            if postgresql:
                db.execute(text(f"SELECT setval('{table}_id_seq', 1000000)"))
        db.execute(text("ANALYZE"))


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


def test_no_step_of_a_signature_reads_a_table_from_end_to_end(house: House) -> None:
    id = quote(house, house.anne, replaces="D-0")
    grow_signatures(house.engine, MANY)
    with watched(house.engine) as asked:
        decide_one(house, id)
    assert len(asked) > 60
    whole = {statement: scans(house.engine, statement, parameters) for statement, parameters in asked}
    whole = {statement: found for statement, found in whole.items() if found}
    assert not whole, "\n\n".join(f"{found}: {statement}" for statement, found in whole.items())
