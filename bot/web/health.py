"""/health: 200 once every part of this process is ready, else 503, with the state of each.

A channel that is paused is shown, and changes nothing of that: another start would not mend it.
"""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web


class Parts:
    """What runs in this process, and whether it is ready."""

    def __init__(self, names: Iterable[str]) -> None:
        self.state = dict.fromkeys(names, "starting")
        self.paused: dict[str, str] = {}  # why, by channel

    def ready(self, name: str) -> None:
        self.state[name] = "ready"

    def failed(self, name: str) -> None:
        self.state[name] = "failed"

    def pause(self, channel: str, reason: str) -> None:
        """ "" for `reason`: it goes on."""
        self.paused = {name: why for name, why in (self.paused | {channel: reason}).items() if why}

    @property
    def all_ready(self) -> bool:
        return all(state == "ready" for state in self.state.values())


def routes(parts: Parts) -> list[web.RouteDef]:
    async def health(_: web.Request) -> web.Response:
        shown = {"parts": parts.state, "paused": parts.paused}
        return web.json_response(shown, status=200 if parts.all_ready else 503)

    return [web.get("/health", health)]
