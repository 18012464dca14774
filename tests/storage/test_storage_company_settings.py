"""The settings of a company that concern its signatures: what is kept, who can withdraw, what it is told (S41, S48)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select, update
from storage_seed import HOUR, NOW, House
from storage_signing import kinds, sha, signed

from bot.night import Night
from handlers.core.turn import Reply
from storage import admin, level
from storage import tables as t
from storage.files import Store
from storage.sealing import Mail, Seal, SealingQueue

SIGNED = b"%PDF-1.7 signed"


def sealed(house: House, files: Store) -> int:
    """A signature with its files, and its two mails under way."""
    decision = signed(house)
    queue = SealingQueue(house.engine, house.keys)
    assert queue.claim(NOW) is not None
    queue.sealed(
        decision.id, NOW, Seal(files.put(SIGNED), len(SIGNED), 2, "B-B", sha("certificate"), "server")
    )
    mails = [Mail(key, f"{key}@exemple.example", Reply("Signé.")) for key in ("client", "company")]
    queue.done(decision.id, NOW, sha("proof"), 9, mails)
    return decision.document_id


def test_signed_pdfs_are_kept_unless_the_company_turns_that_off(house: House, tmp_path: Path) -> None:
    files = Store(f"file:{tmp_path}/files")
    night = Night(house.engine, house.keys, files, tmp_path / "anchors", 10)
    quote = sealed(house, files)
    held = hashlib.sha256(SIGNED).hexdigest()
    mails = update(t.outbox).where(t.outbox.c.dedup.like("FCT-%"))
    with house.engine.begin() as db:
        db.execute(mails.values(state="sent"))
    night(NOW + HOUR)
    assert files.read(held) == SIGNED, "on by default"

    admin.set_company(house.engine, "atelier", {"archive": False}, NOW)
    with house.engine.begin() as db:
        db.execute(mails.where(t.outbox.c.dedup.like("%:company")).values(state="failed"))
    night(NOW + HOUR)
    assert files.read(held) == SIGNED, "the company has not received it"

    with house.engine.begin() as db:
        db.execute(mails.values(state="sent"))
    night(NOW + HOUR)
    night(NOW + 2 * HOUR)
    assert not files.exists(held)
    assert kinds(house).count("signature.copy_erased") == 1
    with house.open() as work:
        known, decision = work.signing.known(held), work.signing.decision(house.anne, quote)
    assert decision is not None
    assert (decision.signed_sha256, decision.signed_size) == (held, 0), "its SHA-256 stays"
    assert known is not None
    assert known.what == "signed", "and whoever has a copy can have it checked"


def test_a_setting_is_shown_and_leaves_the_others_alone(house: House) -> None:
    shown = admin.company(house.engine, "atelier")
    assert (shown["archive"], shown["withdrawal"]) == (True, True)
    admin.set_company(house.engine, "atelier", {"settings": {"phrases": {"fr:balance.due": "Dû."}}}, NOW)
    assert admin.set_company(house.engine, "atelier", {"withdrawal": False}, NOW) == ["withdrawal"]
    assert admin.set_company(house.engine, "atelier", {"withdrawal": False}, NOW) == []
    with house.open() as work:
        company = work.companies.by_slug("atelier")
    assert company == replace(house.atelier, withdrawal=False)
    assert company.phrases == {"fr:balance.due": "Dû."}


def test_a_company_is_told_once_what_its_signatures_are_worth(house: House) -> None:
    o = t.outbox.c

    def told() -> list[tuple[str, str]]:
        with house.engine.connect() as db:
            rows = db.execute(select(o.address, o.reply).where(o.dedup.like("level:%")).order_by(o.id))
            return [(row.address, row.reply["subject"]) for row in rows]

    admin.set_company(house.engine, "atelier", {"options": ["portal"]}, NOW)
    before = len(told())
    admin.set_company(house.engine, "atelier", {"options": ["portal", "signature"], "language": "en"}, NOW)
    for _ in range(2):
        level.tell(house.engine, house.keys, NOW)
    mails = [subject for address, subject in told()[before:] if address == house.atelier.email]
    assert mails == ["Signature: the level you are turning on"]
    assert "simple electronic signature" in level.warning(house.engine, "atelier")
