"""Polling over HTTP: nothing is lost, nothing is taken twice, one bad update stops nobody."""

from __future__ import annotations

import asyncio

import pytest
from aiogram.types import Update

from bot.telegram.setup import introduce, listen_by_polling


async def test_a_sentence_comes_in_and_is_confirmed(line):
    camille = line.api.user()
    await line.poll()
    sent = camille.send("combien je dois ?")
    await line.api.until(lambda: line.edge.said and not line.api.updates.pending)
    [said] = line.edge.said
    assert (said.channel, said.address, said.conversation) == ("telegram", "4242", "4242")
    assert (said.text, said.language, said.message_id) == ("combien je dois ?", "fr", str(sent.id))


async def test_every_update_served_is_one_that_aiogram_reads(line):
    camille, room = line.api.user(), line.api.group()
    camille.send("/start tok")
    camille.upload("a.pdf", b"%PDF-1.7")
    for kind in ("photo", "voice", "sticker", "location", "contact"):
        camille.media(kind)
    camille.edit_last("/start other")
    camille.block()
    camille.unblock()
    room.bring_bot(camille)
    room.upgrade(-100123)
    assert len(line.api.updates.history) == 13
    for raw in line.api.updates.history:
        read = Update.model_validate(raw)
        assert read.model_dump(exclude_none=True, mode="json")["update_id"] == raw["update_id"]
        assert read.event_type in raw


async def test_an_update_whose_turn_failed_is_given_again(line):
    camille = line.api.user()
    failures = iter([True, False])
    line.edge.fails = lambda said: next(failures)
    await line.poll()
    camille.send("facture F-12")
    await line.api.until(lambda: line.edge.said and not line.api.updates.pending)
    assert line.edge.tries == ["facture F-12", "facture F-12"]
    assert line.edge.texts == ["facture F-12"]


async def test_a_poisoned_update_is_put_aside_after_three_tries_and_the_next_go_on(line):
    camille, denis = line.api.user(), line.api.user(77, "Denis", "en")
    line.edge.fails = lambda said: said.text == "poison"
    camille.send("poison")
    camille.send("solde")
    denis.send("balance")
    await line.poll()
    await line.api.until(lambda: len(line.edge.said) == 2 and not line.api.updates.pending)
    assert line.edge.tries.count("poison") == 3
    assert sorted(line.edge.texts) == ["balance", "solde"]
    [(raw, said)] = line.edge.aside
    assert raw["message"]["text"] == "poison"
    assert said.text == "poison"


async def test_without_a_database_nothing_is_put_aside_and_nothing_is_lost(line):
    camille = line.api.user()
    line.edge.no_database = True
    await line.poll()
    camille.send("solde")
    await line.api.until(lambda: len(line.edge.tries) >= 5)
    line.edge.no_database = False
    await line.api.until(lambda: line.edge.said and not line.api.updates.pending)
    assert line.edge.texts == ["solde"]
    assert line.edge.aside == []


async def test_messages_of_one_chat_are_taken_in_order_behind_the_one_that_failed(line):
    camille = line.api.user()
    failures = iter([True, False, False])
    line.edge.fails = lambda said: next(failures)
    for text in ("un", "deux"):
        camille.send(text)
    await line.poll()
    await line.api.until(lambda: len(line.edge.said) == 2)
    assert line.edge.texts == ["un", "deux"]


async def test_a_file_on_its_way_holds_up_its_own_chat_only(line, api):
    camille, denis = api.user(), api.user(77, "Denis", "en")
    come = api.hold_files()
    await line.poll()
    camille.upload("a.pdf", b"%PDF-1.7")
    camille.send("solde")
    await api.until(lambda: api.made("getFile"))
    for nth, text in enumerate(["balance", "invoices"], 1):
        denis.send(text)
        await api.until(lambda nth=nth: len(line.edge.said) == nth)
    camille.send("devis")
    denis.send("quotes")
    await api.until(lambda: len(line.edge.said) == 3)
    assert line.edge.texts == ["balance", "invoices", "quotes"]
    assert api.updates.pending == 6, "what is not dealt with is not confirmed, nor what came after it"
    come.set()
    await api.until(lambda: not api.updates.pending)
    assert [one.text for one in line.edge.said if one.address == "4242"] == ["", "solde", "devis"]
    assert len(line.edge.tries) == 6, "each was taken once"


