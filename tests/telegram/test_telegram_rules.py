"""Whatever reply we can write passes Telegram's rules: those of our Bot API, and those of a foreign checker."""

from __future__ import annotations

from typing import Any

import pytest
from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendDocument, SendMessage, SendPhoto
from aiogram.types import BufferedInputFile
from hypothesis import given
from hypothesis import strategies as some
from teremok.validation import ApiRuleViolation, validate_method

from bot.demo.botapi import BotApi, rules
from bot.demo.botapi.methods import Part
from bot.telegram.outgoing import CAPTION_LIMIT, pages, step
from bot.telegram.text import TEXT_LIMIT, split, units
from handlers.core.turn import Choice, Copy, Document, Link, Reply, Row

BOT = Bot("1:token")
signs = some.characters(exclude_categories=["Cs"])
words = some.text(signs, min_size=1, max_size=30)
texts = some.one_of(
    some.text(signs, max_size=300),
    some.builds(
        lambda part, times: part * times, some.text(signs, min_size=1, max_size=40), some.integers(1, 400)
    ),
    some.builds(lambda lines: "\n".join(lines), some.lists(words, max_size=60)),
)
tones = some.sampled_from(["", "good", "wait", "late", "calm"])
maybe = some.one_of(some.just(""), words)
chosen = some.sampled_from(["", "a", "b"])
rows = some.builds(Row, maybe, maybe, maybe, maybe, tones, chosen, some.text(signs, max_size=140))
pictures = some.just(
    Document("a.png", media_type="image/png", recipe={"kind": "transfer", "alt": "a QR code"})
)
documents = some.one_of(some.builds(Document, some.just("a.pdf"), some.just("0" * 64)), pictures)
ids = some.one_of(chosen.filter(bool), some.from_regex(r"[a-z0-9:]{1,40}", fullmatch=True))
choices = some.builds(Choice, ids, words, main=some.booleans())
links = some.builds(Link, words, some.sampled_from(["https://a.example/b", "mailto:a@b.example"]))
copies = some.builds(Copy, words, some.text(signs, max_size=300))
notes = {
    "heading": words,
    "protect": some.booleans(),
    "edit": some.just("7"),
    "silent": some.booleans(),
    "erase": some.just(["1", 2]),
}
replies = some.builds(
    Reply,
    text=texts,
    rows=some.lists(rows, max_size=5).map(tuple),
    documents=some.lists(documents, max_size=3).map(tuple),
    choices=some.lists(choices, max_size=9).map(tuple),
    links=some.lists(links, max_size=2).map(tuple),
    copies=some.lists(copies, max_size=2).map(tuple),
    kind=some.sampled_from(["answer", "menu", "notice"]),
    notes=some.fixed_dictionaries({}, optional=notes),
)


def calls(reply: Reply) -> list[Any]:
    made = pages("4242", reply)
    return [
        step("4242", reply, made, nth, lambda _: BufferedInputFile(b"%PDF", "a.pdf"))
        for nth in range(len(made))
    ]


@given(replies)
def test_every_reply_passes_a_foreign_checker(reply):
    for call in calls(reply):
        validate_method(BOT, call)
        if isinstance(call, SendMessage | EditMessageText):
            assert call.text.strip()


@given(replies)
def test_every_reply_passes_our_own_bot_api(reply):
    for call in calls(reply):
        markup = call.reply_markup and call.reply_markup.model_dump(exclude_none=True)
        params = {"text": getattr(call, "text", ""), "caption": getattr(call, "caption", "") or ""}
        rules.caption(params) if isinstance(call, SendDocument | SendPhoto) else rules.text(params)
        rules.keyboard({"reply_markup": markup})


MARKUP = "*a* _b_ [c](tg://user?id=1) <b>d</b> &amp; `e` {{ 7*7 }} @f"


def test_what_people_write_is_sent_as_it_is():
    reply = Reply(f"{MARKUP}\n{{rows}}", rows=(Row(MARKUP, "", "", ""),), notes={"heading": MARKUP})
    (message,) = calls(reply)
    assert message.parse_mode is None
    assert message.text.count(MARKUP) == 3
    assert {one.type for one in message.entities} == {"bold"}


@given(replies)
def test_buttons_hang_on_the_last_message_only(reply):
    made = calls(reply)
    assert all(call.reply_markup is None for call in made[:-1])


