"""What telling somebody asks of the database is found by index, however much was told before."""

from __future__ import annotations

from sqlalchemy import insert, select, text
from storage_seed import HOUR, NOW, TODAY, House
from test_storage_plans import scans, watched

from handlers.core.ports import Work
from handlers.core.turn import Reply
from storage import broadcasts, recipients
from storage import tables as t
from storage.outbox_queue import OutboxQueue
from storage.reaches import reaches

BROADCASTS = 20
TOLD = 2  # notices of each contact
CLIENTS = list(range(101, 141))
FEW = {"broadcasts", "pauses", "suppressions", "chats"}  # of these there are few here


def told_before(house: House) -> None:
    with house.engine.begin() as db:
        sent = {"kind": "announce", "asked": {}, "text": {}, "asked_by": "command", "created_at": NOW}
        one = {"company_id": house.atelier.id, **sent, "planned_at": NOW, "finished_at": NOW}
        db.execute(insert(t.broadcasts), [{"id": nth, **one} for nth in range(1, BROADCASTS + 1)])
        contacts = db.execute(select(t.contacts.c.client_id, t.contacts.c.account_id)).all()
        rows = [
            {
                "company_id": house.atelier.id,
                "broadcast_id": 1 + account % BROADCASTS,
                "client_id": client,
                "account_id": account,
                "channel": "email",
                "key": f"old:{nth}",
                "kind": "announce",
                "what": "invoice",
                "state": "sent",
                "created_at": NOW,
                "ready_at": NOW,
                "outbox_id": 10**6 + TOLD * account + nth,
            }
            for client, account in contacts
            for nth in range(TOLD)
        ]
        db.execute(insert(t.notices), rows)
        stopped = [
            {
                "company_id": 1,
                "account_id": account,
                "kind": "news",
                "channel": channel,
                "since": NOW,
                "how": "word",
            }
            for account in {account for _, account in contacts}
            for channel in ("email", "telegram")
        ]
        db.execute(insert(t.optouts), stopped)
    with house.engine.begin() as db:
        db.execute(text("ANALYZE"))


def tell(house: House, work: Work) -> None:
    one = work.notices.reaches(house.anne, NOW)[0]
    paper = work.books.by_id(house.anne, 1)
    for told in (work.notices.tell, work.notices.tell):
        told(
            one,
            "email",
            one.account.address,
            Reply("Voici"),
            "new:1",
            "announce",
            "invoice",
            NOW,
            NOW,
            document=paper,
        )
    work.notices.skip(one, "telegram", "new:1", "announce", "invoice", "blocked", NOW)
    work.notices.stop(one.account, ["news"], ["email"], "word", NOW)
    work.notices.stopped(one.account)
    work.notices.resume(one.account, ["news"], ["email"])
    work.notices.pause(house.anne, 1, one.account, "paid", None, "", NOW)
    work.notices.paused(house.anne, TODAY)


def leave(house: House) -> None:
    queue = OutboxQueue(house.engine, house.keys, lambda: NOW)
    (due,) = queue.claim(NOW, 1)
    queue.sent(due.id, None, NOW)
    queue.failed(due.id, "", NOW)
    with house.open() as work:
        work.notices.about(due.id)
        work.outbox.offered(due.id)
        work.bounces.mark(due.id, "delivered")
    with house.engine.begin() as db:
        broadcasts.told_by(db, due.id)
        broadcasts.not_told(db, 1, "blocked")


def test_telling_reads_nothing_from_end_to_end(grown: House) -> None:
    told_before(grown)
    with watched(grown.engine) as asked:
        with grown.open() as work:
            tell(grown, work)
            ways = work.notices.ways(grown.atelier)
        leave(grown)
        with grown.engine.connect() as db:
            people = reaches(db, grown.atelier, ways, CLIENTS, NOW)
            recipients.items(db, grown.atelier, list(range(100, 140)))
            recipients.named(db, grown.atelier, CLIENTS)
            accounts = {one.account.id for found in people.values() for one in found}
            recipients.told(db, accounts, {"new:1", "old:1"})
        broadcasts.finish(grown.engine, NOW + HOUR)
    assert len(asked) > 20
    assert people
    whole = {statement: scans(grown.engine, *one) for one in asked for statement in (one[0],)}
    whole = {statement: found for statement, found in whole.items() if t.meta.tables.keys() & set(found)}
    whole = {statement: found for statement, found in whole.items() if set(found) - FEW}
    assert not whole, "\n\n".join(f"{found}: {statement}" for statement, found in whole.items())
