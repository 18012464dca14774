"""From a signature to its files: each step once, whatever dies between two."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from storage_seed import DAY, HOUR, MINUTE, NOW, House, add
from storage_signing import CHAT, MAIL, TICKED, decide, kinds, ledger, offer, open_, quote, sha, signed

from handlers.core.turn import Reply
from storage import audit, queue
from storage import tables as t
from storage.sealing import LEASE, Kept, Mail, Seal, SealingQueue
from storage.waiting import MOST, Waiting

SEAL = Seal(sha("signed"), 9876, 3, "B-B", "ab" * 32, "server")
NEWS = (
    Mail("client", "anne@exemple.example", Reply("Signé.", kind="notice")),
    Mail("company", "contact@atelier.example", Reply("Signé par Anne.", kind="company")),
)


@pytest.fixture
def work(house: House) -> SealingQueue:
    return SealingQueue(house.engine, house.keys)


def claimed(work: SealingQueue, now: object = NOW) -> Waiting:
    found = work.claim(now)
    assert found is not None
    return found


def sent(house: House) -> list[tuple[str, str]]:
    o = t.outbox.c
    with house.engine.connect() as db:
        return [(row.address, row.dedup) for row in db.execute(select(o.address, o.dedup).order_by(o.id))]


def test_what_the_press_and_the_mails_need_is_claimed(house: House, work: SealingQueue) -> None:
    made = signed(house, file_name="Devis D-1.pdf")
    found = claimed(work)
    assert (found.decision, found.company, found.client.ref, found.account) == (
        made,
        house.atelier,
        "C-Anne",
        house.account,
    )
    assert (found.signatory, found.language, found.channel, found.conversation) == ("ANNE", "fr", *CHAT)
    assert (found.paper.file_sha256, found.paper.file_size) == (made.presented_sha256, 4321)
    assert [one.name for one in found.annexes] == ["plan.pdf"]
    assert found.consents == TICKED
    assert (found.why_not, found.mails, found.attempt) == ("", (), 1)


def test_a_pdf_that_cannot_be_sealed_says_why(house: House, work: SealingQueue) -> None:
    made = signed(house)
    with house.engine.begin() as db:
        db.execute(update(t.document_versions).values(why_not="form", signable=False))
    assert claimed(work).why_not == "form"
    with house.open() as shelves:
        assert offer(shelves, house.anne, made.document_id).why_not == "form"


def test_the_mails_that_decided_are_evidence(house: House, work: SealingQueue) -> None:
    raw = b"Authentication-Results: mx.atelier.example;\r\n dkim=pass header.d=exemple.example\r\n\r\nJe signe\r\n"
    row = {"channel": "email", "key": "k", "received_at": NOW, "raw": raw, "company_id": house.atelier.id}
    with house.engine.begin() as db:
        inbox = add(db, t.inbox, **row)
        theirs = add(db, t.inbox, **row | {"key": "l", "company_id": house.other.id})
        told = {
            "peer": "192.0.2.7",
            "authentication": {"results": "spf=pass; dmarc=pass", "level": "verified"},
        }
        checked = add(db, t.inbox, **row | {"key": "m", "envelope": told})
    ticket = open_(house, quote(house, house.anne), MAIL)
    with house.open() as shelves:
        cases = ((inbox, "verified"), (inbox, "unverified"), (theirs, "verified"), (checked, "verified"))
        for id, level in cases:
            told = {"inbox": id, "message_id": "<1@x>", "level": level, "first_line": "Valider"}
            shelves.signing.entry(house.anne, ticket, "mail.received", NOW, told)
    first, second, third, fourth = (entry.payload for entry in ledger(house) if entry.kind == "mail.received")
    assert first["raw_sha256"] == second["raw_sha256"] == hashlib.sha256(raw).hexdigest()
    assert first["authentication"] == "mx.atelier.example; dkim=pass header.d=exemple.example"
    assert (second["authentication"], third["raw_sha256"]) == (None, None)
    assert fourth["authentication"] == "spf=pass; dmarc=pass"  # ours; whoever sent it wrote the header
    assert decide(house, ticket) is not None
    assert claimed(work).mails == (raw, raw, raw, raw)


def test_each_step_is_done_once_and_told_in_the_ledger(house: House, work: SealingQueue) -> None:
    made = signed(house)
    id, count = made.id, len(kinds(house))
    assert not work.done(id, NOW, sha("proof"), 5, NEWS)  # not before it is sealed
    assert work.sealed(id, NOW, SEAL, [Kept(sha("raw"), 7, "message/rfc822")])
    assert not work.sealed(id, NOW, replace(SEAL, sha256=sha("other")))
    assert not work.proof_only(id, NOW, "form")
    assert work.done(id, NOW, sha("proof"), 5, NEWS)
    assert not work.done(id, NOW, sha("proof"), 5, NEWS)
    assert not work.sealed(id, NOW, SEAL)
    assert kinds(house)[count:] == ["signature.sealed", "proof.made"]
    assert ledger(house)[-2].payload == {
        "signature_id": made.signature_id,
        "presented_sha256": made.presented_sha256,
        "signed_sha256": sha("signed"),
        "presented_size": 4321,
        "pages": 3,
        "level": "B-B",
        "certificate_sha256": "ab" * 32,
        "time": "server",
        "tsa": None,
    }
    assert sent(house) == [
        ("anne@exemple.example", f"{made.signature_id}:client"),
        ("contact@atelier.example", f"{made.signature_id}:company"),
    ]
    with house.open() as shelves:
        found = shelves.signing.decision(house.anne, made.document_id)
    assert found is not None
    assert (found.state, found.signed_sha256, found.signed_size) == ("done", sha("signed"), 9876)
    assert (found.proof_sha256, found.proof_size) == (sha("proof"), 5)
    with house.engine.connect() as db:
        assert audit.check(db, house.atelier.id) is None
    assert work.claim(NOW + DAY) is None


def test_a_signature_that_only_the_proof_records(house: House, work: SealingQueue) -> None:
    made = signed(house)
    assert work.proof_only(made.id, NOW, "encrypted")
    assert claimed(work).decision.state == "sealed"
    assert claimed(work, NOW + LEASE).decision.signed_sha256 == ""
    assert ledger(house)[-1].payload == {"signature_id": made.signature_id, "why": "encrypted"}
    assert work.done(made.id, NOW, sha("proof"), 5, NEWS)


def test_a_refusal_has_no_files_to_make(house: House, work: SealingQueue) -> None:
    assert decide(house, open_(house, quote(house, house.anne), verb="refuse"), "refused") is not None
    assert work.claim(NOW + DAY) is None


def test_what_is_claimed_is_leased_and_goes_on_where_it_was(house: House, work: SealingQueue) -> None:
    first, second = signed(house, "D-1"), signed(house, "D-2")
    assert [claimed(work).decision.id, claimed(work).decision.id] == [first.id, second.id]
    assert work.claim(NOW + LEASE - MINUTE) is None
    work.sealed(first.id, NOW + MINUTE, SEAL)
    again = claimed(work, NOW + LEASE)
    assert (again.decision.id, again.decision.state, again.attempt) == (first.id, "sealed", 1)
    assert claimed(work, NOW + LEASE).attempt == 2


def test_what_fails_waits_longer_each_time_and_is_put_aside(house: House, work: SealingQueue) -> None:
    made, now = signed(house), NOW
    for attempt in range(1, MOST + 1):
        found = claimed(work, now)
        assert (found.attempt, found.exhausted) == (attempt, False)
        work.failed(made.id, now, "the press died")
        wait = timedelta(minutes=2 ** (attempt - 1))
        assert work.claim(now + wait - timedelta(seconds=1)) is None
        now += wait
    assert claimed(work, now).exhausted
    assert work.put_aside(made.id, now, "the press died", NEWS[1:])
    assert not work.put_aside(made.id, now, "the press died", NEWS[1:])
    assert sent(house) == [("contact@atelier.example", f"{made.signature_id}:company")]
    assert work.claim(now + DAY) is None
    assert not work.sealed(made.id, now, SEAL)
    assert not work.again("FCT-20261124-000000000000", now)
    assert work.again(made.signature_id, now)
    assert (claimed(work, now).attempt, work.sealed(made.id, now, SEAL)) == (1, True)


def test_a_holder_that_dies_each_time_is_given_up_too(house: House, work: SealingQueue) -> None:
    signed(house)
    found = [claimed(work, NOW + nth * LEASE) for nth in range(MOST + 1)]
    assert [one.exhausted for one in found] == [False] * MOST + [True]


def test_nothing_is_sealed_while_the_ledger_is_broken(house: House, work: SealingQueue) -> None:
    signed(house)
    c = t.companies.c
    broken = update(t.companies).where(c.id == house.atelier.id)
    with house.engine.begin() as db:
        db.execute(broken.values(chain_broken_at=NOW))
    assert work.claim(NOW) is None
    with house.engine.begin() as db:
        db.execute(broken.values(chain_broken_at=None))
    assert claimed(work).attempt == 1


def test_two_that_claim_at_once_take_two(house: House, work: SealingQueue) -> None:
    first, second = signed(house, "D-1"), signed(house, "D-2")
    if house.engine.dialect.name == "sqlite":
        assert {claimed(work).decision.id, claimed(work).decision.id} == {first.id, second.id}
        return
    with house.engine.begin() as db:
        held = select(t.decisions.c.id).where(t.decisions.c.id == first.id).with_for_update()
        db.execute(held).all()
        assert claimed(work).decision.id == second.id
    assert claimed(work).decision.id == first.id


def test_a_start_takes_up_what_a_former_process_held(house: House, work: SealingQueue) -> None:
    signed(house)
    claimed(work, NOW + HOUR)
    queue.release(house.engine)
    found = work.claim(NOW + HOUR)
    assert (found is None) is (house.engine.dialect.name == "postgresql")  # others may work there
