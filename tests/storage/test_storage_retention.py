"""Ten years for what was signed, one for the rest; the chain stays whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from storage_seed import DAY, NOW, House, add
from storage_signing import MAIL, decide, ledger, open_, quote, sha, signed
from test_storage_sealing import NEWS, SEAL

from handlers.rules.signing import Decision
from storage import audit, retention
from storage import tables as t
from storage.files import Store
from storage.proofs import Erased, proof_data
from storage.retention import hold, years_before
from storage.sealing import Kept, SealingQueue

YEAR = timedelta(days=366)
TEN = NOW.replace(year=2036)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"file:{tmp_path}/files")


def done(house: House, store: Store) -> Decision:
    """Signed by mail, its three files in the store."""
    raw = b"From: anne@exemple.example\r\n\r\nValider\r\n"
    row = {"channel": "email", "key": "k", "received_at": NOW, "raw": raw}
    with house.engine.begin() as db:
        inbox = add(db, t.inbox, company_id=house.atelier.id, **row)
    ticket = open_(house, quote(house, house.anne), MAIL)
    with house.open() as work:
        work.signing.entry(house.anne, ticket, "mail.received", NOW, {"inbox": inbox, "level": "verified"})
        work.signing.entry(house.anne, ticket, "code.failed", NOW, {"left": 2})
    made = decide(house, ticket)
    assert made is not None
    queue = SealingQueue(house.engine, house.keys)
    seal = SEAL.__class__(store.put(b"signed"), 6, 3, "B-B", "ab" * 32, "server")
    assert queue.sealed(made.id, NOW, seal, [Kept(store.put(raw), len(raw), "message/rfc822")])
    assert queue.done(made.id, NOW, store.put(b"proof"), 5, NEWS)
    return made


def expire(house: House, store: Store, now: object, years: int = 10) -> dict[str, int]:
    return retention.expire(house.engine, store.forget, now, years)


def left(house: House) -> list[str]:
    """The kinds of the entries whose payload is still there."""
    return [entry.kind for entry in ledger(house) if entry.salt]


def test_what_was_signed_is_kept_for_ten_years_and_then_erased(house: House, store: Store) -> None:
    made = done(house, store)
    assert expire(house, store, TEN) == {"payloads": 1, "signatures": 0}
    with house.engine.connect() as db:
        assert proof_data(db, house.atelier.id, made.signature_id)["signature_id"] == made.signature_id
    assert store.exists(sha("signed"))
    count = len(ledger(house))
    assert expire(house, store, TEN + DAY) == {"payloads": 0, "signatures": 1}
    assert left(house) == []
    assert len(ledger(house)) == count
    with house.engine.connect() as db:
        assert audit.check(db, house.atelier.id) is None
        with pytest.raises(Erased):
            proof_data(db, house.atelier.id, made.signature_id)
        assert db.execute(select(t.inbox.c.raw)).scalar_one() is None
        kept = set(db.execute(select(t.files.c.sha256)).scalars())
    assert not any(store.exists(sha(name)) for name in ("signed", "proof"))
    assert kept == {made.presented_sha256}
    with house.open() as work:  # the row stays
        found = work.signing.decision(house.anne, made.document_id)
        assert found is not None
        assert work.signing.known(sha("signed")) is not None
    assert expire(house, store, TEN + 2 * DAY) == {"payloads": 0, "signatures": 0}


def test_the_years_are_a_setting(house: House, store: Store) -> None:
    done(house, store)
    assert expire(house, store, NOW + 5 * YEAR, years=12)["signatures"] == 0
    assert expire(house, store, NOW + 5 * YEAR, years=5)["signatures"] == 1


def test_a_dispute_keeps_everything(house: House, store: Store) -> None:
    made = done(house, store)
    assert hold(house.engine, made.signature_id, True, NOW)
    assert not hold(house.engine, "FCT-20261124-000000000000", True, NOW)
    assert expire(house, store, TEN + YEAR) == {"payloads": 0, "signatures": 0}
    assert hold(house.engine, made.signature_id, False, NOW)
    assert expire(house, store, TEN + YEAR) == {"payloads": 1, "signatures": 1}
    assert [entry.kind for entry in ledger(house)[-2:]] == ["proof.held", "proof.released"]


def test_refusals_and_attempts_without_an_end_are_kept_for_a_year(house: House, store: Store) -> None:
    refused = quote(house, house.anne, "D-2")
    assert decide(house, open_(house, refused, verb="refuse"), "refused") is not None
    open_(house, quote(house, house.anne, "D-3"))
    with house.open() as work:
        work.audit.write(house.atelier, "access.opened", "client", NOW, payload={"channel": "email"})
    before = left(house)
    assert expire(house, store, NOW + YEAR - 2 * DAY)["payloads"] == 0
    assert left(house) == before
    assert expire(house, store, NOW + YEAR + DAY)["payloads"] == len(before) - 1
    assert left(house) == ["access.opened"]
    with house.engine.connect() as db:
        assert audit.check(db, house.atelier.id) is None


def test_a_code_that_failed_is_forgotten_before_what_it_led_to(house: House, store: Store) -> None:
    done(house, store)
    assert "code.failed" in left(house)
    expire(house, store, NOW + YEAR + DAY)
    assert "code.failed" not in left(house)
    assert left(house).count("consent.given") == 3


def test_what_waits_for_its_files_is_not_erased(house: House, store: Store) -> None:
    made = signed(house)
    with house.engine.begin() as db:
        db.execute(update(t.decisions).values(state="sealed"))
    assert expire(house, store, TEN + YEAR)["signatures"] == 0
    assert made.state == "decided"


def test_a_leap_day() -> None:
    assert years_before(NOW.replace(year=2036, month=2, day=29), 10).date().isoformat() == "2026-02-28"
    assert years_before(NOW.replace(year=2036, month=2, day=29), 4).date().isoformat() == "2032-02-29"
