"""The page of List-Unsubscribe, over HTTP: a look changes nothing, one click stops what the mail was, and only that."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update

from bot.optouts import OptOuts
from bot.web.unsubscribe import routes
from storage import tables as t
from storage.unsubscribe import OptOut, Unsubscribe
from town import Town

Client = TestClient[web.Request, web.Application]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def client(town: Town) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(routes(OptOuts(town.open, town.keys, lambda: town.now), "https"))
    async with TestClient(TestServer(app)) as made:
        yield made


def path(town: Town, address: str, kind: str = "announce") -> str:
    with town.engine.begin() as db:
        row = db.execute(
            select(t.accounts).where(t.accounts.c.address == address).order_by(t.accounts.c.id)
        ).first()
    assert row
    return f"/unsubscribe/{Unsubscribe(town.keys).token(OptOut(row.company_id, row.id, kind, 'email'))}"


def stopped(town: Town) -> set[tuple[str, str, str]]:
    o = t.optouts.c
    with town.engine.begin() as db:
        return {(row.kind, row.channel, row.how) for row in db.execute(select(o.kind, o.channel, o.how))}


async def test_a_look_changes_nothing(town: Town, client: Client) -> None:
    seen = await client.get(path(town, "camille@dupain.example"))
    text = await seen.text()
    assert seen.status == 200
    assert "<button>Ne plus les recevoir</button>" in text
    assert "camille@" not in text
    assert "@dupain.example" in text
    assert seen.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in seen.headers
    assert stopped(town) == set()


@pytest.mark.parametrize("kind", ["announce", "remind", "news"])
async def test_one_click_stops_that_kind_by_e_mail(town: Town, client: Client, kind: str) -> None:
    at = path(town, "bob@harbour.example", kind)
    for _ in range(2):  # twice is once
        done = await client.post(at, data=ONE_CLICK, allow_redirects=False)
        assert done.status == 200
        assert "Done: no more" in await done.text()
        assert stopped(town) == {(kind, "email", "link")}
    assert "<button>" not in await (await client.get(at)).text()


async def test_a_token_that_is_not_ours(town: Town, client: Client) -> None:
    at = path(town, "camille@dupain.example")
    for one in (at[:-1], "/unsubscribe/x"):
        assert (await client.post(one, data=ONE_CLICK)).status == 404
    assert stopped(town) == set()


async def test_who_is_no_contact_any_more_can_stop_it_too(town: Town, client: Client) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.contacts).values(ended_at=town.now))
    assert (await client.post(path(town, "camille@dupain.example"), data=ONE_CLICK)).status == 200
    assert stopped(town) == {("announce", "email", "link")}
