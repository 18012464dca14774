"""An IMAP server that does what no real one does on demand: falls silent, closes, lies, refuses."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import Callable, Iterable
from typing import Literal

Idle = Literal["well", "closes", "deaf", "lies", "says bye", "hangs", "refuses", "floods"]
Fetched = Literal["refused", "empty", "no size", "gone", "cut short"]


class Scripted:
    """One mailbox. `idles`: how IDLE goes, one word a connection; the last one for all that follow."""

    def __init__(
        self, *messages: bytes, can: str = "IDLE MOVE UIDPLUS", idles: Iterable[Idle] = ("well",)
    ) -> None:
        self.can, self.idles = f"IMAP4rev1 {can}", list(idles)
        self.messages = dict(enumerate(messages, 1))
        self.next_uid = len(messages) + 1
        self.folders: dict[str, list[bytes]] = {}
        self.deleted: set[int] = set()
        self.commands: list[str] = []
        self.connections = 0
        self.greeting = "* OK ready"
        self.refusal = "NO [AUTHENTICATIONFAILED] no"
        self.token: str | None = None  # the one that is let in
        self.next_token: str | None = None  # after a BYE
        self.odd: dict[int, Fetched] = {}
        self.makes: Callable[[str], bool] = lambda folder: True
        self.meanwhile: bytes | None = None  # comes between a search and IDLE
        self._came = asyncio.Event()

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return f"imap://atelier:secret@127.0.0.1:{self.port}/"

    def put(self, raw: bytes) -> None:
        self.messages[self.next_uid] = raw
        self.next_uid += 1
        self._came.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        idle = self.idles[min(self.connections, len(self.idles)) - 1]
        try:
            await _Talk(self, reader, writer, idle).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


class _Talk:
    def __init__(
        self, server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, idle: Idle
    ) -> None:
        self.server, self.reader, self.writer, self.idle = server, reader, writer, idle
        self.told = server.next_uid

    def say(self, *lines: str | bytes) -> None:
        for line in lines:
            self.writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    async def line(self) -> str:
        found = (await self.reader.readuntil(b"\r\n")).decode().strip()
        self.server.commands.append(found)
        return found

    async def run(self) -> None:
        self.say(self.server.greeting)
        if "BYE" in self.server.greeting:
            return
        while True:
            tag, command, *rest = (await self.line()).split(" ")
            name = f"{command}_{rest.pop(0)}" if command == "UID" else command
            await getattr(self, f"do_{name.lower()}")(tag, rest)

    async def do_capability(self, tag: str, rest: list[str]) -> None:
        self.say(f"* CAPABILITY {self.server.can}", f"{tag} OK done")

    async def do_login(self, tag: str, rest: list[str]) -> None:
        good = rest == ['"atelier"', '"secret"']
        self.say(f"{tag} {'OK in' if good else self.server.refusal}")

    async def do_authenticate(self, tag: str, rest: list[str]) -> None:
        wanted = f"user=atelier\1auth=Bearer {self.server.token}\1\1"
        if base64.b64decode(rest[1]).decode() == wanted:
            self.say(f"{tag} OK in")
            return
        self.say("+ " + base64.b64encode(b'{"status":"400","schemes":"Bearer"}').decode())
        assert await self.line() == "", "the question is answered by an empty line"
        self.say(f"{tag} {self.server.refusal}")

    async def do_select(self, tag: str, rest: list[str]) -> None:
        count = len(self.server.messages)
        self.told = self.server.next_uid
        self.say(f"* {count} EXISTS", "* OK [UIDVALIDITY 7] numbers", f"{tag} OK [READ-WRITE] selected")

    def news(self) -> None:
        """Each growth is told once."""
        if self.told != self.server.next_uid:
            self.told = self.server.next_uid
            self.say(f"* {len(self.server.messages)} EXISTS")

    async def do_noop(self, tag: str, rest: list[str]) -> None:
        self.news()
        self.say(f"{tag} OK done")

    do_subscribe = do_noop

    async def do_list(self, tag: str, rest: list[str]) -> None:
        self.say(r'* LIST (\Noselect) "." ""', f"{tag} OK done")

    async def do_create(self, tag: str, rest: list[str]) -> None:
        folder = rest[0].strip('"')
        good = self.server.makes(folder)
        if good:
            self.server.folders.setdefault(folder, [])
        self.say(f"{tag} {'OK made' if good else 'NO [CANNOT] Invalid mailbox name.'}")

    async def do_uid_search(self, tag: str, rest: list[str]) -> None:
        first = int(rest[1].partition(":")[0])
        uids = sorted(self.server.messages)
        found = [uid for uid in uids if uid >= first] or uids[-1:]
        self.say("* SEARCH " + " ".join(map(str, found)) if found else "* SEARCH", f"{tag} OK done")
        if self.server.meanwhile is not None:
            self.server.put(self.server.meanwhile)
            self.server.meanwhile = None
            self.news()

    async def do_uid_fetch(self, tag: str, rest: list[str]) -> None:
        uid, what = int(rest[0]), " ".join(rest[1:])
        raw, odd = self.server.messages.get(uid, b""), self.server.odd.get(uid)
        if odd == "refused":
            self.say(f"{tag} NO [SERVERBUG] no")
            return
        if odd != "gone" and uid in self.server.messages:
            self._fetched(uid, raw, odd, "SIZE" in what)
        self.say(f"{tag} OK done")

    def _fetched(self, uid: int, raw: bytes, odd: Fetched | None, size: bool) -> None:
        nth = sorted(self.server.messages).index(uid) + 1
        if size:
            told = "" if odd == "no size" else f" RFC822.SIZE {len(raw)}"
            self.say(f"* {nth} FETCH (UID {uid}{told})", rf"* {nth} FETCH (FLAGS (\Seen))")
        elif odd == "empty":
            self.say(f"* {nth} FETCH (UID {uid} BODY[] NIL)")
        else:
            length = len(raw) + (1000 if odd == "cut short" else 0)
            self.say(f"* {nth} FETCH (BODY[] {{{length}}}".encode(), raw + f" UID {uid})".encode())

    async def do_uid_move(self, tag: str, rest: list[str]) -> None:
        self._copied(tag, rest, move=True)

    async def do_uid_copy(self, tag: str, rest: list[str]) -> None:
        self._copied(tag, rest, move=False)

    def _copied(self, tag: str, rest: list[str], *, move: bool) -> None:
        uid, folder = int(rest[0]), rest[1].strip('"')
        if folder not in self.server.folders:
            self.say(f"{tag} NO [TRYCREATE] no such folder")
            return
        self.server.folders[folder].append(self.server.messages[uid])
        if move:
            self.server.messages.pop(uid)
        self.say(f"{tag} OK done")

    async def do_uid_store(self, tag: str, rest: list[str]) -> None:
        self.server.deleted.add(int(rest[0]))
        self.say(f"{tag} OK done")

    async def do_uid_expunge(self, tag: str, rest: list[str]) -> None:
        self.server.messages.pop(int(rest[0]))
        self.say(f"{tag} OK done")

    async def do_idle(self, tag: str, rest: list[str]) -> None:
        if self.idle == "closes":
            raise ConnectionResetError
        if self.idle == "deaf":
            await self._silence()
        if self.idle == "refuses":
            self.say(f"{tag} BAD what?")
            return
        self.say("+ idling")
        if self.idle == "says bye":
            self.server.token = self.server.next_token
            self.say("* BYE Session expired, please log in again")
            await self._silence()
        if self.idle == "floods":  # somebody empties a large folder
            self.say(*(f"* {n} EXPUNGE" for n in range(20_000, 0, -1)))
            await self._silence()
        done = asyncio.create_task(self.line())
        self.server._came.clear()
        came = asyncio.create_task(self.server._came.wait())
        if self.idle == "well":
            if self.told == self.server.next_uid:
                await asyncio.wait({done, came}, return_when=asyncio.FIRST_COMPLETED)
            self.news()
        came.cancel()
        assert await done == "DONE"
        if self.idle == "hangs":
            await self._silence()
        self.say(f"{tag} OK done")

    async def _silence(self) -> None:
        """Until the other side has enough."""
        while await self.reader.read(1024):
            continue
        raise ConnectionResetError


def commands(server: Scripted, *names: str) -> list[str]:
    """Those of these names, without their tags."""
    found = (re.sub(r"^\S+ ", "", line, count=1) for line in server.commands)
    return [line for line in found if line.startswith(names)]
