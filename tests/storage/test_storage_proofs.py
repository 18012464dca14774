"""The proof's data: from the ledger, all of it, and nothing else."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import null, update
from storage_seed import DAY, HOUR, NOW, House
from storage_signing import BOXES, decide, ledger, open_, quote, sha, signed
from test_storage_sealing import NEWS, SEAL

from handlers.rules.signing import Decision
from storage import chain
from storage import tables as t
from storage.proofs import Erased, company_of, of_entries, proof_data
from storage.sealing import SealingQueue


def data(house: House, made: Decision, company_id: int | None = None) -> dict[str, Any]:
    with house.engine.connect() as db:
        return proof_data(db, company_id or house.atelier.id, made.signature_id)


def sealed(house: House, **values: Any) -> Decision:
    made = signed(house, **values)
    assert SealingQueue(house.engine, house.keys).sealed(made.id, NOW, SEAL)
    return made


def test_what_a_proof_states(house: House) -> None:
    made = sealed(house, issued_on=date(2026, 11, 2), total_cents=123456)
    told = data(house, made)
    events, application = told.pop("events"), told.pop("application")
    assert told == {
        "format": "facteur-proof/1",
        "signature_id": made.signature_id,
        "decision": "accepted",
        "at": "2026-11-24T08:00:00.000000Z",
        "timezone": "Europe/Paris",
        "language": "fr",
        "document": {
            "kind": "quote",
            "number": "D-1",
            "version": 1,
            "label": "Portail",
            "issued_on": "2026-11-02",
            "valid_until": "2026-12-24",
            "total_cents": 123456,
            "currency": "EUR",
            "file_name": "D-1.pdf",
            "pages": 2,
            "size": 4321,
            "presented_sha256": made.presented_sha256,
            "signed_sha256": sha("signed"),
            "annexes": [{"name": "plan.pdf", "sha256": sha("plan")}],
        },
        "company": {"name": "Atelier", "siren": None, "email": "contact@atelier.example"},
        "client": {
            "ref": "C-Anne",
            "name": "Anne",
            "kind": "B2B_FR",
            "signatory": "ANNE",
            "email": "anne@exemple.example",
            "capacity": True,
        },
        "channel": "telegram",
        "conversation": {"chat": "4217"},
        "seal": {
            "level": "B-B",
            "why_not": None,
            "certificate_sha256": "ab" * 32,
            "time": "server",
            "tsa": None,
        },
        "chain": {"seq": events[-1]["seq"], "hash": events[-1]["hash"]},
        "keep_until": "2036-11-24",
    }
    assert application["name"] == "Facteur"
    assert [one["kind"] for one in events] == [
        "document.shown",
        "ticket.opened",
        *["consent.given"] * 3,
        "code.issued",
        "code.verified",
        "quote.accepted",
        "signature.sealed",
    ]
    assert [one["payload"]["text"] for one in events[2:5]] == [box.text for box in BOXES]


def test_anyone_can_work_the_hashes_of_the_extract_out_again(house: House) -> None:
    for one in json.loads(json.dumps(data(house, sealed(house))))["events"]:
        assert chain.payload_hash(one["salt"], one["payload"]) == one["payload_hash"]
        at = one["at"].removesuffix("Z") + "+00:00"
        named = [one["prev_hash"], one["seq"], at, one["kind"], one["actor"], one["role"], one["subject"]]
        made = chain.sha256(chain.canonical([*named, one["payload_hash"]]))
        assert made == one["hash"]


def test_it_is_the_same_before_the_file_and_whatever_comes_after(house: House) -> None:
    made = sealed(house)
    before = data(house, made)
    SealingQueue(house.engine, house.keys).done(made.id, NOW, sha("proof"), 5, NEWS)
    with house.open() as work:
        work.signing.withdraw(house.anne, made, NOW + DAY)
    with house.engine.begin() as db:
        db.execute(update(t.companies).values(name="Autre nom", email="autre@x.example"))
        db.execute(update(t.documents).values(label="Autre", total_cents=1))
        db.execute(update(t.contacts).values(name="Autre"))
    assert data(house, made) == before


def test_a_signature_that_waits_for_its_seal_has_none_yet(house: House) -> None:
    told = data(house, signed(house))
    assert told["document"]["signed_sha256"] is told["document"]["pages"] is told["seal"]["level"] is None
    assert told["events"][-1]["kind"] == "quote.accepted"


def test_a_proof_only_signature_says_why(house: House) -> None:
    made = signed(house)
    SealingQueue(house.engine, house.keys).proof_only(made.id, NOW, "form")
    assert data(house, made)["seal"] == {
        "level": None,
        "why_not": "form",
        "certificate_sha256": None,
        "time": "server",
        "tsa": None,
    }


def test_attempts_of_others_are_not_told(house: House) -> None:
    id = quote(house, house.anne)
    with house.engine.begin() as db:
        bobs = db.execute(t.accounts.select().where(t.accounts.c.address == "bob@exemple.example")).one()
        row = {"company_id": house.atelier.id, "client_id": house.anne.id, "account_id": bobs.id}
        db.execute(t.contacts.insert().values(**row, can_sign=True))
    bob = replace(house.account, id=bobs.id, address=bobs.address)
    theirs = open_(house, id, ("telegram", "77"), account=bob)
    mine = open_(house, id)
    made = decide(house, mine)
    assert made is not None
    told = data(house, made)["events"]
    assert {one["payload"].get("ticket") for one in told} == {None, mine.id}
    assert theirs.id not in {one["payload"].get("ticket") for one in told}


def test_another_company_and_an_unknown_signature_have_no_proof(house: House) -> None:
    made = sealed(house)
    with pytest.raises(LookupError):
        data(house, made, house.other.id)
    with pytest.raises(LookupError):
        data(house, replace(made, signature_id="FCT-20261124-000000000000"))
    with house.engine.connect() as db:
        assert company_of(db, made.signature_id) == (house.atelier.id, "atelier")
        assert company_of(db, "FCT-20261124-000000000000") is None


def test_what_was_erased_is_said_to_be(house: House) -> None:
    made = sealed(house)
    with house.engine.begin() as db:
        db.execute(update(t.ledger).values(payload=null(), salt=None))
    with pytest.raises(Erased):
        data(house, made)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


FIXED = {"facteur-proof/1", "Facteur", "accepted", "server", "2036-11-24", True, False, None}


def test_a_proof_states_nothing_that_the_ledger_does_not_hold(house: House) -> None:
    """Every value is one of an entry (or the form's own), with any entries missing: what is not written is not said."""
    made, luck = sealed(house), random.Random(5)
    entries = [one for one in ledger(house) if one.subject]
    ticket = entries[1].payload["ticket"]
    for _ in range(200):
        some = [one for one in entries if one.kind == "quote.accepted" or luck.random() < 0.6]
        told = of_entries(some, ticket, made.signature_id, 10)
        held = {item for one in some for item in leaves(one.payload)}
        held |= {item for one in some for item in (one.seq, one.kind, one.actor, one.hash, one.prev_hash)}
        held |= {item for one in some for item in (one.payload_hash, one.salt, one.subject)}
        held |= {"2026-11-24T08:00:00.000000Z"} | {item - 1 for item in held if item == SEAL.pages}
        assert set(leaves(told)) - held - FIXED == set()
        kinds = {one.kind for one in some}
        assert bool(told["document"]["signed_sha256"]) is ("signature.sealed" in kinds)
        named = {one.payload["name"] for one in some if one.kind == "consent.given"}
        assert told["client"]["capacity"] is ("power" in named)


def test_a_signature_late_in_the_evening_is_kept_by_the_days_of_the_company(house: House) -> None:
    ticket = open_(house, quote(house, house.anne))
    made = decide(house, ticket, now=NOW + 15 * HOUR + HOUR / 2)  # 00:30 in Paris
    assert made is not None
    assert data(house, made)["keep_until"] == "2036-11-25"
