"""A Bot API on this machine, over HTTP: for the demo and the tests, where there is no Telegram.

It refuses what Telegram refuses, gives updates until they are confirmed, and shows each chat as its person sees it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import BodyPartReader, web

from bot import clock as clocks
from bot.demo.botapi.methods import Methods, Part
from bot.demo.botapi.people import Person, Room
from bot.demo.botapi.rules import UPLOAD_LIMIT, Refused
from bot.demo.botapi.state import Chat, Json, State
from bot.demo.botapi.updates import Updates

DEMO_TOKEN = "700700700:demonstration_only_and_no_secret"  # noqa: S105 - opens this local server only
WORDS = {"text", "caption", "url", "secret_token", "callback_query_id"}  # taken as they are


@dataclass(frozen=True)
class Call:
    """One call as it came, and what was answered: 200, or the code of the refusal."""

    method: str
    params: Json
    status: int


@dataclass
class Fault:
    method: str  # as called, or "*"
    refused: Refused | None  # None: the call is done, and its answer lost
    times: int


class BotApi:
    """`await start()`, then `url` is what FACTEUR_TELEGRAM_API takes; `await stop()` in the end. One event loop."""

    def __init__(
        self,
        token: str = DEMO_TOKEN,
        username: str = "FacteurDemoBot",
        clock: Callable[[], datetime] = clocks.now,
        port: int = 0,
        pause: float = 0.05,
    ) -> None:
        me = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": "Facteur", "username": username}
        self.token, self.username = token, username
        self.state = State(me, clock)
        self.updates = Updates(self.state.touch, pause)
        self.calls: list[Call] = []
        self._methods = Methods(self.state)
        self._faults: list[Fault] = []
        self._files_come = asyncio.Event()
        self._files_come.set()
        self._port = port
        self._runner: web.AppRunner | None = None

    # --- running

    async def start(self) -> None:
        app = web.Application(client_max_size=UPLOAD_LIMIT + 4 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await self.updates.stop()
        if self._runner:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    # --- people and what happens

    def user(self, id: int = 4242, name: str = "Camille", lang: str | None = "fr") -> Person:
        body: Json = {"id": id, "is_bot": False, "first_name": name}
        if lang:
            body["language_code"] = lang
        chat = self.state.chats.setdefault(id, Chat({"id": id, "type": "private", "first_name": name}))
        return Person(self.state, self.updates, body, chat)

    def group(self, id: int = -1007, title: str = "Bureau") -> Room:
        chat = self.state.chats.setdefault(id, Chat({"id": id, "type": "supergroup", "title": title}))
        return Room(self.state, self.updates, chat)

    def fail(self, method: str, code: int, description: str = "", times: int = 1, **parameters: int) -> None:
        """Refuse the next calls of a method ("*": any): 429 with retry_after=3, 400 with migrate_to_chat_id=..."""
        self._faults.append(Fault(method, Refused(code, description or f"Error {code}", **parameters), times))

    def lose_answer(self, method: str, times: int = 1) -> None:
        """The next calls are done, but the line breaks before the answer."""
        self._faults.append(Fault(method, None, times))

    def hold_files(self) -> asyncio.Event:
        """Files that are downloaded come once the event is set."""
        self._files_come = asyncio.Event()
        return self._files_come

    async def until(self, ready: Callable[[], object], seconds: float = 10) -> None:
        """Wait until it holds; looked at after each change. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not ready():
                await self.state.changed()

    def made(self, *methods: str) -> list[Call]:
        """The calls that were accepted, of these methods."""
        return [call for call in self.calls if call.status == 200 and call.method in methods]

    # --- HTTP

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        params = await _params(request)
        try:
            if request.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")
            fault = self._fault(name)
            if fault and fault.refused:
                raise fault.refused
            result = await self._call(name, params)
        except Refused as refused:
            self._log(name, params, refused.code)
            return web.json_response(refused.as_json(), status=refused.code)
        self._log(name, params, 200)
        if fault and request.transport:
            request.transport.close()
        return web.json_response({"ok": True, "result": result})

    def _log(self, name: str, params: Json, status: int) -> None:
        self.calls.append(Call(name, params, status))
        self.state.touch()

    def _fault(self, name: str) -> Fault | None:
        fault = next((one for one in self._faults if one.method in (name, "*")), None)
        if fault:
            fault.times -= 1
            if fault.times < 1:
                self._faults.remove(fault)
        return fault

    async def _call(self, name: str, params: Json) -> Any:
        match name.lower():
            case "getupdates":
                return await self.updates.get(params)
            case "setwebhook":
                return await self.updates.set_hook(params)
            case "deletewebhook":
                return await self.updates.set_hook(params | {"url": ""})
            case "getwebhookinfo":
                return self.updates.hook()
        method = self._methods.all.get(name.lower())
        if method is None:
            raise Refused(404, "Not Found: method not found")
        return method(params)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        held = next((one for one in self.state.files.values() if one.path == path), None)
        if request.match_info["token"] != self.token or held is None:
            return web.json_response(Refused(404, "Not Found").as_json(), status=404)
        await self._files_come.wait()
        return web.Response(body=held.data, content_type=held.media_type)


async def _params(request: web.Request) -> Json:
    """The parameters, from wherever a client puts them: query, form, JSON, multipart (chunked or not)."""
    made: Json = {name: _value(name, value) for name, value in request.query.items()}
    if request.content_type == "application/json":
        return made | dict(await request.json())
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name:
                made[part.name] = await _part(part)
        return made
    return made | {name: _value(name, str(value)) for name, value in (await request.post()).items()}


async def _part(part: BodyPartReader) -> Part | Any:
    data = bytes(await part.read(decode=True))
    if part.filename is None:
        return _value(part.name or "", data.decode())
    return Part(part.filename, data, part.headers.get("Content-Type", "application/octet-stream"))


def _value(name: str, text: str) -> Any:
    """Objects and lists come as JSON; everything else stays text."""
    if name in WORDS:
        return text
    if text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return {"true": True, "True": True, "false": False, "False": False}.get(text, text)
