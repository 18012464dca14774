"""Who may talk to the page, and what a browser may do with what it gets."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from demo_http import ORDER
from demo_town import Town


async def test_only_a_pdf_opens_in_the_browser(demo_town: Town, http: aiohttp.ClientSession) -> None:
    held = demo_town.api.state.store("page.html", b"<script>alert(1)</script>", "text/html")
    async with http.get(f"/file/chat/{held['file_id']}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''page.html"


async def test_no_other_site_gives_orders_or_reads(demo_town: Town, http: aiohttp.ClientSession) -> None:
    body = {"client": "a", "text": "bonjour"}
    for headers in (
        {},
        ORDER | {"Origin": "https://evil.example"},
        ORDER | {"Origin": "null"},
        ORDER | {"Content-Type": "text/plain"},
        ORDER | {"Host": "evil.example:8080"},
    ):
        data = {"data": "{}"} if "Content-Type" in headers else {"json": body}
        assert (await http.post("/api/say", headers=headers, **data)).status == 403
    for host in ("evil.example", "127.0.0.1.evil.example:80", "[::1].evil.example", ""):
        assert (await http.get("/api/state", headers={"Host": host})).status in (400, 403)
    assert (await http.get("/api/state", headers={"Host": "localhost:8080"})).status == 200
    assert demo_town.api.state.chats == {}


async def test_the_page_and_its_files_and_nothing_else(demo_town: Town, http: aiohttp.ClientSession) -> None:
    async with http.get("/") as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    for name, kind in (
        ("main.js", "text/javascript"),
        ("page.css", "text/css"),
        ("mark.svg", "image/svg+xml"),
    ):
        answer = await http.get(f"/page/{name}")
        assert (answer.status, answer.content_type) == (200, kind)
    for path in ("/page/../page.py", "/page/%2e%2e/page.py", "/page/index.html", "/page/", "/nowhere"):
        answer = await http.get(path)
        assert answer.status == 404
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/say", {"client": "nobody", "text": "x"}, 404),
        ("/api/say", {"client": "a", "text": "  "}, 422),
        ("/api/say", {"client": "a", "text": 5}, 422),
        ("/api/say", {"client": "a", "text": "x" * 20_001}, 422),
        ("/api/say", [], 400),
        ("/api/press", {"client": "a", "message": "x", "label": "y"}, 409),
        ("/api/press", {"client": "a", "message": 1, "label": "y"}, 409),
    ],
)
async def test_odd_orders_get_an_answer(
    http: aiohttp.ClientSession, path: str, body: Any, status: int
) -> None:
    assert (await http.post(path, json=body, headers=ORDER)).status == status
