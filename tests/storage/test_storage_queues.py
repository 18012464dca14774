import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from storage_seed import DAY, HOUR, MINUTE, NOW, House

from handlers.core.ports import Due
from handlers.core.turn import Document, Reply
from storage import tables as t
from storage.cursors import Cursors
from storage.inbox_queue import Raw
from storage.queue import InboxQueue, OutboxQueue, note_authentication, release
from storage.work import opener


def put(
    house: House, dedup: str, address: str = "anne@exemple.example", text: str = "", **options: Any
) -> int:
    """One answer in the outbox, in a transaction of its own."""
    with house.open() as work:
        return work.outbox.put(
            house.atelier, "email", address, Reply(text or dedup), NOW, dedup=dedup, **options
        )


def state(engine: Engine, id: int) -> str:
    with engine.connect() as db:
        return str(db.execute(select(t.outbox.c.state).where(t.outbox.c.id == id)).scalar())


@pytest.fixture
def pump(house: House) -> OutboxQueue:
    return OutboxQueue(house.engine, house.keys, lambda: NOW)


# --- a turn is one transaction


def test_a_handler_that_fails_leaves_nothing_and_the_retry_is_not_a_duplicate(house: House) -> None:
    def turn(fails: bool) -> bool:
        with house.open() as work:
            new = work.inbox.accept("telegram", "update-1", NOW, house.atelier.id)
            work.outbox.put(house.atelier, "telegram", "42", Reply("hello"), NOW, dedup="update-1:0")
            if fails:
                raise OSError("the disk is full")
            return new

    with pytest.raises(OSError, match="full"):
        turn(fails=True)
    with house.engine.connect() as db:
        assert db.execute(select(t.inbox.c.id)).all() == db.execute(select(t.outbox.c.id)).all() == []
    assert turn(fails=False)
    assert not turn(fails=False)
    with house.engine.connect() as db:
        assert len(db.execute(select(t.outbox.c.id)).all()) == 1


def test_the_pump_is_woken_after_the_commit_only(house: House) -> None:
    seen: list[int] = []

    def wake() -> None:
        with house.engine.connect() as db:
            seen.append(len(db.execute(select(t.outbox.c.id)).all()))

    open = opener(house.engine, house.keys, wake)
    with open() as work:
        work.outbox.put(house.atelier, "email", "a", Reply("1"), NOW, dedup="1")
        work.outbox.put(house.atelier, "email", "a", Reply("2"), NOW, dedup="2")
    with open() as work:
        work.companies.by_slug("atelier")

    def broken() -> None:
        with open() as work:
            work.outbox.put(house.atelier, "email", "a", Reply("3"), NOW, dedup="3")
            raise OSError("no")

    with pytest.raises(OSError, match="no"):
        broken()
    assert seen == [2]


# --- the outbox


def test_a_reply_comes_back_as_it_was_put(house: House, pump: OutboxQueue) -> None:
    reply = Reply("Voici\n{rows}", documents=(Document("F-1.pdf", "a" * 64, 12),), kind="notice").note(
        silent=True
    )
    with house.open() as work:
        id = work.outbox.put(
            house.atelier,
            "email",
            "anne@exemple.example",
            reply,
            NOW,
            dedup="x",
            conversation="thread",
            account=house.account,
            thread={"subject": "Re: facture"},
        )
        origin = work.outbox.origin(id)
        assert origin is not None
        assert (origin.outgoing, origin.company_id, origin.account_id) == (
            id,
            house.atelier.id,
            house.account.id,
        )
        assert (origin.address, origin.conversation, origin.kind) == (
            "anne@exemple.example",
            "thread",
            "notice",
        )
        assert work.outbox.origin(id + 1) is None
        link = work.companies.link(house.atelier)
    (due,) = pump.claim(NOW, 10)
    assert (due.id, due.reply, due.thread, due.link) == (id, reply, {"subject": "Re: facture"}, link)
    assert (due.company, due.attempt, due.first, due.kind) == (house.atelier, 1, True, "notice")


def test_one_dedup_key_is_one_row(house: House) -> None:
    assert put(house, "m1:0") == put(house, "m1:0")
    assert put(house, "m1:1") != put(house, "m1:0")