@given(texts)
def test_a_split_loses_no_word_and_no_piece_is_too_long(text):
    pieces = list(split(text))
    assert all(0 < units(piece) <= TEXT_LIMIT for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_text_is_cut_between_lines():
    lines = [f"ligne {n} " + "x" * 80 for n in range(100)]
    pieces = list(split("\n".join(lines)))
    assert len(pieces) > 1
    assert "\n".join(pieces).split("\n") == lines


def test_emoji_count_twice_and_are_never_cut():
    pieces = list(split("🟡" * 3000))
    assert [units(piece) for piece in pieces] == [TEXT_LIMIT, 6000 - TEXT_LIMIT]
    assert set("".join(pieces)) == {"🟡"}


@pytest.mark.parametrize("size", [CAPTION_LIMIT, CAPTION_LIMIT + 1])
def test_the_caption_holds_to_the_last_sign(size):
    made = calls(Reply("x" * size, documents=(Document("a.pdf", "0" * 64),)))
    assert len(made) == (1 if size == CAPTION_LIMIT else 2)


def test_a_choice_that_telegram_could_not_carry_is_our_failure():
    for id in ("", "x" * 65, "é" * 33):
        with pytest.raises(ValueError, match="64 bytes"):
            calls(Reply("?", choices=(Choice(id, "A"),)))


def key(**button: object) -> dict[str, Any]:
    return {"reply_markup": {"inline_keyboard": [[{"text": "A", **button}]]}}


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("sendMessage", {"text": ""}),
    ("sendMessage", {"text": "x" * 4097}),
    ("sendMessage", {"text": "🟡" * 2049}),
    ("sendMessage", {"text": "<b>x", "parse_mode": "HTML"}),
    ("sendMessage", {"text": "<p>x</p>", "parse_mode": "HTML"}),
    ("sendMessage", {"text": "a < b", "parse_mode": "HTML"}),
    ("sendMessage", {"text": "x</b>", "parse_mode": "HTML"}),
    ("sendMessage", {"text": "x", **key(callback_data="x" * 65)}),
    ("sendMessage", {"text": "x", **key()}),
    ("sendMessage", {"text": "x", **key(callback_data="a", url="https://a.example")}),
    ("sendDocument", {"document": "id", "caption": "x" * 1025}),
    ("sendDocument", {"document": "id", "caption": "<i>x", "parse_mode": "HTML"}),
    ("sendPhoto", {"photo": "id", "caption": "x" * 1025}),
    ("editMessageText", {"message_id": 1, "text": "x" * 4097}),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}),
]
ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("sendMessage", {"text": "x" * 4096}),
    ("sendMessage", {"text": "🟡" * 2048}),
    ("sendMessage", {"text": "<b>x</b> &amp; <a href='https://a.example'>y</a>", "parse_mode": "HTML"}),
    ("sendMessage", {"text": "a < b & c"}),
    ("sendMessage", {"text": "x", **key(callback_data="x" * 64)}),
    ("sendMessage", {"text": "x", **key(url="https://a.example")}),
    ("sendMessage", {"text": "x", **key(copy_text={"text": "FR76"})}),
    ("sendMessage", {"text": "x", "made_up_parameter": "1"}),
    ("sendDocument", {"document": Part("a.pdf", b"%PDF", "application/pdf"), "caption": "x" * 1024}),
]
METHODS: dict[str, Any] = {
    "sendMessage": SendMessage,
    "sendDocument": SendDocument,
    "sendPhoto": SendPhoto,
    "editMessageText": EditMessageText,
    "answerCallbackQuery": AnswerCallbackQuery,
}


def foreign(name: str, params: dict[str, Any]) -> bool:
    """Would the foreign checker take it?"""
    given = {**params, "document": "id"} if "document" in params else params
    made = METHODS[name](**({"chat_id": 4242} | given))
    try:
        validate_method(BOT, made)
    except ApiRuleViolation:
        return False
    return True


@pytest.mark.parametrize(("name", "params"), REFUSED + ACCEPTED)
async def test_our_bot_api_refuses_what_the_foreign_checker_refuses(name, params):
    api = BotApi()
    api.user().send("bonjour")
    if (name, params) in ACCEPTED:
        assert await api._call(name, {"chat_id": 4242, **params})
        assert foreign(name, params)
        return
    with pytest.raises(rules.Refused) as refused:
        await api._call(name, {"chat_id": 4242, **params})
    assert refused.value.code == 400
    assert not foreign(name, params)
