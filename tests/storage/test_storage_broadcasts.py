"""A broadcast: who is told, once, whatever is cut off; and what became of it. On both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from storage_seed import DAY, HOUR, NOW, House, add

from bot.broadcast import Broadcaster, JustSent
from handlers.core.ports import Due, Work
from handlers.core.turn import Reply
from handlers.rules.paper import Client
from storage import broadcast_report, broadcasts, recipients
from storage import tables as t
from storage.outbox_queue import OutboxQueue
from storage.recipients import Asked

EVERYTHING = Asked()
NEWS = {
    "fr": "Fermeture d'été\nNous fermons du 3 au 21 août.",
    "en": "Closed in summer\nWe close on 3 August.",
}


class Post:
    """The company's office: it asks, and its mail leaves."""

    def __init__(self, house: House) -> None:
        self.house, self.now = house, NOW
        self.caster = Broadcaster(house.engine, house.open, lambda: self.now)
        self.queue = OutboxQueue(house.engine, house.keys, lambda: self.now)

    def document(self, client: Client, number: str, **values: Any) -> int:
        values = {"file_sha256": "a" * 64, "file_name": "a.pdf", **values}
        document = self.house.paper(client, number, **values)
        with self.house.engine.begin() as db:
            own = {"company_id": client.company_id, "document_id": document, "created_at": NOW}
            add(
                db,
                t.document_versions,
                **own,
                version=1,
                total_cents=64200,
                file_sha256=values["file_sha256"],
            )
        return document

    def send(self, asked: Asked = EVERYTHING, text: dict[str, str] | None = None) -> int:
        one = self.caster.begin(self.house.atelier, asked, text, "command")
        self.caster.write(self.house.atelier, one)
        return one.id

    def told(self) -> list[tuple[Any, ...]]:
        n, d = t.notices.c, t.documents.c
        with self.house.engine.connect() as db:
            found = select(n.client_id, n.channel, d.number, n.state, n.reason).outerjoin(
                t.documents, d.id == n.document_id
            )
            names = {self.house.anne.id: "anne", self.house.bob.id: "bob"}
            rows = db.execute(found.order_by(n.account_id, n.key, n.channel))
            return [(names[id], *(part for part in rest if part)) for id, *rest in rows]

    def leave(self) -> list[Due]:
        gone: list[Due] = []
        while due := self.queue.claim(self.now, 50):
            gone += due
            for one in due:
                self.queue.sent(one.id, None, self.now)
        return gone


@pytest.fixture
def post(house: House) -> Post:
    return Post(house)


def test_each_open_document_goes_to_its_own_client_once(post: Post, house: House) -> None:
    post.document(house.anne, "F-1")
    post.document(house.bob, "F-2")
    post.document(house.bob, "D-3", kind="quote", status="sent")
    post.document(house.carl, "F-9")  # of another company
    post.send()
    assert post.told() == [
        ("anne", "email", "F-1", "planned"),
        ("bob", "email", "F-2", "planned"),
        ("bob", "email", "D-3", "planned"),
    ]
    post.send()
    post.send(Asked(numbers=("F-1", "D-3")))
    assert len(post.told()) == 3
    assert [(due.address, due.reply.subject) for due in post.leave()] == [
        ("anne@exemple.example", "Facture F-1"),
        ("bob@exemple.example", "Facture F-2"),
        ("bob@exemple.example", "Devis D-3"),
    ]


def test_another_version_is_told_anew(post: Post, house: House) -> None:
    document = post.document(house.anne, "F-1")
    post.send()
    with house.engine.begin() as db:
        own = {"company_id": house.atelier.id, "document_id": document, "created_at": NOW}
        add(db, t.document_versions, **own, version=2, total_cents=1)
        db.execute(update(t.documents).values(version=2))
    post.send()
    post.send()
    assert [one[2] for one in post.told()] == ["F-1", "F-1"]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"file_sha256": None}, "no_file"),
        ({"paid_cents": 64200}, "paid"),
        ({"in_progress_cents": 64200}, "paid"),
        ({"status": "cancelled"}, "closed"),
        ({"kind": "quote", "status": "accepted"}, "closed"),
        ({"kind": "quote", "status": "sent", "valid_until": (NOW - DAY).date()}, "closed"),
    ],
)
def test_what_is_not_announced_is_said(post: Post, house: House, values: dict[str, Any], why: str) -> None:
    post.document(house.anne, "F-1", **values)
    survey = post.caster.look(house.atelier, Asked(numbers=("F-1", "F-77")))
    assert (survey.closed, survey.unknown, survey.recipients) == ({why: ["F-1"]}, ["F-77"], 0)
    post.send()
    assert post.told() == []