def test_a_link_is_made_for_a_company_that_has_none(house: House, pump: OutboxQueue) -> None:
    put(house, "1")
    (due,) = pump.claim(NOW, 1)
    with house.open() as work:
        assert (target := work.companies.by_link(due.link))
        assert target.company.slug == "atelier"


def test_answers_to_one_address_leave_one_at_a_time_in_order(house: House, pump: OutboxQueue) -> None:
    for number in range(3):
        put(house, f"a{number}")
        put(house, f"b{number}", "bob@exemple.example")
    order = []
    while batch := pump.claim(NOW, 10):
        assert [due.address for due in batch] == ["anne@exemple.example", "bob@exemple.example"]
        assert pump.claim(NOW, 10) == []
        order += [due.reply.text for due in batch]
        for due in batch:
            pump.sent(due.id, None, NOW)
    assert order == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_an_answer_that_waits_long_lets_the_next_one_go(house: House, pump: OutboxQueue) -> None:
    first, second = put(house, "1"), put(house, "2")
    pump.claim(NOW, 10)
    pump.retry(first, "busy", NOW, NOW + MINUTE)
    assert pump.claim(NOW, 10) == []  # soon: the order is kept
    (due,) = pump.claim(NOW + MINUTE, 10)
    assert (due.id, due.attempt) == (first, 2)
    pump.retry(first, "greylisted", NOW, NOW + HOUR)
    assert [due.id for due in pump.claim(NOW + MINUTE, 10)] == [second]


def test_only_the_wanted_channels_are_claimed(house: House, pump: OutboxQueue) -> None:
    put(house, "1")
    assert pump.claim(NOW, 10, ("telegram",)) == []
    assert len(pump.claim(NOW, 10, ("telegram", "email"))) == 1


def test_only_our_first_of_a_thread_greets(house: House, pump: OutboxQueue) -> None:
    put(house, "1", conversation="thread")
    put(house, "2", conversation="thread")
    put(house, "3", "bob@exemple.example", conversation="other thread")
    assert [(due.reply.text, due.first) for due in pump.claim(NOW, 10)] == [("1", True), ("3", True)]
    pump.sent(1, "250", NOW)
    assert [(due.reply.text, due.first) for due in pump.claim(NOW, 10)] == [("2", False)]


def test_what_died_with_its_holder_is_due_again_what_was_sent_is_not(house: House, pump: OutboxQueue) -> None:
    sent, lost = put(house, "1"), put(house, "2", "bob@exemple.example")
    assert len(pump.claim(NOW, 10)) == 2
    pump.sent(sent, "250 ok", NOW)
    assert pump.claim(NOW + pump.lease, 10) == []
    (due,) = pump.claim(NOW + pump.lease + MINUTE, 10)
    assert (due.id, due.attempt) == (lost, 2)


def test_failed_and_dropped_are_final(house: House, pump: OutboxQueue) -> None:
    failed, dropped = put(house, "1", secret="123456"), put(house, "2", "b@x.example", secret="123456")
    pump.claim(NOW, 10)
    pump.failed(failed, "550 no such user", NOW)
    pump.dropped(dropped, "opted out", NOW)
    assert (state(house.engine, failed), state(house.engine, dropped)) == ("failed", "dropped")
    assert pump.claim(NOW + 9 * DAY, 10) == []
    with house.engine.connect() as db:
        assert db.execute(select(t.outbox.c.secret)).scalars().all() == [None, None]


def issue(house: House, code: str) -> tuple[int, int]:
    """A code and its mail; their ids."""
    with house.open() as work:
        key = work.accounts.key(house.atelier, "anne@exemple.example")
        id = work.codes.issue(house.atelier, key, house.account, "login", "email", "chat", "own", code, NOW)
        reply = Reply("Votre code : {code}, jusqu'à {heure}", kind="code")
        mail = work.outbox.put(
            house.atelier,
            "email",
            "anne@exemple.example",
            reply,
            NOW,
            dedup=f"code:{id}",
            secret=code,
            code_id=id,
            drop_at=NOW + 5 * MINUTE,
        )
        return id, mail


