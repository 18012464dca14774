"""The page's JSON API: looking (a long poll on the state) and doing (mail, chat, clock)."""

from __future__ import annotations

import asyncio
import binascii
import hashlib
import json
import re
from base64 import b64decode
from dataclasses import asdict
from datetime import timedelta

from aiohttp import web

from bot.demo.chatroom import start_of
from bot.demo.guard import document
from bot.demo.letters import Attachment, Letter, Writer
from bot.demo.mailboxes import Refused
from bot.demo.scene import Client, Demo, Json
from bot.waiting import woken

LOOK_AGAIN, PATIENCE = 1.5, 20.0  # seconds: between two looks without news, and of one long poll
TEXT_LIMIT = 20_000
FILES, FILES_LIMIT = 5, 7_000_000  # of one message, and bytes in all
MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}")


class PageApi:
    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self._news = asyncio.Event()
        demo.mailboxes.changed = self.touch

    def touch(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def listen(self) -> None:
        """The chat's changes are news too."""
        while True:
            await self.demo.chat.changed()
            self.touch()

    def _client(self, id: object) -> Client:
        client = self.demo.client(id)
        if client is None:
            raise web.HTTPNotFound
        return client

    def _chosen(self, request: web.Request) -> Client:
        """The client asked for; the first where there is none of that id any more."""
        return self.demo.client(request.query.get("client")) or self.demo.clients[0]

    # --- looking

    async def state(self, request: web.Request) -> web.Response:
        """The state once it differs from `after`, else 204 after a while."""
        client, after = self._chosen(request), request.query.get("after", "")
        end = asyncio.get_running_loop().time() + PATIENCE
        while True:
            news = self._news
            state = await self._state(client)
            mark = hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]
            if mark != after:
                return web.json_response({"mark": mark, "offset": self._offset(), **state})
            if asyncio.get_running_loop().time() > end:
                return web.Response(status=204)
            await woken(news, LOOK_AGAIN)

    def _offset(self) -> int:
        """Milliseconds between the demonstration's clock and the machine's; no news by itself."""
        return round(self.demo.clock.offset.total_seconds() * 1000)

    async def _state(self, client: Client) -> Json:
        demo = self.demo
        figures, happenings = await asyncio.to_thread(
            lambda: (demo.company.figures(client), demo.company.happenings())
        )
        return {
            "firm": {**asdict(demo.firm), "bot": demo.chat.bot, "start": start_of(demo.firm.telegram)},
            "clients": [{"id": one.id, "name": one.name, "email": one.email} for one in demo.clients],
            "client": client.id,
            "moved": demo.clock.moved > timedelta(),
            "zone": demo.mailboxes.zone.key,
            "letters": [_listed(letter) for letter in demo.mailboxes.letters(client.email)],
            "chat": demo.chat.messages(client.chat),
            "action": demo.chat.action(client.chat),
            "post": [_listed(letter) for letter in demo.mailboxes.letters(demo.firm.email)],
            "figures": [asdict(figure) for figure in figures],
            "log": [asdict(one) | {"at": round(one.at.timestamp(), 3)} for one in happenings],
        }

    async def letter(self, request: web.Request) -> web.Response:
        letter = self._letter(request)
        return web.json_response({**_listed(letter), "text": letter.text, "html": letter.html})

    def _letter(self, request: web.Request) -> Letter:
        letter = self.demo.mailboxes.letter(request.match_info["id"])
        if letter is None:
            raise web.HTTPNotFound
        return letter

    async def attachment(self, request: web.Request) -> web.Response:
        letter, n = self._letter(request), int(request.match_info["n"])
        if n >= len(letter.attachments):
            raise web.HTTPNotFound
        held = letter.attachments[n]
        return document(held.name, held.media_type, held.data)

    async def chat_file(self, request: web.Request) -> web.Response:
        held = self.demo.chat.file(request.match_info["id"])
        if held is None:
            raise web.HTTPNotFound
        return document(*held)

    # --- doing

    async def mail(self, request: web.Request) -> web.Response:
        """Write as a client, or as the company (`client` null)."""
        order = await _order(request)
        boxes = self.demo.mailboxes
        answers = boxes.letter(str(order.get("answers"))) if order.get("answers") else None
        client = self._client(order["client"]) if order.get("client") else None
        firm = Writer(self.demo.firm.name, self.demo.firm.email)
        try:
            letter = await boxes.compose(
                client.writer if client else firm,
                _text(order, "to").strip(),
                _text(order, "subject"),
                _text(order, "text"),
                answers,
                order.get("quote") is not False,
                _files(order),
            )
        except Refused as refused:
            return web.json_response({"code": refused.code, "said": refused.said}, status=502)
        except ValueError:
            return web.json_response({"code": 501, "said": ""}, status=422)
        return web.json_response({"id": letter.id})

    async def say(self, request: web.Request) -> web.Response:
        order = await _order(request)
        client, text = self._client(order.get("client")), _text(order, "text").strip()
        files, who = _files(order), (client.chat, client.name, client.language)
        if len(files) == 1:
            self.demo.chat.attach(*who, files[0], text)
        elif text and not files:
            self.demo.chat.send(*who, text)
        else:
            raise web.HTTPUnprocessableEntity
        return web.json_response({})

    async def press(self, request: web.Request) -> web.Response:
        order = await _order(request)
        client, message = self._client(order.get("client")), order.get("message")
        try:
            label = _text(order, "label")
            self.demo.chat.press(client.chat, client.name, client.language, int(str(message)), label)
        except (LookupError, ValueError) as error:
            raise web.HTTPConflict from error
        return web.json_response({})

    async def move(self, request: web.Request) -> web.Response:
        """`minutes` forward, or null: back to the beginning."""
        minutes = (await _order(request)).get("minutes")
        try:
            if minutes is None:
                self.demo.clock.reset()
            elif isinstance(minutes, int):
                self.demo.clock.move(timedelta(minutes=minutes))
            else:
                raise web.HTTPUnprocessableEntity
        except (ValueError, OverflowError) as error:
            raise web.HTTPUnprocessableEntity from error
        self.touch()
        return web.json_response({"offset": self._offset()})