def test_a_draft_is_unknown(post: Post, house: House) -> None:
    post.document(house.anne, "F-1", status="draft")
    assert post.caster.look(house.atelier, Asked(numbers=("F-1",))).unknown == ["F-1"]


def test_which_documents(post: Post, house: House) -> None:
    post.document(house.anne, "F-1", issued_on=(NOW - 30 * DAY).date())
    post.document(house.anne, "F-2", issued_on=NOW.date())
    post.document(house.anne, "D-1", kind="quote", status="sent", issued_on=NOW.date())

    def numbers(asked: Asked) -> list[str]:
        with house.engine.connect() as db:
            ids = recipients.documents(db, house.atelier, asked, NOW.date())
            return [one.paper.number for one in recipients.items(db, house.atelier, ids)]

    assert numbers(EVERYTHING) == ["F-1", "F-2", "D-1"]
    assert numbers(Asked(kinds=("invoice",))) == ["F-1", "F-2"]
    assert numbers(Asked(since=(NOW - DAY).date())) == ["F-2", "D-1"]
    assert numbers(Asked(numbers=("f-1", "D 1"))) == ["F-1", "D-1"]
    assert numbers(Asked(imported=NOW)) == ["F-1", "F-2", "D-1"]
    assert numbers(Asked(imported=NOW + HOUR)) == []


def test_a_dry_run_writes_nothing_and_counts_everything(post: Post, house: House) -> None:
    post.document(house.anne, "F-1")
    post.document(house.bob, "F-2")
    with house.open() as work:
        work.chats.link(house.account, "telegram", "42", NOW)
        work.notices.stop(house.account, ["announce"], ["telegram"], "word", NOW)
    with house.engine.begin() as db:
        db.execute(update(t.contacts).where(t.contacts.c.client_id == house.bob.id).values(can_notify=False))
    survey = post.caster.look(house.atelier, EVERYTHING)
    assert survey.counts == {"email": 1, "stopped": 1}
    assert [client.name for client in survey.missing] == ["Bob"]
    assert survey.leaves == (NOW, NOW)
    with house.engine.connect() as db:
        assert not db.execute(select(func.count()).select_from(t.broadcasts)).scalar()
    assert post.told() == []


def test_quiet_hours_hold_it_back(post: Post, house: House) -> None:
    post.document(house.anne, "F-1")
    post.now = NOW + 12 * HOUR  # 21:00 in Paris
    post.send()
    assert post.leave() == []
    post.now = NOW + 23 * HOUR
    assert len(post.leave()) == 1


@pytest.mark.parametrize(
    ("values", "why"),
    [({"status": "cancelled"}, "closed"), ({"version": 2}, "closed"), ({"paid_cents": 64200}, "paid")],
)
def test_what_the_night_overtook_does_not_leave(
    post: Post, house: House, values: dict[str, Any], why: str
) -> None:
    document = post.document(house.anne, "F-1")
    post.document(house.bob, "F-2")
    sent = post.send()
    with house.engine.begin() as db:
        db.execute(update(t.documents).where(t.documents.c.id == document).values(**values))
    post.now += 12 * HOUR
    assert [due.address for due in post.leave()] == ["bob@exemple.example"]
    assert post.told() == [("anne", "email", "F-1", "skipped", why), ("bob", "email", "F-2", "sent")]
    broadcasts.finish(house.engine, post.now)
    found = broadcast_report.shown(house.engine, house.atelier, sent)
    assert found is not None
    assert found["finished_at"] is not None


