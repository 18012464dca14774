"""/files/<token>: what was too large to be attached to a mail. It only reads, and only what a mail of ours holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from tempfile import NamedTemporaryFile
from typing import IO
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.web.links import Links, Named
from bot.web.page import QUIET, page
from handlers.core.ports import Clock, Reader
from handlers.core.turn import Document

log = structlog.get_logger()

Find = Callable[[int], Sequence[Document]]  # the documents of a mail that left; none for another row
AT_ONCE, MADE_AT_ONCE = 32, 2
LONGEST = 3600.0  # seconds for one download
HEADERS = QUIET | {"Content-Security-Policy": "default-src 'none'; sandbox"}


class Files:
    """`find` and `read` are synchronous, and run in threads."""

    def __init__(self, links: Links, find: Find, read: Reader, clock: Clock) -> None:
        self._links, self._find, self._read, self._clock = links, find, read, clock
        self._open = 0
        self._making = asyncio.Semaphore(MADE_AT_ONCE)

    async def get(self, request: web.Request) -> web.StreamResponse:
        named = self._links.read(request.match_info["token"])
        if named is None:
            return page(HTTPStatus.NOT_FOUND, "desk", "link_broken")
        if named.until < self._clock():
            return page(HTTPStatus.GONE, "document", "link_over")
        if self._open >= AT_ONCE:
            return page(HTTPStatus.SERVICE_UNAVAILABLE, "document", "link_wait")
        with self._counted(), NamedTemporaryFile() as spool:
            try:
                async with self._making:
                    document = await asyncio.to_thread(self._fetch, named, spool)
            except Exception:
                log.exception("file.not_read", outgoing=named.outgoing)
                return page(HTTPStatus.SERVICE_UNAVAILABLE, "document", "link_wait")
            if document is None:
                return page(HTTPStatus.GONE, "document", "link_over")
            return await _sent(request, document, spool.name)

    def _fetch(self, named: Named, into: IO[bytes]) -> Document | None:
        """The bytes go to a file, so that a slow line holds no memory."""
        documents = self._find(named.outgoing)
        if named.place >= len(documents):
            return None
        into.write(self._read(documents[named.place]))
        into.flush()
        return documents[named.place]

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1


async def _sent(request: web.Request, document: Document, path: str) -> web.StreamResponse:
    """Whole, or the part that is asked for (Range)."""
    response = web.FileResponse(path, headers=HEADERS)
    response.headers["Content-Type"] = document.media_type
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(document.name, safe='')}"
    async with asyncio.timeout(LONGEST):
        await response.prepare(request)
    return response


def routes(files: Files) -> list[web.RouteDef]:
    return [web.get("/files/{token}", files.get)]
