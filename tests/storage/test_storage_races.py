"""Two that decide at once, on both channels: exactly one decision, one signature, one chain."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, update
from storage_seed import NOW, House, add
from storage_signing import CHAT, MAIL, decide, ledger, open_, quote

from handlers.rules.paper import Account
from handlers.rules.signing import Decision, Ticket
from storage import audit
from storage import tables as t
from storage.sealing import SealingQueue

ROUNDS = [30, pytest.param(200, marks=pytest.mark.soak)]
rounds = pytest.mark.parametrize("count", ROUNDS)


@pytest.fixture
def colleague(house: House) -> Account:
    """A second contact of anne's firm, who may sign too."""
    address = "zoe@exemple.example"
    with house.engine.begin() as db:
        row = {"address": address, "address_norm": address, "created_at": NOW}
        id = add(db, t.accounts, company_id=house.atelier.id, **row)
        may = {"company_id": house.atelier.id, "client_id": house.anne.id, "account_id": id}
        add(db, t.contacts, **may, can_sign=True)
    return replace(house.account, id=id, address=address)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """What each gave; raises what one raised."""
    start, given = threading.Barrier(len(jobs)), list[Any]()
    raised: list[BaseException] = []

    def run(job: Callable[[], Any]) -> None:
        start.wait()
        try:
            given.append(job())
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
    return given


def made(house: House, id: int) -> int:
    with house.engine.connect() as db:
        asked = select(func.count()).select_from(t.decisions).where(t.decisions.c.document_id == id)
        return int(db.execute(asked).scalar_one())


def told(house: House, id: int) -> int:
    """How many decisions of this quote the ledger tells."""
    ends = ("quote.accepted", "quote.refused")
    return sum(one.subject == f"quote:{id}" and one.kind in ends for one in ledger(house))


def whole(house: House) -> bool:
    with house.engine.connect() as db:
        return audit.check(db, house.atelier.id) is None


@rounds
def test_two_contacts_who_decide_at_once_make_one_decision(
    house: House, colleague: Account, count: int
) -> None:
    outcomes = set()
    for nth in range(count):
        id = quote(house, house.anne, f"D-{nth}")
        in_chat, by_mail = open_(house, id, CHAT), open_(house, id, MAIL, account=colleague)
        given = at_once(partial(decide, house, in_chat), partial(decide, house, by_mail))
        [decision] = [one for one in given if one]
        assert (made(house, id), told(house, id)) == (1, 1)
        outcomes.add(decision.signature_id)
    assert len(outcomes) == count
    assert whole(house)


@rounds
def test_one_who_accepts_and_one_who_declines(house: House, colleague: Account, count: int) -> None:
    for nth in range(count):
        id = quote(house, house.anne, f"D-{nth}")
        yes, no = open_(house, id, CHAT), open_(house, id, MAIL, "refuse", account=colleague)
        given = at_once(partial(decide, house, yes), partial(decide, house, no, "refused"))
        [decision] = [one for one in given if one]
        with house.engine.connect() as db:
            status = db.execute(select(t.documents.c.status).where(t.documents.c.id == id)).scalar_one()
        assert (status, told(house, id)) == (decision.outcome, 1)
    assert whole(house)


def test_the_same_button_pressed_twice(house: House) -> None:
    for nth in range(30):
        ticket = open_(house, quote(house, house.anne, f"D-{nth}"))
        given = at_once(*[partial(decide, house, ticket)] * 3)
        assert sum(one is not None for one in given) == 1
    assert whole(house)


def test_an_attempt_begun_elsewhere_while_another_decides(house: House) -> None:
    """Either the first decides and the second finds nothing to decide, or it was ended before: never both."""
    for nth in range(30):
        id = quote(house, house.anne, f"D-{nth}")
        given = at_once(
            partial(decide, house, open_(house, id, CHAT)),
            partial(open_, house, id, MAIL),
        )
        first = [one for one in given if isinstance(one, Decision)]
        [later] = [one for one in given if isinstance(one, Ticket)]
        assert bool(decide(house, later)) is not bool(first)
        assert (made(house, id), told(house, id)) == (1, 1)


def test_a_quote_that_changes_while_it_is_decided(house: House) -> None:
    """An import holds the company's row, then changes its documents; whoever decides waits for it and looks again."""
    id = quote(house, house.anne)
    ticket, given = open_(house, id), list[Decision | None]()
    deciding = threading.Thread(target=lambda: given.append(decide(house, ticket)))
    with house.engine.begin() as db:
        audit.hold(db, house.atelier.id)
        deciding.start()
        db.execute(update(t.documents).where(t.documents.c.id == id).values(version=2))
    deciding.join()
    assert (given, made(house, id)) == ([None], 0)


def test_two_workers_share_what_is_to_seal(house: House) -> None:
    queue = SealingQueue(house.engine, house.keys)
    for nth in range(10):
        assert decide(house, open_(house, quote(house, house.anne, f"D-{nth}"))) is not None
    taken: list[int] = []

    def work() -> None:
        while waiting := queue.claim(NOW):
            taken.append(waiting.decision.id)

    at_once(work, work)
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 10
