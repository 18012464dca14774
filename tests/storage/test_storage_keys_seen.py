"""The DKIM keys of the mails that decided: looked up once, for seconds at most, and kept before the seal."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path
from typing import Any

import dkim
import pytest
from dkim_signed import DOMAIN, SELECTOR, pair, signed
from papers.proof_data import ENGLISH
from sqlalchemy import select, update
from storage_seed import NOW, House, add
from storage_signing import MAIL, decide, ledger, open_, quote

from bot.key_records import KeyRecords
from bot.paper import keys
from bot.paper.child import Child
from bot.signing import Sealer
from handlers.core import proof_file
from storage import audit
from storage import tables as t
from storage.evidence import KeySeen
from storage.files import Store
from storage.proofs import proof_data
from storage.sealing import SealingQueue

RECORD = pair()[1]
OTHER = RECORD[:200] + ("A" if RECORD[200] != "A" else "B") + RECORD[201:]
NAME = f"{SELECTOR}._domainkey.{DOMAIN}."


def mail(nth: int) -> bytes:
    return signed(f"From: anne@{DOMAIN}\r\nMessage-ID: <{nth}@{DOMAIN}>\r\n\r\nVALIDER\r\n".encode())


@pytest.fixture(scope="module")
def child() -> Any:
    made = Child(seconds=20)
    yield made
    made.close()


class Names:
    """A name server of ours, that says so many things and counts what it is asked."""

    def __init__(self, answer: str | None | Exception) -> None:
        self.answer, self.asked = answer, list[tuple[str, float]]()

    def __call__(self, name: str, seconds: float) -> bytes | None:
        self.asked.append((name, seconds))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer.encode() if self.answer is not None else None


def seen(names: Names, child: Child, *mails: bytes, seconds: float = 60) -> tuple[KeySeen, ...]:
    return KeyRecords(names, child, seconds)(mails)


def test_one_look_up_for_all_mails_of_a_decision(child: Child) -> None:
    names = Names(RECORD)
    first = mail(1)
    found = seen(names, child, first, mail(2), first, b"From: a@b.example\r\n\r\nunsigned\r\n")
    of = ("exemple.example", "s2026", RECORD, True)
    assert [astuple(one) for one in found] == [
        ("<1@exemple.example>", *of),
        ("<2@exemple.example>", *of),
    ]
    assert [name for name, _ in names.asked] == [NAME]
    assert 0 < names.asked[0][1] <= 60


@pytest.mark.parametrize(
    "answer", [None, "", TimeoutError("no name server"), ValueError("odd"), dkim.DnsTimeoutError()]
)
def test_what_is_not_to_be_had_is_not_available(child: Child, answer: Any) -> None:
    [found] = seen(Names(answer), child, mail(1))
    assert (found.record, found.verified) == (None, None)


def test_a_key_with_which_it_does_not_verify_is_kept_too(child: Child) -> None:
    [found] = seen(Names(OTHER), child, mail(1))
    assert (found.record, found.verified) == (OTHER, False)


def test_a_mail_that_takes_too_long_to_verify_leaves_its_key() -> None:
    hasty = Child(seconds=0.001)
    [found] = seen(Names(RECORD), hasty, mail(1) + b"word \r\n" * 500_000)
    hasty.close()
    assert (found.record, found.verified) == (RECORD, None)


def test_past_its_time_nothing_is_asked(child: Child) -> None:
    names = Names(RECORD)
    [found] = seen(names, child, mail(1), seconds=0)
    assert (found.record, found.verified, names.asked) == (None, None, [])


@pytest.mark.parametrize(
    ("answer", "language", "told"),
    ids=["seen", "not available"],
    argvalues=[
        (RECORD, "fr", "Clé DKIM s2026 du domaine exemple.example : l'e-mail est conforme à cette clé"),
        (None, "en", "DKIM key s2026 of the domain exemple.example: not available"),
    ],
)
def test_it_stands_in_the_ledger_before_the_seal_and_in_the_proof(
    house: House, child: Child, tmp_path: Path, answer: str | None, language: str, told: str
) -> None:
    signature = signed_by_mail(house)
    queue, store = SealingQueue(house.engine, house.keys), Store("memory:")

    def proofs(company_id: int, signature_id: str) -> dict[str, Any]:
        with house.engine.connect() as db:
            return proof_data(db, company_id, signature_id)

    records = KeyRecords(Names(answer), child, 60)
    made = keys.install(tmp_path / "keys", NOW)
    sealer = Sealer(queue, proofs, store, lambda: made, "", lambda: NOW, records)
    assert sealer.drain()
    kinds = [entry.kind for entry in ledger(house)]
    assert kinds[-3:] == ["mail.key_seen", "signature.proof_only", "proof.made"]
    assert ledger(house)[-3].payload == {
        "signature_id": signature,
        "message_id": "<1@exemple.example>",
        "domain": "exemple.example",
        "selector": "s2026",
        "record": answer,
        "verified": True if answer else None,
    }
    data = {**proofs(house.atelier.id, signature), "language": language}
    assert [event["kind"] for event in data["events"]][-2:] == ["mail.key_seen", "signature.proof_only"]
    rows = proof_file.recipe(data)["data"]["log"]["rows"]
    assert told in [row[2].replace("\u202f", " ").replace("\u00a0", " ") for row in rows]
    with house.engine.connect() as db:
        assert audit.check(db, house.atelier.id) is None
        mailed = [reply["documents"] for reply in db.execute(select(t.outbox.c.reply)).scalars()]
    shown = f"Devis_{data['document']['number']}.pdf"
    assert {files[0]["name"] for files in mailed if files} == {shown}


def signed_by_mail(house: House) -> str:
    """A quote whose PDF cannot hold a signature, accepted by a signed mail; the signature id."""
    row = {"channel": "email", "key": "k", "received_at": NOW, "raw": mail(1), "company_id": house.atelier.id}
    with house.engine.begin() as db:
        inbox = add(db, t.inbox, **row)
    ticket = open_(house, quote(house, house.anne), MAIL)
    with house.open() as work:
        told = {
            "inbox": inbox,
            "message_id": "<1@exemple.example>",
            "level": "verified",
            "first_line": "Valider",
        }
        work.signing.entry(house.anne, ticket, "mail.received", NOW, told)
    with house.engine.begin() as db:
        db.execute(update(t.document_versions).values(why_not="form", signable=False))
    made = decide(house, ticket)
    assert made is not None
    return made.signature_id


@pytest.mark.parametrize(
    ("record", "verified", "told"),
    [
        (RECORD, True, "agrees with this key"),
        (RECORD, False, "does not agree with this key"),
        (RECORD, None, "could not be compared"),
        (None, None, "not available"),
    ],
)
def test_the_proof_says_what_was_seen(record: str | None, verified: bool | None, told: str) -> None:
    payload = {"selector": SELECTOR, "domain": DOMAIN, "record": record, "verified": verified}
    event = {
        "kind": "mail.key_seen",
        "payload": payload,
        "seq": 51,
        "at": "2026-11-24T09:05:08Z",
        "hash": "ab",
    }
    [row] = proof_file.recipe({**ENGLISH, "events": [event]})["data"]["log"]["rows"]
    assert row[2].endswith(told)
