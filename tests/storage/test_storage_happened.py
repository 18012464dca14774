"""What happened: of a stretch of time and of each document; the summary of the morning; on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update
from storage_paying import ask, invoice, seen, told
from storage_seed import DAY, HOUR, NOW, TODAY, House, add
from storage_signing import quote, sha
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.report import outcome
from bot.digest import Digest, last_morning
from bot.pump import Pump
from handlers.core import digest
from handlers.core.ports import Due
from handlers.core.turn import Document, Language, Reply
from handlers.rules.bounces import Standing
from handlers.rules.happened import Fate, Happened, Item
from storage import tables as t
from storage.engine import reading
from storage.fates import fates
from storage.happened import between
from storage.queue import OutboxQueue

MORNING = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)  # 7:30 in Paris


def happened(house: House, since: datetime = NOW - HOUR, until: datetime = NOW + HOUR) -> Happened:
    with reading(house.engine) as db:
        return between(db, house.atelier, since, until, until.date())


def announce(house: House, document: int, channel: str = "email", outbox: str = "", **notice: Any) -> None:
    """`outbox`: the state of its row there; "" where there is none any more."""
    with house.engine.begin() as db:
        outgoing = None
        if outbox:
            row = {"company_id": house.atelier.id, "channel": channel, "address": house.account.address}
            row |= {"kind": "broadcast", "dedup": f"{document}:{channel}", "reply": Reply("x").as_json()}
            outgoing = add(db, t.outbox, **row, state=outbox, created_at=NOW, ready_at=NOW)
        own = {"company_id": house.atelier.id, "client_id": house.anne.id, "account_id": house.account.id}
        said = {"kind": "announce", "what": "invoice", "state": "planned", "created_at": NOW, "ready_at": NOW}
        key = {
            "key": f"announce:{document}",
            "channel": channel,
            "document_id": document,
            "outbox_id": outgoing,
        }
        add(db, t.notices, **(own | said | key | notice))


def look(house: House, number: str, kind: str = "answer") -> None:
    """An answer that carries the file of this document."""
    with house.open() as work:
        reply = Reply("x", documents=(Document(number, sha(f"{house.anne.id} {number}")),), kind=kind)
        work.outbox.put(
            house.atelier,
            "email",
            house.account.address,
            reply,
            NOW,
            dedup=f"{number}{kind}",
            account=house.account,
        )


def test_nothing_happened(house: House) -> None:
    house.paper(house.anne, "F-1")
    assert happened(house).nothing


def test_each_sort_of_thing(house: House) -> None:
    first, second = invoice(house, "F-1", 64200), invoice(house, "F-2", 5000)
    told(house, seen(ask(house, first)))
    quote(house, house.anne, "D-9", valid_until=TODAY - DAY)
    quote(house, house.anne, "D-1")
    look(house, "D-1")
    announce(house, second)
    announce(house, second, "telegram", state="skipped", reason="blocked")
    with house.open() as work:
        work.notices.pause(house.anne, second, house.account, "promise", TODAY + 3 * DAY, "vendredi", NOW)
    with house.engine.begin() as db:
        row = {"company_id": house.atelier.id, "address_key": "k", "account_id": house.account.id, "wrong": 3}
        db.execute(insert(t.tries).values(**row, locked_until=NOW + 5 * DAY, updated_at=NOW))
    what = happened(house, NOW - 2 * DAY)
    assert what.announced == 1
    assert what.paid == (Item("Anne", "F-1", 64200),)
    assert what.promised == (Item("Anne", "F-2", 5000, until=TODAY + 3 * DAY),)
    assert what.expired == (Item("Anne", "D-9", 64200),)
    assert what.seen == (Item("Anne", "D-1"),)
    assert what.undelivered == (Item("Anne", "Telegram", why="blocked"),)
    assert what.locked == (Item("Anne", house.account.address),)
    assert happened(house, NOW + HOUR, NOW + DAY).nothing


def test_of_another_company_nothing_is_seen(house: House) -> None:
    announce(house, invoice(house, "F-1", 64200))
    with reading(house.engine) as db:
        assert between(db, house.other, NOW - DAY, NOW + DAY, TODAY).nothing
        assert list(fates(db, house.other, TODAY - 365 * DAY)) == []


def test_a_promise_is_broken_once_its_day_is_over_and_something_is_left(house: House) -> None:
    kept, broken = invoice(house, "F-1", 64200), invoice(house, "F-2", 5000)
    told(house, seen(ask(house, kept)))
    for document in (kept, broken):
        with house.open() as work:
            work.notices.pause(house.anne, document, house.account, "promise", TODAY, "ce soir", NOW)
    assert happened(house, NOW - DAY, NOW).broken == ()
    assert happened(house, NOW, NOW + DAY).broken == (Item("Anne", "F-2", 5000, until=TODAY),)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Pacific/Noumea", "America/Cayenne"])
def test_each_morning_tells_of_the_days_that_ended_since_the_last_one(house: House, zone: str) -> None:
    quote(house, house.anne, "D-1", valid_until=TODAY)
    late = invoice(house, "F-2", 5000)
    with house.open() as work:
        work.notices.pause(house.anne, late, house.account, "promise", TODAY, "ce soir", NOW)
    company = replace(house.atelier, timezone=zone)
    told = []
    for day in (TODAY + n * DAY for n in range(4)):
        until = last_morning(datetime.combine(day, time(12), ZoneInfo(zone)), zone)
        with reading(house.engine) as db:
            what = between(db, company, until - DAY, until, day)
        told.append((len(what.expired), len(what.broken)))
    assert told == [(0, 0), (1, 1), (0, 0), (0, 0)]


def test_only_what_was_asked_for_by_the_clients_own_people_is_a_look(house: House) -> None:
    quote(house, house.anne, "D-1")
    look(house, "D-1", kind="broadcast")
    assert happened(house).seen == ()
    with house.engine.begin() as db:
        db.execute(update(t.contacts).values(ended_at=NOW))
    look(house, "D-1")
    assert happened(house).seen == ()


@pytest.mark.parametrize(
    ("notice", "outbox", "email"),
    [
        ({"state": "planned"}, "due", "planned"),
        ({"state": "planned"}, "taken", "planned"),
        ({"state": "sent"}, "", "sent"),
        ({"state": "sent", "outcome": "delivered"}, "sent", "delivered"),
        ({"state": "sent", "outcome": "bounced"}, "", "bounced"),
        ({"state": "skipped", "reason": "suppressed"}, "", "suppressed"),
    ],
    ids=lambda one: str(one)[:24],
)
def test_the_fate_of_a_document(house: House, notice: dict[str, str], outbox: str, email: str) -> None:
    announce(house, invoice(house, "F-1", 64200), outbox=outbox, **notice)
    with reading(house.engine) as db:
        (fate,) = fates(db, house.atelier, TODAY - 365 * DAY)
    assert (fate.number, fate.client, fate.left_cents, fate.email, fate.telegram) == (
        "F-1",
        "C-Anne",
        64200,
        email,
        "",
    )


@pytest.mark.parametrize(
    ("zone", "found"), [("Europe/Paris", 0), ("Pacific/Noumea", 1), ("America/Cayenne", 0)]
)
def test_announced_since_a_day_is_since_its_midnight_on_the_companys_clock(
    house: House, zone: str, found: int
) -> None:
    """At 16:30 UTC it is the next day already in Noumea."""
    at = datetime.combine(TODAY, time(16, 30), UTC)
    announce(house, invoice(house, "F-1", 64200), created_at=at)
    company = replace(house.atelier, timezone=zone)
    with reading(house.engine) as db:
        assert len(list(fates(db, company, TODAY + DAY))) == found


def test_what_did_not_arrive_is_told_on_the_day_on_which_it_is_known(house: House) -> None:
    """Written in the evening it leaves in the morning; a mail may come back days later."""
    gone, late = invoice(house, "F-1", 64200), invoice(house, "F-2", 5000)
    evening = {"created_at": NOW - 12 * HOUR, "ready_at": NOW + HOUR}
    announce(house, gone, "telegram", "failed", **evening, state="skipped", reason="failed")
    announce(house, late, "email", "sent", **evening, state="sent")
    told = [Item("Anne", "Telegram", why="failed")]
    assert list(happened(house, NOW - DAY, NOW).undelivered) == []
    assert list(happened(house, NOW, NOW + DAY).undelivered) == told
    with house.engine.begin() as db:
        outgoing = db.execute(select(t.outbox.c.id).where(t.outbox.c.channel == "email")).scalar_one()
    with house.open() as work:
        work.inbox.accept("bounce", f"{outgoing}:bounced", NOW + 3 * DAY)
        work.bounces.mark(outgoing, "bounced")
    assert list(happened(house, NOW, NOW + DAY).undelivered) == told
    back = Item("Anne", house.account.address, why="bounced")
    assert list(happened(house, NOW + 3 * DAY, NOW + 4 * DAY).undelivered) == [back]
    assert happened(house, NOW + 4 * DAY, NOW + 5 * DAY).undelivered == ()


class Never:
    async def deliver(self, due: Due) -> str:
        raise AssertionError("a suppressed address gets nothing")


async def test_what_an_address_suppressed_meanwhile_held_back_is_no_failed_sending(house: House) -> None:
    """It was to be told when it was written."""
    document = invoice(house, "F-1", 64200)
    with house.open() as work:
        (reach,) = work.notices.reaches(house.anne, NOW)
        work.notices.tell(
            *(
                reach,
                "email",
                house.account.address,
                Reply("x"),
                "announce:1",
                "announce",
                "invoice",
                NOW,
                NOW,
            ),
            document=work.books.by_id(house.anne, document),
        )
        work.bounces.keep(house.account, Standing(since=NOW, reason="hard"))
    await Pump(OutboxQueue(house.engine, house.keys), {"email": Never()}, lambda: NOW).drain()
    with reading(house.engine) as db:
        (fate,) = fates(db, house.atelier, TODAY - 365 * DAY)
    assert fate.email == "suppressed"
    (item,) = happened(house).undelivered
    assert item.why == "suppressed"
    said: dict[Language, str] = {
        "fr": "adresse qui refuse nos e-mails",
        "en": "address that refuses our e-mails",
    }
    for language, words in said.items():
        assert any(words in line for line in digest.lines(house.atelier, happened(house), language))


# --- in the morning


def mails(house: House) -> list[dict[str, Any]]:
    with house.engine.connect() as db:
        asked = select(t.outbox.c.reply).where(t.outbox.c.dedup.like("digest:%")).order_by(t.outbox.c.id)
        return list(db.execute(asked).scalars())


def test_the_summary_comes_once_a_morning_where_something_happened(house: House) -> None:
    tell = Digest(house.engine, house.keys)
    tell(MORNING - 10 * HOUR)
    look_at = quote(house, house.anne, "D-1")
    assert look_at
    look(house, "D-1")
    for _ in range(2):
        tell(MORNING - timedelta(minutes=1))
        assert mails(house) == []
    for _ in range(2):
        Digest(house.engine, house.keys)(MORNING)  # another process, or the same one started again
        tell(MORNING + HOUR)
    (mail,) = mails(house)
    assert mail["subject"] == "Point du 25 novembre 2026"
    assert "- Anne, D-1" in mail["text"]
    tell(MORNING + DAY)
    assert len(mails(house)) == 1, "nothing more happened"


def test_after_a_stop_of_three_days_one_summary_tells_of_all_of_them(house: House) -> None:
    Digest(house.engine, house.keys)(NOW)
    quote(house, house.anne, "D-1")
    look(house, "D-1")
    Digest(house.engine, house.keys)(MORNING + 3 * DAY)
    (mail,) = mails(house)
    assert "depuis le 24 novembre 2026 à 7h30" in mail["text"]


def test_a_company_that_wants_none_gets_none(house: House) -> None:
    with house.engine.begin() as db:
        db.execute(update(t.companies).values(settings={"digest": False}))
    quote(house, house.anne, "D-1")
    look(house, "D-1")
    Digest(house.engine, house.keys)(MORNING)
    assert mails(house) == []


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (datetime(2026, 11, 25, 6, 29, tzinfo=UTC), datetime(2026, 11, 24, 6, 30, tzinfo=UTC)),
        (datetime(2026, 11, 25, 6, 30, tzinfo=UTC), MORNING),
        (datetime(2026, 7, 1, 5, 30, tzinfo=UTC), datetime(2026, 7, 1, 5, 30, tzinfo=UTC)),  # summer time
        (
            datetime(2026, 3, 29, 5, 30, tzinfo=UTC),
            datetime(2026, 3, 29, 5, 30, tzinfo=UTC),
        ),  # the day it begins
    ],
)
def test_half_past_seven_is_of_the_companys_clock(now: datetime, morning: datetime) -> None:
    assert last_morning(now, "Europe/Paris") == morning


# --- as an operator asks


def test_the_days_of_the_report_are_those_of_the_companys_clock() -> None:
    at = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    signed = Fate("quote", "D-1", 1, "C1", "Anne", 100, 0, "EUR", "accepted", decided_at=at)
    assert outcome(signed, "Europe/Paris") == "accepted 2026-11-25"
    assert outcome(signed, "America/Cayenne") == "accepted 2026-11-24"


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_report(house: House, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clock").write_text((NOW + HOUR).isoformat())
    values = {
        "DATABASE_URL": url,
        "SECRET_KEY": "the tests",
        "ENV": "test",
        "CLOCK_FILE": f"{tmp_path}/clock",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"FACTEUR_{name}", value)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["report", "--company", "atelier", *words])
        assert done.exit_code == 0, done.output
        return done.output

    assert "No quote and no invoice since 2027-01-01." in run("--since", "2027-01-01")
    assert "Nothing new since 1 July 2026 at 00:00." in run("--since", "2026-07-01")
    document = invoice(house, "F-1", 64200)
    announce(house, document, outcome="bounced")
    announce(house, document, "telegram", outbox="due")
    said = run("--since", "2026-01-01")
    assert "F-1       C-Anne  bounced  planned   -          to pay" in said
    assert "1 documents, 1 announced, 1 planned, 1 bounced, 0 asked for." in said
    assert "Messages that did not arrive:\n- Anne, anne@example.org, refused" in said.replace(
        house.account.address, "anne@example.org"
    )
    (one,) = json.loads(run("--since", "2026-01-01", "--json"))["documents"]
    assert (one["number"], one["email"], one["announced_at"]) == ("F-1", "bounced", NOW.isoformat())
    assert CliRunner().invoke(app, ["report", "--company", "atelier", "--since", "hier"]).exit_code == 2
