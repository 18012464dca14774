"""What is too large for a mail, through the running service: the real mail, its link over HTTP, a moved clock."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pypdf import PdfReader

from bot.web.links import Links
from service.outside import Outside
from service.process import RIGHTS
from service.records import CAMILLE, LARGE, atelier
from storage.keys import Keys

PUBLIC = "https://portail.example"
LINK = re.compile(rf"{PUBLIC}(/files/\S+)")


@pytest.fixture
async def reachable(tmp_path: Path) -> AsyncIterator[Outside]:
    made = Outside(tmp_path, public_url=f"{PUBLIC}/")
    (tmp_path / "large.pdf").write_bytes(LARGE)
    await made.start(data())
    yield made
    await made.end()


def data() -> dict[str, Any]:
    made = atelier()
    made["documents"][1]["file"] = "large.pdf"
    return made


async def got(outside: Outside, path: str, method: str = "GET") -> tuple[int, bytes]:
    url = f"http://127.0.0.1:{outside.service.web}{path}"
    async with aiohttp.ClientSession() as http, http.request(method, url) as answer:
        return answer.status, await answer.read()


async def test_a_large_file_comes_by_link_and_for_a_week(reachable: Outside) -> None:
    answer = await reachable.open_mail(CAMILLE, "F-2026-0002")
    assert answer.attachments == ()
    said = (
        "pèse 8\u00a0Mo, trop pour un e-mail. Le lien pour l'ouvrir est valable jusqu'au 1er décembre 2026."
    )
    assert said in answer.text
    (path,) = LINK.findall(answer.text)
    assert f'href="{PUBLIC}{path}"' in answer.html
    assert await got(reachable, path) == (200, LARGE)
    assert await got(reachable, path, "HEAD") == (200, b"")
    reachable.set_clock(datetime(2026, 12, 1, 22, 59, tzinfo=UTC))  # one minute to midnight, in Paris
    assert (await got(reachable, path))[0] == 200
    reachable.set_clock(datetime(2026, 12, 1, 23, 0, tzinfo=UTC))
    status, page = await got(reachable, path)
    assert status == 410
    assert "Ce lien n&#x27;est plus valable." in page.decode()
    assert path.rpartition("/")[2] not in reachable.service.log()


async def test_a_statement_is_the_same_on_both_channels(reachable: Outside) -> None:
    """Made twice, at the same time, from the same data."""
    (by_mail,) = (await reachable.open_mail(CAMILLE, "relevé 2026")).attachments
    person = reachable.person()
    await reachable.open_chat(person, asks="relevé 2026")
    (sent,) = (one.body["document"] for one in person.answers if "document" in one.body)
    assert reachable.api.state.files[sent["file_id"]].data == by_mail.data
    assert sent["file_name"] == by_mail.name
    text = PdfReader(io.BytesIO(by_mail.data)).pages[0].extract_text()
    assert "Relevé de compte" in text
    assert text.index("Facture F-2026-0010") < text.index("Facture F-2026-0009") < text.index("RG-1")


async def test_a_link_ends_with_the_access_of_its_reader(reachable: Outside) -> None:
    (path,) = LINK.findall((await reachable.open_mail(CAMILLE, "F-2026-0002")).text)
    without = data()
    without["clients"][0]["contacts"] = [{"email": "other@dupain.example", "name": "", "rights": RIGHTS}]
    await reachable.let_in(without)
    assert (await got(reachable, path))[0] == 410


async def test_only_what_went_by_mail_has_a_link(reachable: Outside) -> None:
    """Even for who could sign one."""
    person = reachable.person()
    await reachable.open_chat(person, asks="F-2026-0002")
    await reachable.open_mail(CAMILLE, "F-2026-0002")
    rows = reachable.rows("SELECT id, channel FROM outbox WHERE reply LIKE '%F-2026-0002.pdf%' ORDER BY id")
    links = Links(Keys.of("the tests only").files, PUBLIC)
    until = datetime(2026, 12, 1, tzinfo=UTC)
    statuses = {
        channel: (await got(reachable, links.make(id, 0, until).removeprefix(PUBLIC)))[0]
        for id, channel in rows
    }
    assert statuses == {"telegram": 410, "email": 200}
