"""The ledger each night: checked, anchored outside, sealing stopped where it was altered; and what a check finds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from storage_seed import DAY, HOUR, MINUTE, NOW, House
from storage_signing import kinds, ledger, signed
from test_storage_audit import free

from bot.night import Night, last_night
from storage import anchors, audit, chain
from storage import tables as t
from storage.files import Store
from storage.sealing import SealingQueue

MIDNIGHT = datetime(2026, 11, 24, 23, 10, tzinfo=UTC)  # ten past midnight in Paris
e = t.ledger.c


@pytest.fixture
def night(house: House, tmp_path: Path) -> Night:
    return made(house, tmp_path)


def made(house: House, tmp_path: Path, stamp: anchors.Stamp | None = None) -> Night:
    files = Store(f"file:{tmp_path}/files")
    return Night(house.engine, house.keys, files, tmp_path / "anchors", 10, stamp=stamp)


def lines(tmp_path: Path) -> list[dict[str, Any]]:
    path = tmp_path / "anchors" / "2026.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def mails(house: House) -> list[tuple[str, str, str]]:
    o = t.outbox.c
    with house.engine.connect() as db:
        found = db.execute(select(o.address, o.kind, o.reply).order_by(o.id))
        return [(row.address, row.kind, row.reply["subject"]) for row in found]


def fault(house: House, tmp_path: Path) -> chain.Fault | None:
    with house.engine.connect() as db:
        return audit.check(db, house.atelier.id, anchors.kept(tmp_path / "anchors", "atelier"))


# --- anchors


@pytest.mark.parametrize(
    ("now", "zone", "at"),
    [
        (datetime(2026, 11, 24, 23, 9, 59, tzinfo=UTC), "Europe/Paris", MIDNIGHT - DAY),
        (MIDNIGHT, "Europe/Paris", MIDNIGHT),
        (
            datetime(2026, 11, 24, 12, tzinfo=UTC),
            "Pacific/Noumea",
            datetime(2026, 11, 23, 13, 10, tzinfo=UTC),
        ),
        (datetime(2026, 3, 29, 12, tzinfo=UTC), "Europe/Paris", datetime(2026, 3, 28, 23, 10, tzinfo=UTC)),
    ],
)
def test_the_night_of_a_company_is_that_of_its_clock(now: datetime, zone: str, at: datetime) -> None:
    assert last_night(now, zone) == at


def test_the_head_of_the_day_is_anchored_once(house: House, night: Night, tmp_path: Path) -> None:
    signed(house)
    night(NOW)
    night(MIDNIGHT - MINUTE)
    assert (mails(house), lines(tmp_path)) == ([], [])
    head = ledger(house)[-1]
    night(MIDNIGHT)
    night(MIDNIGHT + MINUTE)
    told = {"seq": head.seq, "hash": head.hash, "tsa": None}
    assert ledger(house)[-1].payload == told
    assert kinds(house).count("anchor.written") == 1
    assert lines(tmp_path) == [{"company": "atelier", "at": "2026-11-24T23:10:00.000000Z", **told}]
    subject = "Journal des signatures : empreinte du 25 novembre 2026"
    assert mails(house) == [("contact@atelier.example", "company", subject.replace(" :", "\u00a0:"))]
    night(MIDNIGHT + DAY)  # nothing was written since but the anchor
    assert len(lines(tmp_path)) == 1
    assert fault(house, tmp_path) is None


def test_what_was_written_while_an_anchor_was_made_is_anchored_the_next_night(
    house: House, night: Night, tmp_path: Path
) -> None:
    signed(house)
    night(MIDNIGHT)
    signed(house, "D-2")
    night(MIDNIGHT + HOUR)
    assert [line["seq"] for line in lines(tmp_path)] == [8, 17]  # of before midnight, by its clock
    with house.open() as work:
        work.audit.write(house.atelier, "read", "operator", MIDNIGHT + HOUR)
        work.audit.write(house.other, "read", "operator", MIDNIGHT + HOUR)
    night(MIDNIGHT + 2 * HOUR)
    assert len(lines(tmp_path)) == 2
    night(MIDNIGHT + DAY)
    assert [(line["company"], line["seq"]) for line in lines(tmp_path)[2:]] == [("atelier", 19), ("other", 1)]


def test_two_processes_write_one_anchor(house: House, night: Night, tmp_path: Path) -> None:
    signed(house)
    with house.engine.connect() as db:
        head = anchors.head(db, house.atelier.id, MIDNIGHT)
    assert head is not None
    night(MIDNIGHT)
    with house.engine.begin() as db:
        assert not anchors.write(db, house.atelier, None, head, MIDNIGHT)
    assert kinds(house).count("anchor.written") == 1


def test_a_token_that_comes_late_makes_an_anchor_of_its_own(house: House, tmp_path: Path) -> None:
    asked: list[bytes] = []

    def stamp(digest: bytes) -> bytes:
        asked.append(digest)
        if len(asked) < 3:
            raise TimeoutError
        return b"token of " + digest

    signed(house)
    night = made(house, tmp_path, stamp)
    head = ledger(house)[-1]
    for minutes in (0, 1, 59, 60, 61, 120, 180):
        night(MIDNIGHT + minutes * MINUTE)
    assert asked == [bytes.fromhex(head.hash)] * 3
    first, second = lines(tmp_path)
    assert (first["tsa"], second["seq"], second["hash"]) == (None, first["seq"], first["hash"])
    assert night.files.read(second["tsa"]) == b"token of " + bytes.fromhex(head.hash)
    assert [one.payload["tsa"] for one in ledger(house) if one.kind == "anchor.written"] == [
        None,
        second["tsa"],
    ]
    assert len(mails(house)) == 1
    assert fault(house, tmp_path) is None


def test_a_line_cut_short_is_passed_over(house: House, night: Night, tmp_path: Path) -> None:
    signed(house)
    night(MIDNIGHT)
    with (tmp_path / "anchors" / "2026.jsonl").open("a") as file:
        file.write('{"company": "atelier", "se')
    assert len(anchors.kept(tmp_path / "anchors", "atelier")) == 1
    assert anchors.kept(tmp_path / "anchors", "other") == {}


# --- what a check finds

HEADS = ("payload", "row", "swap", "tail", "anew")


def harm(house: House, how: str) -> None:
    """What a person with the database's keys can do."""
    free(house)
    entries = ledger(house)
    with house.engine.begin() as db:
        if how == "payload":
            payload = {**entries[2].payload, "text": "J'accepte tout."}
            db.execute(update(t.ledger).where(e.seq == 3).values(payload=payload))
        elif how == "row":
            db.execute(delete(t.ledger).where(e.seq == 3))
        elif how == "swap":
            for seq, to in ((3, 99), (4, 3), (99, 4)):
                db.execute(update(t.ledger).where(e.seq == seq).values(seq=to))
        elif how == "tail":
            db.execute(delete(t.ledger).where(e.seq > 5))
        elif how == "anew":
            db.execute(delete(t.ledger))
            for one in entries:
                told = (one.kind, one.actor, one.at, one.subject, one.role, one.payload)
                audit.append(db, house.atelier.id, *told)


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("payload", chain.Fault(3, "payload")),
        ("row", chain.Fault(3, "missing")),
        ("swap", chain.Fault(3, "chain")),
        ("tail", chain.Fault(6, "cut")),
        ("anew", chain.Fault(8, "anchor")),
    ],
)
def test_what_was_done_to_the_ledger_is_named(
    house: House, night: Night, tmp_path: Path, how: str, found: chain.Fault
) -> None:
    signed(house)
    night(MIDNIGHT)
    assert fault(house, tmp_path) is None
    harm(house, how)
    assert fault(house, tmp_path) == found


