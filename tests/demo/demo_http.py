"""Orders to the page's server, and its state once it is as expected."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import aiohttp
from demo_standin import ADDRESS

ORDER = {"X-Facteur-Demo": "1", "Content-Type": "application/json"}


async def state(
    http: aiohttp.ClientSession, ready: Callable[[Any], object] = lambda _: True, client: str = "a"
) -> Any:
    """The state once `ready`, by the long poll that the page uses."""
    mark = ""
    async with asyncio.timeout(10):
        while True:
            async with http.get("/api/state", params={"client": client, "after": mark}) as answer:
                if answer.status == 204:
                    continue
                made = await answer.json()
            if ready(made):
                return made
            mark = made["mark"]


async def order(http: aiohttp.ClientSession, path: str, **body: Any) -> tuple[int, Any]:
    async with http.post(path, data=BytesIO(json.dumps(body).encode()), headers=ORDER) as answer:
        made = await answer.json() if answer.content_type == "application/json" else await answer.text()
        return answer.status, made


async def write(http: aiohttp.ClientSession, text: str, **more: Any) -> tuple[int, Any]:
    return await order(
        http, "/api/mail", **{"client": "a", "to": ADDRESS, "subject": "bonjour", "text": text, **more}
    )
