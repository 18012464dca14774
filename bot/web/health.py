"""/health: 200 once every part of this process is ready, else 503, with the state of each."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web


class Parts:
    """What runs in this process, and whether it is ready."""

    def __init__(self, names: Iterable[str]) -> None:
        self.state = dict.fromkeys(names, "starting")

    def ready(self, name: str) -> None:
        self.state[name] = "ready"

    def failed(self, name: str) -> None:
        self.state[name] = "failed"

    @property
    def all_ready(self) -> bool:
        return all(state == "ready" for state in self.state.values())


def routes(parts: Parts) -> list[web.RouteDef]:
    async def health(_: web.Request) -> web.Response:
        return web.json_response({"parts": parts.state}, status=200 if parts.all_ready else 503)

    return [web.get("/health", health)]