def test_without_an_anchor_a_tail_that_was_cut_is_not_seen(house: House, tmp_path: Path) -> None:
    """Why anchors are kept outside."""
    signed(house)
    harm(house, "tail")
    assert fault(house, tmp_path) is None


def test_where_it_was_altered_the_company_is_told_and_nothing_is_sealed(
    house: House, night: Night, tmp_path: Path
) -> None:
    signed(house)
    night(NOW)
    queue = SealingQueue(house.engine, house.keys, lease=timedelta())
    assert queue.claim(NOW) is not None
    before = ledger(house)[2].payload
    harm(house, "payload")
    for now in (MIDNIGHT, MIDNIGHT + MINUTE):
        night(now)
    assert queue.claim(MIDNIGHT) is None
    assert (lines(tmp_path), kinds(house).count("anchor.written")) == ([], 0)
    [(address, kind, subject)] = mails(house)
    assert (address, kind) == ("contact@atelier.example", "company")
    assert subject.endswith("une modification a été constatée")
    with house.engine.begin() as db:  # a backup was put back
        db.execute(update(t.ledger).where(e.seq == 3).values(payload=before))
    night(MIDNIGHT + DAY)
    assert queue.claim(MIDNIGHT + DAY) is not None
    assert len(lines(tmp_path)) == 1


def test_one_company_that_fails_does_not_hold_up_the_others(
    house: House, night: Night, tmp_path: Path
) -> None:
    signed(house)
    with house.engine.begin() as db:
        row = {"slug": "broken", "name": "x", "email": "x@x.example", "options": [], "created_at": NOW}
        db.execute(insert(t.companies).values(**row, timezone="Nowhere/At_all"))
        db.execute(text("UPDATE companies SET id = 0 WHERE slug = 'broken'"))
    night(MIDNIGHT)
    assert len(lines(tmp_path)) == 1
