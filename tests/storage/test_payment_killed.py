"""SIGKILL before any statement of a payment, before its commit and after it: nothing changes but all of it, once."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from storage_paying import ask, balance, imported, invoice, refund, seen, states
from storage_seed import DAY, HOUR, NOW, TODAY, House

from handlers.core.ports import Work
from handlers.core.turn import Reply
from handlers.rules.paper import Company
from handlers.rules.paying import PaymentNews, spread
from storage import tables as t
from storage.engine import connect
from storage.keys import Keys
from storage.work import opener

Job = Callable[[Work], None]


def news(house: House, about: Any) -> Job:
    """As the desk takes it: the event, its effect and what is said of it, in one transaction."""

    def job(work: Work) -> None:
        if work.inbox.accept("stripe", "1:evt_1", NOW):
            settled = work.payments.settle(PaymentNews(house.atelier.id, about), NOW)
            _say(work, house.atelier, settled.what)

    return job


def _say(work: Work, company: Company, what: str) -> None:
    work.outbox.put(company, "email", "anne@exemple.example", Reply(what), NOW, dedup=f"stripe:{what}")


def asked(house: House) -> Job:
    def job(work: Work) -> None:
        lines = spread(work.payments.payable(house.anne, TODAY), TODAY)
        where = "telegram", "4217", NOW + HOUR, NOW + DAY
        work.payments.request(house.anne, house.account, lines, "EUR", *where)

    return job


def prepared(house: House, what: str) -> Job:
    one, two = invoice(house, "F-1", 100), invoice(house, "F-2", 200)
    if what == "asked":
        ask(house, one)
        return asked(house)
    request = ask(house, one, two)
    imported(house, {"ref": "RG-1", "amount_cents": 100})
    if what in ("paid", "in progress"):
        return news(house, seen(request, payment="paid" if what == "paid" else "unpaid"))
    with house.open() as work:
        work.payments.settle(PaymentNews(house.atelier.id, seen(request)), NOW)
    return news(house, refund(request, 200))


def die_at(nth: int, engine: Engine) -> None:
    """Before the nth thing that is asked of the database, a commit among them; or once the commit is done."""
    calls = count(1)

    def call(*_: Any) -> None:
        if next(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", call)
    event.listen(engine, "commit", call)


def in_a_process(url: str, job: Job, nth: int) -> int | None:
    """Its exit code."""

    def run() -> None:
        engine = connect(url)
        die_at(nth, engine)
        with opener(engine, Keys.of("the tests"))() as work:
            job(work)
        if nth < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        engine.dispose()

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join(60)
    return process.exitcode


def everything(house: House) -> dict[str, list[str]]:
    with house.engine.connect() as db:
        return {table.name: sorted(map(str, db.execute(select(table)))) for table in t.meta.sorted_tables}


@pytest.mark.parametrize("what", ["asked", "in progress", "paid", "refunded"])
def test_killed_anywhere_nothing_is_done_by_half(house: House, url: str, what: str) -> None:
    job = prepared(house, what)
    before = everything(house)
    house.engine.dispose()
    step, nth = (1 if url.startswith("sqlite") else 4), 1  # the statements are the same on both
    while in_a_process(url, job, nth) == -signal.SIGKILL:
        assert everything(house) == before
        nth += step
    assert nth > 10
    after = everything(house)
    assert after != before
    assert in_a_process(url, job, -1) == -signal.SIGKILL
    assert everything(house) == after, "and once more changes nothing"
    balance(house)
    assert states(house)[-1] == {"asked": "open", "in progress": "in_progress"}.get(what, "paid")
