"""What an update says, as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from aiogram.types import Update

from bot.telegram.commands import ALSO, MENU, WORDS
from bot.telegram.incoming import DOWNLOAD_LIMIT, Blocked, Group, Heard, Moved, Stray, read
from bot.telegram.setup import commands
from handlers.core import registry
from handlers.core.understand import understand

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def heard(raw: dict) -> object:
    return read(Update.model_validate(raw), NOW)


@pytest.fixture
def last(api):
    """What the last update made of it."""
    return lambda: heard(api.updates.history[-1])


@pytest.mark.parametrize(
    ("typed", "text", "link"),
    [
        ("solde", "solde", None),
        ("  je paie\nvendredi ", "  je paie\nvendredi ", None),
        ("/start", "MENU", None),
        ("/start abc_DEF-123", "", "abc_DEF-123"),
        ("/start@FacteurDemoBot abc", "", "abc"),
        ("/start with spaces", "MENU", None),
        ("/start " + "x" * 65, "MENU", None),
        ("/solde", "SOLDE", None),
        ("/balance@FacteurDemoBot", "BALANCE", None),
        ("/echanges", "ÉCHANGES", None),
        ("/deconnexion", "DÉCONNEXION", None),
        ("/logout", "LOG OUT", None),
        ("/facture F-12", "FACTURE F-12", None),
        ("/Payer F-12", "PAYER F-12", None),
        ("/combien je dois", "combien je dois", None),
        ("/", "/", None),
        ("/été", "/été", None),
        ("482913", "482913", None),
    ],
)
def test_words_and_commands(api, last, typed, text, link):
    api.user().send(typed)
    assert isinstance(got := last(), Heard)
    assert (got.said.text, got.said.link, got.said.unread, got.said.at) == (text, link, "", NOW)


@pytest.mark.parametrize(
    ("lang", "expected"), [("fr", "fr"), ("fr-CA", "fr"), ("en-GB", "en"), ("de", None), (None, None)]
)
def test_the_language_of_the_telegram_is_a_hint(api, last, lang, expected):
    api.user(lang=lang).send("bonjour")
    assert last().said.language == expected


def test_an_edited_message_is_told_apart(api, last):
    camille = api.user()
    camille.send("facture 118")
    first = last()
    camille.edit_last("facture 119")
    assert (first.edited, last().edited) == (False, True)
    assert last().said.text == "facture 119"
    assert last().said.id != first.said.id


def test_the_same_words_twice_are_two_messages(api, last):
    camille = api.user()
    camille.send("solde")
    first = last()
    camille.send("solde")
    assert last().said.id != first.said.id


def test_another_bot_that_numbers_alike_is_not_taken_for_this_one(api):
    api.user().send("solde")
    raw = api.updates.history[-1]
    other = {**raw, "message": {**raw["message"], "date": raw["message"]["date"] + 1}}
    assert heard(raw).said.id != heard(other).said.id


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "location", "contact"])
def test_what_cannot_be_read_is_said_so_that_it_is_answered(api, last, kind):
    api.user().media(kind)
    assert (last().said.text, last().said.unread) == ("", "media")


def test_an_album_of_photographs_is_answered_once(api):
    camille, keys = api.user(), set()
    for group in ("77", "77", "78"):
        camille.media("photo")
        raw = api.updates.history[-1]
        keys.add(heard({**raw, "message": {**raw["message"], "media_group_id": group}}).said.id)
    assert len(keys) == 2


def test_a_caption_is_a_sentence(api, last):
    api.user().media("photo", caption="c'est payé ?")
    assert (last().said.text, last().said.unread) == ("c'est payé ?", "")


def test_a_live_location_that_moves_says_nothing(api):
    api.user().media("location")
    raw = api.updates.history[-1]
    moved = {"update_id": 1, "edited_message": {**raw["message"], "edit_date": raw["message"]["date"] + 9}}
    assert heard(moved) is None


@pytest.mark.parametrize(
    ("name", "media_type", "size", "attached", "unread"),
    [
        ("devis.pdf", "application/pdf", 1000, True, ""),
        ("DEVIS.PDF", "application/octet-stream", 1000, True, ""),
        ("photo.heic", "image/heic", 1000, False, ""),
        ("gros.pdf", "application/pdf", DOWNLOAD_LIMIT + 1, False, "too_large"),
        ("juste.pdf", "application/pdf", DOWNLOAD_LIMIT, True, ""),
    ],
)
def test_documents(api, last, name, media_type, size, attached, unread):
    api.user().upload(name, b"%PDF-1.7", media_type, "vérifiez", file_size=size)
    got = last()
    assert (got.attached is not None, got.said.unread, got.said.text) == (attached, unread, "vérifiez")


def press(by: int, chat: dict, **changes: object) -> dict:
    query = {
        "id": "99",
        "from": {"id": by, "is_bot": False, "first_name": "C"},
        "chat_instance": "1",
        "data": "k7",
        "message": {"message_id": 5, "date": 0, "chat": chat},
    }
    return {"update_id": 1, "callback_query": {**query, **changes}}


PRIVATE = {"id": 4242, "type": "private"}


def test_a_press_carries_the_choice_and_the_message_it_hangs_on():
    got = heard(press(4242, PRIVATE))
    assert (got.said.pressed, got.said.edits, got.said.id, got.press) == ("k7", "5", "u1.99", "99")
    assert got.said.text == ""


@pytest.mark.parametrize(
    "raw",
    [
        press(666, PRIVATE),
        press(4242, {"id": -7, "type": "group", "title": "g"}),
        press(4242, PRIVATE, message=None, inline_message_id="abc"),
        press(4242, PRIVATE, data=None, game_short_name="g"),
    ],
    ids=["another user", "in a group", "inline", "a game"],
)
def test_a_press_where_nobody_may_is_no_sentence(raw):
    assert heard(raw) == Stray("99")


@pytest.mark.parametrize(("old", "new", "blocked"), [("member", "kicked", True), ("kicked", "member", False)])
def test_blocked_and_let_in_again(api, last, old, new, blocked):
    camille = api.user()
    camille.block() if blocked else camille.unblock()
    assert last() == Blocked("4242", blocked)


def test_groups(api):
    room, camille = api.group(), api.user(lang="en")
    room.bring_bot(camille)
    assert [heard(raw) for raw in api.updates.history] == [Group("-1007", "en"), None]
    room.send(camille, "/solde")
    assert heard(api.updates.history[-1]) == Group("-1007", "en")
    room.upgrade(-100999)
    assert heard(api.updates.history[-1]) == Moved("-1007", "-100999")


CAMILLE = {"id": 4242, "is_bot": False, "first_name": "C"}
ROBOT = {"id": 7, "is_bot": True, "first_name": "R"}
CHANNEL = {"id": -3, "type": "channel"}


@pytest.mark.parametrize(
    "raw",
    [
        {"channel_post": {"message_id": 1, "date": 0, "chat": CHANNEL, "text": "solde"}},
        {"inline_query": {"id": "1", "from": CAMILLE, "query": "q", "offset": ""}},
        {"message": {"message_id": 1, "date": 0, "chat": PRIVATE, "text": "hi", "from": ROBOT}},
        {
            "message": {
                "message_id": 1,
                "date": 0,
                "chat": PRIVATE,
                "from": CAMILLE,
                "group_chat_created": True,
            }
        },
    ],
    ids=["channel", "inline", "a bot", "a service message"],
)
def test_what_asks_for_no_answer(raw):
    assert heard({"update_id": 1, **raw}) is None


def test_commands_are_what_telegram_takes():
    for language in ("fr", "en"):
        for one in commands(language):
            assert one.command.islower()
            assert one.command.isascii()
            assert len(one.command) <= 32
            assert 1 <= len(one.description) <= 256
    assert set(WORDS) == set(ALSO) | {name for menu in MENU.values() for name, _, _ in menu}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_command_is_a_word_that_is_understood_for_sure(language):
    """What a command asks for is what its word asks for; only what something answers is shown."""
    meant = {}
    for name, word, _ in MENU[language]:
        [request] = understand(word, "", language, NOW.date())
        assert request.confidence == 1.0
        meant[name] = request.intent
    shown = {one.command for one in commands(language)}
    assert shown == {name for name, intent in meant.items() if intent in registry.INTENTS}
    assert shown >= ({"solde", "factures", "aide"} if language == "fr" else {"balance", "invoices", "help"})


@pytest.mark.parametrize("word", sorted(set(ALSO.values())))
def test_a_command_that_is_not_shown_is_understood_too(word):
    assert understand(word, "", "fr", NOW.date())


def test_a_reading_does_not_depend_on_the_hour(api):
    api.user().send("solde")
    raw = Update.model_validate(api.updates.history[-1])
    later = read(raw, NOW + timedelta(days=1))
    assert later.said.id == read(raw, NOW).said.id


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("so\0lde", "solde"),
        ("a\x1bb\ud83d", "ab?"),
        ("deux\n\tlignes", "deux\n\tlignes"),
        ("😀 مرحبا", "😀 مرحبا"),
    ],
)
def test_what_no_database_takes_is_left_out(api, last, typed, text):
    api.user().send(typed)
    assert last().said.text == text


def test_the_name_of_a_file_is_one_plain_line(api, last):
    api.user().upload("a\0\u202efdp.exe\n<b>.pdf", b"%PDF", caption="vo\0ici")
    assert (last().attached.name, last().said.text) == ("afdp.exe <b>.pdf", "voici")
