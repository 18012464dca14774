"""Another IBAN: since when, told to everybody who may pay, on both channels, once, and never what it is (N8)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update
from storage_seed import DAY, MINUTE, NOW, House, add

from bot.bank_news import BankNews
from handlers.bank import IbanChanged
from handlers.core.desk import Desk
from storage import admin, bank
from storage import tables as t

FORMER, LATER = "DE89370400440532013000", "FR7630006000011234567890189"


def sets(house: House, iban: str | None, now: Any = NOW) -> None:
    admin.set_company(house.engine, "atelier", {"iban": iban, "account_holder": "Atelier SARL"}, now)


@pytest.fixture
def news(house: House) -> BankNews:
    return BankNews(house.engine, Desk(house.open, lambda: NOW).note)


def written(house: House) -> list[tuple[str, str, str]]:
    o = t.outbox.c
    with house.engine.connect() as db:
        rows = db.execute(select(o.channel, o.address, o.reply).order_by(o.id))
        return [(row.channel, row.address, row.reply["text"]) for row in rows]


def test_the_first_one_is_no_news(house: House, news: BankNews) -> None:
    sets(house, FORMER)
    news(NOW)
    assert written(house) == []
    with house.open() as work:
        known = work.payments.bank(house.atelier)
    assert known is not None
    assert (known.iban, known.since, known.replaced_at) == (FORMER, NOW, None)


def test_another_one_is_told_once_to_those_who_may_pay(house: House, news: BankNews) -> None:
    sets(house, FORMER)
    with house.engine.begin() as db:
        db.execute(
            update(t.contacts)
            .where(t.contacts.c.client_id == house.bob.id)
            .values(can_pay=False, can_notify=False)
        )
        chat = {"channel": "telegram", "chat": "4242", "linked_at": NOW}
        add(db, t.chat_links, company_id=house.atelier.id, account_id=house.account.id, **chat)
    sets(house, LATER, NOW + DAY)
    news(NOW + DAY)
    news(NOW + DAY)
    mail, message = written(house)
    assert (mail[:2], message[:2]) == (("email", house.account.address), ("telegram", "4242"))
    assert mail[2] == message[2]
    assert "25 novembre 2026" in mail[2]
    assert not any(secret in mail[2].replace(" ", "") for secret in (FORMER, LATER, LATER[-4:]))


def test_taken_away_and_given_anew_is_another_one_too(house: House, news: BankNews) -> None:
    sets(house, FORMER)
    sets(house, None, NOW + MINUTE)
    with house.open() as work:
        assert work.payments.bank(house.atelier) is None
    news(NOW)
    assert written(house) == []
    sets(house, LATER, NOW + DAY)
    news(NOW)
    assert [address for _, address, _ in written(house)] == [house.account.address, "bob@exemple.example"]


def test_many_are_told_some_at_a_time_and_a_crash_repeats_nobody(house: House, news: BankNews) -> None:
    with house.engine.begin() as db:
        for n in range(230):
            named = {
                "address": f"a{n}@exemple.example",
                "address_norm": f"a{n}@exemple.example",
                "created_at": NOW,
            }
            account = add(db, t.accounts, company_id=house.atelier.id, **named)
            db.execute(
                insert(t.contacts).values(
                    company_id=house.atelier.id, client_id=house.anne.id, account_id=account
                )
            )
    sets(house, FORMER)
    sets(house, LATER, NOW + DAY)
    first = bank.to_tell(house.engine)
    assert first is not None
    assert len(first.accounts) == 100
    id = f"{first.company.id}:{first.changed_at.isoformat()}:0"
    news.note(
        "bank", id, IbanChanged(first.company, first.accounts, first.changed_at)
    )  # and then the power went
    news(NOW)
    told = [address for _, address, _ in written(house)]
    assert len(told) == len(set(told)) == 232
    assert bank.to_tell(house.engine) is None


def test_changed_once_more_meanwhile_all_are_told_anew(house: House, news: BankNews) -> None:
    sets(house, FORMER)
    sets(house, LATER, NOW + DAY)
    some = bank.to_tell(house.engine)
    assert some is not None
    sets(house, FORMER, NOW + 2 * DAY)
    bank.told(house.engine, some)
    news(NOW)
    assert len(written(house)) == 2
    assert all("26 novembre" in text for _, _, text in written(house))


def test_the_audit_log_says_who_changed_it(house: House) -> None:
    sets(house, FORMER)
    sets(house, LATER, NOW + DAY)
    e = t.ledger.c
    with house.engine.connect() as db:
        found = db.execute(select(e.actor, e.payload).where(e.kind == "bank.changed").order_by(e.seq)).all()
    assert [(row.actor, row.payload["iban_ends"]) for row in found] == [
        ("operator", FORMER[-4:]),
        ("operator", LATER[-4:]),
    ]
