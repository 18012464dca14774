"""What aioimaplib leaves out: the question by which a token is refused, and news that come between two commands."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from typing import Any

import aioimaplib

GREW = re.compile(rb"\* \d+ EXISTS", re.I)


class Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # the library has no types
    """`news`: how often the server said that the folder grew. It says each time once, at any moment."""

    news = 0

    def _untagged_response(self, line: bytes) -> Any:
        self.news += bool(GREW.match(line))
        return super()._untagged_response(line)

    def _continuation(self, line: bytes) -> None:
        super()._continuation(line)
        asked = self.pending_sync_command
        if asked is not None and asked.name == "AUTHENTICATE":  # else both sides would wait
            self.send("")


class Client(aioimaplib.IMAP4):  # type: ignore[misc]  # as above
    def create_client(
        self,
        host: str,
        port: int,
        loop: asyncio.AbstractEventLoop | None,
        conn_lost_cb: Callable[[Exception | None], None] | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.protocol = protocol = Protocol(loop, conn_lost_cb)
        connecting = loop.create_connection(lambda: protocol, host, port, ssl=ssl_context)
        self._client_task = loop.create_task(connecting)
