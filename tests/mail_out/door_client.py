"""Clients of the door that are not ours: smtplib, and bytes on a socket; and what the door stores into."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from mail_gateway.listener import Listener

BODY = b"From: Client A <Client-A@courriel.example>\r\nSubject: mes factures\r\n\r\nBonjour\r\n"
SENDER, BOX = "client-a@courriel.example", "atelier-exemple@portail.example"
Open = Callable[..., Any]


@dataclass
class Store:
    """What is kept: as the group commit does, each key once."""

    kept: list[tuple[bytes, Mapping[str, Any], str, str]] = field(default_factory=list)
    fails: Exception | None = None
    gate: asyncio.Event | None = None  # the commit waits for it
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, raw: bytes, envelope: Mapping[str, Any], key: str, lane: str) -> None:
        self.reached.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.fails is not None:
            raise self.fails
        if all(key != known for _, _, known, _ in self.kept):
            self.kept.append((raw, envelope, key, lane))

    @property
    def texts(self) -> list[bytes]:
        return [raw for raw, _, _, _ in self.kept]


async def known(slug: str) -> bool:
    if slug == "broken":
        raise OSError("database password=xyz")
    return slug in ("atelier-exemple", "autre")


class Wire:
    """A raw client: writes bytes as they are, reads whole answers."""

    all: ClassVar[list[Wire]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.all.append(self)

    @classmethod
    async def to(cls, listener: Listener, *, hello: bool = True) -> Wire:
        wire = cls(*await asyncio.open_connection("127.0.0.1", listener.port))
        if hello:
            assert (await wire.answer()).startswith("220 ")
            await wire.say(b"EHLO client.example")
        return wire

    async def answer(self) -> str:
        """One answer, of any number of lines; "" once the other side has closed."""
        lines = []
        while True:
            line = await asyncio.wait_for(self.reader.readline(), 5)
            lines.append(line.decode())
            if line[3:4] != b"-":
                return "".join(lines).rstrip("\r\n")

    async def say(self, command: bytes) -> str:
        self.writer.write(command + b"\r\n")
        return await self.answer()

    async def raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def at_data(self, box: str = BOX) -> None:
        assert (await self.say(f"MAIL FROM:<{SENDER}>".encode())).startswith("250")
        assert (await self.say(f"RCPT TO:<{box}>".encode())).startswith("250")
        assert (await self.say(b"DATA")).startswith("354")

    async def ended(self) -> bool:
        try:
            return await asyncio.wait_for(self.reader.read(1), 5) == b""
        except ConnectionError:
            return True

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


async def left(listener: Listener, doors: int) -> None:
    """Until the door has noticed who hung up."""
    async with asyncio.timeout(5):
        while len(listener.guests.doors) > doors:
            await asyncio.sleep(0)


def send(
    port: int, raw: bytes = BODY, to: list[str] | None = None, sender: str = SENDER, **options: Any
) -> Any:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        return client.sendmail(sender, to or [BOX], raw, **options)
