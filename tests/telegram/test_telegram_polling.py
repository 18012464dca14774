"""Polling over HTTP: nothing is lost, nothing is taken twice, one bad update stops nobody."""

from __future__ import annotations

from aiogram.types import Update

from bot.telegram.setup import introduce, listen_by_polling


async def test_a_sentence_comes_in_and_is_confirmed(town):
    camille = town.api.user()
    await town.poll()
    sent = camille.send("combien je dois ?")
    await town.api.until(lambda: town.edge.said and not town.api.updates.pending)
    [said] = town.edge.said
    assert (said.channel, said.address, said.conversation) == ("telegram", "4242", "4242")
    assert (said.text, said.language, said.message_id) == ("combien je dois ?", "fr", str(sent.id))


async def test_every_update_served_is_one_that_aiogram_reads(town):
    camille, room = town.api.user(), town.api.group()
    camille.send("/start tok")
    camille.upload("a.pdf", b"%PDF-1.7")
    for kind in ("photo", "voice", "sticker", "location", "contact"):
        camille.media(kind)
    camille.edit_last("/start other")
    camille.block()
    camille.unblock()
    room.bring_bot(camille)
    room.upgrade(-100123)
    assert len(town.api.updates.history) == 13
    for raw in town.api.updates.history:
        read = Update.model_validate(raw)
        assert read.model_dump(exclude_none=True, mode="json")["update_id"] == raw["update_id"]
        assert read.event_type in raw


async def test_an_update_whose_turn_failed_is_given_again(town):
    camille = town.api.user()
    failures = iter([True, False])
    town.edge.fails = lambda said: next(failures)
    await town.poll()
    camille.send("facture F-12")
    await town.api.until(lambda: town.edge.said and not town.api.updates.pending)
    assert town.edge.tries == ["facture F-12", "facture F-12"]
    assert town.edge.texts == ["facture F-12"]


async def test_a_poisoned_update_is_put_aside_after_three_tries_and_the_next_go_on(town):
    camille, denis = town.api.user(), town.api.user(77, "Denis", "en")
    town.edge.fails = lambda said: said.text == "poison"
    camille.send("poison")
    camille.send("solde")
    denis.send("balance")
    await town.poll()
    await town.api.until(lambda: len(town.edge.said) == 2 and not town.api.updates.pending)
    assert town.edge.tries.count("poison") == 3
    assert sorted(town.edge.texts) == ["balance", "solde"]
    [(raw, said)] = town.edge.aside
    assert raw["message"]["text"] == "poison"
    assert said.text == "poison"


async def test_without_a_database_nothing_is_put_aside_and_nothing_is_lost(town):
    camille = town.api.user()
    town.edge.no_database = True
    await town.poll()
    camille.send("solde")
    await town.api.until(lambda: len(town.edge.tries) >= 5)
    town.edge.no_database = False
    await town.api.until(lambda: town.edge.said and not town.api.updates.pending)
    assert town.edge.texts == ["solde"]
    assert town.edge.aside == []


async def test_messages_of_one_chat_are_taken_in_order_behind_the_one_that_failed(town):
    camille = town.api.user()
    failures = iter([True, False, False])
    town.edge.fails = lambda said: next(failures)
    for text in ("un", "deux"):
        camille.send(text)
    await town.poll()
    await town.api.until(lambda: len(town.edge.said) == 2)
    assert town.edge.texts == ["un", "deux"]


async def test_the_same_update_twice_is_one_message(town):
    camille = town.api.user()
    await town.poll()
    camille.send("solde")
    await town.api.until(lambda: town.edge.said)
    town.api.updates.again()
    await town.api.until(lambda: len(town.edge.tries) == 2)
    assert town.edge.texts == ["solde"]
    assert len({one.id for one in town.edge.said}) == 1


async def test_two_updates_out_of_order_are_put_right_and_both_confirmed(town):
    camille = town.api.user()
    for text in ("un", "deux"):
        camille.send(text)
    town.api.updates.shuffled = True
    await town.poll()
    await town.api.until(lambda: len(town.edge.said) == 2 and not town.api.updates.pending)
    assert town.edge.texts == ["un", "deux"]


async def test_an_update_of_a_shape_nobody_knows_is_put_aside_and_the_next_is_read(town):
    camille = town.api.user()
    town.api.updates.add("message", {"chat": {"id": 4242}, "text": ["not", "a", "text"]})
    camille.send("solde")
    await town.poll()
    await town.api.until(lambda: town.edge.said and not town.api.updates.pending)
    [(_, said)] = town.edge.aside
    assert said is None
    assert town.edge.texts == ["solde"]


async def test_a_second_poller_waits_and_the_first_one_gets_409(town, api):
    camille = api.user()
    poller = await town.poll()
    await poller.ready.wait()
    api.fail("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    camille.send("un")
    await api.until(lambda: town.edge.said)
    camille.send("deux")
    await api.until(lambda: len(town.edge.said) == 2)
    assert 5.0 in town.slept


async def test_the_bot_api_ends_the_first_of_two_polls(town, api):
    await town.poll()
    await api.until(lambda: api.updates._poll)
    other = await town.bot.get_updates(timeout=0)
    assert other == []
    await api.until(lambda: any(call.status == 409 for call in api.calls))


async def test_trouble_at_telegram_is_waited_for_longer_each_time(town, api):
    camille = api.user()
    api.fail("getUpdates", 502, "Bad Gateway", times=3)
    await town.poll()
    camille.send("solde")
    await api.until(lambda: town.edge.said)
    assert town.slept == [0.5, 1.0, 2.0]


async def test_too_many_requests_are_obeyed(town, api):
    api.fail("getUpdates", 429, "Too Many Requests: retry after 7", retry_after=7)
    poller = await town.poll()
    await poller.ready.wait()
    assert town.slept == [7]


async def test_it_stops_at_once_while_it_waits_for_updates(town, api):
    poller = await town.poll()
    await api.until(lambda: api.updates._poll)
    poller.stop()
    await town._running
    assert not poller._waiting or poller._waiting.done()


async def test_a_left_over_webhook_is_taken_away_and_what_waited_is_kept(town, api):
    camille = api.user()
    await town.bot.set_webhook("http://127.0.0.1:9/nobody")
    camille.send("solde")
    await listen_by_polling(town.bot)
    await town.poll()
    await api.until(lambda: town.edge.said)
    assert town.edge.texts == ["solde"]


async def test_it_says_who_it_is_and_sets_its_commands_in_both_languages(town, api):
    me = await introduce(town.bot)
    assert (me.id, me.username) == (700700700, "FacteurDemoBot")
    assert [one["command"] for one in api.state.commands["fr"]][:3] == ["solde", "factures", "devis"]
    assert [one["command"] for one in api.state.commands["en"]][:3] == ["balance", "invoices", "quotes"]
    assert api.state.commands[""] == api.state.commands["fr"]