def everything(engine: Engine) -> str:
    """Every value of every column of every table, as the database gives it back."""
    with engine.connect() as db:
        return "\n".join(str(row) for table in t.meta.sorted_tables for row in db.execute(select(table)))


def test_a_code_is_in_clear_nowhere_and_its_validity_runs_from_the_hand_over(
    house: House, pump: OutboxQueue
) -> None:
    code, mail = issue(house, "735281")
    assert "735281" not in everything(house.engine)
    (due,) = pump.claim(NOW, 10)
    assert due.reply.text == "Votre code : 735281, jusqu'à 9h05"
    assert "735281" not in everything(house.engine)
    pump.sent(mail, "250", NOW + MINUTE)
    text = everything(house.engine)
    assert "735281" not in text
    with house.engine.connect() as db:
        assert db.execute(select(t.outbox.c.secret)).scalars().all() == [None]
        row = db.execute(select(t.codes)).one()
        assert (row.handed_at, row.expires_at, row.outbox_id) == (NOW + MINUTE, NOW + 6 * MINUTE, mail)
    with house.open() as work:
        live = work.codes.live(work.accounts.key(house.atelier, "anne@exemple.example"), "login", "chat")
        assert live is not None
        assert (live.id, live.outgoing, live.expires_at) == (code, mail, NOW + 6 * MINUTE)


def test_a_dead_code_is_never_delivered(house: House, pump: OutboxQueue) -> None:
    _, mail = issue(house, "735281")
    put(house, "after it")
    pump.claim(NOW, 10)
    pump.retry(mail, "busy", NOW, NOW + HOUR)
    assert [due.reply.text for due in pump.claim(NOW + 5 * MINUTE, 1)] == ["after it"]
    assert state(house.engine, mail) == "dropped"
    with house.engine.connect() as db:
        assert db.execute(select(t.outbox.c.secret).where(t.outbox.c.id == mail)).scalar() is None


def in_threads(count: int, work: Any) -> None:
    failed: list[Exception] = []

    def run() -> None:
        try:
            work()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_several_workers_claim_every_row_exactly_once(house: House, pump: OutboxQueue) -> None:
    rows = [
        {
            "company_id": house.atelier.id,
            "channel": "email",
            "address": f"{n % 60}@x.example",
            "kind": "notice",
            "dedup": str(n),
            "reply": Reply(str(n)).as_json(),
            "created_at": NOW,
            "ready_at": NOW,
        }
        for n in range(180)
    ]
    with house.engine.begin() as db:
        db.execute(insert(t.outbox), rows)
    got: list[Due] = []

    def work() -> None:
        while True:
            batch = pump.claim(NOW, 7)
            with house.engine.connect() as db:
                over = (
                    db.execute(select(t.outbox.c.id).where(t.outbox.c.state == "due").limit(1)).first()
                    is None
                )
            got.extend(batch)
            for due in batch:
                pump.sent(due.id, None, NOW)
            if over and not batch:
                return

    in_threads(3, work)
    assert sorted(int(due.reply.text) for due in got) == list(range(180))
    assert {due.attempt for due in got} == {1}
    for address in {due.address for due in got}:
        order = [due.id for due in got if due.address == address]
        assert order == sorted(order)


# --- budgets


def test_answers_are_counted_by_address_kind_and_time(house: House) -> None:
    with house.open() as work:
        for number, kind in enumerate(("answer", "menu", "code", "notice", "company")):
            work.outbox.put(
                house.atelier, "email", "a@x.example", Reply("x", kind=kind), NOW, dedup=f"{number}"
            )
        work.outbox.put(
            house.other, "email", "a@x.example", Reply("x"), NOW - HOUR, dedup="old", conversation="mail:1"
        )
        assert work.inbox.answered("a@x.example", NOW) == [NOW] * 3
        assert work.inbox.answered("a@x.example", NOW - HOUR) == [NOW] * 3 + [NOW - HOUR]
        assert work.inbox.answered("a@x.example", NOW - HOUR, "mail:1") == [NOW - HOUR]
        assert work.inbox.answered("b@x.example", NOW - HOUR) == []
        assert work.outbox.count(house.atelier, "a@x.example", "notice", NOW) == 1
        assert work.outbox.count(house.other, "a@x.example", "notice", NOW) == 0


