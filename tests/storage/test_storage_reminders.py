"""Reminders as they are written: once, at an hour at which they may leave, and only while nothing stops them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Engine, event, insert, select, update
from storage_paying import ask, dispute, seen
from storage_paying import told as heard
from storage_seed import DAY, HOUR, MINUTE, House, add

from bot.reminders import Reminders
from handlers.core.ports import Work
from handlers.core.turn import Reply
from handlers.rules.notices import Reach
from handlers.rules.paper import Paper
from storage import audit
from storage import tables as t
from storage.books import SqlBooks
from storage.engine import reading
from storage.outbox_queue import OutboxQueue
from storage.settling import settle

DUE = date(2026, 12, 2)  # a Wednesday
EIGHT = datetime(2026, 12, 2, 7, 0, tzinfo=UTC)  # in Paris, on the due date
NUMBER = "F-2026-0900"


@pytest.fixture
def invoice(house: House) -> int:
    return house.paper(house.anne, NUMBER, due_on=DUE)


def settings(house: House, **values: Any) -> None:
    with house.engine.begin() as db:
        db.execute(update(t.companies).where(t.companies.c.id == house.atelier.id).values(settings=values))


def client(house: House, **values: Any) -> None:
    with house.engine.begin() as db:
        db.execute(update(t.clients).where(t.clients.c.id == house.anne.id).values(**values))


def run(house: House, now: datetime) -> int:
    return Reminders(house.engine, house.open).run(house.atelier, now)


def told(house: House) -> list[tuple[str, str, str, str]]:
    n = t.notices.c
    with reading(house.engine) as db:
        found = db.execute(select(n.what, n.channel, n.state, n.reason).order_by(n.id))
        return [tuple(row) for row in found]


def mails(house: House) -> list[tuple[str, Reply]]:
    o = t.outbox.c
    with reading(house.engine) as db:
        return [
            (row.address, Reply.from_json(row.reply))
            for row in db.execute(select(o.address, o.reply).order_by(o.id))
        ]


PLANNED = ("planned", "")


@pytest.mark.parametrize(
    ("days", "what"),
    [(-8, None), (-7, "before"), (-1, "before"), (0, "due"), (1, None), (3, "late_1"), (15, "late_2")],
)
def test_what_leaves_on_which_day(house: House, invoice: int, days: int, what: str | None) -> None:
    client(house, kind="B2C")
    run(house, EIGHT + days * DAY)
    assert told(house) == ([(what, "email", *PLANNED)] if what else [])


def test_a_hundred_runs_a_day_write_it_once(house: House, invoice: int) -> None:
    assert [run(house, EIGHT + n * 5 * MINUTE) for n in range(100)] == [1] + 99 * [0]
    assert len(mails(house)) == 1


def test_what_was_refused_for_good_is_not_sent_again_each_hour(house: House, invoice: int) -> None:
    client(house, kind="B2C")
    queue = OutboxQueue(house.engine, house.keys)
    written = []
    for now in (EIGHT + n * HOUR for n in range(4)):
        written.append(run(house, now))
        for due in queue.claim(now, 10):
            queue.failed(due.id, "550 5.7.1 Not such a text", now)
    assert written == [1, 0, 0, 0]
    assert told(house) == [("due", "email", "skipped", "failed")]
    with house.open() as work:  # as for another person of that client, to whom it is still to be said
        (reach,) = work.notices.reaches(house.anne, EIGHT)
        same = (f"remind:{invoice}:due:{DUE}", "remind", "due")
        assert not work.notices.tell(reach, "email", reach.account.address, Reply("x"), *same, EIGHT, EIGHT)
    assert run(house, EIGHT + 3 * DAY) == 1  # the next level


def test_a_memory_of_each_level(house: House, invoice: int) -> None:
    client(house, kind="B2C")
    for day in range(-10, 60):
        for hour in (0, 4, 11):  # 8h, 12h, 19h in Paris
            run(house, EIGHT + day * DAY + hour * HOUR)
    assert [row[0] for row in told(house)] == ["before", "due", "late_1", "late_2", "late_3"]


def test_after_three_days_down_the_latest_level_alone(house: House, invoice: int) -> None:
    client(house, kind="B2C")
    settings(house, remind=[-6, -3, 0, 3])
    run(house, EIGHT - 1 * DAY)  # it was down from 6 days before
    run(house, EIGHT)
    assert [row[0] for row in told(house)] == ["before_2"]


@pytest.mark.parametrize(
    ("hours", "settings_", "leaves"),
    [
        (-1, {}, False),  # 7h in Paris
        (0, {}, True),
        (12, {}, True),  # 20h begins the night: not said
        (13, {}, False),
        (-1, {"quiet": ""}, True),
        (0, {"quiet": "08:00-10:00"}, False),
    ],
)
def test_only_at_an_hour_at_which_it_may_leave(
    house: House, invoice: int, hours: int, settings_: dict[str, Any], leaves: bool
) -> None:
    settings(house, **settings_)
    run(house, EIGHT + hours * HOUR)
    assert bool(mails(house)) is (leaves and hours < 12)


def test_nothing_is_said_on_a_sunday_nor_late_for_it(house: House) -> None:
    house.paper(house.anne, NUMBER, due_on=date(2026, 11, 29))
    for hour in range(48):
        run(house, datetime(2026, 11, 29, tzinfo=UTC) + hour * HOUR)
    assert told(house) == []


@pytest.mark.parametrize(
    ("zone", "now", "leaves"),
    [
        ("Europe/Paris", "2026-03-29T05:59", False),  # summer time since that night: 7h59
        ("Europe/Paris", "2026-03-29T06:00", True),
        ("Europe/Paris", "2026-10-25T06:30", False),  # winter time since that night: 7h30
        ("Europe/Paris", "2026-10-25T07:00", True),
        ("Indian/Reunion", "2026-12-02T04:00", True),
        ("Indian/Reunion", "2026-12-01T21:00", False),  # already the due date there, at 1h
        ("America/Martinique", "2026-12-02T07:00", False),
        ("America/Martinique", "2026-12-02T12:00", True),
    ],
)
def test_the_clock_is_that_of_the_company(house: House, zone: str, now: str, leaves: bool) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    with house.engine.begin() as db:
        db.execute(update(t.companies).values(timezone=zone, settings={"sundays": True}))
    due = date.fromisoformat(now[:10]) if zone != "Indian/Reunion" else DUE
    house.paper(house.anne, NUMBER, due_on=due, issued_on=due - timedelta(days=20))
    assert Reminders(house.engine, house.open).run(replace(house.atelier, timezone=zone), at) == leaves


def stops(house: House, invoice: int, what: str) -> None:
    if what == "paid":
        house.pay(house.anne, invoice, 64200)
    elif what == "in progress":
        house.pay(house.anne, invoice, 64200, state="in_progress")
    elif what == "cancelled":
        with house.engine.begin() as db:
            db.execute(update(t.documents).values(status="cancelled"))
    elif what == "turned off":
        settings(house, remind=[])
    elif what == "not offered":
        house.atelier = replace(house.atelier, options=frozenset({"signature"}))
    else:
        until = {"promise": DUE + DAY}.get(what)
        with house.open() as work:
            work.notices.pause(house.anne, invoice, house.account, what, until, "je paie jeudi", EIGHT - DAY)


@pytest.mark.parametrize(
    "what", ["paid", "in progress", "cancelled", "promise", "disagree", "turned off", "not offered"]
)
def test_what_stops_them(house: House, invoice: int, what: str) -> None:
    stops(house, invoice, what)
    assert run(house, EIGHT) == 0
    assert told(house) == []


def test_a_disputed_payment_stops_them_until_the_dispute_is_over(house: House, invoice: int) -> None:
    client(house, kind="B2C")
    request = ask(house, invoice)
    for news in (seen(request), dispute(request, 64200, "opened"), dispute(request, 64200, "withdrawn")):
        heard(house, news)
    assert run(house, EIGHT) == 0
    heard(house, dispute(request, 64200, "lost"))
    assert run(house, EIGHT + HOUR) == 1


def test_they_go_on_after_a_promise_that_was_not_kept(house: House, invoice: int) -> None:
    client(house, kind="B2C")
    with house.open() as work:
        work.notices.pause(house.anne, invoice, house.account, "promise", DUE + 4 * DAY, "lundi", EIGHT)
    counts = [run(house, EIGHT + n * DAY) for n in range(3, 7)]
    assert counts == [0, 0, 1, 0]  # the fifth day: the promise is over, and it is no Sunday


def test_a_payment_between_the_look_and_the_write_stops_it(house: House, invoice: int) -> None:
    """It was found, and is paid before its transaction begins."""
    job = Reminders(house.engine, house.open)
    found = list(job._waiting(house.atelier, job._ways(house.atelier), [house.anne.id], EIGHT))
    house.pay(house.anne, invoice, 64200)
    ((client_id, items),) = found
    assert job._write(house.atelier, job._ways(house.atelier), client_id, items, EIGHT) == 0


def test_a_part_that_is_left_is_still_asked_for(house: House, invoice: int) -> None:
    house.pay(house.anne, invoice, 50000)
    run(house, EIGHT)
    assert "142,00\u00a0€" in mails(house)[0][1].text


@pytest.mark.parametrize(("channel", "kind"), [("email", "remind"), ("email", "news")])
def test_who_stopped_reminders_gets_none(house: House, invoice: int, channel: str, kind: str) -> None:
    with house.open() as work:
        work.notices.stop(house.account, [kind], [channel], "word", EIGHT - DAY)
    run(house, EIGHT)
    stopped = kind == "remind"
    assert told(house) == [("due", "email", *(("skipped", "stopped") if stopped else PLANNED))]
    run(house, EIGHT + HOUR)
    assert len(told(house)) == 1


@pytest.mark.parametrize(
    ("kind", "rate", "left"),
    [
        ("B2B_FR", None, 0),
        ("B2B_FR", "12,15 %", 1),
        ("B2C", None, 1),
        ("PUBLIC", None, 1),
        ("B2B_EU", None, 1),
    ],
)
def test_a_business_is_told_of_the_rate_or_of_nothing(
    house: House, invoice: int, kind: str, rate: str | None, left: int
) -> None:
    client(house, kind=kind)
    settings(house, late_rate=rate)
    assert run(house, EIGHT + 3 * DAY) == left
    client_mails = [reply.text for address, reply in mails(house) if address == "anne@exemple.example"]
    assert len(client_mails) == left
    for text in client_mails:
        assert ("pénalités" in text, "40\u00a0€" in text, "12,15\u00a0%" in text) == 3 * (kind == "B2B_FR",)


def test_the_company_is_told_once_that_the_rate_is_missing(house: House, invoice: int) -> None:
    house.paper(house.bob, "F-2026-0901", due_on=DUE)
    for hour in range(5):
        run(house, EIGHT + 3 * DAY + hour * HOUR)
    ((address, reply),) = mails(house)
    assert address == house.atelier.email
    assert "facteur company set atelier --late-rate" in reply.text
    assert {row[2:] for row in told(house)} == {("skipped", "no_rate")}
    settings(house, late_rate="12,15 %")
    assert run(house, EIGHT + 3 * DAY + 6 * HOUR) == 2


def test_three_days_between_an_announcement_and_a_reminder(house: House, invoice: int) -> None:
    client(house, kind="B2C")
    with house.open() as work:
        (one,) = work.notices.reaches(house.anne, EIGHT)
        paper = work.books.by_id(house.anne, invoice)
        at = EIGHT - 2 * DAY
        work.notices.tell(
            one, "email", "x@exemple.example", Reply(""), "announce:1", "announce", "invoice", at, at,
            document=paper,
        )  # fmt: skip
    assert run(house, EIGHT) == 0
    assert run(house, EIGHT + 3 * DAY) == 1


def test_another_company_hears_nothing_of_it(house: House, invoice: int) -> None:
    assert Reminders(house.engine, house.open).run(house.other, EIGHT) == 0


def test_a_client_that_fails_holds_up_no_other(house: House, invoice: int) -> None:
    def pay_link(reach: Reach, paper: Paper) -> str:
        if reach.client == house.anne:
            raise RuntimeError("no page")
        return "https://example.org/pay"

    settings(house, direct_links=True)
    house.paper(house.bob, "F-2026-0901", due_on=DUE)
    company = replace(house.atelier, options=frozenset(("portal", "payment")))
    assert Reminders(house.engine, house.open, pay_link).run(company, EIGHT) == 1
    assert [to for to, _ in mails(house)] == ["bob@exemple.example"]


def test_each_person_is_told_and_a_new_due_date_counts_anew(house: House, invoice: int) -> None:
    own = {"company_id": house.atelier.id, "created_at": EIGHT}
    with house.engine.begin() as db:
        second = add(db, t.accounts, **own, address="b@exemple.example", address_norm="b@exemple.example")
        tie = {"company_id": house.atelier.id, "client_id": house.anne.id, "account_id": second}
        db.execute(insert(t.contacts).values(tie))
    assert run(house, EIGHT) == 2
    with house.engine.begin() as db:
        db.execute(update(t.documents).values(due_on=DUE + 9 * DAY))
    assert run(house, EIGHT + 9 * DAY) == 2


def test_two_processes_write_it_once(house: House, invoice: int) -> None:
    one, two = (Reminders(house.engine, house.open) for _ in range(2))
    ways = one._ways(house.atelier)
    (found,), (again,) = (
        list(job._waiting(house.atelier, ways, [house.anne.id], EIGHT)) for job in (one, two)
    )
    assert one._write(house.atelier, ways, *found, EIGHT) == 1
    assert two._write(house.atelier, ways, *again, EIGHT) == 0


# --- quotes, contracts, appointments


def quote(house: House, **values: Any) -> int:
    usual = {"kind": "quote", "status": "sent", "issued_on": date(2026, 11, 10), "due_on": None}
    return house.paper(house.anne, "D-2026-0044", **usual | values)


@pytest.mark.parametrize(
    ("on", "what"),
    [
        ("2026-11-16", None),
        ("2026-11-17", "quote_unanswered"),
        ("2026-12-12", "quote_ending"),
        ("2026-12-15", "quote_ending"),
    ],
)
def test_a_quote_that_waits(house: House, on: str, what: str | None) -> None:
    quote(house, valid_until=date(2026, 12, 15))
    run(house, datetime.fromisoformat(f"{on}T08:00").replace(tzinfo=UTC))
    assert [row[0] for row in told(house)] == ([what] if what else [])


def test_a_quote_expires_once_its_last_day_is_over_where_the_company_is(house: House) -> None:
    quote(house, valid_until=DUE)
    kept = quote_status(house, datetime(2026, 12, 2, 22, 59, tzinfo=UTC))
    over = quote_status(house, datetime(2026, 12, 2, 23, 1, tzinfo=UTC))
    assert (kept, over) == ("sent", "expired")
    run(house, EIGHT + 2 * DAY)
    with reading(house.engine) as db:
        entries = [(one.kind, one.subject) for one in audit.entries(db, house.atelier.id)]
    assert entries == [("quote.expired", "D-2026-0044")]
    assert told(house) == []


def quote_status(house: House, now: datetime) -> str:
    run(house, now)
    with reading(house.engine) as db:
        return str(db.execute(select(t.documents.c.status)).scalar())


def test_one_that_was_decided_does_not_expire(house: House) -> None:
    quote(house, valid_until=DUE, status="accepted")
    assert quote_status(house, EIGHT + 9 * DAY) == "accepted"


def contract(house: House, **values: Any) -> None:
    row = {"ref": "CT-9", "label": "Entretien", "status": "active", "next_due_on": date(2027, 1, 1)}
    owner = {"company_id": house.atelier.id, "client_id": house.anne.id, "tacit_renewal": True}
    with house.engine.begin() as db:
        db.execute(insert(t.contracts).values(owner | row | values))


@pytest.mark.parametrize(
    ("kind", "values", "settings_", "sent"),
    [
        ("B2C", {}, {"renewal_notice": 30}, 1),
        ("B2C", {"tacit_renewal": False}, {"renewal_notice": 30}, 0),
        ("B2C", {"status": "suspended"}, {"renewal_notice": 30}, 0),
        ("B2C", {"next_due_on": date(2027, 2, 15)}, {"renewal_notice": 0}, 0),
        ("B2C", {}, {"renewal_notice": 30, "renewal": "off"}, 0),
        ("B2B_FR", {}, {"renewal_notice": 30}, 0),
        ("B2B_FR", {}, {"renewal_notice": 30, "renewal": "all"}, 1),
    ],
)
def test_a_renewal_is_told_to_consumers(
    house: House, kind: str, values: dict[str, Any], settings_: dict[str, Any], sent: int
) -> None:
    client(house, kind=kind)
    contract(house, **values)
    settings(house, **settings_)
    at = datetime(2026, 10, 15, 8, tzinfo=UTC)
    assert [run(house, at + n * HOUR) for n in range(3)] == [sent, 0, 0]


def test_a_renewal_is_told_to_who_stopped_reminders_by_e_mail_alone(house: House) -> None:
    client(house, kind="B2C")
    contract(house)
    settings(house, renewal_notice=30)
    with house.open() as work:
        work.chats.link(house.account, "telegram", "42", EIGHT)
        work.notices.stop(house.account, ["remind"], ["email", "telegram"], "word", EIGHT)
    run(house, datetime(2026, 10, 15, 8, tzinfo=UTC))
    ((_, reply),) = mails(house)
    assert "[cadre] Date limite pour refuser\u00a0: 1er décembre 2026 [/cadre]" in reply.text
    assert reply.subject == "Votre contrat Entretien\u00a0: date limite le 1er décembre 2026"


def test_without_the_notice_of_its_contracts_the_company_is_asked_for_it_once(house: House) -> None:
    client(house, kind="B2C")
    contract(house)
    assert [run(house, datetime(2026, 10, 15, hour, tzinfo=UTC)) for hour in (8, 9)] == [0, 0]
    ((address, reply),) = mails(house)
    assert address == house.atelier.email
    assert "--renewal-notice" in reply.text


def test_an_appointment_is_told_the_day_before_and_anew_where_it_moves(house: House) -> None:
    own = {"company_id": house.atelier.id, "client_id": house.anne.id, "uid": "rdv", "title": "Pose"}
    with house.engine.begin() as db:
        add(db, t.events, **own, starts_at=EIGHT + 2 * DAY)
    assert [run(house, EIGHT + n * DAY) for n in range(3)] == [0, 1, 0]
    with house.engine.begin() as db:
        db.execute(update(t.events).values(starts_at=EIGHT + 7 * DAY))
    assert [run(house, EIGHT + n * DAY) for n in (5, 6, 7)] == [0, 1, 0]
    files = [reply.documents[0].recipe or {} for _, reply in mails(house)]
    assert [one["uid"] for file in files for one in file["events"]] == ["rdv", "rdv"], "a calendar moves it"


# --- what is said, or paid, at the same moment; on SQLite one writer is all

TWO_WRITERS = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def promises(house: House, work: Work, document: int) -> None:
    work.notices.pause(house.anne, document, house.account, "promise", None, "vendredi", EIGHT)


def opts_out(house: House, work: Work, document: int) -> None:
    work.notices.stop(house.account, ["remind"], ["email"], "word", EIGHT)


def pays(house: House, work: Work, document: int) -> None:
    request = ask(house, document)
    settle(cast(SqlBooks, work.books).db, house.atelier.id, seen(request), EIGHT)


ACTS = pytest.mark.parametrize("act", [promises, opts_out, pays])
Act = Callable[[House, Work, int], None]


@TWO_WRITERS
@ACTS
def test_what_is_not_committed_yet_keeps_the_reminder_until_the_next_tick(
    house: House, invoice: int, act: Act
) -> None:
    client(house, kind="B2C")
    tick = Reminders(house.engine, house.open)
    with house.open() as work:
        act(house, work, invoice)
        tick(EIGHT)
        assert told(house) == []
    tick(EIGHT + MINUTE)
    assert mails(house) == []


@TWO_WRITERS
def test_what_came_to_nothing_keeps_no_reminder(house: House, invoice: int) -> None:
    client(house, kind="B2C")
    tick = Reminders(house.engine, house.open)
    with house.engine.connect() as db:
        db.execute(select(t.documents.c.id).with_for_update())
        tick(EIGHT)
        assert told(house) == []
    tick(EIGHT + MINUTE)
    assert len(mails(house)) == 1


@TWO_WRITERS
@ACTS
def test_what_comes_while_a_reminder_is_written_waits_for_it(house: House, invoice: int, act: Act) -> None:
    """Then it finds what was written: who stops is sent nothing of it."""
    reminded, waited = threading.Event(), threading.Event()

    def later() -> None:
        with house.open() as work:
            reminded.wait()
            act(house, work, invoice)
            waited.set()

    other = threading.Thread(target=later)
    other.start()
    with house.open() as work:
        (reach,) = work.notices.reaches(house.anne, EIGHT)
        assert work.notices.hold(house.anne, [invoice])
        reminded.set()
        assert not waited.wait(0.3)
        common = ("k", "remind", "due", EIGHT, EIGHT)
        work.notices.tell(reach, "email", house.account.address, Reply("x"), *common)
    other.join()
    assert told(house) == [("due", "email", *(("skipped", "stopped") if act is opts_out else PLANNED))]


# --- what a look costs, and the days to come


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []
    listen = lambda *given: seen.append(given[2])  # noqa: E731  # a listener of one line
    event.listen(engine, "before_cursor_execute", listen)
    yield seen
    event.remove(engine, "before_cursor_execute", listen)


def test_an_hour_with_nothing_to_say_is_a_few_reads(house: House, statements: list[str]) -> None:
    for nth in range(50):
        house.paper(house.anne, f"F-{nth}", due_on=DUE + 40 * DAY)
    statements.clear()
    run(house, EIGHT)
    assert len(statements) < 20
    assert not [one for one in statements if one.startswith(("INSERT", "UPDATE"))]


def test_a_forecast_says_what_then_leaves_and_writes_nothing(house: House, invoice: int) -> None:
    client(house, kind="B2C")
    job = Reminders(house.engine, house.open)
    start = EIGHT - 10 * DAY
    foreseen = [(one.on, one.item.what) for one in job.forecast(house.atelier, start, 30)]
    assert told(house) == []
    left = []
    for day in range(30):
        before = len(told(house))
        run(house, start + day * DAY + 4 * HOUR)
        left += [((start + day * DAY).date(), row[0]) for row in told(house)[before:]]
    assert foreseen == left
    assert [what for _, what in left] == ["before", "due", "late_1", "late_2"]
    assert list(job.forecast(house.atelier, start + 17 * DAY, 3)) == []


def test_it_looks_once_an_hour(house: House, invoice: int) -> None:
    job = Reminders(house.engine, house.open)
    job(EIGHT - 5 * MINUTE)
    job(EIGHT - MINUTE)
    assert mails(house) == []
    job(EIGHT + MINUTE)
    assert len(mails(house)) == 1
