"""A Stripe that others wrote (npm emulate, Vercel): it signs as we expect, and ends sessions as we expect. It takes no
price_data, and its events have no id: whole payments are played with our own."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import now
from bot.payments.news import of_event
from bot.payments.provider import Ask, Provider, ProviderDown, Refused
from bot.web.stripe import Stripe as Door
from bot.web.stripe import signed

PACKAGE = "emulate@0.11.2"  # npm's "latest" of that name is another project
KEY, SECRET = "sk_test_emulated", "whsec_emulated"
SEED = """stripe:
  customers: []
  webhooks: [{{url: "{url}", events: ["*"], secret: {secret}}}]
"""
pytestmark = [pytest.mark.real, pytest.mark.soak]


class Ear:
    """Keeps each webhook as it came, and what our door answers to it."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, str, int]] = []
        self.door = Door(lambda slug: (1, SECRET), of_event, lambda *told: None, now)

    async def hear(self, request: web.Request) -> web.StreamResponse:
        body, answer = await request.read(), await self.door.handle(request)
        self.heard.append((body, request.headers["Stripe-Signature"], answer.status))
        return web.Response()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("emulate")
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs node and npm")
    install = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE]
    done = subprocess.run(install, cwd=folder, capture_output=True, timeout=300, check=False)
    if done.returncode:
        pytest.skip(f"npm gives no {PACKAGE}")
    return folder


@pytest.fixture
async def ear() -> AsyncIterator[tuple[Ear, str]]:
    made, app = Ear(), web.Application()
    app.add_routes([web.post("/stripe/{slug}", made.hear)])
    async with TestServer(app) as server:
        yield made, str(server.make_url("/stripe/atelier"))


@pytest.fixture
async def emulated(package: Path, ear: tuple[Ear, str], tmp_path: Path) -> AsyncIterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    seed = tmp_path / "seed.yaml"
    seed.write_text(SEED.format(url=ear[1], secret=SECRET), "ascii")
    program = package / "node_modules" / "emulate" / "dist" / "index.js"
    command = ["node", str(program), "start", "-s", "stripe", "-p", str(port), "--seed", str(seed)]
    with subprocess.Popen(command, cwd=package, stdout=subprocess.DEVNULL) as process:
        try:
            await _listens(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


async def _listens(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


async def asked(url: str, path: str, **form: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        aiohttp.ClientSession(headers=headers) as client,
        client.post(f"{url}/v1/{path}", data=form) as answer,
    ):
        found: dict[str, Any] = await answer.json()
        return found


async def session(url: str) -> str:
    product = await asked(url, "products", name="Facture F-1")
    price = await asked(url, "prices", product=product["id"], currency="eur", unit_amount="64200")
    line = {"line_items[0][price]": price["id"], "line_items[0][quantity]": "1"}
    made = await asked(url, "checkout/sessions", mode="payment", success_url="https://a.example", **line)
    return str(made["id"])


async def test_its_webhooks_are_signed_as_we_expect(emulated: str, ear: tuple[Ear, str]) -> None:
    id = await session(emulated)
    page = f"{emulated}/checkout/{id}/complete"
    async with aiohttp.ClientSession() as client, client.post(page, allow_redirects=False) as answer:
        assert answer.status == 302
    async with asyncio.timeout(10):
        while not any(b"checkout.session.completed" in body for body, _, _ in ear[0].heard):
            await asyncio.sleep(0.02)
    at = int(time.time())
    for body, header, _ in ear[0].heard:
        assert signed(body, header, SECRET, at)
        assert not signed(body + b" ", header, SECRET, at)
        assert not signed(body, header, "whsec_other", at)
    assert {status for _, _, status in ear[0].heard} == {400}  # signed, but no event of Stripe: it has no id


async def test_sessions_end_there_as_here(emulated: str, ask: Ask) -> None:
    provider = Provider(emulated)
    id = await session(emulated)
    assert await provider.expire(KEY, id)
    assert not await provider.expire(KEY, id)
    with pytest.raises(Refused):  # it takes no price_data
        await provider.open(KEY, ask)
    with pytest.raises(ProviderDown):  # it tells no amount
        await provider.look(KEY, id)
    await provider.close()
