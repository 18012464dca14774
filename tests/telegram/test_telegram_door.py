"""Buttons, files, groups and blocks, through the real client and over HTTP."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.telegram.allowance import A_CHAT, ALL, WITHIN, Allowance
from bot.telegram.door import Door
from handlers.core.turn import Choice, File, Reply

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


async def shown(line, camille) -> None:
    """A menu with two buttons stands in the chat."""
    camille.send("bonjour")
    await line.deliver(Reply("Que voulez-vous faire ?", choices=(Choice("a", "Solde"), Choice("b", "Devis"))))


async def test_a_press_is_said_and_its_spinner_stops(line, api):
    camille = api.user()
    await shown(line, camille)
    await line.poll()
    camille.press("Devis")
    await api.until(lambda: len(line.edge.said) == 2 and not api.state.presses)
    said = line.edge.said[-1]
    assert (said.pressed, said.edits) == ("b", str(camille.last.id))


async def test_a_double_tap_is_two_presses_each_answered(line, api):
    camille = api.user()
    await shown(line, camille)
    await line.poll()
    camille.press("Devis")
    camille.press("Devis")
    await api.until(lambda: len(line.edge.said) == 3 and not api.state.presses)
    one, two = line.edge.said[1:]
    assert one.pressed == two.pressed == "b"
    assert one.id != two.id


async def test_a_press_by_another_user_is_not_said_but_its_spinner_stops(line, api):
    camille = api.user()
    await shown(line, camille)
    await line.poll()
    camille.press("Devis", by={"id": 666, "is_bot": False, "first_name": "Mallory"})
    await api.until(lambda: api.made("answerCallbackQuery"))
    assert line.edge.texts == ["bonjour"]
    assert not api.state.presses


async def test_a_press_whose_turn_fails_is_answered_and_given_again(line, api):
    camille = api.user()
    await shown(line, camille)
    failures = iter([False, True, False])
    line.edge.fails = lambda said: next(failures)
    await line.poll()
    camille.press("Devis")
    await api.until(lambda: len(line.edge.said) == 2 and not api.updates.pending)
    assert not api.state.presses


async def test_a_pdf_comes_in_byte_for_byte_before_the_turn(line, api):
    api.user().upload("devis signé.pdf", PDF, caption="est-il intact ?")
    await line.poll()
    await api.until(lambda: line.edge.said)
    [said] = line.edge.said
    [file] = said.files
    assert (file.name, file.size, said.text) == ("devis signé.pdf", len(PDF), "est-il intact ?")
    assert line.edge.kept[file.sha256] == PDF


async def test_the_file_of_a_chat_without_access_is_not_kept(line, api):
    line.door = Door(line.bot, replace(line.edge.inside(), known=lambda chat: chat == "7"), api.username)
    api.user(7).upload("a.pdf", PDF, caption="le mien")
    api.user(8).upload("b.pdf", PDF + b"%", caption="solde")
    await line.poll()
    await api.until(lambda: len(line.edge.said) == 2)
    assert {one.text: len(one.files) for one in line.edge.said} == {"le mien": 1, "solde": 0}
    assert len(line.edge.kept) == 1
    assert len(api.made("getFile")) == 1


async def test_the_file_of_anybody_else_is_looked_at_and_forgotten(line, api):
    inside = replace(
        line.edge.inside(),
        known=lambda chat: False,
        checks=lambda said: {"": "yes", "encore": "later"}.get(said.text, "no"),
        signature=lambda data: "FCT-1" if data == PDF else "",
    )
    line.door = Door(line.bot, inside, api.username)
    for person, caption in ((7, ""), (8, "encore"), (9, "bonjour")):
        api.user(person).upload("a.pdf", PDF, caption=caption)
    await line.poll()
    await api.until(lambda: len(line.edge.said) == 3)
    heard = {one.address: one for one in line.edge.said}
    known = hashlib.sha256(PDF).hexdigest()
    assert heard["7"].files == (File("a.pdf", known, len(PDF), "FCT-1"),)
    assert [(heard[one].files, heard[one].unread) for one in ("8", "9")] == [((), "too_many"), ((), "")]
    assert not line.edge.kept
    assert len(api.made("getFile")) == 1


def test_what_is_fetched_for_anybody_is_counted():
    allowance, now = Allowance(), datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
    assert [allowance.take("1", now) for _ in range(A_CHAT + 1)] == [True] * A_CHAT + [False]
    others = [allowance.take(str(nth), now) for nth in range(2, ALL)]
    assert others == [True] * (ALL - A_CHAT) + [False] * (A_CHAT - 2)
    assert not allowance.take("1", now + WITHIN - timedelta(seconds=1))
    assert allowance.take("1", now + WITHIN)


async def test_a_pdf_that_telegram_does_not_serve_is_too_large(line, api):
    api.user().upload("gros.pdf", PDF)
    api.fail("getFile", 400, "Bad Request: file is too big")
    await line.poll()
    await api.until(lambda: line.edge.said)
    [said] = line.edge.said
    assert (said.unread, said.files) == ("too_large", ())


async def test_a_broken_download_is_tried_again(line, api):
    api.user().upload("a.pdf", PDF)
    api.fail("getFile", 502, "Bad Gateway")
    await line.poll()
    await api.until(lambda: line.edge.said)
    assert line.edge.said[0].files[0].size == len(PDF)


@pytest.mark.parametrize(("lang", "words"), [("fr", "En privé"), ("en", "In private")])
async def test_a_group_is_told_once_where_to_write_and_left(line, api, lang, words):
    camille, room = api.user(lang=lang), api.group()
    room.bring_bot(camille)
    room.send(camille, "/solde")
    await line.poll()
    await api.until(lambda: not room.chat.open and not api.updates.pending)
    assert [one.text for one in room.answers] == [f"{words} : https://t.me/FacteurDemoBot"]
    assert line.edge.said == []


async def test_a_block_is_told_to_the_desk(line, api):
    camille = api.user()
    await line.poll()
    camille.send("bonjour")
    camille.block()
    camille.unblock()
    await api.until(lambda: len(line.edge.blocked) == 2)
    assert line.edge.blocked == [("4242", True), ("4242", False)]


async def test_a_group_that_moves_is_told(line, api):
    room = api.group()
    room.upgrade(-100555)
    await line.poll()
    await api.until(lambda: line.edge.moved)
    assert line.edge.moved == [("-1007", "-100555")]


async def test_an_edit_is_a_new_sentence_and_a_spurious_edit_is_none(line, api):
    camille = api.user()
    await line.poll()
    camille.send("facture 118")
    camille.edit_last("facture 118")
    camille.edit_last("facture 119")
    camille.edit_last("facture 119")
    await api.until(lambda: len(line.edge.said) == 2 and not api.updates.pending)
    assert line.edge.tries == ["facture 118", "facture 119"]


async def test_an_edit_whose_message_nobody_remembers_is_a_sentence(line, api):
    camille = api.user()
    camille.send("facture 118")
    await line.bot.get_updates(offset=-1)
    await line.bot.get_updates(offset=api.updates.history[-1]["update_id"] + 1)
    camille.edit_last("facture 118")
    await line.poll()
    await api.until(lambda: line.edge.said)
    assert line.edge.texts == ["facture 118"]


async def test_an_edit_whose_turn_failed_is_given_again(line, api):
    camille = api.user()
    failures = iter([False, True, False])
    line.edge.fails = lambda said: next(failures)
    await line.poll()
    camille.send("facture 118")
    camille.edit_last("facture 119")
    await api.until(lambda: len(line.edge.said) == 2 and not api.updates.pending)
    assert line.edge.texts == ["facture 118", "facture 119"]