def _listed(letter: Letter) -> Json:
    return {
        "id": letter.id,
        "sent": letter.sent,
        "at": round(letter.at.timestamp(), 3),
        "from": letter.sender,
        "address": letter.sender_address,
        "to": letter.to,
        "reply": letter.reply_to,
        "subject": letter.subject,
        "snippet": letter.snippet,
        "files": [{"name": one.name, "size": len(one.data)} for one in letter.attachments],
    }


async def _order(request: web.Request) -> Json:
    try:
        order = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest from error
    if not isinstance(order, dict):
        raise web.HTTPBadRequest
    return order


def _text(order: Json, name: str) -> str:
    value = order.get(name, "")
    if not isinstance(value, str) or len(value) > TEXT_LIMIT:
        raise web.HTTPUnprocessableEntity
    return value


def _files(order: Json) -> list[Attachment]:
    """What is attached: name, media type, bytes in base64."""
    given = order.get("files") or []
    if not isinstance(given, list) or len(given) > FILES:
        raise web.HTTPUnprocessableEntity
    files = [_file(one) for one in given]
    if sum(len(one.data) for one in files) > FILES_LIMIT:
        raise web.HTTPUnprocessableEntity
    return files


def _file(given: object) -> Attachment:
    if not isinstance(given, dict):
        raise web.HTTPUnprocessableEntity
    name, kind, data = (str(given.get(part, "")) for part in ("name", "type", "data"))
    try:
        held = b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise web.HTTPUnprocessableEntity from error
    if not held or not name.isprintable():
        raise web.HTTPUnprocessableEntity
    return Attachment(name[:120], kind if MEDIA_TYPE.fullmatch(kind) else "application/octet-stream", held)