def test_a_stop_while_a_page_is_written_counts(
    post: Post, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.document(house.anne, "F-1")
    page = post.caster._page

    def read(*about: Any) -> Any:
        found = page(*about)
        with house.open() as work:
            work.notices.stop(house.account, ["announce"], ["email"], "word", NOW + timedelta(seconds=1))
        return found

    monkeypatch.setattr(post.caster, "_page", read)
    post.send()
    assert post.leave() == []
    assert post.told() == [("anne", "email", "F-1", "skipped", "stopped")]


class Killed(Exception):
    pass


@pytest.mark.parametrize("text", [None, NEWS])
def test_cut_off_in_any_page_it_goes_on(
    post: Post, house: House, text: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipients, "AT_ONCE", 1)
    for nth in range(3):
        post.document(house.anne, f"F-{nth}")
    opened, allowed = 0, 1

    @contextmanager
    def failing() -> Iterator[Work]:
        nonlocal opened
        with house.open() as work:
            yield work
            opened += 1
            if opened > allowed:
                raise Killed  # what this transaction wrote is undone

    post.caster.open = failing
    kills = 0
    while True:
        opened = 0
        try:
            sent = post.send(text=text)
        except Killed:
            kills, allowed = kills + 1, allowed + 1
        else:
            break
    assert kills >= 3
    wanted = 2 if text else 3  # clients, or documents
    assert len(post.told()) == len(post.leave()) == wanted
    with house.engine.connect() as db:
        assert db.execute(select(t.broadcasts.c.id)).scalars().all() == [sent]


def test_the_service_goes_on_with_what_was_cut_off(post: Post, house: House) -> None:
    post.document(house.anne, "F-1")
    post.caster.begin(house.atelier, EVERYTHING, None, "command")
    post.caster(post.now)
    assert post.told() == []  # its command may still be at it
    post.now += timedelta(minutes=6)
    post.caster(post.now)
    assert post.told() == [("anne", "email", "F-1", "planned")]


def test_what_an_import_asked_for_is_written_at_once(post: Post, house: House) -> None:
    post.document(house.anne, "F-1")
    post.caster.begin(house.atelier, Asked(imported=NOW), None, "import")
    post.caster(post.now)
    assert post.told() == [("anne", "email", "F-1", "planned")]


def test_one_that_fails_holds_up_no_other(post: Post, house: House) -> None:
    there = post.document(house.carl, "F-1")
    for company in (house.atelier, house.other):
        post.caster.begin(company, Asked(imported=NOW), None, "import")
    with house.engine.begin() as db:
        broken = t.companies.c.id == house.atelier.id
        db.execute(update(t.companies).where(broken).values(timezone="Nowhere/Else"))
    post.caster(post.now)
    with house.engine.connect() as db:
        assert db.execute(select(t.notices.c.document_id)).scalars().all() == [there]


def test_the_same_question_again_goes_on_with_the_same_broadcast(post: Post, house: House) -> None:
    first = post.caster.begin(house.atelier, Asked(clients=("C-Anne",)), NEWS, "command")
    assert post.send(Asked(clients=("C-Anne",)), NEWS) == first.id
    assert post.send(Asked(clients=("C-Anne",)), NEWS) != first.id


def test_the_same_message_within_the_hour_is_asked_for_twice(post: Post, house: House) -> None:
    some = Asked(clients=("C-Anne",))

    def begin(asked: Asked = some, text: dict[str, str] = NEWS) -> broadcasts.Broadcast:
        return post.caster.begin(house.atelier, asked, text, "command", again=False)

    first = begin()
    assert begin().id == first.id, "one that is still being written is gone on with"
    post.caster.write(house.atelier, first)
    with pytest.raises(JustSent) as refused:
        begin()
    assert refused.value.id == first.id
    assert begin(text={"fr": NEWS["fr"]}).id != first.id
    assert post.caster.begin(house.other, some, NEWS, "command", again=False).id != first.id
    post.now += HOUR
    assert begin().id != first.id


def test_two_who_give_the_same_message_at_once_begin_one(post: Post, house: House) -> None:
    start, begun = threading.Barrier(2), list[int]()

    def give() -> None:
        start.wait()
        begun.append(post.caster.begin(house.atelier, EVERYTHING, NEWS, "command", again=False).id)

    both = [threading.Thread(target=give) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(begun) == 2
    assert len(set(begun)) == 1


def test_a_message_goes_to_all_or_some_in_their_language(post: Post, house: House) -> None:
    with house.engine.begin() as db:
        db.execute(update(t.clients).where(t.clients.c.id == house.bob.id).values(language="en"))
    post.send(text=NEWS)
    assert [(due.address, due.reply.subject) for due in post.leave()] == [
        ("anne@exemple.example", "Fermeture d'été"),
        ("bob@exemple.example", "Closed in summer"),
    ]
    post.send(Asked(clients=("C-Bob",)), NEWS)
    assert [due.address for due in post.leave()] == ["bob@exemple.example"]


def test_who_is_a_contact_of_two_clients_hears_it_once(post: Post, house: House) -> None:
    with house.engine.begin() as db:
        own = {"company_id": house.atelier.id, "client_id": house.bob.id}
        db.execute(insert(t.contacts).values(**own, account_id=house.account.id))
    assert post.caster.look(house.atelier, EVERYTHING, NEWS).counts == {"email": 2}
    post.send(text=NEWS)
    assert len(post.leave()) == 2


def linked(house: House, *stopped: str) -> None:
    with house.open() as work:
        work.chats.link(house.account, "telegram", "42", NOW)
        work.notices.stop(house.account, ["announce"], stopped, "word", NOW)


def refused(post: Post) -> None:
    """The chat blocked us: what the pump does then."""
    for due in post.queue.claim(post.now, 9):
        if due.channel == "telegram":
            with post.house.open() as work:
                work.chats.block("telegram", due.address, post.now)
            post.caster.blocked(due)
            post.queue.failed(due.id, "Forbidden: bot was blocked by the user", post.now)
        else:
            post.queue.sent(due.id, None, post.now)


def test_a_document_that_a_chat_refuses_goes_by_email_where_none_was_written(
    post: Post, house: House
) -> None:
    post.document(house.anne, "F-1")
    linked(house, "email")  # on Telegram alone
    number = post.send()
    assert post.told() == [
        ("anne", "email", "F-1", "skipped", "stopped"),
        ("anne", "telegram", "F-1", "planned"),
    ]
    refused(post)
    assert post.told() == [
        ("anne", "email", "F-1", "planned"),
        ("anne", "telegram", "F-1", "skipped", "blocked"),
    ]
    assert [due.address for due in post.leave()] == ["anne@exemple.example"]
    found = broadcast_report.shown(house.engine, house.atelier, number)
    assert found is not None
    assert (found["recipients"], found["sent"], found["blocked"]) == (2, 1, 1)


def test_with_both_the_mail_is_not_written_twice(post: Post, house: House) -> None:
    post.document(house.anne, "F-1")
    linked(house)
    post.send()
    refused(post)
    assert post.told() == [
        ("anne", "email", "F-1", "sent"),
        ("anne", "telegram", "F-1", "skipped", "blocked"),
    ]
    assert post.leave() == []


def test_the_report(post: Post, house: House) -> None:
    paid = post.document(house.anne, "F-1")
    post.document(house.bob, "F-2")
    number = post.send()
    post.now += HOUR
    assert len(post.leave()) == 2
    house.pay(house.anne, paid, 64200)
    with house.open() as work:
        work.bounces.mark(2, "bounced")
    post.caster(post.now)
    found = broadcast_report.shown(house.engine, house.atelier, number)
    assert found is not None
    rows = found.pop("rows")
    assert found == {
        "id": number,
        "kind": "announce",
        "started_at": NOW.isoformat(),
        "finished_at": post.now.isoformat(),
        "asked_by": "command",
        "recipients": 2,
        "sent": 2,
        "bounced": 1,
        "blocked": 0,
        "skipped": 0,
        "planned": 0,
    }
    assert [(row["document"], row["state"], row["became"]) for row in rows] == [
        ("F-1", "sent", "paid"),
        ("F-2", "bounced", None),
    ]
    assert broadcast_report.listed(house.engine, house.atelier) == [found]
    assert broadcast_report.shown(house.engine, house.other, number) is None
    assert broadcast_report.listed(house.engine, house.other) == []


def test_it_is_over_when_nothing_waits(post: Post, house: House) -> None:
    post.document(house.anne, "F-1")
    number = post.send()

    def over() -> Any:
        broadcasts.finish(house.engine, post.now)
        found = broadcast_report.shown(house.engine, house.atelier, number)
        assert found is not None
        return found["finished_at"]

    assert over() is None
    post.leave()
    assert over() == NOW.isoformat()


def test_memory_of_a_page_is_that_of_a_page(
    post: Post, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of a page is kept once it is written."""
    monkeypatch.setattr(recipients, "AT_ONCE", 2)
    for nth in range(6):
        post.document(house.anne, f"F-{nth}")
    one = post.caster.begin(house.atelier, EVERYTHING, None, "command")
    seen: list[tuple[int, int]] = []
    written = post.caster.write(house.atelier, one, lambda done, known: seen.append((done, known)))
    assert (written, seen) == (6, [(2, 6), (4, 6), (6, 6)])
    assert all(isinstance(due.reply, Reply) for due in post.leave())
