"""The webhook, posted to by the Bot API over HTTP: 200 only after the commit, the secret checked twice."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.telegram.webhook import HEADER, Webhook

SECRET = "s" * 32


@pytest.fixture
async def hook(line):
    """The address of our door, which the Bot API knows already."""
    made = Webhook(line.door, SECRET)
    app = web.Application()
    app.router.add_post("/telegram/{secret}", made.handle)
    async with TestServer(app) as server:
        root = str(server.make_url("")).rstrip("/")
        await made.announce(line.bot, root, allow_http=True)
        yield root
        await line.api.updates.stop()


async def test_an_update_is_posted_with_the_secret_and_taken(line, api, hook):
    api.user().send("solde")
    await api.until(lambda: line.edge.said and not api.updates.pending)
    assert line.edge.texts == ["solde"]
    info = await line.bot.get_webhook_info()
    assert info.url == f"{hook}/telegram/{SECRET}"
    [call] = api.made("setWebhook")
    assert call.params["secret_token"] == SECRET
    assert call.params["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_a_turn_that_failed_answers_500_and_the_update_comes_again(line, api, hook):
    failures = iter([True, True, False])
    line.edge.fails = lambda said: next(failures)
    api.user().send("facture F-12")
    await api.until(lambda: line.edge.said and not api.updates.pending)
    assert api.updates.refusals == [500, 500]
    assert line.edge.texts == ["facture F-12"]


async def test_a_poisoned_update_is_put_aside_at_the_third_try(line, api, hook):
    line.edge.fails = lambda said: said.text == "poison"
    camille = api.user()
    camille.send("poison")
    camille.send("solde")
    await api.until(lambda: line.edge.said and not api.updates.pending)
    assert api.updates.refusals == [500, 500]
    assert [said.text for _, said in line.edge.aside] == ["poison"]
    assert line.edge.texts == ["solde"]


async def test_the_same_update_twice_is_one_message(line, api, hook):
    api.user().send("solde")
    await api.until(lambda: line.edge.said and not api.updates.pending)
    api.updates.again()
    await api.until(lambda: not api.updates.pending)
    assert line.edge.tries == ["solde", "solde"]
    assert line.edge.texts == ["solde"]


async def test_two_out_of_order_are_both_taken(line, api, hook):
    await line.bot.delete_webhook()
    camille = api.user()
    for text in ("un", "deux"):
        camille.send(text)
    api.updates.shuffled = True
    await Webhook(line.door, SECRET).announce(line.bot, hook, allow_http=True)
    await api.until(lambda: len(line.edge.said) == 2 and not api.updates.pending)
    assert line.edge.texts == ["deux", "un"]


async def post(url: str, body: object, secret: str | None = SECRET) -> int:
    headers = {HEADER: secret} if secret is not None else {}
    async with aiohttp.ClientSession() as client, client.post(url, json=body, headers=headers) as answer:
        return answer.status


UPDATE = {
    "update_id": 1,
    "message": {
        "message_id": 1,
        "date": 0,
        "text": "solde",
        "chat": {"id": 4242, "type": "private"},
        "from": {"id": 4242, "is_bot": False, "first_name": "C"},
    },
}


@pytest.mark.parametrize("secret", ["", None, "wrong", "é" * 32, SECRET[:-1]])
async def test_without_the_secret_nobody_gets_in(line, hook, secret):
    assert await post(f"{hook}/telegram/{SECRET}", UPDATE, secret) == 401
    assert line.edge.tries == []


async def test_on_another_path_nobody_gets_in(line, hook):
    assert await post(f"{hook}/telegram/{'t' * 32}", UPDATE) == 404
    assert line.edge.tries == []


@pytest.mark.parametrize("body", [[], "text", {}, {"update_id": "x"}, None])
async def test_what_is_no_update_is_refused(hook, body):
    assert await post(f"{hook}/telegram/{SECRET}", body) == 400


async def test_a_real_update_gets_200(line, hook):
    assert await post(f"{hook}/telegram/{SECRET}", UPDATE) == 200
    assert line.edge.texts == ["solde"]


@pytest.mark.parametrize("secret", ["", "short", "é" * 20, "with space" * 3])
def test_an_odd_secret_opens_no_door(line, secret):
    with pytest.raises(ValueError, match="secret"):
        Webhook(line.door, secret)


async def test_http_is_refused_in_production(line):
    with pytest.raises(ValueError, match="https"):
        await Webhook(line.door, SECRET).announce(line.bot, "http://example.com")
    assert line.api.made("setWebhook") == []