async def test_a_cancellation_that_nobody_asked_for_is_a_turn_that_failed(line, api):
    leaks = iter([True, False])

    def fails(said):
        if next(leaks):
            raise asyncio.CancelledError
        return False

    line.edge.fails = fails
    await line.poll()
    api.user().send("solde")
    await api.until(lambda: line.edge.said and not api.updates.pending)
    assert line.edge.tries == ["solde", "solde"]


async def test_the_same_update_twice_is_one_message(line):
    camille = line.api.user()
    await line.poll()
    camille.send("solde")
    await line.api.until(lambda: line.edge.said)
    line.api.updates.again()
    await line.api.until(lambda: len(line.edge.tries) == 2)
    assert line.edge.texts == ["solde"]
    assert len({one.id for one in line.edge.said}) == 1


async def test_two_updates_out_of_order_are_put_right_and_both_confirmed(line):
    camille = line.api.user()
    for text in ("un", "deux"):
        camille.send(text)
    line.api.updates.shuffled = True
    await line.poll()
    await line.api.until(lambda: len(line.edge.said) == 2 and not line.api.updates.pending)
    assert line.edge.texts == ["un", "deux"]


@pytest.mark.parametrize("odd", [{"chat": {"id": 4242}, "text": ["not", "a", "text"]}, {"chat": "x"}, "odd"])
async def test_an_update_of_a_shape_nobody_knows_is_put_aside_and_the_next_is_read(line, odd):
    camille = line.api.user()
    line.api.updates.add("message", odd)
    camille.send("solde")
    await line.poll()
    await line.api.until(lambda: line.edge.said and not line.api.updates.pending)
    [(_, said)] = line.edge.aside
    assert said is None
    assert line.edge.texts == ["solde"]


async def test_a_second_poller_waits_and_the_first_one_gets_409(line, api):
    camille = api.user()
    poller = await line.poll()
    await poller.ready.wait()
    api.fail("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    camille.send("un")
    await api.until(lambda: line.edge.said)
    camille.send("deux")
    await api.until(lambda: len(line.edge.said) == 2)
    assert 5.0 in line.slept


async def test_the_bot_api_ends_the_first_of_two_polls(line, api):
    await line.poll()
    await api.until(lambda: api.updates._poll)
    other = await line.bot.get_updates(timeout=0)
    assert other == []
    await api.until(lambda: any(call.status == 409 for call in api.calls))


async def test_trouble_at_telegram_is_waited_for_longer_each_time(line, api):
    camille = api.user()
    api.fail("getUpdates", 502, "Bad Gateway", times=3)
    await line.poll()
    camille.send("solde")
    await api.until(lambda: line.edge.said)
    assert line.slept == [0.5, 1.0, 2.0]
    api.fail("getUpdates", 502, "Bad Gateway")
    camille.send("devis")
    await api.until(lambda: len(line.edge.said) == 2)
    camille.send("factures")
    await api.until(lambda: len(line.edge.said) == 3)
    assert line.slept[3:] == [0.5]


async def test_too_many_requests_are_obeyed(line, api):
    api.fail("getUpdates", 429, "Too Many Requests: retry after 7", retry_after=7)
    poller = await line.poll()
    await poller.ready.wait()
    assert line.slept == [7]


async def test_it_stops_at_once_while_it_waits_for_updates(line, api):
    poller = await line.poll()
    await api.until(lambda: api.updates._poll)
    poller.stop()
    await line._running
    assert not poller._waiting or poller._waiting.done()


async def test_a_left_over_webhook_is_taken_away_and_what_waited_is_kept(line, api):
    camille = api.user()
    await line.bot.set_webhook("http://127.0.0.1:9/nobody")
    camille.send("solde")
    await listen_by_polling(line.bot)
    await line.poll()
    await api.until(lambda: line.edge.said)
    assert line.edge.texts == ["solde"]


async def test_it_says_who_it_is_and_sets_its_commands_in_both_languages(line, api):
    me = await introduce(line.bot)
    assert (me.id, me.username) == (700700700, "FacteurDemoBot")
    assert [one["command"] for one in api.state.commands["fr"]][:3] == ["solde", "factures", "devis"]
    assert [one["command"] for one in api.state.commands["en"]][:3] == ["balance", "invoices", "quotes"]
    assert api.state.commands[""] == api.state.commands["fr"]


async def test_commands_that_are_refused_are_no_reason_to_stand_still(line, api):
    api.fail("setMyCommands", 404, "Not Found: method not found")
    assert (await introduce(line.bot)).username == "FacteurDemoBot"
