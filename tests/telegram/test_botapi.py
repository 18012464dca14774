"""The local Bot API keeps Telegram's rules: seen by the real client, and by a plain HTTP client."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import aiohttp
import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound, TelegramUnauthorizedError
from aiogram.methods import GetMyStarBalance
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.demo.botapi import BotApi, rules
from bot.telegram.setup import make_bot


@pytest.fixture
def camille(api):
    made = api.user()
    made.send("bonjour")
    return made


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=x, callback_data=x) for x in labels]]
    )


async def test_it_says_that_it_is_a_bot(line):
    me = await line.bot.get_me()
    assert (me.is_bot, me.username) == (True, "FacteurDemoBot")


async def test_a_wrong_token_is_401(api):
    bot = make_bot("700700700:wrong", api.url)
    with pytest.raises(TelegramUnauthorizedError):
        await bot.get_me()
    await (await bot.session.create_session()).close()


async def test_an_unknown_method_is_404(line):
    with pytest.raises(TelegramNotFound):
        await line.bot(GetMyStarBalance())


async def test_an_update_is_given_until_a_later_offset_confirms_it(line, camille):
    [first] = await line.bot.get_updates(timeout=0)
    [again] = await line.bot.get_updates(timeout=0)
    assert first.update_id == again.update_id
    camille.send("solde")
    assert [one.message.text for one in await line.bot.get_updates(offset=first.update_id + 1)] == ["solde"]
    assert await line.bot.get_updates(offset=first.update_id + 2) == []


async def test_a_limit_and_a_negative_offset(line, camille):
    camille.send("un")
    camille.send("deux")
    assert [one.message.text for one in await line.bot.get_updates(limit=1)] == ["bonjour"]
    assert [one.message.text for one in await line.bot.get_updates(offset=-1)] == ["deux"]


async def test_updates_nobody_asked_for_are_not_given(line, camille):
    await line.bot.get_updates(offset=-1, allowed_updates=["callback_query"])
    camille.send("unheard")
    assert [one.message.text for one in await line.bot.get_updates()] == ["bonjour"]


async def test_a_webhook_and_polling_exclude_each_other(line):
    await line.bot.set_webhook("http://127.0.0.1:9/x")
    with pytest.raises(Exception, match="webhook is active"):
        await line.bot.get_updates()
    with pytest.raises(TelegramBadRequest, match="HTTPS"):
        await line.bot.set_webhook("http://example.com/x")
    await line.bot.delete_webhook()
    assert (await line.bot.get_webhook_info()).url == ""


async def test_what_is_sent_comes_back_as_a_message(line, camille):
    sent = await line.bot.send_message(4242, "[1] {rows} True", reply_markup=keyboard("A"))
    assert isinstance(sent, Message)
    assert (sent.text, sent.chat.id, sent.from_user.is_bot) == ("[1] {rows} True", 4242, True)
    assert camille.last.labels == ["A"]


async def test_edits(line, camille):
    sent = await line.bot.send_message(4242, "un", reply_markup=keyboard("A"))
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await line.bot.edit_message_text(
            text="un", chat_id=4242, message_id=sent.message_id, reply_markup=keyboard("A")
        )
    edited = await line.bot.edit_message_reply_markup(
        chat_id=4242, message_id=sent.message_id, reply_markup=keyboard("B")
    )
    assert edited.edit_date
    assert (camille.last.text, camille.last.labels) == ("un", ["B"])
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await line.bot.edit_message_text(text="x", chat_id=4242, message_id=camille.messages[0].id)
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await line.bot.edit_message_text(text="x", chat_id=4242, message_id=999)


async def test_deletions(line, camille, api):
    old, new = camille.messages[0], camille.send("482913")
    old.body["date"] -= int(timedelta(hours=49).total_seconds())
    assert await line.bot.delete_message(4242, new.id)
    assert [one.text for one in camille.messages] == ["bonjour"]
    with pytest.raises(TelegramBadRequest, match="can't be deleted"):
        await line.bot.delete_message(4242, old.id)
    with pytest.raises(TelegramBadRequest, match="not found"):
        await line.bot.delete_message(4242, new.id)
    assert await line.bot.delete_messages(4242, [old.id, new.id])
    assert [one.text for one in camille.messages] == ["bonjour"]


async def test_a_press_is_answered_once(line, camille):
    await line.bot.send_message(4242, "?", reply_markup=keyboard("A"))
    press = camille.press("A")
    update = (await line.bot.get_updates())[-1]
    assert update.callback_query.chat_instance
    assert await line.bot.answer_callback_query(press)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await line.bot.answer_callback_query(press)
    with pytest.raises(LookupError):
        camille.press("no such button")


async def test_files(line, camille, api):
    sent = await line.bot.send_document(4242, BufferedInputFile(b"%PDF-1.7", "é.pdf"), caption="voici")
    assert (sent.document.file_name, sent.document.mime_type, sent.caption) == (
        "é.pdf",
        "application/pdf",
        "voici",
    )
    again = await line.bot.send_document(4242, sent.document.file_id)
    assert again.document.file_id == sent.document.file_id
    body = await line.bot.download(sent.document.file_id)
    assert body.read() == b"%PDF-1.7"
    for wrong in ("AgAD-unknown", BufferedInputFile(b"", "empty.pdf")):
        with pytest.raises(TelegramBadRequest):
            await line.bot.send_document(4242, wrong)
    with pytest.raises(TelegramBadRequest, match="file_id"):
        await line.bot.get_file("AgAD-unknown")


async def test_pictures(line, camille):
    png = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (420).to_bytes(4) + (421).to_bytes(4)
    sent = await line.bot.send_photo(4242, BufferedInputFile(png, "Virement.png"), caption="voici")
    (size,) = sent.photo
    assert (size.width, size.height, sent.caption) == (420, 421, "voici")
    wide = png[:16] + (9000).to_bytes(4) + (400).to_bytes(4)
    for wrong in (b"%PDF-1.7", wide):
        with pytest.raises(TelegramBadRequest):
            await line.bot.send_photo(4242, BufferedInputFile(wrong, "a.png"))


async def test_a_stranger_cannot_be_written_to_before_they_write(line, api):
    api.user(99)
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await line.bot.send_message(99, "bonjour")


async def test_a_bot_that_left_a_group_is_out(line, api, camille):
    room = api.group()
    room.bring_bot(camille)
    await line.bot.leave_chat(-1007)
    with pytest.raises(Exception, match="not a member"):
        await line.bot.send_message(-1007, "encore")


@pytest.mark.parametrize("how", ["query", "form", "json", "multipart"])
async def test_parameters_come_in_any_form_a_client_uses(api, camille, how):
    url = f"{api.url}/bot{api.token}/sendMessage"
    params = {"chat_id": "4242", "text": f"par {how}"}
    ways = {
        "query": {"params": params},
        "form": {"data": params},
        "json": {"json": {**params, "chat_id": 4242}},
        "multipart": {"data": _multipart(params)},
    }
    async with aiohttp.ClientSession() as client, client.post(url, **ways[how]) as answer:
        assert (await answer.json())["ok"] is True
    assert camille.last.text == f"par {how}"


def _multipart(params: dict[str, str]) -> aiohttp.MultipartWriter:
    writer = aiohttp.MultipartWriter("form-data")
    for name, value in params.items():
        writer.append(value).set_content_disposition("form-data", name=name)
    return writer


async def test_a_file_is_not_served_without_the_token(api):
    api.user().upload("a.pdf", b"%PDF")
    [held] = api.state.files.values()
    async with aiohttp.ClientSession() as client:
        for token, status in ((api.token, 200), ("1:other", 404)):
            async with client.get(f"{api.url}/file/bot{token}/{held.path}") as answer:
                assert answer.status == status


async def test_a_page_can_wait_for_what_changes(api):
    camille = api.user()
    with pytest.raises(TimeoutError):
        await api.until(lambda: camille.messages, seconds=0.01)
    camille.send("bonjour")
    await api.until(lambda: camille.messages, seconds=0.01)


@pytest.mark.parametrize(
    "module", ["bot.demo.botapi", "bot.telegram", "bot.telegram.name", "bot.telegram.commands"]
)
def test_nothing_here_imports_aiogram(module):
    """It costs seconds: only the process that speaks with Telegram pays."""
    code = f"import sys, {module}; sys.exit('aiogram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_it_listens_on_this_machine_only():
    made = BotApi()
    await made.start()
    assert made.url.startswith("http://127.0.0.1:")
    await made.stop()


def test_what_is_bold_lies_within_the_text():
    bold = {"type": "bold", "offset": 0, "length": 3}
    given = {"text": "🟡 a", "entities": [bold, bold | {"offset": 4}, bold | {"length": 0}]}
    assert rules.entities(given) == [bold]
    assert rules.entities({"text": "a"}) is None
    for wrong in ("bold", [{"offset": 0, "length": 1}], ["bold"]):
        with pytest.raises(rules.Refused):
            rules.entities({"text": "a", "entities": wrong})