def test_the_menu_to_edit_is_the_last_one_sent_there(house: House, pump: OutboxQueue) -> None:
    def menu(dedup: str, chat: str) -> None:
        with house.open() as work:
            reply = Reply("menu", kind="menu")
            work.outbox.put(house.atelier, "telegram", chat, reply, NOW, dedup=dedup, conversation=chat)

    for number, chat in enumerate(("42", "42", "43")):
        menu(str(number), chat)
        for due in pump.claim(NOW, 10):
            pump.sent(due.id, f"message-{number}", NOW)
    menu("unsent", "42")
    with house.open() as work:
        assert work.outbox.last_sent(house.atelier, "telegram", "42", "menu") == "message-1"
        assert work.outbox.last_sent(house.atelier, "telegram", "42", "answer") is None
        assert work.outbox.last_sent(house.other, "telegram", "42", "menu") is None


# --- the inbox


def arrive(house: House, *lanes: str, at: datetime = NOW) -> None:
    with house.engine.begin() as db:
        for lane in lanes:
            key = f"{lane}-{len(db.execute(select(t.inbox.c.id)).all())}"
            row = {
                "channel": "email",
                "key": key,
                "received_at": at,
                "ready_at": at,
                "state": "due",
                "lane": lane,
            }
            db.execute(insert(t.inbox).values(**row, envelope={"rcpt": "a"}, raw=key.encode()))


def names(batch: Sequence[Raw]) -> list[str]:
    return [raw.raw.decode() for raw in batch]


def finish(house: House, raw: Raw) -> bool:
    with house.open() as work:
        return work.inbox.done(raw.id, {"verdict": "taken"}, NOW)


def test_mails_of_one_lane_are_taken_one_at_a_time_in_order(house: House) -> None:
    queue = InboxQueue(house.engine)
    arrive(house, "anne", "anne", "bob", "anne")
    first = queue.claim(NOW, 10)
    assert names(first) == ["anne-0", "bob-2"]
    assert queue.claim(NOW, 10) == []
    assert (first[0].envelope, first[0].attempts, first[0].received_at) == ({"rcpt": "a"}, 1, NOW)
    assert finish(house, first[0])
    assert not finish(house, first[0])
    assert names(queue.claim(NOW, 10)) == ["anne-1"]


def test_what_was_found_of_its_sender_is_kept_with_a_mail(house: House) -> None:
    queue = InboxQueue(house.engine)
    arrive(house, "anne")
    (raw,) = queue.claim(NOW, 10)
    note_authentication(house.engine, raw, {"level": "verified"})
    queue.fail(raw.id, "OSError", NOW, NOW)
    (again,) = queue.claim(NOW, 10)
    assert again.envelope == {"rcpt": "a", "authentication": {"level": "verified"}}
    assert finish(house, again)
    note_authentication(house.engine, again, {"level": "failed"})  # too late: it was answered
    kept = queue.show(raw.id)
    assert kept is not None
    assert kept.envelope == again.envelope


def test_a_mail_that_fails_holds_its_lane_until_it_is_put_aside(house: House) -> None:
    queue = InboxQueue(house.engine)
    arrive(house, "anne", "anne")
    (raw,) = queue.claim(NOW, 10)
    queue.fail(raw.id, "OSError", NOW, NOW + MINUTE)
    assert queue.claim(NOW, 10) == []
    (again,) = queue.claim(NOW + MINUTE, 10)
    assert (again.id, again.attempts) == (raw.id, 2)
    queue.quarantine(again.id, {"reason": "failed 3 times"}, NOW)
    assert names(queue.claim(NOW + MINUTE, 10)) == ["anne-1"]
    assert not finish(house, again)


