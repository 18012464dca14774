"""What is told of our own accord: once, and not to who stopped it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update
from storage_seed import DAY, HOUR, NOW, TODAY, House, add

from handlers.core.turn import Reply
from handlers.rules.notices import Quiet, Reach, Ways
from storage import tables as t
from storage.outbox_queue import OutboxQueue
from storage.unsubscribe import OptOut, Unsubscribe

SAID = Reply("Bonjour.", subject="Facture F-1")


def reach(house: House) -> Reach:
    with house.open() as work:
        (one,) = work.notices.reaches(house.anne, NOW)
    return one


def tell(house: House, key: str = "announce:1", channel: str = "email", **more: object) -> bool:
    one = reach(house)
    address = one.account.address if channel == "email" else "42"
    with house.open() as work:
        return work.notices.tell(one, channel, address, SAID, key, "announce", "invoice", NOW, NOW, **more)


def notices(house: House) -> list[tuple[object, ...]]:
    n = t.notices.c
    with house.engine.connect() as db:
        found = db.execute(select(n.channel, n.key, n.state, n.reason, n.document_id).order_by(n.id))
        return [tuple(row) for row in found]


def test_a_thing_is_told_once_on_each_channel(house: House) -> None:
    assert [tell(house), tell(house), tell(house, channel="telegram"), tell(house, "announce:2")] == [
        True,
        False,
        True,
        True,
    ]
    with house.engine.connect() as db:
        found = db.execute(select(t.outbox.c.kind, t.outbox.c.rank, t.outbox.c.conversation)).all()
    assert [tuple(row) for row in found] == [
        ("broadcast", 1, None),
        ("broadcast", 1, "42"),
        ("broadcast", 1, None),
    ]


def test_what_was_skipped_may_be_told_later_and_what_was_told_stays(house: House) -> None:
    one = reach(house)
    with house.open() as work:
        work.notices.skip(one, "email", "announce:1", "announce", "invoice", "suppressed", NOW)
    assert notices(house) == [("email", "announce:1", "skipped", "suppressed", None)]
    assert tell(house)
    with house.open() as work:
        work.notices.skip(one, "email", "announce:1", "announce", "invoice", "stopped", NOW)
    assert notices(house) == [("email", "announce:1", "planned", "", None)]


def test_it_names_the_version_of_its_document(house: House) -> None:
    document = house.paper(house.anne, "F-2026-0900", version=2)
    own = {"company_id": house.atelier.id, "document_id": document, "total_cents": 100, "created_at": NOW}
    with house.engine.begin() as db:
        ids = [add(db, t.document_versions, **own, version=version) for version in (1, 2)]
    with house.open() as work:
        paper = work.books.by_id(house.anne, document)
    assert tell(house, document=paper)
    with house.engine.connect() as db:
        assert db.execute(select(t.notices.c.version_id)).scalar() == ids[1]


def test_a_mail_carries_the_token_that_stops_its_kind(house: House) -> None:
    tell(house)
    tell(house, channel="telegram")
    with house.engine.connect() as db:
        by_mail, by_chat = db.execute(select(t.outbox.c.reply).order_by(t.outbox.c.id)).scalars()
    read = Unsubscribe(house.keys).read(by_mail["notes"]["unsubscribe"])
    assert read == OptOut(house.atelier.id, house.account.id, "announce", "email")
    assert Unsubscribe(house.keys).read("x" + by_mail["notes"]["unsubscribe"]) is None
    assert by_chat["notes"] == {}


def test_who_is_reached_and_how(house: House) -> None:
    one = reach(house)
    assert (one.account, one.language, one.form) == (house.account, "fr", "vous")
    assert (one.chats, one.blocked, one.bounced, one.stopped) == ((), False, False, frozenset())
    with house.open() as work:
        work.chats.link(house.account, "telegram", "41", NOW)
        work.chats.link(house.account, "telegram", "42", NOW + HOUR)
        work.chats.block("telegram", "42", NOW)
        work.notices.stop(house.account, ["news"], ["email"], "word", NOW)
        work.notices.stop(house.account_there, ["remind"], ["email"], "word", NOW)
    one = reach(house)
    assert (one.chats, one.blocked, one.stopped) == (("41",), False, frozenset({("news", "email")}))
    with house.open() as work:
        work.chats.block("telegram", "41", NOW)
    assert (reach(house).chats, reach(house).blocked) == ((), True)


def test_a_contact_without_the_right_is_not_reached(house: House) -> None:
    with house.engine.begin() as db:
        db.execute(update(t.contacts).values(can_notify=False))
    with house.open() as work:
        assert work.notices.reaches(house.anne, NOW) == ()


def test_an_address_that_bounced_is_left_alone(house: House) -> None:
    with house.engine.begin() as db:
        own = {"company_id": house.atelier.id, "account_id": house.account.id}
        db.execute(insert(t.suppressions).values(**own, points=4, reason="hard", since=NOW))
    assert reach(house).bounced


def test_a_client_has_ways_of_their_own(house: House) -> None:
    assert reach(house).quiet == Quiet.of("20:00-08:00")
    with house.engine.begin() as db:
        db.execute(
            update(t.companies).values(settings={"quiet": "22:00-06:00", "sundays": True, "discretion": True})
        )
    assert (reach(house).quiet, reach(house).discreet) == (Quiet.of("22:00-06:00", True), True)
    with house.engine.begin() as db:
        db.execute(update(t.clients).values(settings={"quiet": "", "discretion": False}))
    assert (reach(house).quiet, reach(house).discreet) == (Quiet.of("", True), False)


def test_the_ways_of_a_company_until_it_sets_them(house: House) -> None:
    with house.open() as work:
        assert work.notices.ways(house.atelier) == Ways()


def test_stopping_and_coming_back(house: House) -> None:
    with house.open() as work:
        for _ in range(2):
            work.notices.stop(house.account, ["announce", "remind"], ["email", "telegram"], "post", NOW)
        work.notices.resume(house.account, ["announce"], ["email"])
        work.notices.resume(house.account_there, ["remind"], ["email"])
        assert work.notices.stopped(house.account) == {
            ("announce", "telegram"),
            ("remind", "email"),
            ("remind", "telegram"),
        }
        assert work.notices.stopped(house.account_there) == frozenset()


def test_what_waits_to_leave_is_stopped_too(house: House) -> None:
    tell(house, "announce:1")
    tell(house, "announce:2", channel="telegram")
    with house.open() as work:
        work.notices.stop(house.account, ["news"], ["email"], "word", NOW)
        work.notices.stop(house.account, ["announce"], ["email"], "word", NOW)
    assert notices(house) == [
        ("email", "announce:1", "skipped", "stopped", None),
        ("telegram", "announce:2", "planned", "", None),
    ]
    assert [due.channel for due in OutboxQueue(house.engine, house.keys).claim(NOW, 5)] == ["telegram"]


@pytest.mark.parametrize(("until", "paused"), [(None, True), (TODAY, True), (TODAY - DAY, False)])
def test_a_pause_lasts_to_the_end_of_its_day(house: House, until: date | None, paused: bool) -> None:
    document = house.paper(house.anne, "F-2026-0900")
    with house.open() as work:
        work.notices.pause(house.anne, document, house.account, "promise", until, "je paie mardi", NOW)
        assert (document in work.notices.paused(house.anne, TODAY)) is paused
        assert work.notices.paused(house.bob, TODAY) == {}


def test_a_new_pause_ends_the_former_and_staff_end_it(house: House) -> None:
    document = house.paper(house.anne, "F-2026-0900")
    with house.open() as work:
        work.notices.pause(house.anne, document, house.account, "promise", TODAY, "mardi", NOW)
        work.notices.pause(house.anne, document, house.account, "paid", None, "déjà payé", NOW)
        found = work.notices.paused(house.anne, TODAY + 3 * DAY)
        assert found[document].kind == "paid"
        assert not work.notices.unpause(house.bob, document, NOW)
        assert work.notices.unpause(house.anne, document, NOW)
        assert not work.notices.unpause(house.anne, document, NOW)
        assert work.notices.paused(house.anne, TODAY) == {}


def test_the_document_of_another_client_is_not_paused(house: House) -> None:
    document = house.paper(house.bob, "F-2026-0901")
    with pytest.raises(LookupError), house.open() as work:
        work.notices.pause(house.anne, document, house.account, "paid", None, "", NOW)


def test_it_does_not_leave_before_its_time(house: House) -> None:
    one = reach(house)
    with house.open() as work:
        work.notices.tell(
            one, "email", one.account.address, SAID, "news:1", "news", "news", NOW, NOW + timedelta(hours=9)
        )
    queue = OutboxQueue(house.engine, house.keys)
    assert queue.claim(NOW + 8 * HOUR, 5) == []
    assert [due.kind for due in queue.claim(NOW + 9 * HOUR, 5)] == ["broadcast"]


def put(house: House, address: str, key: str, kind: str = "answer") -> int:
    with house.open() as work:
        return work.outbox.put(house.atelier, "email", address, Reply("Voici", kind=kind), NOW, dedup=key)


def test_what_somebody_waits_for_leaves_before_what_we_write_of_our_own_accord(house: House) -> None:
    told = [put(house, f"{nth}@exemple.example", f"b{nth}", "broadcast") for nth in range(3)]
    waiting = put(house, "2@exemple.example", "a1", "code")
    queue = OutboxQueue(house.engine, house.keys)
    assert [due.id for due in queue.claim(NOW, 2)] == [told[0], waiting]
    assert [due.id for due in queue.claim(NOW, 2)] == [told[1]]  # one at a time to an address


@pytest.mark.parametrize(("leaves", "state"), [(True, ("sent", "")), (False, ("skipped", "failed"))])
def test_a_notice_knows_whether_it_left(house: House, leaves: bool, state: tuple[str, str]) -> None:
    tell(house)
    queue = OutboxQueue(house.engine, house.keys)
    (due,) = queue.claim(NOW, 5)
    if leaves:
        queue.sent(due.id, None, NOW)
    else:
        queue.failed(due.id, "no such mailbox", NOW)
    assert notices(house) == [("email", "announce:1", *state, None)]
    assert tell(house) is not leaves


def test_a_bounce_is_noted_with_its_notice(house: House) -> None:
    tell(house)
    with house.open() as work:
        work.bounces.mark(1, "bounced")
        work.bounces.mark(1, "delivered")
    with house.engine.connect() as db:
        assert db.execute(select(t.notices.c.outcome)).scalar() == "bounced"


def test_the_foot_of_a_mail_links_to_its_document(house: House) -> None:
    document = house.paper(house.anne, "F-2026-0900")
    for key, notes in (("1", {"document": document}), ("2", {})):
        with house.open() as work:
            reply = Reply("Voici", notes=notes)
            work.outbox.put(house.atelier, "email", f"{key}@exemple.example", reply, NOW, dedup=key)
    first, second = OutboxQueue(house.engine, house.keys).claim(NOW, 5)
    with house.open() as work:
        assert first.link == work.companies.link(house.atelier, document)
        assert second.link == work.companies.link(house.atelier)
