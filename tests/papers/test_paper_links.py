"""/files/<token> over real HTTP: whole bytes, quiet headers, polite refusals."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from papers.paper_data import FRENCH
from pydantic import SecretStr, ValidationError

from bot.paper.bench import reader
from bot.settings import Settings
from bot.web import files as door
from bot.web.files import Files, routes
from bot.web.links import Links, Named
from handlers.core.turn import Document
from storage.files import Store
from storage.keys import Keys

NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
KEY = Keys.of("the tests only").files
LINKS = Links(KEY, "https://portail.example/")
BYTES = bytes(range(256)) * 40_000


class House:
    """A store, the documents of some mails, a clock; and the door, on a port of its own."""

    def __init__(self, url: str) -> None:
        self.url, self.now = url, NOW
        self.store = Store("memory:")
        self.mails: dict[int, tuple[Document, ...]] = {}

    def mail(self, *documents: Document) -> int:
        self.mails[len(self.mails) + 1] = documents
        return len(self.mails)

    def stored(self, name: str, content: bytes = BYTES, **more: Any) -> Document:
        return Document(name, self.store.put(content), len(content), **more)

    def link(self, outgoing: int, place: int = 0, until: datetime = LATER, links: Links = LINKS) -> str:
        return links.make(outgoing, place, until).replace("https://portail.example", self.url)


@asynccontextmanager
async def opened(read: Callable[[House], Callable[[Document], bytes]]) -> AsyncIterator[House]:
    app = web.Application()
    runner = web.AppRunner(app)
    house = House("")
    app.add_routes(routes(Files(LINKS, lambda id: house.mails.get(id, ()), read(house), lambda: house.now)))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield house
    await runner.cleanup()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened(lambda house: reader(house.store.read)) as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_the_bytes_come_whole_under_their_name(house: House, http: aiohttp.ClientSession) -> None:
    outgoing = house.mail(house.stored("a.pdf", b"a"), house.stored("Devis signé « été » n° 4.pdf"))
    async with http.get(house.link(outgoing, 1)) as answer:
        assert answer.status == 200
        assert await answer.read() == BYTES
    assert answer.content_disposition is not None
    assert answer.content_disposition.type == "attachment"
    assert answer.content_disposition.filename == "Devis signé « été » n° 4.pdf"
    assert answer.content_type == "application/pdf"
    quiet = {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    assert {name: answer.headers[name] for name in quiet} == quiet


async def test_only_the_head_or_a_part(house: House, http: aiohttp.ClientSession) -> None:
    link = house.link(house.mail(house.stored("a.pdf")))
    async with http.head(link) as answer:
        assert (answer.status, answer.content_length, await answer.read()) == (200, len(BYTES), b"")
    async with http.get(link, headers={"Range": "bytes=1000-1999"}) as answer:
        assert (answer.status, await answer.read()) == (206, BYTES[1000:2000])


async def test_it_only_reads(house: House, http: aiohttp.ClientSession) -> None:
    link = house.link(house.mail(house.stored("a.pdf")))
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        async with http.request(method, link) as answer:
            assert answer.status == 405


async def test_a_recipe_is_made_anew(house: House, http: aiohttp.ClientSession) -> None:
    recipe = {"kind": "statement", "data": FRENCH}
    paper = Document("Releve.pdf", recipe=recipe)
    async with http.get(house.link(house.mail(paper))) as answer:
        assert await answer.read() == reader(house.store.read)(paper)


@pytest.mark.parametrize("name", ['a"; filename=b.exe', "a\r\nSet-Cookie: x=y", "../../x.pdf", "😀.pdf"])
async def test_a_name_is_no_header(house: House, http: aiohttp.ClientSession, name: str) -> None:
    async with http.get(house.link(house.mail(house.stored(name)))) as answer:
        assert answer.status == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers.getall("Content-Disposition")[0].startswith("attachment; filename*=UTF-8''")


# --- what is refused


async def polite(answer: aiohttp.ClientResponse, french: str, english: str) -> None:
    """A page in both languages, without a trace of what is inside."""
    page = await answer.text()
    assert answer.content_type == "text/html"
    assert french.replace("'", "&#x27;") in page
    assert english.replace("'", "&#x27;") in page
    assert not any(word in page for word in ("Traceback", "Error", "bot.web", "files/"))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


async def test_it_ends_when_it_says(house: House, http: aiohttp.ClientSession) -> None:
    link = house.link(house.mail(house.stored("a.pdf")))
    house.now = LATER
    async with http.get(link) as answer:
        assert answer.status == 200
    house.now = LATER + timedelta(seconds=1)
    async with http.get(link) as answer:
        assert answer.status == 410
        await polite(answer, "Ce lien n'est plus valable.", "This link no longer works.")


async def test_what_we_did_not_sign_is_unknown(house: House, http: aiohttp.ClientSession) -> None:
    outgoing = house.mail(house.stored("a.pdf"))
    token = house.link(outgoing).rpartition("/")[2]
    other = Links(Keys.of("another key").files, "https://portail.example")
    marks = Links(Keys.of("the tests only").marks, "https://portail.example")
    forged = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "A" + token[1:],
        token.rpartition(".")[0],
        other.make(outgoing, 0, LATER).rpartition("/")[2],
        marks.make(outgoing, 0, LATER).rpartition("/")[2],
        "x",
        "..",
        "%00",
        "é" * 40,
        "a" * 4000,
    ]
    for one in forged:
        async with http.get(f"{house.url}/files/{one}") as answer:
            assert answer.status == 404, one
            if one != "..":
                await polite(answer, "Ce lien est incomplet.", "This link is incomplete.")
    for path in ("/files", "/files/"):
        async with http.get(house.url + path) as answer:
            assert answer.status == 404


@pytest.mark.parametrize(("outgoing", "place"), [(1, 1), (2, 0)])
async def test_what_no_mail_holds_is_over(
    house: House, http: aiohttp.ClientSession, outgoing: int, place: int
) -> None:
    house.mail(house.stored("a.pdf"))
    async with http.get(house.link(outgoing, place)) as answer:
        assert answer.status == 410
        await polite(answer, "Ce lien n'est plus valable.", "This link no longer works.")


@pytest.mark.parametrize(
    "broken", [Document("a.pdf", "0" * 64), Document("a.pdf", recipe={"kind": "statement", "data": {}})]
)
async def test_a_file_that_cannot_be_read_now(
    house: House, http: aiohttp.ClientSession, broken: Document
) -> None:
    async with http.get(house.link(house.mail(broken))) as answer:
        assert answer.status == 503
        await polite(answer, "Ce fichier n'est pas disponible en ce moment.", "This file is not available")


async def test_so_much_at_once_and_no_more(
    monkeypatch: pytest.MonkeyPatch, http: aiohttp.ClientSession
) -> None:
    """Two are made at a time; one too many is told to come back; afterwards all is as before."""
    monkeypatch.setattr(door, "AT_ONCE", 3)
    go, lock = threading.Event(), threading.Lock()
    making: list[int] = [0, 0]  # now, at most

    def slow(document: Document) -> bytes:
        with lock:
            making[0] += 1
            making[1] = max(making)
        assert go.wait(20)
        with lock:
            making[0] -= 1
        return b"made"

    async with opened(lambda house: slow) as house:
        link = house.link(house.mail(Document("a.pdf", recipe={})))

        async def status() -> int:
            async with http.get(link) as answer:
                return answer.status

        asked = {asyncio.create_task(status()) for _ in range(4)}
        done, waiting = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        assert [one.result() for one in done] == [503]
        go.set()
        assert await asyncio.gather(*waiting) == [200] * 3
        assert making == [0, 2]
        assert await status() == 200


def test_a_token_says_what_it_was_made_of() -> None:
    token = LINKS.make(12, 3, LATER).removeprefix("https://portail.example/files/")
    assert LINKS.read(token) == Named(12, 3, LATER)
    assert len(token) < 90


@pytest.mark.parametrize("url", ["portail.example", "http://portail.example", "ftp://portail.example"])
def test_an_address_that_no_mail_can_link_to_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="PUBLIC_URL"):
        Settings(secret_key=SecretStr("one of our own"), public_url=url)
    assert Settings(secret_key=SecretStr("one of our own"), public_url="https://portail.example").public_url