def test_a_mail_whose_worker_died_is_taken_again(house: House) -> None:
    queue = InboxQueue(house.engine)
    arrive(house, "anne", "anne")
    queue.claim(NOW, 10)
    assert queue.claim(NOW + queue.lease, 10) == []
    assert [(raw.raw, raw.attempts) for raw in queue.claim(NOW + queue.lease + MINUTE, 10)] == [
        (b"anne-0", 2)
    ]


def test_what_was_put_aside_is_listed_shown_and_replayed(house: House) -> None:
    queue = InboxQueue(house.engine)
    arrive(house, "anne", "bob", "carl")
    one, two, three = queue.claim(NOW, 10)
    queue.quarantine(one.id, {"reason": "unreadable"}, NOW)
    queue.ignore(two.id, {"reason": "robot"}, NOW)
    finish(house, three)
    assert [(kept.id, kept.verdict, kept.raw) for kept in queue.kept()] == [
        (one.id, {"reason": "unreadable"}, None)
    ]
    assert [kept.id for kept in queue.kept(("quarantine", "ignored"))] == [two.id, one.id]
    shown = queue.show(one.id)
    assert shown is not None
    assert (shown.raw, shown.state) == (b"anne-0", "quarantine")
    assert queue.show(10**6) is None
    assert queue.replay(one.id, NOW)
    assert not queue.replay(three.id, NOW)
    assert [(raw.id, raw.attempts) for raw in queue.claim(NOW, 10)] == [(one.id, 1)]


def test_deposits_and_what_was_passed_on_are_known_by_their_reason(house: House) -> None:
    queue = InboxQueue(house.engine)
    arrive(house, "anne", "bob", "carl", "dora")
    for raw, reason in zip(queue.claim(NOW, 10), ("deposit", "bounce", "passed_on", "deposit"), strict=True):
        queue.ignore(raw.id, {"verdict": "ignore", "reason": reason}, NOW)
    assert queue.ignored() == (2, 2)
    assert queue.passed_on(NOW - MINUTE) == [NOW]
    assert queue.passed_on(NOW) == []


def test_several_workers_take_every_mail_once_and_keep_each_lane_in_order(house: House) -> None:
    queue = InboxQueue(house.engine)
    arrive(house, *[f"lane{n % 9}" for n in range(90)])
    got: list[Raw] = []

    def work() -> None:
        while True:
            batch = queue.claim(NOW, 4)
            got.extend(batch)
            for raw in batch:
                assert finish(house, raw)
            with house.engine.connect() as db:
                waiting = db.execute(select(t.inbox.c.id).where(t.inbox.c.state != "done").limit(1)).first()
            if waiting is None:
                return

    in_threads(3, work)
    assert len({raw.id for raw in got}) == len(got) == 90
    for lane in {raw.lane for raw in got}:
        order = [raw.id for raw in got if raw.lane == lane]
        assert order == sorted(order)


def test_a_message_of_a_chat_is_kept_aside_once_and_never_replayed_as_a_mail(house: House) -> None:
    queue = InboxQueue(house.engine)
    id = queue.keep_aside("telegram", "u1", b"{}", NOW)
    assert id is not None
    assert queue.keep_aside("telegram", "u1", b"{}", NOW) is None
    assert [kept.id for kept in queue.kept()] == [id]
    assert not queue.replay(id, NOW)


def test_a_service_that_starts_on_sqlite_takes_up_what_the_former_one_held(house: House) -> None:
    arrive(house, "anne")
    put(house, "1")
    queue, pump = InboxQueue(house.engine), OutboxQueue(house.engine, house.keys, lambda: NOW)
    assert (len(queue.claim(NOW, 10)), len(pump.claim(NOW, 10))) == (1, 1)
    release(house.engine)
    again = 1 if house.engine.dialect.name == "sqlite" else 0  # on PostgreSQL another process may hold them
    assert (len(queue.claim(NOW, 10)), len(pump.claim(NOW, 10))) == (again, again)


# --- how far a source was read


def test_a_cursor_is_the_last_one_put(house: House) -> None:
    cursors = Cursors(house.engine)
    assert cursors.get("telegram:1") is None
    for value in ("7", "8"):
        cursors.put("telegram:1", value, NOW)
    assert cursors.get("telegram:1") == "8"
    assert cursors.get("telegram:2") is None
